/**
 * Replays the commits of a history, group by group, and writes down the ops with the bytes and ids
 * they name. Keeps the state of a commit only until its last child has started from it.
 */

import assert from "node:assert/strict";

import type { Changes } from "./changes.ts";
import type { CommitText } from "./commits.ts";
import type { History } from "./history.ts";
import type { PlanLimits } from "./limits.ts";
import { tooManyFiles } from "./raw-diff.ts";
import { Replay, type ReplayOp } from "./replay.ts";
import { Skipping, type SkipRule, type Skipped } from "./skipping.ts";
import { NONE, type TreeState } from "./tree-state.ts";

export type PlanOp =
  | {
      readonly op: "revise";
      /** Revisions and units are numbered 0, 1, 2 … in log order. */
      readonly revision: number;
      readonly unit: number;
      /** Raw bytes relative to the repository; shared by all ops on this path. */
      readonly path: Uint8Array;
      /** 0o100644, 0o100755 (executable) or 0o120000 (symbolic link: the blob is its target). */
      readonly mode: number;
      readonly blob: string;
      readonly sizeBytes: number;
      /** Earlier revisions of the unit, the one it continues first; empty for a new unit. */
      readonly parents: readonly number[];
      readonly propose: boolean;
    }
  /** The merge kept this version, and with it all it came from. It may have been rejected before. */
  | { readonly op: "accept"; readonly revision: number }
  | { readonly op: "reject"; readonly revision: number }
  | { readonly op: "retire"; readonly unit: number }
  | { readonly op: "restore"; readonly unit: number };

export interface CommitStep extends CommitText {
  readonly oid: string;
  readonly parents: readonly string[];
  readonly tree: string;
  /** On the chain of first parents. */
  readonly mainline: boolean;
  readonly ops: readonly PlanOp[];
}

/** A mainline commit with everything it brought; its own step is last. */
export interface Group {
  readonly commit: string;
  readonly steps: readonly CommitStep[];
}

export interface PlanTotals {
  /** Each (path, reason) once, in log order. */
  readonly skipped: readonly Skipped[];
  readonly unitCount: number;
  readonly revisionCount: number;
}

export interface PlannerInput {
  readonly history: History;
  readonly changes: Changes;
  /** In log order. */
  readonly texts: readonly CommitText[];
  readonly limits: PlanLimits;
  readonly skip: SkipRule | undefined;
}

export class Planner {
  readonly #input: PlannerInput;
  readonly #replay: Replay;
  readonly #skipping: Skipping;
  readonly #paths: readonly Uint8Array[];
  readonly #states = new Map<number, TreeState>();
  readonly #childrenLeft: Uint32Array;
  #stepCount = 0;

  constructor(input: PlannerInput) {
    const { history, changes, limits, skip } = input;
    this.#input = input;
    this.#replay = new Replay(limits);
    this.#paths = changes.paths.strings.map((path) => Buffer.from(path, "latin1"));
    this.#skipping = new Skipping({
      paths: this.#paths,
      blobs: changes.blobs.strings,
      sizes: changes.sizes,
      pathBytesMax: limits.pathBytes,
      skip,
    });
    this.#childrenLeft = new Uint32Array(history.commits.length);
    for (const parent of history.parents.flat()) this.#childrenLeft[parent] = (this.#childrenLeft[parent] ?? 0) + 1;
  }

  /** The next group in log order: commit numbers, the mainline commit last. */
  group(commits: readonly number[]): Group {
    const mainline = commits.at(-1) ?? NONE;
    const steps = commits.map((commit) => this.#step(commit, commit === mainline));
    return { commit: this.#input.history.commits[mainline] ?? "", steps };
  }

  totals(): PlanTotals {
    return {
      skipped: this.#skipping.skipped,
      unitCount: this.#replay.unitCount,
      revisionCount: this.#replay.revisionCount,
    };
  }

  #step(commit: number, mainline: boolean): CommitStep {
    const { history, texts } = this.#input;
    const oid = history.commits[commit] ?? "";
    const parents = history.parents[commit] ?? [];
    const text = texts[this.#stepCount++];
    assert(text !== undefined, "a text for every commit");
    const ops = this.#apply({ commit, oid, mainline, parents });
    const parentIds = parents.map((parent) => history.commits[parent] ?? "");
    return {
      oid,
      parents: parentIds,
      tree: history.trees[commit] ?? "",
      ...text,
      mainline,
      ops: ops.map((op) => this.#planned(op)),
    };
  }

  #apply(step: { commit: number; oid: string; mainline: boolean; parents: readonly number[] }): ReplayOp[] {
    const raw = this.#input.changes.ofCommit.get(step.commit) ?? [];
    const { ops, state } = this.#replay.apply({
      mainline: step.mainline,
      parents: step.parents.map((parent) => this.#stateOf(parent)),
      changes: this.#skipping.without(step.oid, raw),
    });
    if (state.fileCount > this.#input.limits.treeFiles) throw tooManyFiles(this.#input.limits.treeFiles);
    for (const parent of step.parents) this.#release(parent);
    if ((this.#childrenLeft[step.commit] ?? 0) > 0) this.#states.set(step.commit, state);
    return step.mainline ? [...ops, ...this.#replay.closeGroup()] : ops;
  }

  #stateOf(commit: number): TreeState {
    const state = this.#states.get(commit);
    assert(state !== undefined, "parents are replayed before their children");
    return state;
  }

  #release(parent: number): void {
    const left = (this.#childrenLeft[parent] ?? 0) - 1;
    this.#childrenLeft[parent] = left;
    if (left === 0) this.#states.delete(parent);
  }

  #planned(op: ReplayOp): PlanOp {
    if (op.op !== "revise") return op;
    const { changes } = this.#input;
    const path = this.#paths[op.path];
    const blob = changes.blobs.strings[op.blob];
    const sizeBytes = changes.sizes.get(op.blob);
    assert(path !== undefined && blob !== undefined && sizeBytes !== undefined, "a revision names what was read");
    return { ...op, path, blob, sizeBytes };
  }
}
