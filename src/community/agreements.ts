/** Agreements about rights as the rows have them, for `replayRights`, and the licence that holds for a version by them. */
import { base32, decode } from "../bytes/index.ts";
import { type Agreement, type Consent, replayRights, type Rights } from "../projection/credit/rights.ts";
import { kindRules } from "../unit/index.ts";
import { communityFacts } from "./charter.ts";
import type { Rows, StoredRevision } from "./fold/rows.ts";

/** What the first `size` entries come to. */
export function rightsIn(rows: Rows, size = Number.MAX_SAFE_INTEGER): Rights {
  return replayRights(agreementsIn(rows, size));
}

interface HeadRow {
  readonly revision: number;
  readonly idx: number;
}

function agreementsIn(rows: Rows, size: number): Agreement[] {
  const heads = rows.db.all<HeadRow>(
    "SELECT h.revision, h.idx FROM unit u JOIN head h ON h.unit = u.n WHERE u.kind = 'right' AND h.idx < ? ORDER BY h.idx",
    size,
  );
  return heads.flatMap((head) => agreementOf(rows, head, size) ?? []);
}

function agreementOf(rows: Rows, { revision: n, idx }: HeadRow, size: number): Agreement | undefined {
  const revision = rows.revision(n);
  const unit = rows.unit(revision?.unit ?? 0);
  if (revision === undefined || unit === undefined) return undefined;
  const rules = rightRulesOf(rows, n, size);
  const of = "of" in rules ? rules.of : undefined;
  return {
    unit: base32.encode(unit.id),
    revision: base32.encode(revision.id),
    accepted: { index: idx, place: placeOfAcceptance(rows, revision, idx) },
    rules,
    consents: consentsTo(rows, revision, size),
    authors: of === undefined ? [] : authorsUpTo(rows, of, { index: idx, size }),
    retired: retiredAt(rows, unit.n, size),
  };
}

/** The rules of a right, with each member as the person they are after `size` entries. */
export function rightRulesOf(rows: Rows, revision: number, size = Number.MAX_SAFE_INTEGER): kindRules.RightRules {
  const row = rows.db.get<{ rules: Uint8Array | null }>("SELECT rules FROM revision WHERE n = ?", revision);
  const rules = kindRules.rightRules(row?.rules == null ? {} : decode(row.rules), "rules");
  switch (rules.form) {
    case "shares":
      return {
        ...rules,
        holders: rules.holders.map(({ member, share }) => ({ member: personNamed(rows, member, size), share })),
      };
    case "transfer":
      return { ...rules, from: personNamed(rows, rules.from, size), to: personNamed(rows, rules.to, size) };
    case "grant":
      return { ...rules, to: personNamed(rows, rules.to, size) };
    case "licence":
    case undefined:
      return rules;
    default:
      return rules satisfies never;
  }
}

function personNamed(rows: Rows, id: string, size: number): string {
  const n = rows.memberById(base32.decode(id))?.n;
  return n === undefined ? id : personId(rows, n, size);
}

function personId(rows: Rows, member: number, size: number): string {
  return base32.encode(rows.member(rows.personAt(member, size))?.id ?? new Uint8Array());
}

/** The approval that completed it, or the version itself where it was written directly. */
function placeOfAcceptance(rows: Rows, { id, idx, place }: StoredRevision, accepted: number): number {
  const row = rows.db.get<{ place: number | null }>(
    "SELECT min(place) AS place FROM review WHERE subject = ? AND idx = ? AND verdict = 'approve'",
    ...[id, accepted],
  );
  return row?.place ?? (idx === accepted ? place : 0);
}

/** Everybody's words on a version of a right. Signing it is consent, but by an assistant's key. */
export function consentsTo(rows: Rows, revision: StoredRevision, size = Number.MAX_SAFE_INTEGER): Consent[] {
  const { id, author, idx, place } = revision;
  const signed = { member: personId(rows, author, size), index: idx, place, approves: true };
  const reviews = rows.db.all<{ member: number; idx: number; place: number; verdict: string }>(
    "SELECT member, idx, place, verdict FROM review WHERE subject = ? AND verdict <> 'comment' AND idx < ? ORDER BY n",
    ...[id, size],
  );
  return [
    ...(rows.signedByAuthor(revision) ? [signed] : []),
    ...reviews.map((review) => ({
      member: personId(rows, review.member, size),
      index: review.idx,
      place: review.place,
      approves: review.verdict === "approve",
    })),
  ];
}

/** Persons who wrote what was accepted of a unit by entry `index`. */
function authorsUpTo(
  rows: Rows,
  unit: string,
  { index, size }: { readonly index: number; readonly size: number },
): string[] {
  const members = rows.db.all<{ member: number }>(
    `SELECT DISTINCT coalesce(c.member, r.author) AS member FROM unit u JOIN revision r ON r.unit = u.n
     JOIN head h ON h.unit = u.n AND h.seq = r.accepted LEFT JOIN contributor c ON c.revision = r.n
     WHERE u.id = ? AND r.state = 'accepted' AND h.idx <= ? ORDER BY member`,
    ...[base32.decode(unit), index],
  );
  const persons = members.filter(({ member }) => rows.member(rows.personAt(member, size))?.type === "person");
  return [...new Set(persons.map(({ member }) => personId(rows, member, size)))];
}

function retiredAt(rows: Rows, unit: number, size: number): number | undefined {
  const flags = rows.db.all<{ flag: string; idx: number; raised: number }>(
    "SELECT flag, idx, raised FROM flag WHERE unit = ? AND flag IN ('retired', 'superseded') AND idx < ? ORDER BY seq",
    ...[unit, size],
  );
  const latest = new Map(flags.map(({ flag, idx, raised }) => [flag, raised === 1 ? idx : Infinity]));
  const ended = Math.min(...latest.values());
  return Number.isFinite(ended) ? ended : undefined;
}

export interface LicenceInForce {
  /** SPDX expression; undefined when nobody has named one. */
  readonly licence: string | undefined;
  /** Who says so: the version itself, terms of the unit, terms for everything here, or how the community was founded. */
  readonly by: "version" | "unit" | "everything" | "community" | undefined;
}

/** The licence of one version: `own` is what it was signed with. */
export function licenceInForce(
  rows: Rows,
  rights: Rights,
  { unit, own }: { readonly unit: Uint8Array; readonly own: string | undefined },
): LicenceInForce {
  if (own !== undefined) return { licence: own, by: "version" };
  const ofUnit = rights.licences.get(base32.encode(unit));
  if (ofUnit !== undefined) return { licence: ofUnit.rules.licence, by: "unit" };
  const general = rights.licences.get("");
  if (general !== undefined) return { licence: general.rules.licence, by: "everything" };
  const { licence } = communityFacts(rows.db);
  return { licence, by: licence === undefined ? undefined : "community" };
}
