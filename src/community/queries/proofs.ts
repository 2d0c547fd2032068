/** Proof files: with one, a part can be checked against nothing but the community id. */
import { LoreError } from "../../bytes/index.ts";
import {
  decodeSidecar,
  encodeExtra,
  formatProof,
  parseCheckpoint,
  type PlacedEntry,
  tiles,
  tree,
} from "../../log/index.ts";
import { partsOf } from "../../unit/index.ts";
import type { Community } from "../community.ts";
import { readEntry } from "../projections.ts";
import { shownSidecar } from "./hidden.ts";

/** Nodes of the published tree. @throws LoreError NOT_FOUND before the first seal. */
function publishedTree({ environment, store }: Community) {
  const checkpoint = store.log.checkpoint();
  if (checkpoint === undefined) throw new LoreError("NOT_FOUND", "Nothing is sealed yet; try again in a second.");
  const { size, root } = parseCheckpoint(checkpoint);
  const nodes = tiles.tileNodes(environment.suite, size, (name) => {
    const tile = store.log.tile(name);
    if (tile === undefined) throw new LoreError("INTEGRITY", `The record's ${tiles.tilePath(name)} is missing.`);
    return tile;
  });
  return { checkpoint, size, root, tree: { suite: environment.suite, nodes } };
}

/** Shows that the tree of `older` entries is a prefix of the one of `size`; both must be published. */
export function consistencyHashes(community: Community, older: number, size: number): Uint8Array[] {
  const published = publishedTree(community);
  if (older < 1 || older > size || size > published.size) {
    throw new LoreError(
      "REFUSED",
      `Sizes from 1 to ${published.size} can be compared, the smaller first; got ${older} and ${size}.`,
    );
  }
  return tree.consistencyProof(published.tree, older, size);
}

/** The `.tlog-proof` of a part of a revision. @throws LoreError NOT_FOUND when it was erased or is not sealed yet. */
export function proofFile(community: Community, revision: number, part = "body"): Uint8Array {
  const { store, environment } = community;
  const row = community.facts.revision(revision);
  if (row === undefined) throw new LoreError("NOT_FOUND", "There is no such version.");
  const published = publishedTree(community);
  if (row.idx >= published.size)
    throw new LoreError("NOT_FOUND", "This version is not sealed yet; try again in a second.");
  const [stored] = store.log.read(row.idx, row.idx + 1);
  const entry = readEntry(environment.suite, store, row.idx);
  const op = entry.ops[row.place];
  const at = op === undefined ? -1 : partsOf(op).findIndex(({ name }) => name === part);
  const opening =
    stored === undefined ? undefined : decodeSidecar(shownSidecar(community, row.idx, stored))[row.place]?.[at];
  if (opening === undefined)
    throw new LoreError("NOT_FOUND", `The part "${part}" of this version is not here; it may have been erased.`);
  const placed = (index: number): PlacedEntry => ({
    index,
    entry: readEntry(environment.suite, store, index).bytes,
    hashes: tree.inclusionProof(published.tree, index, published.size),
  });
  const extra = { v: 1, entry: entry.bytes, op: row.place, part, salt: opening.salt, genesis: placed(0), terms: [] };
  return formatProof({
    index: row.idx,
    hashes: placed(row.idx).hashes,
    checkpoint: published.checkpoint,
    extra: encodeExtra(extra),
  });
}
