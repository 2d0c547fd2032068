/**
 * The parts: small ones as rows beside the log, so that one commit makes both durable; large ones as files.
 * Every byte that leaves is hashed first. A part found damaged is stored anew by the next `put` of it.
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";

import { concat, equal, hex, LoreError } from "../../bytes/index.ts";
import { sha256Node } from "../../bytes/node.ts";
import { limits } from "../../unit/index.ts";
import { systemCode } from "../failure.ts";
import type { PartStore, PutOptions } from "../ports.ts";
import { CODEC } from "./packing.ts";
import type { Incoming, PartFiles } from "./part-files.ts";
import { PartRows, type Row, ROW_BYTES_MAX } from "./part-rows.ts";
import { RowsInOrder } from "./rows-in-order.ts";
import type { Session } from "./session.ts";

const DIGEST_BYTES = 32;

export class SqliteParts implements PartStore {
  readonly #session: Session;
  readonly #rows: PartRows;
  readonly #files: PartFiles;
  /** Parts found damaged since the store was opened, in hex. */
  readonly #damaged = new Set<string>();

  constructor(session: Session, files: PartFiles) {
    this.#session = session;
    this.#rows = new PartRows(session.db);
    this.#files = files;
  }

  /** Removes the files that a crash left. */
  clean(): void {
    this.#files.clean((digest) => this.#rows.row(digest)?.codec === CODEC.FILE);
  }

  has(digest: Uint8Array): boolean {
    requireDigest(digest);
    return this.#session.read("Looking for a part", () => this.#rows.id(digest)) !== undefined;
  }

  get(digest: Uint8Array): Uint8Array | undefined {
    requireDigest(digest);
    return this.#session.read("Reading a part", () => this.#open(this.#rows.row(digest)));
  }

  reader(): (digest: Uint8Array) => Uint8Array | undefined {
    const rows = new RowsInOrder(this.#rows);
    return (digest) => {
      requireDigest(digest);
      return this.#session.read("Reading a part", () => rows.take(digest) ?? this.#open(rows.find(digest)));
    };
  }

  #open(row: Row | undefined): Uint8Array | undefined {
    if (row === undefined) return undefined;
    const { digest } = row;
    const bytes = row.codec === CODEC.FILE ? this.#files.read(digest) : this.#rows.decode(row);
    if (bytes === undefined || !equal(sha256Node(bytes), digest)) throw this.#damage(digest);
    return bytes;
  }

  stream(digest: Uint8Array): AsyncIterable<Uint8Array> | undefined {
    requireDigest(digest);
    const row = this.#session.read("Reading a part", () => this.#rows.row(digest));
    if (row === undefined) return undefined;
    return row.codec === CODEC.FILE ? this.#streamFile(digest) : this.#streamRow(digest);
  }

  async *#streamRow(digest: Uint8Array): AsyncIterable<Uint8Array> {
    const bytes = this.get(digest);
    if (bytes !== undefined) yield bytes;
  }

  /** Holds each chunk back until the next has come, and so the last until the digest is known to be right. */
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
      if (systemCode(error) !== "ENOENT") throw this.#session.failed(error, "Reading a part");
      if (!this.has(digest)) throw new LoreError("NOT_FOUND", "Reading a part: it was erased meanwhile.");
    }
    if (held === undefined || !equal(hash.digest(), digest)) throw this.#damage(digest);
    yield held;
  }

  put(digest: Uint8Array, bytes: Uint8Array, options: PutOptions = {}): void {
    if (bytes.length > limits.PART_BYTES_MAX) throw tooLarge();
    assert.ok(equal(sha256Node(bytes), digest), "a part is put under its SHA-256");
    this.#session.stage("Storing a part", () => {
      if (this.#isSound(digest)) return;
      if (!this.#rows.keepBytes(digest, bytes, options.like)) {
        this.#files.write(digest, bytes);
        this.#rows.keepFile(digest, bytes.length);
      }
      this.#damaged.delete(hex.encode(digest));
    });
  }

  async putStream(chunks: AsyncIterable<Uint8Array>): Promise<{ readonly digest: Uint8Array; readonly size: number }> {
    const hash = createHash("sha256");
    let pieces: Uint8Array[] = [];
    let incoming: Incoming | undefined;
    let size = 0;
    try {
      for await (const chunk of chunks) {
        size += chunk.length;
        if (size > limits.PART_BYTES_MAX) throw tooLarge();
        hash.update(chunk);
        pieces.push(chunk);
        if (size <= ROW_BYTES_MAX) continue;
        incoming ??= await this.#onDisk(() => this.#files.receive());
        const file = incoming;
        for (const piece of pieces) await this.#onDisk(() => file.write(piece));
        pieces = [];
      }
      const digest = new Uint8Array(hash.digest());
      if (incoming === undefined) this.put(digest, concat(...pieces));
      else await this.#keepFile(incoming, digest, size);
      return { digest, size };
    } catch (error) {
      await incoming?.drop();
      throw error;
    }
  }

  async #keepFile(incoming: Incoming, digest: Uint8Array, size: number): Promise<void> {
    if (this.#session.read("Storing a part", () => this.#isSound(digest))) return incoming.drop();
    await this.#onDisk(() => incoming.keep(digest));
    this.#session.stage("Storing a part", () => this.#rows.keepFile(digest, size));
    this.#damaged.delete(hex.encode(digest));
  }

  /** An error of the disk is the store's; one of whoever sends the chunks stays theirs. */
  async #onDisk<T>(body: () => Promise<T>): Promise<T> {
    this.#session.requireWritable("Storing a part");
    try {
      return await body();
    } catch (error) {
      throw this.#session.failed(error, "Storing a part");
    }
  }

  async erase(digests: readonly Uint8Array[]): Promise<void> {
    digests.forEach(requireDigest);
    const files: Uint8Array[] = [];
    this.#session.commit("Erasing parts", () => {
      const rows = digests.map((digest) => this.#rows.row(digest)).filter((row) => row !== undefined);
      const { damaged } = this.#rows.delete(rows);
      if (damaged !== undefined) throw this.#damage(damaged);
      if (rows.length > 0) this.#session.markScrubDue();
      files.push(...rows.filter((row) => row.codec === CODEC.FILE).map((row) => row.digest));
    });
    this.#rows.forget();
    this.#session.read("Erasing parts", () => this.#files.remove(files));
    this.#session.scrub("Erasing parts");
  }

  *digests(): IterableIterator<Uint8Array> {
    const rows = this.#rows.digests();
    for (;;) {
      const { done, value } = this.#session.read("Listing parts", () => rows.next());
      if (done === true) return;
      yield value;
    }
  }

  /** Held, and not known to be damaged. */
  #isSound(digest: Uint8Array): boolean {
    return this.#rows.id(digest) !== undefined && !this.#damaged.has(hex.encode(digest));
  }

  #damage(digest: Uint8Array): LoreError {
    const name = hex.encode(digest);
    this.#damaged.add(name);
    this.#rows.forget();
    const message = `Reading part ${name}: the stored bytes are damaged. Fetch it from a copy and store it again.`;
    return new LoreError("INTEGRITY", message, { data: { digest: name } });
  }
}

function requireDigest(digest: Uint8Array): void {
  assert.equal(digest.length, DIGEST_BYTES, "length of a SHA-256");
}

function tooLarge(): LoreError {
  const message = `Storing a part: it is larger than ${limits.PART_BYTES_MAX} bytes. Split it.`;
  return new LoreError("TOO_LARGE", message, { limit: limits.PART_BYTES_MAX });
}
