/** People as readers see them: names, what they wrote, whether they hold a key here. No totals, no ranks. */
import { base32, LoreError } from "../../bytes/index.ts";
import { parseId, type Role } from "../../unit/index.ts";
import type { Community } from "../community.ts";
import { type Moment, NOW, saidBySql } from "./moment.ts";

/** A person behind one or more identities that are theirs. */
export interface PersonRef {
  /** Member id of the identity others were merged into, base32. */
  readonly id: string;
  readonly name: string;
  readonly type: string;
  /** Whether they hold a key; else they are named in history. */
  readonly keyed: boolean;
}

const NAMELESS = "Someone";

/** `member` is a row number of any of their identities. */
export function personRef({ rows, facts }: Community, member: number): PersonRef {
  const n = facts.person(member);
  const row = rows.get<{ id: Uint8Array; type: string; keyed: number; name: string | null }>(
    "SELECT m.id, m.type, m.keyed, c.name FROM member m LEFT JOIN catalog_member c ON c.member = m.n WHERE m.n = ?",
    n,
  );
  if (row === undefined) throw new LoreError("NOT_FOUND", "There is no such person here.");
  return { id: base32.encode(row.id), name: row.name ?? NAMELESS, type: row.type, keyed: row.keyed === 1 };
}

/** Who a revision is by: those it names, in their order, else whoever signed it. */
export function authorsOf(
  community: Community,
  revision: number,
  signer: number,
): { authors: PersonRef[]; signedBy: PersonRef } {
  const named = community.rows.all<{ member: number }>(
    "SELECT member FROM contributor WHERE revision = ? ORDER BY member",
    revision,
  );
  const signedBy = personRef(community, signer);
  const authors = named.map(({ member }) => personRef(community, member));
  return { authors: authors.length === 0 ? [signedBy] : uniquePeople(authors), signedBy };
}

/** Everyone whose accepted words went into a unit's head, or into those after head `from` up to `to`, in order of first contribution. */
export function contributorsOf(
  community: Community,
  unit: number,
  { from = 0, to = Number.MAX_SAFE_INTEGER }: { readonly from?: number; readonly to?: number } = {},
): PersonRef[] {
  const rows = community.rows.all<{ member: number }>(
    `SELECT coalesce(c.member, r.author) AS member FROM revision r LEFT JOIN contributor c ON c.revision = r.n
     WHERE r.unit = ? AND r.state = 'accepted' AND r.accepted > ? AND r.accepted <= ? ORDER BY r.n`,
    ...[unit, from, to],
  );
  const members = [...new Set(rows.map(({ member }) => member))];
  return uniquePeople(members.map((member) => personRef(community, member)));
}

function uniquePeople(people: readonly PersonRef[]): PersonRef[] {
  return [...new Map(people.map((person) => [person.id, person])).values()];
}

export interface PersonListing extends PersonRef {
  readonly roles: readonly Role[];
  /** Of their first and last accepted version, ms; null for someone who wrote nothing yet. */
  readonly since: number | null;
  readonly until: number | null;
  /** Other names under which they stand in history. */
  readonly alsoKnownAs: readonly string[];
}

/** Everyone, in order of first contribution; of an earlier moment those who had contributed by then. */
export function people(community: Community, moment: Moment = NOW): PersonListing[] {
  const { rows, facts } = community;
  const spans = rows.all<{ member: number; since: number; until: number }>(
    `SELECT coalesce(c.member, r.author) AS member, min(r.time) AS since, max(r.time) AS until
     FROM revision r LEFT JOIN contributor c ON c.revision = r.n WHERE r.state = 'accepted' ${saidBySql(moment, "r")} GROUP BY 1`,
  );
  const byPerson = new Map<number, { since: number; until: number }>();
  for (const { member, since, until } of spans) {
    const n = facts.person(member);
    const known = byPerson.get(n);
    byPerson.set(n, { since: Math.min(known?.since ?? since, since), until: Math.max(known?.until ?? until, until) });
  }
  const roots = rows.all<{ n: number }>("SELECT n FROM member WHERE into_n IS NULL ORDER BY n");
  const listings = roots.map(({ n }) => ({
    ...personRef(community, n),
    ...(byPerson.get(n) ?? { since: null, until: null }),
    roles: rolesOf(community, n),
    alsoKnownAs: aliasNames(community, n),
  }));
  const then = moment.at === "now" ? listings : listings.filter(({ since }) => since !== null);
  return then.toSorted((a, b) => (a.since ?? Infinity) - (b.since ?? Infinity));
}

function rolesOf({ rows }: Community, member: number): Role[] {
  return rows
    .all<{ role: Role }>("SELECT role FROM role WHERE member = ? AND until_idx IS NULL ORDER BY n", member)
    .map(({ role }) => role);
}

function aliasNames(community: Community, member: number): string[] {
  const own = personRef(community, member).name;
  const rows = community.rows.all<{ name: string }>(
    `WITH RECURSIVE merged(n) AS (SELECT n FROM member WHERE into_n = ? UNION SELECT m.n FROM member m JOIN merged ON m.into_n = merged.n)
     SELECT DISTINCT c.name FROM merged JOIN catalog_member c ON c.member = merged.n ORDER BY merged.n`,
    member,
  );
  return rows.map(({ name }) => name).filter((name) => name !== own);
}

/** One person by member id or exact name. @throws LoreError NOT_FOUND; USAGE where several have that name. */
export function findPerson(community: Community, text: string): PersonListing & { readonly member: number } {
  const { rows, facts } = community;
  const found = /^[a-z2-7]{32}$/.test(text)
    ? rows.all<{ n: number }>("SELECT n FROM member WHERE id = ?", parseId(text, "a member id"))
    : rows.all<{ n: number }>(
        "SELECT member AS n FROM catalog_member WHERE name = ? COLLATE NOCASE ORDER BY member",
        text,
      );
  const [row, another] = [...new Set(found.map(({ n }) => facts.person(n)))].map((n) => ({ n }));
  if (row !== undefined && another !== undefined)
    throw new LoreError(
      "USAGE",
      `Several here are named "${text.slice(0, 100)}": give the id of one, such as ${personRef(community, row.n).id} or ${personRef(community, another.n).id}.`,
    );
  if (row === undefined) throw new LoreError("NOT_FOUND", `Nobody here has the id or name "${text.slice(0, 100)}".`);
  const member = facts.person(row.n);
  const id = personRef(community, member).id;
  const listing = people(community).find((person) => person.id === id);
  if (listing === undefined)
    throw new LoreError("NOT_FOUND", `Nobody here has the id or name "${text.slice(0, 100)}".`);
  return { ...listing, member };
}

/** Units in which a person wrote accepted versions, by their last change there, newest first. */
export function unitsOf(community: Community, member: number): { unit: number; time: number }[] {
  const { rows, facts } = community;
  const all = rows.all<{ unit: number; member: number; time: number }>(
    `SELECT r.unit, coalesce(c.member, r.author) AS member, max(r.time) AS time
     FROM revision r LEFT JOIN contributor c ON c.revision = r.n WHERE r.state = 'accepted' GROUP BY 1, 2`,
  );
  const persons = new Map([...new Set(all.map((row) => row.member))].map((n) => [n, facts.person(n)]));
  const own = all.filter((row) => persons.get(row.member) === member);
  return own.map(({ unit, time }) => ({ unit, time })).toSorted((a, b) => b.time - a.time);
}
