/**
 * The record of a community, read anew and checked range by range. Whoever takes part claims the next range, this
 * thread or another (`thread.ts`), until none is left or something does not verify.
 */
import { concat, equal, hex, isLoreError, LoreError, type Suite } from "../../bytes/index.ts";
import { decodeEntry, decodeSidecar, type Entry, type Opening, signatureHolds, tiles, tree } from "../../log/index.ts";
import type { Store, StoredEntry } from "../../store/index.ts";
import { commitment, type PartRef, partsOf } from "../../unit/index.ts";
import { mismatch } from "./mismatch.ts";

/** Entries of a range, a complete subtree but for the last; few, so that at the end nobody waits long for another. */
const RANGE = 64;
const HASH_BYTES = 32;

/** What all who take part share. */
export interface Audit {
  readonly directory: string;
  readonly size: number;
  /** One word: the number of the next range. */
  readonly next: Int32Array<SharedArrayBuffer>;
  /** The root of each range, 32 bytes. */
  readonly roots: Uint8Array<SharedArrayBuffer>;
}

export interface RecordCounts {
  readonly signatures: number;
  readonly parts: number;
}

export interface AuditResult {
  readonly counts: RecordCounts;
  /** Parts that are not opened, as `nameOfSlot` has them: somebody must have asked for each to be erased. */
  readonly erased: readonly string[];
  /** What does not verify first in the ranges that one took. */
  readonly mismatch?: { readonly index: number; readonly message: string };
}

export function newAudit(directory: string, size: number): Audit {
  const ranges = Math.ceil(size / RANGE);
  return {
    directory,
    size,
    next: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)),
    roots: new Uint8Array(new SharedArrayBuffer(ranges * HASH_BYTES)),
  };
}

/** The root of the first `size` entries, once every range has its own: above them it is a tree of ranges. */
export function rootOf(suite: Suite, { roots, size: all }: Audit, store: Store, size: number): Uint8Array {
  const whole = size === all ? Math.ceil(size / RANGE) : Math.floor(size / RANGE);
  const ranges = hashesIn(roots).slice(0, whole);
  const rest = [...store.log.read(Math.min(size, whole * RANGE), size)].map(({ bytes }) => tree.leafHash(suite, bytes));
  return rootOfLeaves(suite, rest.length === 0 ? ranges : [...ranges, rootOfLeaves(suite, rest)]);
}

/** Every published tile above the lowest, which the ranges were compared with, and what it should hold. */
export function* tilesAbove(
  suite: Suite,
  { roots }: Audit,
  size: number,
): IterableIterator<[tiles.TileName, Uint8Array]> {
  let nodes = hashesIn(roots).slice(0, Math.floor(size / RANGE));
  const inTile = tiles.TILE_WIDTH / RANGE;
  for (let level = 1; nodes.length > 0; level++) {
    const span = level === 1 ? inTile : tiles.TILE_WIDTH;
    nodes = Array.from({ length: Math.floor(nodes.length / span) }, (_, i) =>
      rootOfLeaves(suite, nodes.slice(i * span, (i + 1) * span)),
    );
    for (let number = 0; number * tiles.TILE_WIDTH < nodes.length; number++) {
      const hashes = nodes.slice(number * tiles.TILE_WIDTH, (number + 1) * tiles.TILE_WIDTH);
      yield [{ level, number, width: hashes.length }, concat(...hashes)];
    }
  }
}

function hashesIn(bytes: Uint8Array): readonly Uint8Array[] {
  return Array.from({ length: bytes.length / HASH_BYTES }, (_, i) => bytes.slice(i * HASH_BYTES, (i + 1) * HASH_BYTES));
}

function rootOfLeaves(suite: Suite, leaves: readonly Uint8Array[]): Uint8Array {
  function node(level: number, index: number): Uint8Array {
    if (level === 0) return leaves[index] ?? new Uint8Array();
    return tree.nodeHash(suite, node(level - 1, index * 2), node(level - 1, index * 2 + 1));
  }
  return tree.rootHash(suite, leaves.length, node);
}

