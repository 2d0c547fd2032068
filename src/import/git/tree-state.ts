/**
 * What a commit's tree holds, in units: which revision lives at a path, and where a unit lives.
 * A unit has one path at most. What went away is remembered, so that a path which comes back is the
 * same unit and continues its last revision in this line of history.
 * Ids of paths, units and revisions are small integers; both maps store them shifted by one:
 * positive for living, negative for gone, 0 for never seen.
 */

import assert from "node:assert/strict";

import { PersistentArray } from "./persistent-array.ts";

/** "There is none", where an id is a small integer from 0 up. */
export const NONE = -1;

export class TreeState {
  /** path → revision + 1, or −(revision + 1) of what was there last. */
  readonly #atPath: PersistentArray;
  /** unit → path + 1, or −(revision + 1) of its last revision. */
  readonly #ofUnit: PersistentArray;
  #fileCount = 0;

  private constructor(atPath: PersistentArray, ofUnit: PersistentArray) {
    this.#atPath = atPath;
    this.#ofUnit = ofUnit;
  }

  static empty(): TreeState {
    return new TreeState(new PersistentArray(), new PersistentArray());
  }

  /** The state of a child commit before its changes; this one must not change any more. */
  fork(): TreeState {
    const copy = new TreeState(this.#atPath.fork(), this.#ofUnit.fork());
    copy.#fileCount = this.#fileCount;
    return copy;
  }

  get fileCount(): number {
    return this.#fileCount;
  }

  /** The revision living at a path. */
  revisionAt(path: number): number {
    return Math.max(this.#atPath.get(path) - 1, NONE);
  }

  /** The revision that was at a path before it went away. */
  buriedAt(path: number): number {
    return Math.max(-this.#atPath.get(path) - 1, NONE);
  }

  /** Where a unit lives. */
  pathOf(unit: number): number {
    return Math.max(this.#ofUnit.get(unit) - 1, NONE);
  }

  /** The revision a living unit has here. */
  revisionOf(unit: number): number {
    const path = this.pathOf(unit);
    return path === NONE ? NONE : this.revisionAt(path);
  }

  /** The last revision a unit had in this line of history, living or gone. */
  lastRevisionOf(unit: number): number {
    const where = this.#ofUnit.get(unit);
    return where > 0 ? this.revisionAt(where - 1) : -where - 1;
  }

  put(place: { readonly path: number; readonly unit: number; readonly revision: number }): void {
    const livesAt = this.pathOf(place.unit);
    assert(livesAt === NONE || livesAt === place.path, "a unit has one path");
    if (livesAt === NONE) this.#fileCount += 1;
    this.#atPath.set(place.path, place.revision + 1);
    this.#ofUnit.set(place.unit, place.path + 1);
  }

  /** Takes a living unit from its path and remembers its last revision at both. */
  bury(place: { readonly path: number; readonly unit: number; readonly revision: number }): void {
    assert(this.pathOf(place.unit) === place.path, "only a living unit can go");
    this.#fileCount -= 1;
    this.#atPath.set(place.path, -(place.revision + 1));
    this.#ofUnit.set(place.unit, -(place.revision + 1));
  }
}
