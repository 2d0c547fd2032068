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

interface Part {
  readonly digest: Uint8Array;
  readonly bytes: Uint8Array;
}

export class RowsInOrder {
  readonly #rows: PartRows;
  #fetched: readonly PackedRow[] = [];
  /** Place in `#fetched` of the row expected next. */
  #at = 0;
  /** That row unpacked, once somebody asked. */
  #next: Part | undefined;
  /** Id of the last row fetched. */
  #last = 0;

  constructor(rows: PartRows) {
    this.#rows = rows;
  }

  /** The part with this digest if it is the one expected next. */
  take(digest: Uint8Array): Uint8Array | undefined {
    this.#next ??= this.#unpackNext();
    if (this.#next === undefined || !equal(this.#next.digest, digest)) return undefined;
    const { bytes } = this.#next;
    this.#goTo(this.#at + 1);
    return bytes;
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
    this.#at = at;
    this.#next = undefined;
  }

  #unpackNext(): Part | undefined {
    if (this.#at >= this.#fetched.length) this.#fetch();
    const row = this.#fetched[this.#at];
    const bytes = row === undefined ? undefined : this.#rows.unpack(row);
    if (bytes === undefined) return undefined;
    const digest = sha256Node(bytes);
    if (row?.codec === CODEC.ZSTD) this.#rows.remember(digest, bytes);
    return { digest, bytes };
  }

  #fetch(): void {
    this.#fetched = this.#rows.after(this.#last, ROWS_AT_ONCE);
    this.#last = this.#fetched.at(-1)?.id ?? this.#last;
    this.#at = 0;
  }
}
