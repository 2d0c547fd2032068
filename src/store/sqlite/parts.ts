/**
 * The parts in SQLite: up to `ROW_BYTES_MAX` as rows, packed against a part much like them; larger ones as files.
 * A row's bases form a chain of bounded cost (`packing.ts`). Every byte that leaves is hashed first.
 * A part found damaged is stored anew by the next `put` of it.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";

import { concat, equal, hex, LoreError } from "../../bytes/index.ts";
import { sha256Node } from "../../bytes/node.ts";
import { limits } from "../../unit/index.ts";
import type { PartStore, PutOptions } from "../ports.ts";
import { type Incoming, PartFiles } from "./part-files.ts";
import { CODEC, COST_MAX, isDictionary, pack, STEP_COST, unpack } from "./packing.ts";
import { Recent } from "./recent.ts";
import type { Session } from "./session.ts";

/** A larger part is a file. */
export const ROW_BYTES_MAX = 256 * 1024;
const DIGEST_BYTES = 32;
/** Digests fetched at once: iterating holds no cursor. */
const LIST_ROWS = 1_024;

const COLUMNS = "id, digest, size, codec, cost, base, bytes";

interface Row {
  readonly id: number;
  readonly digest: Uint8Array;
  readonly size: number;
  readonly codec: number;
  readonly cost: number;
  readonly base: number | null;
  readonly bytes: Uint8Array | null;
}

/** A row's columns before it has an id. */
type Packed = Pick<Row, "size" | "codec" | "cost" | "base" | "bytes">;

interface Base {
  readonly row: Row;
  readonly bytes: Uint8Array;
}

export class SqliteParts implements PartStore {
  readonly #session: Session;
  readonly #files: PartFiles;
  readonly #recent = new Recent();
  /** Parts that `get` or `stream` found damaged, in hex. */
  readonly #damaged = new Set<string>();

  constructor(session: Session, files: PartFiles) {
    this.#session = session;
    this.#files = files;
  }

  /** Removes the files a crash left. */
  clean(): void {
    this.#files.clean((digest) => this.#row(digest)?.codec === CODEC.FILE);
  }

  has(digest: Uint8Array): boolean {
    return this.#session.read("Looking for a part", () => this.#id(digest)) !== undefined;
  }

