/**
 * Sealing: a checkpoint over entries read back from the store. The high-water mark outside the data folder is
 * raised first: a crash after that leaves a mark that the durable log still satisfies, while a log restored
 * from an older copy does not, and is refused (DESIGN.md 3, write path).
 */
import { setImmediate } from "node:timers/promises";

import { equal, LoreError, type Suite } from "../bytes/index.ts";
import { type LogSigner, parseCheckpoint, signCheckpoint, tiles, tree } from "../log/index.ts";
import type { HighWater, Store } from "../store/index.ts";

const { newTiles, TILE_WIDTH, tileNodes, tileWidth } = tiles;
const HASH_BYTES = 32;
/** Entries read back and hashed before others get a turn: about a millisecond. */
const HASH_AT_ONCE = 128;

interface Sealing {
  readonly suite: Suite;
  readonly store: Store;
  readonly highWater: HighWater;
  readonly id: string;
}

/** Publishes a checkpoint of the whole durable log, unless there is one. */
export async function seal(
  options: Sealing & { readonly origin: string; readonly logSigner: LogSigner },
): Promise<void> {
  const { suite, store, highWater, origin, id, logSigner } = options;
  const older = store.log.sealedSize();
  const size = store.log.size();
  if (size === older) return;
  const hashing = freshTiles(suite, store, size);
  let step = hashing.next();
  for (; step.done !== true; step = hashing.next()) await setImmediate();
  const fresh = step.value;
  const root = tree.rootHash(suite, size, tileNodes(suite, size, readThrough(store, fresh)));
  const checkpoint = signCheckpoint(suite, { origin, size, root }, logSigner);
  await highWater.write(id, checkpoint);
  await store.log.publish({ size, checkpoint, tiles: fresh });
}

type FreshTile = { readonly name: tiles.TileName; readonly hashes: Uint8Array };

/**
 * The tiles that a tree of `size` entries has beyond the sealed one, leaf hashes made of bytes read back. Yields
 * where others may have their turn.
 */
function* freshTiles(suite: Suite, store: Store, size: number): Generator<undefined, FreshTile[]> {
  const older = store.log.sealedSize();
  const fresh: FreshTile[] = [];
  for (const name of newTiles(older, size)) {
    const hashes = new Uint8Array(name.width * HASH_BYTES);
    const had = tileWidth(older, name.level, name.number);
    if (had > 0) hashes.set(requireTile(store, { ...name, width: had }).subarray(0, had * HASH_BYTES));
    const first = name.number * TILE_WIDTH;
    if (name.level === 0) {
      let at = had;
      for (const { bytes } of store.log.read(first + had, first + name.width)) {
        hashes.set(tree.leafHash(suite, bytes), HASH_BYTES * at++);
        if (at % HASH_AT_ONCE === 0) yield;
      }
    } else {
      for (let i = had; i < name.width; i++) {
        const below = fresh.find((tile) => tile.name.level === name.level - 1 && tile.name.number === first + i);
        const child =
          below?.hashes ?? requireTile(store, { level: name.level - 1, number: first + i, width: TILE_WIDTH });
        hashes.set(tiles.combine(suite, child), HASH_BYTES * i);
      }
    }
    fresh.push({ name, hashes });
  }
  return fresh;
}

function readThrough(store: Store, fresh: readonly FreshTile[]): tiles.ReadTile {
  const byName = new Map(fresh.map(({ name, hashes }) => [`${name.level}/${name.number}`, hashes]));
  return (name) => byName.get(`${name.level}/${name.number}`) ?? requireTile(store, name);
}

function requireTile(store: Store, name: tiles.TileName): Uint8Array {
  const tile = store.log.tile(name);
  if (tile === undefined)
    throw new LoreError("INTEGRITY", `The record's ${tiles.tilePath(name)} is missing. Run "lore verify".`);
  return tile;
}

function allOf<T>(work: Generator<undefined, T>): T {
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}

/** Root of the first `size` entries, durable or sealed. */
export function rootAt(suite: Suite, store: Store, size: number): Uint8Array {
  const fresh = size > store.log.sealedSize() ? allOf(freshTiles(suite, store, size)) : [];
  return tree.rootHash(suite, size, tileNodes(suite, size, readThrough(store, fresh)));
}

/**
 * Compares the log with the last checkpoint this user's machine signed of it.
 * @throws LoreError BEHIND when that one covers more than is here, or other entries: an old copy was restored,
 * or the same community was written in two places.
 */
export function requireNotBehind({ suite, store, highWater, id }: Sealing): void {
  const marked = highWater.read(id);
  const published = store.log.checkpoint();
  if (marked === undefined) {
    if (published !== undefined) highWater.writeSync(id, published);
    return;
  }
  const mark = parseCheckpoint(marked);
  const size = store.log.size();
  if (mark.size > size) {
    throw behind(`the last summary signed here covers ${mark.size} entries, and this data folder holds ${size}`);
  }
  if (mark.size > 0 && !equal(mark.root, rootAt(suite, store, mark.size))) {
    throw behind(`its first ${mark.size} entries are not those that were signed here`);
  }
  if (published !== undefined && mark.size < parseCheckpoint(published).size) highWater.writeSync(id, published);
}

/** Looks at the marks, and leaves them as they are. */
export function asRead(highWater: HighWater): HighWater {
  return { ...highWater, write: () => Promise.resolve(), writeSync: () => undefined };
}

function behind(found: string): LoreError {
  const message = `Nothing can be written: ${found}. An old copy may have been restored. Reading works; fetch the rest with "lore recover --from ADDRESS-OR-ARCHIVE".`;
  return new LoreError("BEHIND", message);
}
