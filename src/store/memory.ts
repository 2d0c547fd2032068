/**
 * A store in memory, for tests. It keeps copies, so no caller can reach what it holds, and asserts every misuse
 * it can see: overlapping writes, a range past the end, a tree published smaller or larger than the log, a part
 * under a wrong digest, any use after `close`. What was only staged is visible, as in every store.
 */
import assert from "node:assert/strict";

import { concat, equal, hex, LoreError } from "../bytes/index.ts";
import { sha256Node } from "../bytes/node.ts";
import { tiles } from "../log/index.ts";
import { limits } from "../unit/index.ts";
import type { LogStore, PartStore, Publication, Store, StoredEntry } from "./ports.ts";

const HASH_BYTES = 32;

/** Serves as the gate that both ports pass: open, and one write at a time. */
class Gate {
  #open = true;
  #writing = false;

  require(): void {
    assert.ok(this.#open, "use after close");
  }

  /** Runs `body` after others had the chance to overlap. */
  async write(body: () => void): Promise<void> {
    this.require();
    assert.ok(!this.#writing, "two writes overlap");
    this.#writing = true;
    try {
      await Promise.resolve();
      this.require();
      body();
    } finally {
      this.#writing = false;
    }
  }

  close(): void {
    this.#open = false;
  }
}

class MemoryLog implements LogStore {
  readonly #gate: Gate;
  readonly #entries: StoredEntry[] = [];
  readonly #tiles = new Map<string, Uint8Array>();
  #checkpoint: Uint8Array | undefined;
  #sealedSize = 0;

  constructor(gate: Gate) {
    this.#gate = gate;
  }

  size(): number {
    this.#gate.require();
    return this.#entries.length;
  }

  read(start: number, end: number): IterableIterator<StoredEntry> {
    this.#gate.require();
    assert.ok(
      Number.isSafeInteger(start) && start >= 0 && start <= end && end <= this.size(),
      `entries ${start} to ${end} of ${this.size()}`,
    );
    return this.#rows(start, end);
  }

  *#rows(start: number, end: number): IterableIterator<StoredEntry> {
    for (let index = start; index < end; index++) {
      this.#gate.require();
      yield copyEntry(this.#entries[index] ?? assert.fail(`entry ${index}`));
    }
  }

  async append(entries: readonly StoredEntry[], ifSize: number): Promise<void> {
    const taken = entries.map(copyEntry);
    await this.#gate.write(() => {
      if (ifSize !== this.#entries.length) {
        const message = `Appending at ${ifSize}: the log has ${this.#entries.length} entries now. Read the new ones, check again, and retry.`;
        throw new LoreError("STALE", message, { data: { size: this.#entries.length } });
      }
      for (const entry of taken) this.#entries.push(entry);
    });
  }

  async replaceSidecars(sidecars: ReadonlyMap<number, Uint8Array>): Promise<void> {
    await this.#gate.write(() => {
      for (const index of sidecars.keys())
        assert.ok(this.#entries[index] !== undefined, `entry ${index} of ${this.#entries.length}`);
      for (const [index, sidecar] of sidecars) {
        this.#entries[index] = { bytes: this.#entries[index]?.bytes ?? assert.fail(), sidecar: sidecar.slice() };
      }
    });
  }

  checkpoint(): Uint8Array | undefined {
    this.#gate.require();
    return this.#checkpoint?.slice();
  }

  sealedSize(): number {
    this.#gate.require();
    return this.#sealedSize;
  }

  tile(name: tiles.TileName): Uint8Array | undefined {
    this.#gate.require();
    assert.ok(name.level >= 0, "a tile of hashes");
    const hashes = this.#tiles.get(tileKey(name));
    return hashes !== undefined && hashes.length >= name.width * HASH_BYTES ? hashes.slice() : undefined;
  }

  async publish(publication: Publication): Promise<void> {
    await this.#gate.write(() => {
      const { size } = publication;
      assert.ok(
        size > this.#sealedSize && size <= this.#entries.length,
        `publishing ${size} of ${this.#entries.length}, ${this.#sealedSize} are`,
      );
      for (const { name, hashes } of publication.tiles) {
        assert.ok(name.level >= 0 && hashes.length === name.width * HASH_BYTES, "hashes of a tile");
        assert.equal(name.width, tiles.tileWidth(size, name.level, name.number), "width of a tile in this tree");
      }
      for (const { name, hashes } of publication.tiles) this.#tiles.set(tileKey(name), hashes.slice());
      this.#checkpoint = publication.checkpoint.slice();
      this.#sealedSize = size;
    });
  }
}

class MemoryParts implements PartStore {
  readonly #gate: Gate;
  readonly #parts = new Map<string, Uint8Array>();

  constructor(gate: Gate) {
    this.#gate = gate;
  }

  has(digest: Uint8Array): boolean {
    this.#gate.require();
    return this.#parts.has(nameOf(digest));
  }

  get(digest: Uint8Array): Uint8Array | undefined {
    this.#gate.require();
    return this.#parts.get(nameOf(digest))?.slice();
  }

  reader(): (digest: Uint8Array) => Uint8Array | undefined {
    return (digest) => this.get(digest);
  }

  stream(digest: Uint8Array): AsyncIterable<Uint8Array> | undefined {
    const bytes = this.get(digest);
    return bytes === undefined ? undefined : chunked(bytes);
  }

  put(digest: Uint8Array, bytes: Uint8Array): void {
    this.#gate.require();
    if (bytes.length > limits.PART_BYTES_MAX) throw tooLarge();
    assert.ok(equal(sha256Node(bytes), digest), "a part is put under its SHA-256");
    this.#parts.set(nameOf(digest), bytes.slice());
  }

  async putStream(chunks: AsyncIterable<Uint8Array>): Promise<{ readonly digest: Uint8Array; readonly size: number }> {
    const pieces: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of chunks) {
      size += chunk.length;
      if (size > limits.PART_BYTES_MAX) throw tooLarge();
      pieces.push(chunk.slice());
    }
    const bytes = concat(...pieces);
    const digest = sha256Node(bytes);
    this.put(digest, bytes);
    return { digest, size };
  }

  async erase(digests: readonly Uint8Array[]): Promise<void> {
    await this.#gate.write(() => {
      for (const digest of digests) this.#parts.delete(nameOf(digest));
    });
  }

  *digests(): IterableIterator<Uint8Array> {
    this.#gate.require();
    for (const name of [...this.#parts.keys()]) yield hex.decode(name);
  }
}

export function createMemoryStore(): Store {
  const gate = new Gate();
  return {
    log: new MemoryLog(gate),
    parts: new MemoryParts(gate),
    failure: undefined,
    check: () => undefined,
    close: () => gate.close(),
  };
}

function copyEntry(entry: StoredEntry): StoredEntry {
  return { bytes: entry.bytes.slice(), sidecar: entry.sidecar.slice() };
}

function tileKey({ level, number }: tiles.TileName): string {
  return `${level}/${number}`;
}

function nameOf(digest: Uint8Array): string {
  assert.equal(digest.length, HASH_BYTES, "length of a SHA-256");
  return hex.encode(digest);
}

/** In pieces, as a large part comes from a disk. */
async function* chunked(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  const CHUNK_BYTES = 64 * 1024;
  for (let at = 0; at === 0 || at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES);
}

function tooLarge(): LoreError {
  return new LoreError("TOO_LARGE", `Storing a part: it is larger than ${limits.PART_BYTES_MAX} bytes. Split it.`, {
    limit: limits.PART_BYTES_MAX,
  });
}
