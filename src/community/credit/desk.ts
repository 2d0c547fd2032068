/**
 * The desk: who used what, kept beside the record for 90 days at most and never part of it. How often pages are read is
 * counted without saying by whom. What a crash loses are the last seconds of that count.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";

import { base32, equal, LoreError } from "../../bytes/index.ts";
import type { NamedUse, Use } from "../../projection/credit/usage.ts";
import { Db } from "../../store/index.ts";
import type { Community } from "../community.ts";
import { partBytes } from "../queries/units.ts";
import { readUse, type UseReceipt } from "./receipt.ts";
import { closedPeriods, waitingPeriods } from "./statements.ts";

const DAY_MS = 86_400_000;
/** How long a use is kept. */
const DESK_MS = 90 * DAY_MS;
/** How far a receipt's time may lie from this clock. */
const CLOCK_MS = 10 * 60_000;

/** Less is no citation: a letter stands everywhere. */
const QUOTE_BYTES_MIN = 8;

const SCHEMA = `
-- One per reader, version, use and period; counted: id of the op that closed its period, '' until then. Ids in base32.
CREATE TABLE IF NOT EXISTS used (
  reader TEXT NOT NULL,
  revision TEXT NOT NULL,
  use TEXT NOT NULL,
  counted TEXT NOT NULL DEFAULT '',
  time INTEGER NOT NULL,
  receipt BLOB NOT NULL,
  disputed INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (reader, revision, use, counted)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS reads (unit TEXT NOT NULL, day INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (unit, day)) STRICT, WITHOUT ROWID;
`;

/** A use as its reader sees it. Times in ms, ids in base32. */
export interface DeskUse {
  readonly reader: string;
  readonly revision: string;
  readonly use: Use;
  readonly time: number;
  /** The reader says it was not so: it counts nothing. */
  readonly disputed: boolean;
  /** Whether its period is closed. */
  readonly isCounted: boolean;
}

interface DeskRow {
  readonly reader: string;
  readonly revision: string;
  readonly use: Use;
  readonly time: number;
  readonly disputed: number;
  readonly counted: string;
}

export class Desk {
  readonly #community: Community;
  readonly #db: Db;
  readonly #readOnly: boolean;

