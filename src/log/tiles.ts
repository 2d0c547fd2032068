/**
 * C2SP tlog-tiles: the tree as static files. A tile of level L and number N holds up to 256 hashes of
 * subtrees of 2^(8L) leaves; an entry bundle holds up to 256 entries, each with a 16-bit length before it.
 */
import { LoreError, parseDecimal, type Suite } from "../bytes/index.ts";
import { type Nodes, nodeHash } from "./tree.ts";

export const TILE_WIDTH = 256;
const HASH_BYTES = 32;
const LEVEL_MAX = 5;

/** `width` hashes, from 1 to 256; below 256 the tile is partial. */
export interface TileName {
  /** -1 writes as "entries". */
  readonly level: number;
  readonly number: number;
  readonly width: number;
}

export const ENTRIES_LEVEL = -1;

/** `tile/0/x001/x234/067.p/12` and the like. */
export function tilePath({ level, number, width }: TileName): string {
  let path = String(number % 1000).padStart(3, "0");
  for (let rest = Math.floor(number / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    path = `x${String(rest % 1000).padStart(3, "0")}/${path}`;
  }
  const partial = width === TILE_WIDTH ? "" : `.p/${width}`;
  return `tile/${level === ENTRIES_LEVEL ? "entries" : level}/${path}${partial}`;
}

/** The tile a path names, if it is spelled as `tilePath` spells it. */
export function parseTilePath(path: string): TileName | undefined {
  const match = /^tile\/([0-9]|entries)\/((?:x\d{3}\/){0,4}\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path);
  const [, levelText, numberText, widthText] = match ?? [];
  if (levelText === undefined || numberText === undefined) return undefined;
  const number = parseDecimal(numberText.replaceAll(/[x/]/g, "").replace(/^0+(?=\d)/, ""), "a tile number");
  const level = levelText === "entries" ? ENTRIES_LEVEL : Number(levelText);
  const name = { level, number, width: widthText === undefined ? TILE_WIDTH : Number(widthText) };
  const fits = level <= LEVEL_MAX && name.width >= 1 && name.width <= TILE_WIDTH && tilePath(name) === path;
  return fits ? name : undefined;
}

/** How many hashes the tile holds in a tree of `size` leaves; 0 when there is no such tile. */
export function tileWidth(size: number, level: number, number: number): number {
  const nodes = Math.floor(size / TILE_WIDTH ** Math.max(level, 0));
  return Math.max(0, Math.min(TILE_WIDTH, nodes - number * TILE_WIDTH));
}

/** Every tile that a tree of `size` leaves has but one of `older` leaves has not, or only narrower. */
export function newTiles(older: number, size: number): TileName[] {
  const tiles: TileName[] = [];
  for (let level = 0; Math.floor(size / TILE_WIDTH ** level) > 0; level++) {
    const span = TILE_WIDTH ** level;
    const [from, to] = [Math.floor(older / span), Math.floor(size / span)];
    if (from === to) break;
    for (let number = Math.floor(from / TILE_WIDTH); number * TILE_WIDTH < to; number++) {
      tiles.push({ level, number, width: tileWidth(size, level, number) });
    }
  }
  return tiles;
}

/** Reads the hashes of a tile: `width` times 32 bytes, or more of the same tile. */
export type ReadTile = (name: TileName) => Uint8Array;

/** The nodes of a tree of `size` leaves, out of its tiles. */
export function tileNodes(suite: Suite, size: number, readTile: ReadTile): Nodes {
  return (level, index) => {
    const tileLevel = Math.floor(level / 8);
    const count = 2 ** (level % 8);
    const first = index * count;
    const number = Math.floor(first / TILE_WIDTH);
    const width = tileWidth(size, tileLevel, number);
    const tile = readTile({ level: tileLevel, number, width });
    const offset = first % TILE_WIDTH;
    if (offset + count > width || tile.length < (offset + count) * HASH_BYTES) {
      throw new LoreError(
        "INTEGRITY",
        `Reading ${tilePath({ level: tileLevel, number, width })}: it is shorter than the tree says.`,
      );
    }
    return combine(suite, tile.subarray(offset * HASH_BYTES, (offset + count) * HASH_BYTES));
  };
}

/** Root of a complete subtree whose 2^k hashes stand one after the other. */
export function combine(suite: Suite, hashes: Uint8Array): Uint8Array {
  if (hashes.length === HASH_BYTES) return hashes;
  const half = hashes.length / 2;
  return nodeHash(suite, combine(suite, hashes.subarray(0, half)), combine(suite, hashes.subarray(half)));
}

/** An entry bundle: each entry after its length in two bytes, big-endian. */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  const bundle = new Uint8Array(entries.reduce((length, entry) => length + 2 + entry.length, 0));
  let at = 0;
  for (const entry of entries) {
    if (entry.length > 0xffff) throw new Error(`an entry of ${entry.length} bytes fits no bundle`);
    bundle[at] = entry.length >> 8;
    bundle[at + 1] = entry.length & 0xff;
    bundle.set(entry, at + 2);
    at += 2 + entry.length;
  }
  return bundle;
}

/** The entries of a bundle. @throws LoreError MALFORMED when it ends inside one. */
export function decodeBundle(bundle: Uint8Array): Uint8Array[] {
  const entries: Uint8Array[] = [];
  for (let at = 0; at < bundle.length;) {
    const length = ((bundle[at] ?? 0) << 8) | (bundle[at + 1] ?? 0);
    const end = at + 2 + length;
    if (end > bundle.length)
      throw new LoreError("MALFORMED", `Reading an entry bundle: it ends inside entry ${entries.length}.`);
    entries.push(bundle.subarray(at + 2, end));
    at = end;
  }
  return entries;
}
