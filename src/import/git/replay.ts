/**
 * Turns changes to trees into ops on units, commit by commit in log order.
 *
 * A changed path gets its unit in five passes, each unit claimed once per commit: the same path in
 * the first parent; the same path and content in another parent; git's rename from the first parent;
 * the same path in another parent; the unit that was last at this path; else it is a new unit.
 * The mainline continues the unit's head in the log, which outlives its retirement, so accepting is
 * always a fast-forward. A side branch continues what its first parent had, as a proposal; what the
 * mainline did not take is rejected when its group ends, so no proposal outlives its group.
 *
 * Invariant: after a group, the heads of units that are not retired are the mainline tree.
 */

import assert from "node:assert/strict";

import type { PlanLimits } from "./limits.ts";
import { Lineage } from "./lineage.ts";
import type { Change } from "./raw-diff.ts";
import { NONE, TreeState } from "./tree-state.ts";

/** An op in numbers; the plan adds the bytes of paths and the ids of blobs. */
export type ReplayOp =
  | {
      readonly op: "revise";
      readonly revision: number;
      readonly unit: number;
      readonly path: number;
      readonly mode: number;
      readonly blob: number;
      readonly parents: readonly number[];
      readonly propose: boolean;
    }
  | { readonly op: "accept" | "reject"; readonly revision: number }
  | { readonly op: "retire" | "restore"; readonly unit: number };

export interface ReplayCommit {
  readonly mainline: boolean;
  /** The states of its parents, first parent first. */
  readonly parents: readonly TreeState[];
  /** Each path once; what is skipped arrives as gone. */
  readonly changes: readonly Change[];
}

/** A changed path with its unit, and the revisions of other parents it may continue. */
interface Claim {
  readonly change: Change;
  readonly unit: number;
  readonly others: readonly number[];
}

export class Replay {
  readonly #lineage: Lineage;
  /** By unit: the accepted revision, or NONE while it is only proposed. */
  readonly #heads: number[] = [];
  readonly #retired = new Set<number>();
  #open: number[] = [];

  constructor(limits: Pick<PlanLimits, "lineageSteps">) {
    this.#lineage = new Lineage(limits.lineageSteps);
  }

  get unitCount(): number {
    return this.#heads.length;
  }

  get revisionCount(): number {
    return this.#lineage.size;
  }