  get(digest: Uint8Array): Uint8Array | undefined {
    return this.#session.read("Reading a part", () => {
      const row = this.#row(digest);
      if (row === undefined) return undefined;
      const bytes = row.codec === CODEC.FILE ? this.#files.read(digest) : this.#decode(row);
      if (bytes === undefined || !equal(sha256Node(bytes), digest)) throw this.#damage(digest);
      return bytes;
    });
  }

  stream(digest: Uint8Array): AsyncIterable<Uint8Array> | undefined {
    const row = this.#session.read("Reading a part", () => this.#row(digest));
    if (row === undefined) return undefined;
    return row.codec === CODEC.FILE ? this.#streamFile(digest) : this.#streamRow(digest);
  }

  async *#streamRow(digest: Uint8Array): AsyncIterable<Uint8Array> {
    const bytes = this.get(digest);
    if (bytes !== undefined) yield bytes;
  }

  /** Holds each chunk back until the next has come, and the last until the digest is known to be right. */
  async *#streamFile(digest: Uint8Array): AsyncIterable<Uint8Array> {
    const hash = createHash("sha256");
    let held: Uint8Array | undefined;
    try {
      for await (const chunk of this.#files.stream(digest)) {
        if (held !== undefined) yield held;
        hash.update(chunk);
        held = chunk;
      }
    } catch (error) {
      throw this.has(digest) && isMissing(error) ? this.#damage(digest) : this.#session.failed(error, "Reading a part");
    }
    if (held === undefined || !equal(hash.digest(), digest)) throw this.#damage(digest);
    yield held;
  }

  put(digest: Uint8Array, bytes: Uint8Array, options: PutOptions = {}): void {
    assert.ok(equal(sha256Node(bytes), digest), "a part is put under its SHA-256");
    if (bytes.length > limits.PART_BYTES_MAX) throw tooLarge();
    this.#session.stage("Storing a part", () => {
      if (this.#holds(digest)) return;
      if (bytes.length > ROW_BYTES_MAX) {
        this.#files.write(digest, bytes);
        this.#keep(digest, fileRow(bytes.length));
      } else {
        this.#keep(digest, packRow(bytes, this.#damaged.has(hex.encode(digest)) ? undefined : this.#base(options.like, bytes.length)));
        this.#recent.set(hex.encode(digest), bytes);
      }
    });
  }

  async putStream(chunks: AsyncIterable<Uint8Array>): Promise<{ readonly digest: Uint8Array; readonly size: number }> {
    this.#session.requireWritable("Storing a part");
    const hash = createHash("sha256");
    let small: Uint8Array[] = [];
    let incoming: Incoming | undefined;
    let size = 0;
    try {
      for await (const chunk of chunks) {
        size += chunk.length;
        if (size > limits.PART_BYTES_MAX) throw tooLarge();
        hash.update(chunk);
        small.push(chunk);
        if (size <= ROW_BYTES_MAX) continue;
        incoming ??= await this.#onDisk(() => this.#files.receive());
        for (const piece of small) await this.#onDisk(() => incoming?.write(piece));
        small = [];
      }
      const digest = new Uint8Array(hash.digest());
      if (incoming === undefined) this.put(digest, concat(...small));
      else await this.#keepFile(incoming, digest, size);
      return { digest, size };
    } catch (error) {
      await incoming?.drop();
      throw error;
    }
  }

  async #keepFile(incoming: Incoming, digest: Uint8Array, size: number): Promise<void> {
    if (this.#session.read("Storing a part", () => this.#holds(digest))) {
      await incoming.drop();
      return;
    }
    await this.#onDisk(() => incoming.keep(digest));
    this.#session.stage("Storing a part", () => this.#keep(digest, fileRow(size)));
  }

  /** Errors of the disk are the store's; those of whoever sends the chunks stay theirs. */
  async #onDisk<T>(body: () => Promise<T> | T): Promise<T> {
    try {
      this.#session.requireWritable("Storing a part");
      return await body();
    } catch (error) {
      throw this.#session.failed(error, "Storing a part");
    }
  }

  async erase(digests: readonly Uint8Array[]): Promise<void> {
    const files: Uint8Array[] = [];
    this.#session.commit("Erasing parts", () => {
      const rows = digests.map((digest) => this.#row(digest)).filter((row) => row !== undefined);
      const erased = new Map(rows.map((row) => [row.id, row]));
      for (const row of erased.values()) this.#rebase(row, erased);
      // Newest first: what stands on a part goes before it.
      for (const row of [...erased.values()].sort((a, b) => b.id - a.id)) {
        this.#session.db.run("DELETE FROM parts WHERE id = ?", row.id);
        if (row.codec === CODEC.FILE) files.push(row.digest);
      }
    });
    this.#recent.clear();
    this.#session.read("Erasing parts", () => this.#files.remove(files));
    this.#session.scrub("Erasing parts");
  }

  *digests(): IterableIterator<Uint8Array> {
    for (let last = 0; ; ) {
      const rows = this.#session.read("Listing parts", () =>
        this.#session.db.all<Pick<Row, "id" | "digest">>("SELECT id, digest FROM parts WHERE id > ? ORDER BY id LIMIT ?", last, LIST_ROWS),
      );
      for (const row of rows) yield row.digest;
      if (rows.length < LIST_ROWS) return;
      last = rows.at(-1)?.id ?? last;
    }
  }

  /** Packs anew, on what remains below `gone`, every part that stands on it and stays. */
  #rebase(gone: Row, erased: ReadonlyMap<number, Row>): void {
    let base: number | null = gone.base;
    while (base !== null && erased.has(base)) base = erased.get(base)?.base ?? null;
    const kept = base === null ? undefined : this.#baseOf(this.#rowById(base));
    for (const row of this.#session.db.all<Row>(`SELECT ${COLUMNS} FROM parts WHERE base = ?`, gone.id)) {
      if (erased.has(row.id)) continue;
      const bytes = this.#decode(row);
      if (bytes === undefined || !equal(sha256Node(bytes), row.digest)) throw this.#damage(row.digest);
      this.#replace(row.id, packRow(bytes, kept));
    }
  }

  #id(digest: Uint8Array): number | undefined {
    assert.equal(digest.length, DIGEST_BYTES, "a SHA-256");
    return this.#session.db.get<{ id: number }>("SELECT id FROM parts WHERE digest = ?", digest)?.id;
  }

  #row(digest: Uint8Array): Row | undefined {
    assert.equal(digest.length, DIGEST_BYTES, "a SHA-256");
    return this.#session.db.get<Row>(`SELECT ${COLUMNS} FROM parts WHERE digest = ?`, digest);
  }

  #rowById(id: number): Row | undefined {
    return this.#session.db.get<Row>(`SELECT ${COLUMNS} FROM parts WHERE id = ?`, id);
  }

  /** Held, and not known to be damaged. */
  #holds(digest: Uint8Array): boolean {
    return this.#id(digest) !== undefined && !this.#damaged.has(hex.encode(digest));
  }

  #keep(digest: Uint8Array, row: Packed): void {
    const id = this.#id(digest);
    if (id === undefined) {
      const sql = "INSERT INTO parts (digest, size, codec, cost, base, bytes) VALUES (?, ?, ?, ?, ?, ?)";
      this.#session.db.run(sql, digest, row.size, row.codec, row.cost, row.base, row.bytes);
    } else {
      this.#replace(id, row);
      this.#damaged.delete(hex.encode(digest));
    }
  }

  #replace(id: number, row: Packed): void {
    const sql = "UPDATE parts SET size = ?, codec = ?, cost = ?, base = ?, bytes = ? WHERE id = ?";
    this.#session.db.run(sql, row.size, row.codec, row.cost, row.base, row.bytes, id);
  }

  /** What a part of `size` bytes may stand on: `like`, or the foot of its chain when that is too costly. */
  #base(like: Uint8Array | undefined, size: number): Base | undefined {
    let row = like === undefined ? undefined : this.#row(like);
    if (row !== undefined && !isCheap(row, size)) {
      while (row !== undefined && row.base !== null) row = this.#rowById(row.base);
    }
    return row !== undefined && isCheap(row, size) ? this.#baseOf(row) : undefined;
  }

  /** undefined for what cannot carry another part: a file, or damaged bytes. */
  #baseOf(row: Row | undefined): Base | undefined {
    if (row === undefined || row.codec === CODEC.FILE) return undefined;
    const bytes = this.#decode(row);
    return bytes !== undefined && isDictionary(bytes) ? { row, bytes } : undefined;
  }

  /** The bytes of a part in a row, unchecked; undefined when they do not even unpack. */
  #decode(row: Row): Uint8Array | undefined {
    if (row.bytes === null || row.codec === CODEC.RAW) return row.bytes ?? undefined;
    const name = hex.encode(row.digest);
    const known = this.#recent.get(name);
    if (known !== undefined) return known;
    const base = row.base === null ? undefined : this.#rowById(row.base);
    // A base is older than what stands on it; anything else is damage, and might never end.
    if (row.base !== null && (base === undefined || base.id >= row.id)) return undefined;
    const dictionary = base === undefined ? undefined : this.#decode(base);
    if (base !== undefined && dictionary === undefined) return undefined;
    const bytes = unpack(row.bytes, row.size, dictionary);
    if (bytes !== undefined) this.#recent.set(name, bytes);
    return bytes;
  }

  #damage(digest: Uint8Array): LoreError {
    const name = hex.encode(digest);
    this.#damaged.add(name);
    this.#recent.clear();
    const message = `Reading part ${name}: the stored bytes are damaged. Fetch it from a copy and store it again.`;
    return new LoreError("INTEGRITY", message, { data: { digest: name } });
  }
}

function isCheap(base: Row, size: number): boolean {
  return base.cost + size + STEP_COST <= COST_MAX;
}

function packRow(bytes: Uint8Array, base: Base | undefined): Packed {
  const { codec, packed } = pack(bytes, base?.bytes);
  const stands = codec === CODEC.ZSTD && base !== undefined;
  const cost = (stands ? base.row.cost : 0) + bytes.length + STEP_COST;
  return { size: bytes.length, codec, cost, base: stands ? base.row.id : null, bytes: packed };
}

function fileRow(size: number): Packed {
  return { size, codec: CODEC.FILE, cost: 0, base: null, bytes: null };
}

function tooLarge(): LoreError {
  const message = `Storing a part: it is larger than ${limits.PART_BYTES_MAX} bytes. Split it.`;
  return new LoreError("TOO_LARGE", message, { limit: limits.PART_BYTES_MAX });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
