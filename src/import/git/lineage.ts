/**
 * All revisions of a plan and who descends from whom. Revisions are numbered in log order, so an
 * ancestor always has the smaller number; a search back from a revision stops at the number it seeks.
 */

import assert from "node:assert/strict";

import { LoreError } from "../../bytes/index.ts";

export interface PlannedRevision {
  readonly unit: number;
  readonly path: number;
  readonly mode: number;
  readonly blob: number;
  readonly parents: readonly number[];
}

export class Lineage {
  readonly #revisions: PlannedRevision[] = [];
  #unitsBegun = 0;
  #stepsLeft: number;

  constructor(steps: number) {
    this.#stepsLeft = steps;
  }

  get size(): number {
    return this.#revisions.length;
  }

  get(revision: number): PlannedRevision {
    const found = this.#revisions[revision];
    assert(found !== undefined, "revision of this plan");
    return found;
  }

  add(revision: PlannedRevision): number {
    this.#unitsBegun = Math.max(this.#unitsBegun, revision.unit + 1);
    return this.#revisions.push(revision) - 1;
  }

  /** Whether a unit has no revision yet; units begin in the order of their numbers. */
  isNewUnit(unit: number): boolean {
    return unit >= this.#unitsBegun;
  }

  /** Whether `ancestor` is `revision` or one it came from. */
  isAncestor(ancestor: number, revision: number): boolean {
    return ancestor >= revision ? ancestor === revision : this.withAncestors([revision], ancestor).has(ancestor);
  }

  /** These revisions and all they came from, back to the one numbered `since`. */
  withAncestors(revisions: readonly number[], since: number): Set<number> {
    const found = new Set(revisions);
    for (const revision of found) {
      this.#spend(this.get(revision).parents.length);
      for (const parent of this.get(revision).parents) if (parent >= since) found.add(parent);
    }
    return found;
  }

  /** Without duplicates and without those that another one came from, in the given order. */
  latestOf(revisions: readonly number[]): number[] {
    const distinct = [...new Set(revisions)];
    if (distinct.length < 2) return distinct;
    return distinct.filter((one) => !distinct.some((other) => other !== one && this.isAncestor(one, other)));
  }

  #spend(steps: number): void {
    this.#stepsLeft -= steps;
    if (this.#stepsLeft >= 0) return;
    throw new LoreError(
      "TOO_LARGE",
      "The branches of this history are too tangled to be followed: one file is merged back and forth too often.",
    );
  }
}
