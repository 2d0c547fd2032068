/**
 * Where things are in an archive's payload (docs/formats/archive.md): tiles and bundles as C2SP tlog-tiles has
 * them, sidecars in bundles of the same 256 entries, parts under their SHA-256. Pure: the verifier page uses it.
 */
import { decode, encode, LoreError } from "../../bytes/index.ts";
import { tiles } from "../../log/index.ts";

export const CHECKPOINT = "checkpoint";

/** The bundle of entries `[256 n, 256 n + width)`. */
export function entriesPath(number: number, size: number): string {
  return tiles.tilePath({ level: tiles.ENTRIES_LEVEL, number, width: tiles.tileWidth(size, 0, number) });
}

/** The sidecars of the same entries; the name says no width, since they change by erasure anyhow. */
export function sidecarsPath(number: number): string {
  return tiles
    .tilePath({ level: tiles.ENTRIES_LEVEL, number, width: tiles.TILE_WIDTH })
    .replace("tile/entries/", "sidecars/");
}

/** `digest` in hex. */
export function partPath(digest: string): string {
  return `part/${digest.slice(0, 2)}/${digest}`;
}

/** Sidecars one after the other: a canonical CBOR list of byte strings. */
export function encodeSidecars(sidecars: readonly Uint8Array[]): Uint8Array {
  return encode([...sidecars]);
}

/** @throws LoreError MALFORMED. */
export function decodeSidecars(bundle: Uint8Array): Uint8Array[] {
  const list = decode(bundle);
  if (!Array.isArray(list)) throw malformed();
  return list.map((item: unknown) => {
    if (item instanceof Uint8Array) return item;
    throw malformed();
  });
}

function malformed(): LoreError {
  return new LoreError("MALFORMED", "Reading a bundle of sidecars: it is not a list of byte strings.");
}
