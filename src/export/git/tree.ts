/**
 * The files of one commit after the other. Each unit wishes for a path or for none; where two want the same,
 * the older keeps it; where one wants a file at what is a folder for another, who was there first keeps it.
 * Paths are byte strings: one character per byte.
 */
import { limits } from "../../unit/index.ts";

export interface TreeFile {
  /** One character per byte. */
  readonly path: string;
  /** "100644", "100755" or "120000". */
  readonly mode: string;
  /** SHA-256, hex. */
  readonly digest: string;
}

/** A file as the next commit has it; no `file` where the path is gone. */
export interface FileChange {
  readonly path: string;
  readonly file: TreeFile | undefined;
}

export class Tree {
  readonly #wishes = new Map<number, TreeFile>();
  readonly #byPath = new Map<string, Set<number>>();
  readonly #files = new Map<string, TreeFile>();
  /** How many files are below each folder. */
  readonly #folders = new Map<string, number>();
  #touched = new Set<string>();

  /** What `unit` wants to be from the next commit on. */
  wish(unit: number, file: TreeFile | undefined): void {
    const before = this.#wishes.get(unit);
    if (before !== undefined) {
      this.#byPath.get(before.path)?.delete(unit);
      this.#touched.add(before.path);
    }
    if (file === undefined) {
      this.#wishes.delete(unit);
      return;
    }
    this.#wishes.set(unit, file);
    const claims = this.#byPath.get(file.path) ?? new Set();
    this.#byPath.set(file.path, claims.add(unit));
    this.#touched.add(file.path);
  }

  /** Ends a commit; answers what it changes, removals first. */
  commit(): FileChange[] {
    const touched = [...this.#touched];
    this.#touched = new Set();
    const changes: FileChange[] = [];
    for (const path of touched) {
      if (this.#winner(path) !== undefined || !this.#files.has(path)) continue;
      this.#files.delete(path);
      this.#count(path, -1);
      changes.push({ path, file: undefined });
    }
    for (const path of touched) {
      const file = this.#winner(path);
      const before = this.#files.get(path);
      if (file === undefined || isSame(before, file)) continue;
      if (before === undefined && this.#isBlocked(path)) {
        // Another commit may make room.
        this.#touched.add(path);
        continue;
      }
      if (before === undefined) this.#count(path, 1);
      this.#files.set(path, file);
      changes.push({ path, file });
    }
    return changes;
  }

  get size(): number {
    return this.#files.size;
  }

  /** Paths with a step that is longer than a disk takes: git has them, a folder cannot. */
  get undiskable(): string[] {
    return [...this.#files.keys()].filter((path) =>
      path.split("/").some((step) => step.length > limits.STEP_BYTES_MAX),
    );
  }

  /** Why a unit's file is not in the tree, or undefined. */
  missing(unit: number): string | undefined {
    const wish = this.#wishes.get(unit);
    if (wish === undefined) return undefined;
    if (Math.min(...(this.#byPath.get(wish.path) ?? [])) !== unit) return "an older one has the same path";
    return this.#files.has(wish.path) ? undefined : "its path is a folder of others, or below another's file";
  }

  #winner(path: string): TreeFile | undefined {
    const claims = this.#byPath.get(path);
    return claims === undefined || claims.size === 0 ? undefined : this.#wishes.get(Math.min(...claims));
  }

  #isBlocked(path: string): boolean {
    return this.#folders.has(path) || foldersOf(path).some((folder) => this.#files.has(folder));
  }

  #count(path: string, by: 1 | -1): void {
    for (const folder of foldersOf(path)) {
      const count = (this.#folders.get(folder) ?? 0) + by;
      if (count === 0) this.#folders.delete(folder);
      else this.#folders.set(folder, count);
    }
  }
}

function isSame(a: TreeFile | undefined, b: TreeFile): boolean {
  return a !== undefined && a.digest === b.digest && a.mode === b.mode;
}

function foldersOf(path: string): string[] {
  const folders: string[] = [];
  for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1)) folders.push(path.slice(0, at));
  return folders;
}

/** What git, or a file system that folds names, would take for its own folder. */
const GIT_FOLDER = /^(\.git|git~1)[\s.]*(:.*)?$/i;
/** Code points that HFS+ ignores in names, as UTF-8 with one character per byte. */
const IGNORED_BY_HFS = /\xe2\x80[\x8c-\x8f\xaa-\xae]|\xe2\x81[\xaa-\xaf]|\xef\xbb\xbf/g;

/** Whether git can hold a file at this path. */
export function isGitPath(path: string): boolean {
  const steps = path.split("/");
  const fits = steps.every(
    (step) => step !== "" && step !== "." && step !== ".." && !GIT_FOLDER.test(step.replaceAll(IGNORED_BY_HFS, "")),
  );
  return fits && !path.includes("\0");
}