  /** Opens the desk of a community; only to be read, an empty one where there is none yet. */
  constructor(community: Community, { readOnly = false }: { readonly readOnly?: boolean } = {}) {
    this.#community = community;
    const path = join(community.directory, "desk.db");
    this.#readOnly = readOnly && existsSync(path);
    this.#db = new Db(readOnly && !this.#readOnly ? ":memory:" : path, {
      durability: "normal",
      readOnly: this.#readOnly,
    });
    if (!this.#readOnly) this.#db.exec(SCHEMA);
  }

  close(): void {
    this.#db.close();
  }

  /**
   * Takes in a receipt; false when the same use was taken in this period already.
   * @throws LoreError BAD_SIGNATURE and the like; REFUSED for a reader, version or quote that is not here.
   */
  take(receipt: Uint8Array): boolean {
    const { environment } = this.#community;
    const read = readUse(environment.suite, receipt);
    this.#requireHere(read);
    this.#refresh();
    if (this.#db.get("SELECT 1 AS found FROM used WHERE receipt = ? AND counted <> ''", receipt) !== undefined)
      throw refused("it was counted in a period that is closed. Sign anew what you use now");
    const { reader, revision, use, time } = read;
    const key = [base32.encode(reader), base32.encode(revision), use];
    const isNew =
      this.#db.get(
        "SELECT 1 AS found FROM used WHERE reader = ? AND revision = ? AND use = ? AND counted = ''",
        ...key,
      ) === undefined;
    this.#db.run(
      `INSERT INTO used (reader, revision, use, time, receipt) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET time = excluded.time, receipt = excluded.receipt`,
      ...[...key, time, receipt],
    );
    return isNew;
  }

  #requireHere({ log, reader, key, revision, time, use, quote }: UseReceipt): void {
    const { facts, environment, log: own } = this.#community;
    const member = facts.memberById(reader);
    const signing = facts.activeKey(key);
    const found = facts.revisionById(revision);
    if (!equal(log, own)) throw refused("it was signed for another community");
    if (member === undefined || signing?.member !== member.n || facts.rank(member.n) === 0)
      throw refused("its key is not one of a member here. Join first");
    if (signing.kinds !== null)
      throw refused("it was signed by an assistant. Whoever it works for signs what they use, with a key of their own");
    if (found?.state !== "accepted") throw refused("there is no accepted version of that id here");
    if (Math.abs(time - environment.now()) > CLOCK_MS)
      throw refused("its time is too far from this clock. Set the clock");
    if (time <= this.#lastClosed())
      throw refused("it was signed before the last period was closed. Sign anew what you use now");
    if (use === "cite" && quote === undefined) throw refused("a citation says which bytes of the version it quotes");
    if (quote !== undefined) this.#requireQuote(found.n, quote);
  }

  /** Log time of the entry that says the last closed period; what was signed by then was counted in it, or can be no more. */
  #lastClosed(): number {
    const said = closedPeriods(this.#community).at(-1)?.said ?? -1;
    const row = this.#community.rows.get<{ time: number }>("SELECT time FROM entry_time WHERE idx = ?", said);
    return row?.time ?? 0;
  }

  #requireQuote(revision: number, { range, digest }: NonNullable<UseReceipt["quote"]>): void {
    const [start = 0, end = 0] = range;
    const body = partBytes(this.#community, revision);
    const { suite } = this.#community.environment;
    if (
      body === undefined ||
      end - start < QUOTE_BYTES_MIN ||
      end > body.length ||
      !equal(suite.sha256(body.subarray(start, end)), digest)
    )
      throw refused(`what it quotes does not stand there, byte for byte, or is less than ${QUOTE_BYTES_MIN} bytes`);
  }

  /** Of one reader, or of all; newest first. */
  uses(reader?: string): DeskUse[] {
    this.#refresh();
    const rows = this.#db.all<DeskRow>(
      "SELECT reader, revision, use, time, disputed, counted FROM used WHERE ?1 = '' OR reader = ?1 ORDER BY time DESC",
      reader ?? "",
    );
    return rows.map(({ disputed, counted, ...use }) => ({
      ...use,
      disputed: disputed === 1,
      isCounted: counted !== "",
    }));
  }

  /** Says that a use was not so, or was after all. @throws LoreError NOT_FOUND for one that is not here or is counted. */
  dispute({ reader, revision, use }: Pick<DeskUse, "reader" | "revision" | "use">, disputed: boolean): void {
    const changed = this.#db.run(
      "UPDATE used SET disputed = ? WHERE reader = ? AND revision = ? AND use = ? AND counted = ''",
      ...[disputed ? 1 : 0, reader, revision, use],
    );
    if (changed === 0)
      throw new LoreError(
        "NOT_FOUND",
        "There is no such use of yours in the open period. It may be counted or too old.",
      );
  }

  /** Uses to be counted in the open period. */
  open(since: number): Omit<NamedUse, "isOwn">[] {
    this.#refresh();
    return this.#db.all(
      "SELECT reader, revision, use FROM used WHERE disputed = 0 AND counted = '' AND time >= ?",
      since,
    );
  }

  /** Notes that all of `uses` are counted by the op `id`. */
  count(uses: readonly Omit<NamedUse, "isOwn">[], id: string): void {
    this.#db.transaction(() => {
      for (const { reader, revision, use } of uses) {
        this.#db.run(
          "UPDATE OR REPLACE used SET counted = ? WHERE reader = ? AND revision = ? AND use = ? AND counted = ''",
          ...[id, reader, revision, use],
        );
      }
    });
  }

  /** Adds what was read, by unit. */
  addReads(reads: ReadonlyMap<string, number>): void {
    const day = Math.floor(this.#community.environment.now() / DAY_MS);
    this.#db.transaction(() => {
      for (const [unit, n] of reads)
        this.#db.run("INSERT INTO reads VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n", unit, day, n);
    });
  }

  /** Units that were read in the last 90 days, most first. */
  mostRead(limit: number): { readonly unit: string; readonly n: number }[] {
    this.#refresh();
    return this.#db.all("SELECT unit, sum(n) AS n FROM reads GROUP BY unit ORDER BY n DESC, unit LIMIT ?", limit);
  }

  /** Forgets what is old, and lets go of what was counted for a period that did not come to be. */
  #refresh(): void {
    if (this.#readOnly) return;
    const oldest = this.#community.environment.now() - DESK_MS;
    this.#db.run("DELETE FROM used WHERE time < ?", oldest);
    this.#db.run("DELETE FROM reads WHERE day < ?", Math.floor(oldest / DAY_MS));
    const standing = [...closedPeriods(this.#community).map(({ id }) => id), ...waitingPeriods(this.#community)];
    this.#db.run(
      "UPDATE OR REPLACE used SET counted = '' WHERE counted <> '' AND counted NOT IN (SELECT value FROM json_each(?))",
      JSON.stringify(standing),
    );
  }
}

function refused(found: string): LoreError {
  return new LoreError("REFUSED", `Taking in a use: ${found}. Nothing was counted.`);
}
