/**
 * Where strangers arrive (DESIGN.md 4). What they sign waits here, 30 days at most, until a member lets it in; then it
 * enters the record as it was signed. Invitations are secrets of which only a hash is kept. One file per site; after a
 * crash it holds what was answered for, and what a member had let in is let in again without harm.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";

import { base32, LoreError } from "../bytes/index.ts";
import type { Environment } from "../community/index.ts";
import { Db } from "../store/index.ts";

const DAY_MS = 86_400_000;
export const WAITING_MS = 30 * DAY_MS;
/** Entries of one stranger, and of all in one community, that may wait; and their bytes. */
export const WAITING_EACH_MAX = 10;
export const WAITING_ALL_MAX = 500;
export const WAITING_BYTES_MAX = 2 * 2 ** 20;
/** How far a request's time may lie from this clock. */
const CLOCK_MS = 2 * 60_000;
const INVITATION_BYTES = 20;
const INVITATIONS_MAX = 200;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS waiting (
  n INTEGER PRIMARY KEY,
  community TEXT NOT NULL,
  key BLOB NOT NULL,
  member BLOB NOT NULL,
  entry BLOB NOT NULL UNIQUE,   -- its digest
  name TEXT NOT NULL,           -- who it says it is by
  subjects TEXT NOT NULL,       -- JSON: ids of its versions and ops, base32
  body BLOB NOT NULL,           -- as it was sent
  time INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS waiting_by_key ON waiting (community, key);
-- Only the hash of an invitation's secret is kept.
CREATE TABLE IF NOT EXISTS invitation (
  hash BLOB PRIMARY KEY,
  community TEXT NOT NULL,
  member BLOB NOT NULL,         -- who made it
  label TEXT NOT NULL,
  uses INTEGER NOT NULL,        -- how many may still come
  used INTEGER NOT NULL DEFAULT 0,
  until INTEGER NOT NULL,
  time INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`;

export interface WaitingEntry {
  readonly n: number;
  readonly key: Uint8Array;
  readonly member: Uint8Array;
  readonly entry: Uint8Array;
  readonly name: string;
  readonly subjects: readonly string[];
  readonly body: Uint8Array;
  /** When it came, ms. */
  readonly time: number;
}

/** An invitation as those who may make one see it. Ids in base32, times in ms. */
export interface Invitation {
  readonly name: string;
  readonly by: string;
  readonly label: string;
  readonly uses: number;
  readonly used: number;
  readonly until: number;
}

export class FrontDesk {
  readonly #db: Db;
  readonly #environment: Environment;
  /** Nonces of requests that still hold, with the time at which they no longer do. */
  readonly #heard = new Map<string, number>();
  /** Communities and keys of which something waits: asked of each entry that is written. */
  #keys: ReadonlySet<string> = new Set();

  constructor(environment: Environment) {
    this.#environment = environment;
    this.#db = new Db(join(environment.home, "desk.db"), { durability: "full" });
    this.#db.exec(SCHEMA);
    this.#remember();
  }

  #remember(): void {
    const rows = this.#db.all<{ community: string; key: Uint8Array }>("SELECT DISTINCT community, key FROM waiting");
    this.#keys = new Set(rows.map(({ community, key }) => `${community} ${base32.encode(key)}`));
  }

  /** Whether something of a key waits to be let in. */
  isWaiting(community: string, key: Uint8Array): boolean {
    return this.#keys.size > 0 && this.#keys.has(`${community} ${base32.encode(key)}`);
  }

  close(): void {
    this.#db.close();
  }

  /**
   * Keeps what a stranger signed until somebody lets it in.
   * @throws LoreError STALE where it does not follow what they sent before; RATE_LIMITED where too much waits.
   */
  take(community: string, waiting: Omit<WaitingEntry, "n" | "time">, prev: Uint8Array | null): void {
    this.#expire();
    const own = this.of(community, waiting.key);
    const last = own.at(-1)?.entry ?? null;
    if (base32.encode(last ?? new Uint8Array()) !== base32.encode(prev ?? new Uint8Array()))
      throw new LoreError(
        "STALE",
        "What was sent does not follow what waits of the same key. Read that and sign again.",
      );
    const all = this.#db.get<{ n: number }>("SELECT count(*) AS n FROM waiting WHERE community = ?", community)?.n ?? 0;
    if (own.length >= WAITING_EACH_MAX || all >= WAITING_ALL_MAX || waiting.body.length > WAITING_BYTES_MAX)
      throw new LoreError(
        "RATE_LIMITED",
        own.length >= WAITING_EACH_MAX
          ? `${WAITING_EACH_MAX} of your suggestions wait already. Wait until somebody has looked at one.`
          : "Too much waits to be looked at here. Try again later.",
      );
    const { key, member, entry, name, subjects, body } = waiting;
    this.#db.run(
      "INSERT INTO waiting (community, key, member, entry, name, subjects, body, time) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      ...[community, key, member, entry, name, JSON.stringify(subjects), body, this.#environment.now()],
    );
    this.#remember();
  }

  /** What waits in a community, oldest first. */
  waiting(community: string): WaitingEntry[] {
    this.#expire();
    return this.#rows("SELECT * FROM waiting WHERE community = ? ORDER BY n", community);
  }

  /** What one key has waiting, in the order in which it was signed. */
  of(community: string, key: Uint8Array): WaitingEntry[] {
    return this.#rows("SELECT * FROM waiting WHERE community = ? AND key = ? ORDER BY n", community, key);
  }

  /** All that must enter the record before something can be said of `subject`, a version's or op's id in base32. */
  upTo(community: string, subject: string): WaitingEntry[] {
    const found = this.waiting(community).find(({ subjects }) => subjects.includes(subject));
    return found === undefined ? [] : this.of(community, found.key).filter(({ n }) => n <= found.n);
  }

  #rows(sql: string, ...values: readonly (string | Uint8Array)[]): WaitingEntry[] {
    return this.#db
      .all<Omit<WaitingEntry, "subjects"> & { subjects: string }>(sql, ...values)
      .map((row) => ({ ...row, subjects: JSON.parse(row.subjects) as string[] }));
  }

  /** Takes away what was let in. */
  letIn({ n }: WaitingEntry): void {
    this.#db.run("DELETE FROM waiting WHERE n = ?", n);
    this.#remember();
  }

  /** Takes away an entry with everything its key signed after it, which follows from it. False where it is not there. */
  dismiss(community: string, entry: Uint8Array): boolean {
    const found = this.#rows("SELECT * FROM waiting WHERE community = ? AND entry = ?", community, entry)[0];
    if (found === undefined) return false;
    this.#db.run("DELETE FROM waiting WHERE community = ? AND key = ? AND n >= ?", community, found.key, found.n);
    this.#remember();
    return true;
  }

  /** Takes away all that waits of a key. */
  forget(community: string, key: Uint8Array): void {
    if (!this.isWaiting(community, key)) return;
    this.#db.run("DELETE FROM waiting WHERE community = ? AND key = ?", community, key);
    this.#remember();
  }

  #expire(): void {
    const now = this.#environment.now();
    if (this.#db.run("DELETE FROM waiting WHERE time < ?", now - WAITING_MS) > 0) this.#remember();
    this.#db.run("DELETE FROM invitation WHERE until < ?", now - WAITING_MS);
  }

  /** Makes an invitation; answers its secret, which is nowhere else. @throws LoreError REFUSED. */
  invite(community: string, made: { member: Uint8Array; uses: number; until: number; label: string }): string {
    this.#expire();
    const { member, uses, until, label } = made;
    const now = this.#environment.now();
    if (until <= now)
      throw new LoreError("REFUSED", "Making an invitation: its last day is over already. Choose a later one.");
    const there =
      this.#db.get<{ n: number }>("SELECT count(*) AS n FROM invitation WHERE community = ?", community)?.n ?? 0;
    if (there >= INVITATIONS_MAX)
      throw new LoreError("REFUSED", `Making an invitation: there are ${INVITATIONS_MAX} already. End one first.`);
    const secret = base32.encode(this.#environment.random(INVITATION_BYTES));
    this.#db.run(
      "INSERT INTO invitation (hash, community, member, label, uses, until, time) VALUES (?, ?, ?, ?, ?, ?, ?)",
      ...[hashOf(secret), community, member, label, uses, until, now],
    );
    return secret;
  }

  /** Invitations of a community, newest first. */
  invitations(community: string): Invitation[] {
    return this.#db
      .all<{ hash: Uint8Array; member: Uint8Array; label: string; uses: number; used: number; until: number }>(
        "SELECT hash, member, label, uses, used, until FROM invitation WHERE community = ? ORDER BY time DESC",
        community,
      )
      .map(({ hash, member, ...rest }) => ({ name: base32.encode(hash), by: base32.encode(member), ...rest }));
  }

  /** Somebody comes with it; false where nobody may any more. */
  use(community: string, secret: string): boolean {
    const sql =
      "UPDATE invitation SET uses = uses - 1, used = used + 1 WHERE hash = ? AND community = ? AND uses > 0 AND until > ?";
    return this.#db.run(sql, hashOf(secret), community, this.#environment.now()) > 0;
  }

  /** Whoever was to come with it did not. */
  giveBack(community: string, secret: string): void {
    this.#db.run(
      "UPDATE invitation SET uses = uses + 1, used = used - 1 WHERE hash = ? AND community = ? AND used > 0",
      ...[hashOf(secret), community],
    );
  }

  /** Nobody comes with it any more. False where it is not there. */
  end(community: string, hash: Uint8Array): boolean {
    return this.#db.run("DELETE FROM invitation WHERE hash = ? AND community = ?", hash, community) > 0;
  }

  /** @throws LoreError UNAUTHENTICATED for a request that is over, or was heard already. */
  requireFresh({ nonce, time }: { readonly nonce: Uint8Array; readonly time: number }): void {
    const now = this.#environment.now();
    for (const [name, until] of this.#heard) if (until < now) this.#heard.delete(name);
    const name = base32.encode(nonce);
    if (Math.abs(time - now) > CLOCK_MS || this.#heard.has(name))
      throw new LoreError("UNAUTHENTICATED", "This request is over, or was made already. Ask again.");
    this.#heard.set(name, now + 2 * CLOCK_MS);
  }
}

function hashOf(secret: string): Uint8Array {
  return new Uint8Array(createHash("sha256").update(`lore-invite/v1\n${secret}`).digest());
}