/** Claims and checks ranges until none is left, telling after each where it ends. @throws LoreError of the storage. */
export function* takePart(suite: Suite, store: Store, audit: Audit): Generator<number, AuditResult> {
  const { size, next, roots } = audit;
  const auditor = new Auditor(suite, store);
  for (;;) {
    const range = Atomics.add(next, 0, 1);
    const start = range * RANGE;
    if (start >= size) return { counts: auditor.counts, erased: auditor.erased };
    const end = Math.min(start + RANGE, size);
    const leaves: Uint8Array[] = [];
    try {
      for (const leaf of auditor.leaves(start, end)) leaves.push(leaf);
    } catch (error) {
      // What the storage refuses is no mismatch.
      if (!isLoreError(error, "INTEGRITY") && !isLoreError(error, "MALFORMED")) throw error;
      // Ranges before this one are claimed already, and whoever has them finishes them; the others need nobody.
      Atomics.store(next, 0, Math.ceil(size / RANGE));
      return {
        counts: auditor.counts,
        erased: auditor.erased,
        mismatch: { index: start + leaves.length, message: error.message },
      };
    }
    roots.set(rootOfLeaves(suite, leaves), range * HASH_BYTES);
    yield end;
  }
}

/** A part of an op of an entry. */
export function nameOfSlot(slot: { readonly index: number; readonly place: number; readonly part: string }): string {
  return `${slot.index}/${slot.place}/${slot.part}`;
}

class Auditor {
  readonly counts = { signatures: 0, parts: 0 };
  readonly erased: string[] = [];
  readonly #suite: Suite;
  readonly #store: Store;
  readonly #readPart: (digest: Uint8Array) => Uint8Array | undefined;
  readonly #sealed: number;

  constructor(suite: Suite, store: Store) {
    this.#suite = suite;
    this.#store = store;
    this.#readPart = store.parts.reader();
    this.#sealed = store.log.sealedSize();
  }

  /** Leaf hashes of entries that verify. @throws LoreError at the first that does not. */
  *leaves(start: number, end: number): IterableIterator<Uint8Array> {
    const published = this.#published(start);
    let index = start;
    for (const stored of this.#store.log.read(start, end)) {
      const leaf = tree.leafHash(this.#suite, stored.bytes);
      const at = (index % tiles.TILE_WIDTH) * HASH_BYTES;
      if (index < this.#sealed && !equal(leaf, published?.subarray(at, at + HASH_BYTES) ?? new Uint8Array()))
        throw mismatch("its bytes are not those in the published tree");
      this.#checkParts(index, stored);
      yield leaf;
      index += 1;
    }
  }

  /** The tile that holds leaf `index`, which is published when that is. */
  #published(index: number): Uint8Array | undefined {
    const number = Math.floor(index / tiles.TILE_WIDTH);
    const width = tiles.tileWidth(this.#sealed, 0, number);
    return width === 0 ? undefined : this.#store.log.tile({ level: 0, number, width });
  }

  /** An entry that is void by its bytes or signature, or of a newer version, stands in the tree all the same. */
  #checkParts(index: number, { bytes, sidecar }: StoredEntry): void {
    const entry = this.#readable(bytes);
    if (entry === undefined || !signatureHolds(this.#suite, entry)) return;
    this.counts.signatures += 1;
    const openings = decodeSidecar(sidecar);
    if (openings.length !== entry.ops.length)
      throw mismatch(`its sidecar speaks of ${openings.length} ops, it has ${entry.ops.length}`);
    for (const [place, op] of entry.ops.entries()) {
      const parts = partsOf(op);
      const own = openings[place] ?? [];
      if (own.length !== parts.length)
        throw mismatch(`its sidecar speaks of ${own.length} parts of op ${place}, it has ${parts.length}`);
      for (const [i, part] of parts.entries()) {
        const opening = own[i];
        if (opening === undefined) this.erased.push(nameOfSlot({ index, place, part: part.name }));
        else this.#checkPart(part, opening);
      }
    }
  }

  /** undefined for bytes that are no entry this version can read. */
  #readable(bytes: Uint8Array): Entry | undefined {
    try {
      return decodeEntry(this.#suite, bytes);
    } catch (error) {
      if (error instanceof LoreError) return undefined;
      throw error;
    }
  }

  #checkPart({ name, commit, size }: PartRef, opening: Opening): void {
    const { salt, digest } = opening;
    if (!equal(commit, commitment(this.#suite, salt, digest))) {
      throw mismatch(`the sidecar of its part "${name}" does not open what was signed`);
    }
    const held = this.#readPart(digest);
    if (held === undefined) throw mismatch(`its part "${name}" (SHA-256 ${hex.encode(digest)}) is missing`);
    if (held.length !== size) throw mismatch(`its part "${name}" has ${held.length} bytes, ${size} were signed`);
    this.counts.parts += 1;
  }
}
