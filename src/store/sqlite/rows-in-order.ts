/**
 * The rows of parts for whoever asks for nearly all of them in nearly the order in which they came: fetched many at
 * once and known by the hash of their bytes, where one by one most of the time goes into looking each up.
 */
import { equal } from "../../bytes/index.ts";
import { sha256Node } from "../../bytes/node.ts";
import { CODEC } from "./packing.ts";
import type { PackedRow, PartRows, Row } from "./part-rows.ts";

/** A row holds up to 256 KiB, most about one. */
const ROWS_AT_ONCE = 64;
/** Rows among which the part asked for is expected. */
const LOOK_AHEAD = 2;

interface Part {
  readonly digest: Uint8Array;
  readonly bytes: Uint8Array;
}

export class RowsInOrder {
  readonly #rows: PartRows;
  #fetched: readonly PackedRow[] = [];
  /** Place in `#fetched` of the row expected next. */
  #at = 0;
  /** Rows from there on that were unpacked, by place. */
  readonly #ahead = new Map<number, Part>();
  /** Id of the last row fetched. */
  #last = 0;

  constructor(rows: PartRows) {
    this.#rows = rows;
  }

  /** The part with this digest if it is among the next; whoever wants one of two parts of each revision skips the other. */
  take(digest: Uint8Array): Uint8Array | undefined {
    if (this.#at >= this.#fetched.length) this.#fetch();
    for (let place = this.#at; place < this.#at + LOOK_AHEAD; place++) {
      const part = this.#unpacked(place);
      if (part === undefined || !equal(part.digest, digest)) continue;
      this.#goTo(place + 1);
      return part.bytes;
    }
    return undefined;
  }

  /** The row with this digest wherever it is; if that is further on, the order goes on after it. */
  find(digest: Uint8Array): Row | undefined {
    const row = this.#rows.row(digest);
    // A part that was put again stands where it first came, which is behind.
    if (row === undefined || row.id <= (this.#fetched[this.#at - 1]?.id ?? 0)) return row;
    const after = this.#fetched.findIndex(({ id }) => id > row.id);
    this.#last = Math.max(this.#last, row.id);
    this.#goTo(after === -1 ? this.#fetched.length : after);
    return row;
  }

  #goTo(at: number): void {
    for (let place = this.#at; place < at; place++) this.#ahead.delete(place);
    this.#at = at;
  }

  #unpacked(place: number): Part | undefined {
    const known = this.#ahead.get(place);
    const row = this.#fetched[place];
    if (known !== undefined || row === undefined) return known;
    const bytes = this.#rows.unpack(row);
    if (bytes === undefined) return undefined;
    const part = { bytes, digest: sha256Node(bytes) };
    // By another name nobody else would find it.
    if (!equal(part.digest, row.digest)) return undefined;
    if (row.codec === CODEC.ZSTD) this.#rows.remember(part.digest, bytes);
    this.#ahead.set(place, part);
    return part;
  }

  #fetch(): void {
    this.#fetched = this.#rows.after(this.#last, ROWS_AT_ONCE);
    this.#last = this.#fetched.at(-1)?.id ?? this.#last;
    this.#ahead.clear();
    this.#at = 0;
  }
}
