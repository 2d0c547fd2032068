/** The published tree as static files: exactly what a signed checkpoint covers, tile by tile (C2SP tlog-tiles). */
import { tiles } from "../../log/index.ts";
import type { Community } from "../community.ts";
import { shownSidecar } from "./hidden.ts";

/** Bytes of a tile or entry bundle, exactly as wide as named; undefined when the published tree has none such. */
export function publishedTile({ store }: Community, name: tiles.TileName): Uint8Array | undefined {
  const { level, number, width } = name;
  if (tiles.tileWidth(store.log.sealedSize(), level, number) < width) return undefined;
  if (level !== tiles.ENTRIES_LEVEL) return store.log.tile(name)?.subarray(0, width * 32);
  const first = number * tiles.TILE_WIDTH;
  return tiles.encodeBundle([...store.log.read(first, first + width)].map(({ bytes }) => bytes));
}

/** The sidecar of a published entry. */
export function publishedSidecar(community: Community, index: number): Uint8Array | undefined {
  const { store } = community;
  if (index >= store.log.sealedSize()) return undefined;
  for (const stored of store.log.read(index, index + 1)) return shownSidecar(community, index, stored);
  return undefined;
}
