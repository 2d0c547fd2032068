/**
 * The table of parts. A row holds up to `ROW_BYTES_MAX`, packed on an older part much like it; the bases under a
 * row form a chain of bounded cost (`packing.ts`). A part that packs to more has a row that names its file.
 * Nothing here checks a digest except where bytes are packed anew: that is for who hands them out.
 */
import { equal, hex } from "../../bytes/index.ts";
import { sha256Node } from "../../bytes/node.ts";
import type { Db } from "./db.ts";
import { CODEC, COST_MAX, isDictionary, pack, STEP_COST, STEPS_ALWAYS, unpack } from "./packing.ts";
import { Recent } from "./recent.ts";

/** What a row may hold, packed; a part that takes more is a file. */
export const ROW_BYTES_MAX = 256 * 1024;
/** A larger part is a file without being packed first. */
export const PACKED_SIZE_MAX = 2 * 2 ** 20;
/** Digests fetched at once: iterating holds no cursor. */
const LIST_ROWS = 1_024;
const COLUMNS = "id, digest, size, codec, cost, base, bytes";

export interface Row {
  readonly id: number;
  readonly digest: Uint8Array;
  readonly size: number;
  /** One of CODEC. */
  readonly codec: number;
  readonly cost: number;
  readonly base: number | null;
  readonly bytes: Uint8Array | null;
}

/** A row's columns before it has an id. */
type Packed = Pick<Row, "size" | "codec" | "cost" | "base" | "bytes">;

/** What it takes to unpack a row. */
export type PackedRow = Pick<Row, "id" | "digest" | "size" | "codec" | "base" | "bytes">;

type Place = Pick<Row, "id" | "digest" | "cost" | "base">;

interface Base {
  readonly row: Place;
  readonly bytes: Uint8Array;
}

export class PartRows {
  readonly #db: Db;
  readonly #recent = new Recent();

  constructor(db: Db) {
    this.#db = db;
  }

  id(digest: Uint8Array): number | undefined {
    return this.#db.get<{ id: number }>("SELECT id FROM parts WHERE digest = ?", digest)?.id;
  }

  row(digest: Uint8Array): Row | undefined {
    return this.#db.get<Row>(`SELECT ${COLUMNS} FROM parts WHERE digest = ?`, digest);
  }

  /** The first `limit` rows after `id`, in the order the parts came. */
  after(id: number, limit: number): PackedRow[] {
    const sql = "SELECT id, digest, size, codec, base, bytes FROM parts WHERE id > ? ORDER BY id LIMIT ?";
    return this.#db.all<PackedRow>(sql, id, limit);
  }

