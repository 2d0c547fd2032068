/**
 * Proofs out of the published tree: a proof file for one part of one revision, and consistency between two
 * sizes. Only what a signed checkpoint covers is ever proven.
 */
import { LoreError, type Suite } from "../../bytes/index.ts";
import { decodeSidecar, encodeExtra, formatProof, tiles, tree } from "../../log/index.ts";
import { partsOf } from "../../unit/index.ts";
import type { Community } from "../community.ts";
import { readEntry } from "../projections.ts";

interface Sealed {
  readonly suite: Suite;
  readonly size: number;
  readonly nodes: tree.Nodes;
}

/** The sealed tree's nodes at `size`, out of published tiles. */
function treeAt({ environment, store }: Community, size: number): Sealed {
  const { suite } = environment;
  const readTile: tiles.ReadTile = (name) => {
    const tile = store.log.tile(name);
    if (tile === undefined) throw new LoreError("INTEGRITY", `The record's ${tiles.tilePath(name)} is missing. Run "lore verify".`);
    return tile;
  };
  return { suite, size, nodes: tiles.tileNodes(suite, size, readTile) };
}

/** Seals first where `index` is not yet under a checkpoint. @throws LoreError BUSY when that cannot be done here. */
async function sealedOver(community: Community, index: number): Promise<void> {
  if (index < community.store.log.sealedSize()) return;
  await community.seal();
  if (index < community.store.log.sealedSize()) return;
  throw new LoreError("BUSY", "This version is not under a signed summary of the record yet. Ask again in a second.");
}

/**
 * The proof file of a revision's part, under the latest checkpoint.
 * @throws LoreError NOT_FOUND when there is no such part, or it was erased.
 */
export async function proofOf(community: Community, revision: number, part = "body"): Promise<Uint8Array> {
  const row = community.facts.revision(revision);
  if (row === undefined) throw new LoreError("NOT_FOUND", "There is no such version.");
  await sealedOver(community, row.idx);
  const { store } = community;
  const checkpoint = community.checkpoint;
  if (checkpoint === undefined) throw new LoreError("BUSY", "There is no signed summary of the record yet. Ask again in a second.");
  const { suite, nodes, size } = treeAt(community, checkpoint.size);
  const entry = readEntry(suite, store, row.idx);
  const genesis = readEntry(suite, store, 0);
  const op = entry.ops[row.place];
  const at = op === undefined ? -1 : partsOf(op).findIndex(({ name }) => name === part);
  const opening = at < 0 ? undefined : sidecarOf(community, row.idx)[row.place]?.[at];
  if (opening === undefined) throw new LoreError("NOT_FOUND", `This version has no part "${part.slice(0, 40)}", or it was erased.`);
  const extra = encodeExtra({
    v: 1,
    entry: entry.bytes,
    op: row.place,
    part,
    salt: opening.salt,
    genesis: { index: 0, entry: genesis.bytes, hashes: tree.inclusionProof({ suite, nodes }, 0, size) },
    terms: [],
  });
  const hashes = tree.inclusionProof({ suite, nodes }, row.idx, size);
  return formatProof({ index: row.idx, hashes, checkpoint: checkpoint.note, extra });
}

function sidecarOf({ store }: Community, index: number) {
  for (const { sidecar } of store.log.read(index, index + 1)) return decodeSidecar(sidecar);
  throw new LoreError("NOT_FOUND", `The record has no entry ${index}.`);
}

/**
 * Hashes that show the tree of `older` entries to be a prefix of that of `size`.
 * @throws LoreError USAGE when a size is not published.
 */
export function consistency(community: Community, older: number, size: number): Uint8Array[] {
  const sealed = community.store.log.sealedSize();
  if (older < 1 || older > size || size > sealed) {
    throw new LoreError("USAGE", `Sizes from ${older} to ${size}: wanted 1 <= from <= to <= ${sealed}, the published size.`, { data: { sealed } });
  }
  return tree.consistencyProof(treeAt(community, size), older, size);
}

/** A published entry bundle; undefined when the published tree has none that wide. */
export function entryBundle({ store }: Community, { number, width }: { number: number; width: number }): Uint8Array | undefined {
  const first = number * tiles.TILE_WIDTH;
  if (first + width > store.log.sealedSize()) return undefined;
  return tiles.encodeBundle([...store.log.read(first, first + width)].map(({ bytes }) => bytes));
}

/** A published tile of hashes, exactly as wide as named; undefined when the published tree has none. */
export function hashTile({ store }: Community, name: tiles.TileName): Uint8Array | undefined {
  if (tiles.tileWidth(store.log.sealedSize(), name.level, name.number) < name.width) return undefined;
  return store.log.tile(name)?.subarray(0, name.width * 32);
}
