/**
 * A sparse array of integers whose copy costs nothing: a 64-way tree of fixed depth in which copies
 * share every node until one of them writes to it. History forks at every branch, so the state of a
 * commit must be copied thousands of times and changed in a few places; a plain copy would let a
 * hostile repository ask for commits × files of memory. Entries never written read as 0.
 */

import assert from "node:assert/strict";

const BITS = 6;
const WIDTH = 1 << BITS;
const MASK = WIDTH - 1;
const LEVELS = 4;
/** One more than the largest index. */
export const PERSISTENT_ARRAY_SIZE = WIDTH ** LEVELS;

interface Leaf {
  readonly owner: PersistentArray;
  readonly values: Int32Array;
}

interface Branch {
  readonly owner: PersistentArray;
  readonly children: (Branch | undefined)[];
  readonly leaves: (Leaf | undefined)[];
}

export class PersistentArray {
  #root: Branch | undefined;

  /** A copy; the original must not be written to afterwards, its nodes are shared. */
  fork(): PersistentArray {
    const copy = new PersistentArray();
    copy.#root = this.#root;
    return copy;
  }

  get(index: number): number {
    let branch = this.#root;
    for (let shift = BITS * (LEVELS - 1); shift > BITS; shift -= BITS) {
      branch = branch?.children[(index >>> shift) & MASK];
    }
    return branch?.leaves[(index >>> BITS) & MASK]?.values[index & MASK] ?? 0;
  }

  set(index: number, value: number): void {
    assert(index >= 0 && index < PERSISTENT_ARRAY_SIZE, "index beyond the persistent array");
    let branch = (this.#root = this.#ownBranch(this.#root));
    for (let shift = BITS * (LEVELS - 1); shift > BITS; shift -= BITS) {
      const slot = (index >>> shift) & MASK;
      branch = branch.children[slot] = this.#ownBranch(branch.children[slot]);
    }
    const slot = (index >>> BITS) & MASK;
    const leaf = (branch.leaves[slot] = this.#ownLeaf(branch.leaves[slot]));
    leaf.values[index & MASK] = value;
  }

  #ownBranch(branch: Branch | undefined): Branch {
    if (branch?.owner === this) return branch;
    return {
      owner: this,
      children: branch?.children.slice() ?? [],
      leaves: branch?.leaves.slice() ?? [],
    };
  }

  #ownLeaf(leaf: Leaf | undefined): Leaf {
    if (leaf?.owner === this) return leaf;
    return { owner: this, values: leaf?.values.slice() ?? new Int32Array(WIDTH) };
  }
}
