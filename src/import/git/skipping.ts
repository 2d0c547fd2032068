/**
 * What a plan leaves out, and why. A file that is left out is treated as absent, so a file that
 * grows past a limit is retired and one that shrinks below it comes back. Each (path, reason) is
 * listed once, with the first commit that brought it: nothing is dropped in silence.
 */

import type { Change } from "./raw-diff.ts";
import { NONE } from "./tree-state.ts";

/** A file of one commit, as a skip rule sees it. */
export interface GitFile {
  readonly path: Uint8Array;
  readonly mode: number;
  readonly blob: string;
  readonly sizeBytes: number;
}

/** A reason to leave the file out, else undefined. */
export type SkipRule = (file: GitFile) => string | undefined;

export interface Skipped {
  readonly path: Uint8Array;
  readonly reason: string;
  /** The first commit in log order that has it. */
  readonly commit: string;
}

const SUBMODULE = 0o160000;
const SYMBOLIC_LINK = 0o120000;
const FILE_MODES = new Set([0o100644, 0o100755, SYMBOLIC_LINK]);

/** Whether an entry of a tree is a file or a symbolic link, and so has a blob. */
export function hasContent(mode: number): boolean {
  return FILE_MODES.has(mode);
}

/** Names that would leave the folder, or rule a repository, where somebody writes the files out. */
const UNSAFE_NAME = /^(?:|\.|\.\.|\.git)$/i;

export interface SkippingInput {
  readonly paths: readonly Uint8Array[];
  readonly blobs: readonly string[];
  readonly sizes: ReadonlyMap<number, number>;
  readonly pathBytesMax: number;
  readonly skip: SkipRule | undefined;
}

export class Skipping {
  readonly #input: SkippingInput;
  readonly #listed = new Map<string, Skipped>();

  constructor(input: SkippingInput) {
    this.#input = input;
  }

  get skipped(): Skipped[] {
    return [...this.#listed.values()];
  }

  /** The changes of a commit with what is left out turned into its absence; each path once. */
  without(commit: string, changes: readonly Change[]): Change[] {
    const brought = new Set<number>();
    return changes.flatMap((change) => {
      if (change.mode === 0) return [change];
      const reason = brought.has(change.path) ? "named twice in one folder" : this.#reason(change);
      brought.add(change.path);
      if (reason === undefined) return [change];
      this.#list({ commit, path: change.path, reason });
      return [change.path, change.source].flatMap((path) =>
        path === NONE ? [] : [{ ...change, path, mode: 0, source: NONE }],
      );
    });
  }

  #reason({ path, mode, blob }: Change): string | undefined {
    const bytes = this.#input.paths[path] ?? new Uint8Array();
    if (mode === SUBMODULE) return "a submodule: another repository, not part of this one";
    if (!hasContent(mode)) return "neither a file nor a symbolic link";
    if (bytes.length > this.#input.pathBytesMax) return `a path longer than ${this.#input.pathBytesMax} bytes`;
    if (isUnsafe(bytes)) return "a name that is not safe to write to a disk";
    return this.#input.skip?.({
      path: bytes,
      mode,
      blob: this.#input.blobs[blob] ?? "",
      sizeBytes: this.#input.sizes.get(blob) ?? 0,
    });
  }

  #list({ commit, path, reason }: { commit: string; path: number; reason: string }): void {
    const key = `${path} ${reason}`;
    if (this.#listed.has(key)) return;
    this.#listed.set(key, { path: this.#input.paths[path] ?? new Uint8Array(), reason, commit });
  }
}

function isUnsafe(path: Uint8Array): boolean {
  const text = Buffer.from(path.buffer, path.byteOffset, path.length).toString("latin1");
  return text.split("/").some((name) => UNSAFE_NAME.test(name));
}
