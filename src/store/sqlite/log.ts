/**
 * The log in SQLite. `size` follows the durable commits, not the rows: it is raised after COMMIT has returned.
 */
import assert from "node:assert/strict";

import { LoreError } from "../../bytes/index.ts";
import type { tiles } from "../../log/index.ts";
import type { LogStore, Publication, StoredEntry } from "../ports.ts";
import type { Session } from "./session.ts";

/** Entries fetched at once: iterating holds no cursor, so any write may come between two of them. */
const READ_ROWS = 256;
const HASH_BYTES = 32;
const TILE_LEVEL_KEYS = 2 ** 40;

function tileKey({ level, number }: tiles.TileName): number {
  assert.ok(level >= 0 && number >= 0 && number < TILE_LEVEL_KEYS, "a tile of hashes");
  return level * TILE_LEVEL_KEYS + number;
}

export class SqliteLog implements LogStore {
  readonly #session: Session;
  #size: number;
  /** Of the latest checkpoint, once it was asked for: only this process publishes. */
  #sealedSize: number | undefined;

  constructor(session: Session) {
    this.#session = session;
    this.#size = this.#count();
  }

  #count(): number {
    const row = this.#session.read("Reading the size of the log", () =>
      this.#session.db.get<{ size: number }>("SELECT ifnull(max(idx), -1) + 1 AS size FROM entries"),
    );
    return row?.size ?? 0;
  }

  size(): number {
    // Opened for reading, another process appends.
    if (this.#session.readOnly) this.#size = this.#count();
    return this.#size;
  }

  read(start: number, end: number): IterableIterator<StoredEntry> {
    assert.ok(
      Number.isSafeInteger(start) && start >= 0 && start <= end && end <= this.size(),
      `entries ${start} to ${end} of ${this.#size}`,
    );
    return this.#rows(start, end);
  }

  *#rows(start: number, end: number): IterableIterator<StoredEntry> {
    const sql =
      "SELECT e.bytes, s.bytes AS sidecar FROM entries e JOIN sidecars s USING (idx) WHERE idx >= ? AND idx < ? ORDER BY idx";
    for (let from = start; from < end; from += READ_ROWS) {
      const to = Math.min(end, from + READ_ROWS);
      const rows = this.#session.read("Reading the log", () => this.#session.db.all<StoredEntry>(sql, from, to));
      if (rows.length === to - from) yield* rows;
      else {
        const missing = this.#missing(from, to);
        yield* rows.slice(0, missing - from);
        throw new LoreError(
          "INTEGRITY",
          `Reading entry ${missing}: it is not there, with its sidecar. Repair the log from a copy.`,
        );
      }
    }
  }

  /** The first entry from `from` on that is not there with its sidecar. */
  #missing(from: number, to: number): number {
    const sql = "SELECT idx FROM entries JOIN sidecars USING (idx) WHERE idx >= ? AND idx < ? ORDER BY idx";
    const there = this.#session.db.all<{ idx: number }>(sql, from, to).map(({ idx }) => idx);
    const gap = there.findIndex((idx, i) => idx !== from + i);
    return from + (gap === -1 ? there.length : gap);
  }

  async append(entries: readonly StoredEntry[], ifSize: number): Promise<void> {
    this.#session.requireWritable("Appending to the log");
    if (ifSize !== this.#size) {
      const message = `Appending at ${ifSize}: the log has ${this.#size} entries now. Read the new ones, check again, and retry.`;
      throw new LoreError("STALE", message, { data: { size: this.#size } });
    }
    const { db } = this.#session;
    this.#session.commit("Appending to the log", () => {
      for (const [i, entry] of entries.entries()) {
        db.run("INSERT INTO entries (idx, bytes) VALUES (?, ?)", ifSize + i, entry.bytes);
        db.run("INSERT INTO sidecars (idx, bytes) VALUES (?, ?)", ifSize + i, entry.sidecar);
      }
    });
    this.#size = ifSize + entries.length;
  }

  async replaceSidecars(sidecars: ReadonlyMap<number, Uint8Array>): Promise<void> {
    const { db } = this.#session;
    for (const index of sidecars.keys()) assert.ok(index >= 0 && index < this.#size, `entry ${index} of ${this.#size}`);
    this.#session.commit("Replacing sidecars", () => {
      for (const [index, bytes] of sidecars) db.run("UPDATE sidecars SET bytes = ? WHERE idx = ?", bytes, index);
      this.#session.markScrubDue();
    });
  }

  checkpoint(): Uint8Array | undefined {
    return this.#latest()?.note;
  }

  sealedSize(): number {
    if (this.#session.readOnly) return this.#latest()?.size ?? 0;
    this.#sealedSize ??= this.#latest()?.size ?? 0;
    return this.#sealedSize;
  }

  #latest(): { readonly size: number; readonly note: Uint8Array } | undefined {
    return this.#session.read("Reading the checkpoint", () =>
      this.#session.db.get("SELECT size, note FROM checkpoint"),
    );
  }

  tile(name: tiles.TileName): Uint8Array | undefined {
    const key = tileKey(name);
    const row = this.#session.read("Reading a tile", () =>
      this.#session.db.get<{ hashes: Uint8Array }>("SELECT hashes FROM tiles WHERE key = ?", key),
    );
    return row !== undefined && row.hashes.length >= name.width * HASH_BYTES ? row.hashes : undefined;
  }

  async publish({ size, checkpoint, tiles }: Publication): Promise<void> {
    assert.ok(
      size > this.sealedSize() && size <= this.#size,
      `publishing ${size} of ${this.#size}, ${this.sealedSize()} are`,
    );
    for (const tile of tiles) assert.equal(tile.hashes.length, tile.name.width * HASH_BYTES, "hashes of a tile");
    const { db } = this.#session;
    this.#session.commit("Publishing a checkpoint", () => {
      for (const { name, hashes } of tiles)
        db.run("INSERT OR REPLACE INTO tiles (key, hashes) VALUES (?, ?)", tileKey(name), hashes);
      db.run("INSERT OR REPLACE INTO checkpoint (only, size, note) VALUES (1, ?, ?)", size, checkpoint);
    });
    this.#sealedSize = size;
  }
}
