/**
 * The two ports behind which a community keeps its truth: the log and the parts (DESIGN.md 9).
 * Reads are synchronous, from this node's own copy; writes may cross a network and are awaited.
 * One writer: callers never overlap two writes. Contract of both, proven by `suite.ts`:
 * what `append` acknowledged survives the death of the process and a power cut, with every part put before it.
 */
import type { tiles } from "../log/index.ts";

/** An entry as stored: its bytes, and the salts and digests of its parts, which may change by erasure. */
export interface StoredEntry {
  readonly bytes: Uint8Array;
  /** `encodeSidecar`'s bytes. */
  readonly sidecar: Uint8Array;
}

/** What `publish` makes public, in one step. */
export interface Publication {
  /** Entries the checkpoint covers. */
  readonly size: number;
  /** The signed note. */
  readonly checkpoint: Uint8Array;
  /** Each new or wider tile, with its hashes. */
  readonly tiles: readonly { readonly name: tiles.TileName; readonly hashes: Uint8Array }[];
}

export interface LogStore {
  /** Number of entries that are durable. */
  size(): number;
  /** Entries `[start, end)` in order, read back from where they are kept. Needs 0 <= start <= end <= size. */
  read(start: number, end: number): IterableIterator<StoredEntry>;
  /**
   * Appends at `ifSize`, all or none; durable on return, with every part put since the last append.
   * @throws LoreError STALE when the log has another size; DISK_FULL or BUSY (nothing changed: put the parts and
   * append again, when there is space); READ_ONLY after any other failure of the storage: then this store writes
   * no more. These three drop every part put since the last append.
   */
  append(entries: readonly StoredEntry[], ifSize: number): Promise<void>;
  /**
   * Replaces the sidecars of entries, for erasure; durable on return. The bytes they held leave the raw files with
   * the next `erase`, be it of nothing: so call this first.
   */
  replaceSidecars(sidecars: ReadonlyMap<number, Uint8Array>): Promise<void>;
  /** The latest published checkpoint, as signed. */
  checkpoint(): Uint8Array | undefined;
  /** Entries under the latest published checkpoint. */
  sealedSize(): number;
  /** Hashes of a published tile, at least `name.width` of them; undefined when there is none. */
  tile(name: tiles.TileName): Uint8Array | undefined;
  /** Publishes a larger tree. Needs sealedSize() < size <= size(). Durable on return. */
  publish(publication: Publication): Promise<void>;
}

export interface PutOptions {
  /** Digest of a part that is much the same, usually the unit's body before: storage may build on it. */
  readonly like?: Uint8Array | undefined;
}

/** Content by its SHA-256. Buffers handed out are not written to. */
export interface PartStore {
  has(digest: Uint8Array): boolean;
  /** All bytes, or undefined when the part is not held. Bytes that do not hash to `digest` are never returned. @throws LoreError INTEGRITY. */
  get(digest: Uint8Array): Uint8Array | undefined;
  /** Answers as `get` does, for whoever reads all: fastest in the order in which parts were put. */
  reader(): (digest: Uint8Array) => Uint8Array | undefined;
  /** As `get`, in chunks, for parts too large for memory. The last chunk comes only if the digest was right. */
  stream(digest: Uint8Array): AsyncIterable<Uint8Array> | undefined;
  /**
   * Takes `bytes`, whose SHA-256 is `digest`; `has` and `get` know the part at once. Durable when the next append
   * returns. A part that was found damaged is stored anew. @throws LoreError as `append` does.
   */
  put(digest: Uint8Array, bytes: Uint8Array, options?: PutOptions): void;
  /**
   * The same for chunks of unknown length; answers digest and size. Other calls may come between the chunks.
   * @throws LoreError TOO_LARGE over 1 GiB, and whatever `chunks` throws; then nothing is kept.
   */
  putStream(chunks: AsyncIterable<Uint8Array>): Promise<{ readonly digest: Uint8Array; readonly size: number }>;
  /**
   * Removes the bytes for good, from the raw files too; what was stored upon them is stored anew. Takes time in
   * proportion to the whole store: erase together what is to go. After an error it may be called again.
   * @throws LoreError INTEGRITY naming a damaged part that stands on one to be erased: repair it, or erase both.
   */
  erase(digests: readonly Uint8Array[]): Promise<void>;
  /** Every digest held, in no order. */
  digests(): IterableIterator<Uint8Array>;
}

export interface Store {
  readonly log: LogStore;
  readonly parts: PartStore;
  /** Why writes are refused since a storage failure, or undefined. */
  readonly failure: Error | undefined;
  /** Checks the engine's own structures, beyond what reading shows. @throws LoreError INTEGRITY. */
  check(): void;
  close(): void;
}