  #rowById(id: number): Row | undefined {
    return this.#db.get<Row>(`SELECT ${COLUMNS} FROM parts WHERE id = ?`, id);
  }

  /** Every digest, in the order the parts came. */
  *digests(): IterableIterator<Uint8Array> {
    const sql = "SELECT id, digest FROM parts WHERE id > ? ORDER BY id LIMIT ?";
    for (let last = 0; ;) {
      const rows = this.#db.all<Pick<Row, "id" | "digest">>(sql, last, LIST_ROWS);
      for (const row of rows) yield row.digest;
      if (rows.length < LIST_ROWS) return;
      last = rows.at(-1)?.id ?? last;
    }
  }

  /**
   * Keeps `bytes`, on `like` where that helps. A row with this digest is replaced. False, with nothing kept, when
   * they take too much for a row.
   */
  keepBytes(digest: Uint8Array, bytes: Uint8Array, like: Uint8Array | undefined): boolean {
    if (bytes.length > PACKED_SIZE_MAX) return false;
    const id = this.id(digest);
    // A replaced row may be older than `like`, and stands alone.
    const row = packed(bytes, id === undefined ? this.#baseFor(like, bytes.length) : undefined);
    if ((row.bytes?.length ?? 0) > ROW_BYTES_MAX) return false;
    this.#write(id, digest, row);
    this.remember(digest, bytes);
    return true;
  }

  keepFile(digest: Uint8Array, size: number): void {
    this.#write(this.id(digest), digest, { size, codec: CODEC.FILE, cost: 0, base: null, bytes: null });
  }

  #write(id: number | undefined, digest: Uint8Array, row: Packed): void {
    const values = [row.size, row.codec, row.cost, row.base, row.bytes];
    if (id === undefined) {
      this.#db.run(
        "INSERT INTO parts (size, codec, cost, base, bytes, digest) VALUES (?, ?, ?, ?, ?, ?)",
        ...values,
        digest,
      );
    } else {
      this.#db.run("UPDATE parts SET size = ?, codec = ?, cost = ?, base = ?, bytes = ? WHERE id = ?", ...values, id);
    }
  }

  /** What a part of `size` bytes may stand on: `like`, or the foot of its chain when that would cost too much. */
  #baseFor(like: Uint8Array | undefined, size: number): Base | undefined {
    let place = like === undefined ? undefined : this.#place(like);
    if (place !== undefined && !isCheap(place, size)) {
      while (place !== undefined && place.base !== null) place = this.#rowById(place.base);
    }
    return place !== undefined && isCheap(place, size) ? this.#baseOf(place) : undefined;
  }

  /** A row without its bytes. */
  #place(digest: Uint8Array): Place | undefined {
    return this.#db.get<Place>("SELECT id, digest, cost, base FROM parts WHERE digest = ?", digest);
  }

  /** undefined for what cannot carry another part: a file, or damaged bytes. */
  #baseOf(place: Place): Base | undefined {
    // Nearly always the part before, decoded a moment ago.
    const bytes = this.#recent.get(hex.encode(place.digest)) ?? this.#decodeById(place.id);
    return bytes !== undefined && isDictionary(bytes) ? { row: place, bytes } : undefined;
  }

  #decodeById(id: number): Uint8Array | undefined {
    const row = this.#rowById(id);
    return row === undefined ? undefined : this.decode(row);
  }

  /** The bytes of a row, unchecked; undefined when they do not even unpack, or are a file. */
  decode(row: Row): Uint8Array | undefined {
    if (row.codec === CODEC.RAW) return this.unpack(row);
    const known = this.#recent.get(hex.encode(row.digest));
    if (known !== undefined) return known;
    const bytes = this.unpack(row);
    if (bytes !== undefined) this.remember(row.digest, bytes);
    return bytes;
  }

  /** The same of a row whose digest is not known; the caller, who will know it, remembers the bytes. */
  unpack(row: PackedRow): Uint8Array | undefined {
    if (row.bytes === null || row.codec === CODEC.RAW) return row.bytes ?? undefined;
    if (row.base === null) return unpack(row.bytes, row.size);
    const base = this.#rowById(row.base);
    // A base is older than what stands on it; anything else is damage, and might never end.
    const dictionary = base === undefined || base.id >= row.id ? undefined : this.decode(base);
    return dictionary === undefined ? undefined : unpack(row.bytes, row.size, dictionary);
  }

  /** Keeps decoded bytes at hand: they are likely a base of what is read or written next. */
  remember(digest: Uint8Array, bytes: Uint8Array): void {
    this.#recent.set(hex.encode(digest), bytes);
  }

  /** Forgets decoded bytes: after an erasure, and when they turn out damaged. */
  forget(): void {
    this.#recent.clear();
  }

  /**
   * Deletes rows; parts that stand on one of them and stay are packed anew on what remains below.
   * Answers a part that could not be packed anew because it is damaged; then the caller must roll back.
   */
  delete(rows: readonly Row[]): { readonly damaged?: Uint8Array } {
    const gone = new Map(rows.map((row) => [row.id, row]));
    for (const row of gone.values()) {
      const base = this.#remainingBase(row, gone);
      for (const dependant of this.#db.all<Row>(`SELECT ${COLUMNS} FROM parts WHERE base = ?`, row.id)) {
        if (gone.has(dependant.id)) continue;
        const bytes = this.decode(dependant);
        if (bytes === undefined || !equal(sha256Node(bytes), dependant.digest)) return { damaged: dependant.digest };
        this.#write(dependant.id, dependant.digest, packed(bytes, base));
      }
    }
    // Newest first: what stands on a part goes before it.
    for (const id of [...gone.keys()].toSorted((a, b) => b - a)) this.#db.run("DELETE FROM parts WHERE id = ?", id);
    return {};
  }

  #remainingBase(row: Row, gone: ReadonlyMap<number, Row>): Base | undefined {
    let id = row.base;
    for (let below = gone.get(id ?? 0); below !== undefined; below = gone.get(id ?? 0)) id = below.base;
    const base = id === null ? undefined : this.#rowById(id);
    return base === undefined ? undefined : this.#baseOf(base);
  }
}

function isCheap(base: Place, size: number): boolean {
  return base.cost + size + STEP_COST <= Math.max(COST_MAX, size * STEPS_ALWAYS);
}

function packed(bytes: Uint8Array, base: Base | undefined): Packed {
  const { codec, packed } = pack(bytes, base?.bytes);
  const stands = codec === CODEC.ZSTD && base !== undefined;
  const cost = (stands ? base.row.cost : 0) + bytes.length + STEP_COST;
  return { size: bytes.length, codec, cost, base: stands ? base.row.id : null, bytes: packed };
}
