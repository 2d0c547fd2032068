/**
 * The Merkle tree of RFC 6962 (section 2.1): leaf and node hashes, roots, inclusion and consistency proofs.
 * Everything that reads a tree reads it through `Nodes`, the hashes of its complete subtrees, so the same
 * code serves tiles on disk, tiles over HTTP and a list of leaves in a test.
 */
import { equal, type Suite } from "../bytes/index.ts";

/** Hash of the complete subtree of 2^level leaves that begins at leaf index * 2^level. */
export type Nodes = (level: number, index: number) => Uint8Array;

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export function leafHash(suite: Suite, leaf: Uint8Array): Uint8Array {
  return suite.sha256(LEAF, leaf);
}

export function nodeHash(suite: Suite, left: Uint8Array, right: Uint8Array): Uint8Array {
  return suite.sha256(NODE, left, right);
}

/** Root of the first `size` leaves; of none: SHA-256 of nothing. */
export function rootHash(suite: Suite, size: number, nodes: Nodes): Uint8Array {
  return size === 0 ? suite.sha256(new Uint8Array()) : rangeHash({ suite, nodes }, 0, size);
}

interface Tree {
  readonly suite: Suite;
  readonly nodes: Nodes;
}

/** MTH(D[start:end]) of RFC 6962 2.1 for a range that the recursion below reaches. */
function rangeHash(tree: Tree, start: number, end: number): Uint8Array {
  const size = end - start;
  const split = splitPoint(size);
  if (split * 2 === size || size === 1) return tree.nodes(Math.log2(size), start / size);
  return nodeHash(tree.suite, rangeHash(tree, start, start + split), rangeHash(tree, start + split, end));
}

/** The largest power of two below `size`; 1 for 1. */
function splitPoint(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/** PATH(index, D[0:size]) of RFC 6962 2.1.1, leaf side first. Needs 0 <= index < size. */
export function inclusionProof(tree: Tree, index: number, size: number): Uint8Array[] {
  const path = (at: number, start: number, end: number): Uint8Array[] => {
    if (end - start === 1) return [];
    const middle = start + splitPoint(end - start);
    return at < middle
      ? [...path(at, start, middle), rangeHash(tree, middle, end)]
      : [...path(at, middle, end), rangeHash(tree, start, middle)];
  };
  return path(index, 0, size);
}

/** PROOF(older, D[0:size]) of RFC 6962 2.1.2. Needs 0 < older <= size; empty when they are equal. */
export function consistencyProof(tree: Tree, older: number, size: number): Uint8Array[] {
  const path = (start: number, end: number, whole: boolean): Uint8Array[] => {
    if (older === end) return whole ? [] : [rangeHash(tree, start, end)];
    const middle = start + splitPoint(end - start);
    return older <= middle
      ? [...path(start, middle, whole), rangeHash(tree, middle, end)]
      : [...path(middle, end, false), rangeHash(tree, start, middle)];
  };
  return path(0, size, true);
}

export interface Inclusion {
  readonly index: number;
  readonly size: number;
  /** RFC 6962 hash of the leaf. */
  readonly leaf: Uint8Array;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** Whether the proof shows the leaf at `index` of the tree with this size and root (RFC 9162 2.1.3.2). */
export function verifyInclusion(suite: Suite, { index, size, leaf, root, proof }: Inclusion): boolean {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return false;
  let at = index;
  let last = size - 1;
  let hash = leaf;
  for (const sibling of proof) {
    if (sibling.length !== 32 || last === 0) return false;
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(suite, sibling, hash);
      // A right edge that is no right child was hashed alone up to where it becomes one.
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else {
      hash = nodeHash(suite, hash, sibling);
    }
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 && equal(hash, root);
}

export interface Consistency {
  readonly older: number;
  readonly size: number;
  readonly olderRoot: Uint8Array;
  readonly root: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

/** Whether the proof shows that the older tree is a prefix of the newer (RFC 9162 2.1.4.2). */
export function verifyConsistency(suite: Suite, { older, size, olderRoot, root, proof }: Consistency): boolean {
  if (!Number.isSafeInteger(older) || !Number.isSafeInteger(size) || older < 0 || older > size) return false;
  if (older === size) return proof.length === 0 && equal(olderRoot, root);
  if (older === 0) return proof.length === 0;
  if (proof.some((hash) => hash.length !== 32)) return false;

  // The old root itself starts the path when the old tree is complete.
  const path = Number.isInteger(Math.log2(older)) ? [olderRoot, ...proof] : proof;
  let [at, last] = [older - 1, size - 1];
  while (at % 2 === 1) [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  const [first, ...rest] = path;
  if (first === undefined) return false;
  let [oldHash, newHash] = [first, first];
  for (const sibling of rest) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      oldHash = nodeHash(suite, sibling, oldHash);
      newHash = nodeHash(suite, sibling, newHash);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else {
      newHash = nodeHash(suite, newHash, sibling);
    }
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 && equal(oldHash, olderRoot) && equal(newHash, root);
}
