/** The fold's rows as typed values, and the small questions asked of them at the index being folded. */
import { decode } from "../../bytes/index.ts";
import type { PartRow, RevisionRow } from "../../projection/contract.ts";
import type { Db } from "../../store/index.ts";
import { RANK, type Role, type Rules } from "../../unit/index.ts";
import { type CharterRules, readRules } from "./rules.ts";

export interface MemberRow {
  readonly n: number;
  readonly id: Uint8Array;
  readonly type: string;
  readonly keyed: number;
  readonly next: Uint8Array | null;
  readonly into_n: number | null;
}

export interface KeyRow {
  readonly n: number;
  readonly key: Uint8Array;
  readonly member: number;
  /** Kinds an agent's key may propose, spaces between; null for the member's own key. */
  readonly kinds: string | null;
  readonly until_time: number | null;
  readonly direct: number;
}

export interface UnitRow {
  readonly n: number;
  readonly id: Uint8Array;
  readonly kind: string;
  readonly head: number | null;
  readonly disputed: number;
  readonly superseded_by: number | null;
  readonly retired: number;
  readonly redacted: number;
}

export type StoredState = "proposed" | "accepted" | "rejected" | "withdrawn";

export interface StoredRevision {
  readonly n: number;
  readonly id: Uint8Array;
  readonly unit: number;
  readonly idx: number;
  readonly place: number;
  readonly author: number;
  /** member_key number. */
  readonly key: number;
  readonly state: StoredState;
  readonly time: number;
  readonly sourced: number;
  readonly licence: string | null;
}

export interface ProposalRow {
  readonly n: number;
  readonly id: Uint8Array;
  readonly idx: number;
  readonly place: number;
  readonly author: number;
  readonly op: string;
  /** The op, canonical CBOR. */
  readonly body: Uint8Array;
  readonly state: StoredState;
}

/** Reads the fold's tables. Writing them is the fold's alone. */
export class Rows {
  readonly db: Db;

  constructor(db: Db) {
    this.db = db;
  }

  /** While kept, what is answered about members, keys and ranks. Only the fold keeps it, and knows when it ends. */
  #people: Map<string, unknown> | undefined;

  /** Keeps answers about people from here on, as long as nothing is written that could change them. */
  keepPeople(): void {
    this.#people ??= new Map();
  }

  forgetPeople(): void {
    this.#people = undefined;
  }

  #kept<T>(question: string, ask: () => T): T {
    if (this.#people === undefined) return ask();
    // Each question has answers of one type.
    if (!this.#people.has(question)) this.#people.set(question, ask());
    return this.#people.get(question) as T;
  }

  /** Entries folded. */
  size(): number {
    return this.db.get<{ size: number }>("SELECT size FROM state")?.size ?? 0;
  }

  memberById(id: Uint8Array): MemberRow | undefined {
    return this.#kept(`id ${nameOf(id)}`, () => this.db.get("SELECT * FROM member WHERE id = ?", id));
  }

  member(n: number): MemberRow | undefined {
    return this.#kept(`n ${n}`, () => this.db.get("SELECT * FROM member WHERE n = ?", n));
  }

  /** The identity that `n` was merged into, at the end of the chain; `n` itself otherwise. */
  person(n: number): number {
    let at = n;
    for (let into = this.member(at)?.into_n; into != null; into = this.member(at)?.into_n) at = into;
    return at;
  }

  /** The same as of the first `size` entries. */
  personAt(n: number, size: number): number {
    if (size === Number.MAX_SAFE_INTEGER) return this.person(n);
    let at = n;
    for (let into = this.#intoAt(at, size); into !== undefined; into = this.#intoAt(at, size)) at = into;
    return at;
  }

  #intoAt(member: number, size: number): number | undefined {
    return this.db.get<{ into_n: number }>(
      "SELECT into_n FROM merged WHERE member = ?1 AND from_idx < ?2 AND (until_idx IS NULL OR until_idx >= ?2)",
      ...[member, size],
    )?.into_n;
  }

  activeKey(key: Uint8Array): KeyRow | undefined {
    return this.#kept(`key ${nameOf(key)}`, () =>
      this.db.get("SELECT * FROM member_key WHERE key = ? AND until_idx IS NULL", key),
    );
  }

  unitById(id: Uint8Array): UnitRow | undefined {
    return this.db.get("SELECT * FROM unit WHERE id = ?", id);
  }

  unit(n: number): UnitRow | undefined {
    return this.db.get("SELECT * FROM unit WHERE n = ?", n);
  }

  revisionById(id: Uint8Array): StoredRevision | undefined {
    return this.db.get("SELECT * FROM revision WHERE id = ?", id);
  }

