/**
 * The rows of parts for whoever asks for nearly all of them in nearly the order in which they came: fetched many at
 * once, where one by one most of the time goes into looking each up.
 */
import { equal } from "../../bytes/index.ts";
import type { PartRows, Row } from "./part-rows.ts";

/** A row holds up to 256 KiB, most about one. */
const ROWS_AT_ONCE = 64;

export class RowsInOrder {
  readonly #rows: PartRows;
  #fetched: readonly Row[] = [];
  /** Place in `#fetched` of the row expected next. */
  #at = 0;
  /** Id of the last row fetched. */
  #last = 0;

  constructor(rows: PartRows) {
    this.#rows = rows;
  }

  row(digest: Uint8Array): Row | undefined {
    if (this.#at >= this.#fetched.length) this.#fetch();
    for (let i = this.#at; i < this.#fetched.length; i++) {
      const row = this.#fetched[i];
      if (row === undefined || !equal(row.digest, digest)) continue;
      this.#at = i + 1;
      return row;
    }
    const row = this.#rows.row(digest);
    // A part that was put again stands where it first came; the order goes on from the newest.
    if (row !== undefined && row.id > this.#last) this.#goTo(row);
    return row;
  }

  #fetch(): void {
    this.#fetched = this.#rows.after(this.#last, ROWS_AT_ONCE);
    this.#last = this.#fetched.at(-1)?.id ?? this.#last;
    this.#at = 0;
  }

  #goTo({ id }: Row): void {
    this.#last = id;
    this.#fetched = [];
    this.#at = 0;
  }
}