  /** The ops of one commit and the state its children start from. */
  apply(commit: ReplayCommit): { ops: ReplayOp[]; state: TreeState } {
    const state = commit.parents[0]?.fork() ?? TreeState.empty();
    const buried = this.#bury(state, commit.changes);
    const ops: ReplayOp[] = [];
    for (const claim of this.#claim(state, commit)) this.#record({ claim, commit, state, ops });
    if (commit.mainline) {
      for (const { unit } of buried) {
        if (state.pathOf(unit) !== NONE || this.#retired.has(unit)) continue;
        this.#retired.add(unit);
        ops.push({ op: "retire", unit });
      }
    }
    return { ops, state };
  }

  /** Rejects what this group proposed and its mainline did not take. */
  closeGroup(): ReplayOp[] {
    const since = this.#open[0];
    if (since === undefined) return [];
    const units = new Set(this.#open.map((revision) => this.#lineage.get(revision).unit));
    const heads = known([...units].map((unit) => this.#heads[unit] ?? NONE));
    const accepted = this.#lineage.withAncestors(heads, since);
    const dead = this.#open.filter((revision) => !accepted.has(revision));
    this.#open = [];
    return dead.map((revision) => ({ op: "reject", revision }));
  }

  /** Takes away what is gone and the sources of renames, remembering their units. */
  #bury(state: TreeState, changes: readonly Change[]): { unit: number; revision: number }[] {
    return changes.flatMap((change) => {
      const path = change.mode === 0 && change.source === NONE ? change.path : change.source;
      const revision = path === NONE ? NONE : state.revisionAt(path);
      if (revision === NONE) return [];
      const { unit } = this.#lineage.get(revision);
      state.bury({ path, unit, revision });
      return [{ unit, revision }];
    });
  }

  /** The five passes. `state` already lacks what went away, so a unit with a path there is taken. */
  #claim(state: TreeState, { parents, changes }: ReplayCommit): Claim[] {
    const others = parents.slice(1);
    const units = new Map<Change, number>();
    const taken = new Set<number>();
    const waiting = new Set(changes.filter((change) => change.mode !== 0));
    const pass = (revisionsFor: (change: Change) => readonly number[]): void => {
      for (const change of waiting) {
        const unit = revisionsFor(change)
          .map((revision) => this.#lineage.get(revision).unit)
          .find((candidate) => !taken.has(candidate) && [NONE, change.path].includes(state.pathOf(candidate)));
        if (unit === undefined) continue;
        units.set(change, unit);
        taken.add(unit);
        waiting.delete(change);
      }
    };
    const inOthers = (path: number): number[] => known(others.map((other) => other.revisionAt(path)));
    pass(({ path }) => known([state.revisionAt(path)]));
    pass(({ path, blob }) => inOthers(path).filter((revision) => this.#lineage.get(revision).blob === blob));
    pass(({ source }) => (source === NONE ? [] : known([state.buriedAt(source)])));
    pass(({ path }) => inOthers(path));
    pass(({ path }) => known([state, ...others].map((parent) => parent.buriedAt(path))));
    for (const change of waiting) units.set(change, this.#heads.push(NONE) - 1);
    return changes.flatMap((change) => {
      const unit = units.get(change);
      return unit === undefined ? [] : [{ change, unit, others: continued(unit, parents) }];
    });
  }

  /** Continues a unit: nothing to do, another parent's revision adopted, or a new one. */
  #record({
    claim,
    commit,
    state,
    ops,
  }: {
    claim: Claim;
    commit: ReplayCommit;
    state: TreeState;
    ops: ReplayOp[];
  }): void {
    const { change, unit, others } = claim;
    const own = commit.mainline ? (this.#heads[unit] ?? NONE) : (commit.parents[0]?.lastRevisionOf(unit) ?? NONE);
    if (this.#retired.has(unit) && commit.mainline) {
      this.#retired.delete(unit);
      ops.push({ op: "restore", unit });
    }
    const adopted = [own, ...others].find((revision) => this.#fits({ revision, change, own }));
    const revision = adopted ?? this.#revise({ claim, own, propose: !commit.mainline, ops });
    if (commit.mainline) {
      if (adopted !== undefined && adopted !== own) ops.push({ op: "accept", revision });
      this.#heads[unit] = revision;
    }
    state.put({ path: change.path, unit, revision });
  }

  /** Whether a revision says exactly this and may replace the own one without losing it. */
  #fits({ revision, change, own }: { revision: number; change: Change; own: number }): boolean {
    if (revision === NONE) return false;
    const { path, mode, blob } = this.#lineage.get(revision);
    const same = path === change.path && mode === change.mode && blob === change.blob;
    return same && (own === NONE || this.#lineage.isAncestor(own, revision));
  }

  #revise({ claim, own, propose, ops }: { claim: Claim; own: number; propose: boolean; ops: ReplayOp[] }): number {
    const { unit, others, change } = claim;
    const { path, mode, blob } = change;
    const parents = this.#lineage.latestOf(known([own, ...others]));
    assert(parents.length > 0 || this.#lineage.isNewUnit(unit), "a known unit is continued");
    const revision = this.#lineage.add({ unit, path, mode, blob, parents });
    ops.push({ op: "revise", revision, unit, path, mode, blob, parents, propose });
    if (propose) this.#open.push(revision);
    return revision;
  }
}

/** What other parents have of a unit; one that is gone there only where no parent has it. */
function continued(unit: number, [first, ...others]: readonly TreeState[]): number[] {
  const living = known(others.map((other) => other.revisionOf(unit)));
  if (living.length > 0 || (first?.lastRevisionOf(unit) ?? NONE) !== NONE) return living;
  return known(others.map((other) => other.lastRevisionOf(unit)));
}

function known(revisions: readonly number[]): number[] {
  return revisions.filter((revision) => revision !== NONE);
}