  revision(n: number): StoredRevision | undefined {
    return this.db.get("SELECT * FROM revision WHERE n = ?", n);
  }

  /** Whether a revision was signed with a key of its author's own, not one lent to an assistant. */
  signedByAuthor({ key }: StoredRevision): boolean {
    return this.db.get<{ kinds: string | null }>("SELECT kinds FROM member_key WHERE n = ?", key)?.kinds === null;
  }

  parents(revision: number): number[] {
    return this.db
      .all<{ parent: number }>("SELECT parent FROM parent WHERE revision = ?", revision)
      .map((row) => row.parent);
  }

  proposalById(id: Uint8Array): ProposalRow | undefined {
    return this.db.get("SELECT * FROM proposal WHERE id = ?", id);
  }

  /** Rank of a member at entry `index`: 3 steward, 2 editor, 1 anyone with a key, 0 named in history or banned. */
  rank(member: number, index?: number): number {
    return this.#kept(`rank ${member} ${index ?? ""}`, () => this.#rank(member, index));
  }

  #rank(member: number, index: number | undefined): number {
    const roles = this.db.all<{ role: Role; from_idx: number; until_idx: number | null }>(
      "SELECT role, from_idx, until_idx FROM role WHERE member = ? ORDER BY n",
      member,
    );
    let rank = this.member(member)?.keyed === 1 ? 1 : 0;
    for (const { role, from_idx, until_idx } of roles) {
      if (index !== undefined && from_idx > index) continue;
      const ended = until_idx !== null && (index === undefined || until_idx <= index);
      if (!ended) rank = Math.max(rank, RANK[role]);
      else if (role === "contributor") rank = 0;
    }
    return rank;
  }

  /** Members who hold at least `role` now, and a key to use it with. */
  holders(role: Role): number[] {
    return this.db
      .all<{ member: number }>(
        `SELECT DISTINCT member FROM role WHERE until_idx IS NULL AND role <> 'contributor' AND EXISTS
           (SELECT 1 FROM member_key k WHERE k.member = role.member AND k.until_idx IS NULL AND k.kinds IS NULL) ORDER BY member`,
      )
      .map((row) => row.member)
      .filter((member) => this.rank(member) >= RANK[role]);
  }

  /**
   * What is accepted with `tip`: itself and every revision it is built on that is not accepted yet. undefined when
   * the unit's `head` is not among its ancestors.
   */
  chain(head: number | null, tip: number): Set<number> | undefined {
    const seen = new Set<number>();
    const waiting = [tip];
    let found = head === null;
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      if (at === head) found = true;
      else if (!seen.has(at) && this.revision(at)?.state !== "accepted") {
        seen.add(at);
        waiting.push(...this.parents(at));
      }
    }
    return found ? seen : undefined;
  }

  /** Whether a revision is built on another of its unit. */
  isAncestor(ancestor: number, of: number): boolean {
    // Parents come before what is built on them.
    const sql = `WITH RECURSIVE up(n) AS (SELECT ?1 UNION SELECT p.parent FROM up JOIN parent p ON p.revision = up.n WHERE p.parent >= ?2)
      SELECT 1 FROM up WHERE n = ?2`;
    return this.db.get(sql, of, ancestor) !== undefined;
  }

  /** The charter's rules in force. */
  rulesInForce(): CharterRules {
    const row = this.db.get<{ rules: Uint8Array }>("SELECT rules FROM state");
    // Written by the fold, from a map.
    return readRules(decode(row?.rules ?? new Uint8Array()) as Rules);
  }

  /** A part of an op that is no revision. */
  opPart(op: Uint8Array, name: string): PartRow | undefined {
    const row = this.db.get<Omit<PartRow, "digest"> & { digest: Uint8Array | null }>(
      "SELECT name, media, size, digest FROM op_part WHERE op = ? AND name = ?",
      ...[op, name],
    );
    return row === undefined ? undefined : { ...row, digest: row.digest ?? undefined };
  }

  parts(revision: number): PartRow[] {
    const rows = this.db.all<{ name: string; media: string; size: number; digest: Uint8Array | null }>(
      "SELECT name, media, size, digest FROM part WHERE revision = ?",
      revision,
    );
    return rows.map(({ digest, ...part }) => ({ ...part, digest: digest ?? undefined }));
  }

  /** A revision as projections see it. */
  view(n: number): RevisionRow | undefined {
    const row = this.revision(n);
    const unit = row === undefined ? undefined : this.unit(row.unit);
    if (row === undefined || unit === undefined) return undefined;
    return {
      n,
      unit: row.unit,
      kind: unit.kind,
      index: row.idx,
      time: row.time,
      licence: row.licence ?? undefined,
      parts: this.parts(n),
    };
  }
}

/** Bytes as the key of a map: a character each. */
export function nameOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}
