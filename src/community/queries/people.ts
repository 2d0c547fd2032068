/** People as readers see them: names, what they wrote, whether they hold a key here. No totals, no ranks. */
import { base32, LoreError } from "../../bytes/index.ts";
import { parseId, type Role } from "../../unit/index.ts";
import type { Community } from "../community.ts";
import { headBoundSql, type Moment, NOW, saidBySql, sizeAt } from "./moment.ts";

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

/** `member` is a row number of any of their identities; who is one person with whom, as of a moment. */
export function personRef(community: Community, member: number, moment: Moment = NOW): PersonRef {
  const { rows } = community;
  const n = personOf(community, member, moment);
  const row = rows.get<{ id: Uint8Array; type: string; keyed: number; name: string | null }>(
    "SELECT m.id, m.type, m.keyed, c.name FROM member m LEFT JOIN catalog_member c ON c.member = m.n WHERE m.n = ?",
    n,
  );
  if (row === undefined) throw new LoreError("NOT_FOUND", "There is no such person here.");
  return { id: base32.encode(row.id), name: row.name ?? NAMELESS, type: row.type, keyed: row.keyed === 1 };
}

/**
 * The row of the person that a member was, by the record of the moment. A date is of the things told about, not of the
 * record: who somebody was then, it knows as of now.
 */
function personOf({ facts }: Community, member: number, moment: Moment): number {
  return moment.at === "size" ? facts.personAt(member, moment.size) : facts.person(member);
}

/** Who a revision is by: those it names, in their order, else whoever signed it. */
export function authorsOf(
  community: Community,
  revision: number,
  { signer, moment = NOW }: { readonly signer: number; readonly moment?: Moment },
): { authors: PersonRef[]; signedBy: PersonRef } {
  const signedBy = personRef(community, signer, moment);
  return { authors: authorsOfEach(community, [revision], moment).get(revision) ?? [signedBy], signedBy };
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

/** The authors of each of several revisions, as `authorsOf` tells them. */
export function authorsOfEach(
  community: Community,
  revisions: Iterable<number>,
  moment: Moment = NOW,
): Map<number, PersonRef[]> {
  const rows = community.rows.all<{ revision: number; member: number }>(
    `SELECT r.n AS revision, coalesce(c.member, r.author) AS member
     FROM json_each(?) asked CROSS JOIN revision r ON r.n = asked.value LEFT JOIN contributor c ON c.revision = r.n
     ORDER BY 1, 2`,
    JSON.stringify([...revisions]),
  );
  const people = new Map<number, PersonRef>();
  const authors = new Map<number, PersonRef[]>();
  for (const { revision, member } of rows) {
    const person = people.get(member) ?? personRef(community, member, moment);
    people.set(member, person);
    authors.set(revision, [...(authors.get(revision) ?? []), person]);
  }
  for (const [revision, each] of authors) authors.set(revision, uniquePeople(each));
  return authors;
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

/** Everyone, in order of first contribution; as of a date, those who had contributed by then. */
export function people(community: Community, moment: Moment = NOW): PersonListing[] {
  const { rows } = community;
  const spans = rows.all<{ member: number; since: number; until: number }>(
    `SELECT coalesce(c.member, r.author) AS member, min(r.time) AS since, max(r.time) AS until
     FROM revision r JOIN head h ON h.unit = r.unit AND h.seq = r.accepted LEFT JOIN contributor c ON c.revision = r.n
     WHERE r.state = 'accepted' ${headBoundSql(moment, "h")} ${saidBySql(moment, "r")} GROUP BY 1`,
  );
  const byPerson = new Map<number, { since: number; until: number }>();
  for (const { member, since, until } of spans) {
    const n = personOf(community, member, moment);
    const known = byPerson.get(n);
    byPerson.set(n, { since: Math.min(known?.since ?? since, since), until: Math.max(known?.until ?? until, until) });
  }
  const members = rows.all<{ n: number }>(`SELECT m.n FROM member m WHERE 1 ${memberBoundSql(moment)} ORDER BY m.n`);
  const listings = members
    .filter(({ n }) => personOf(community, n, moment) === n)
    .map(({ n }) => ({
      ...personRef(community, n, moment),
      ...(byPerson.get(n) ?? { since: null, until: null }),
      roles: rolesOf(community, n, moment),
      alsoKnownAs: aliasNames(community, n, moment),
    }));
  const then = moment.at === "date" ? listings.filter(({ since }) => since !== null) : listings;
  return then.toSorted((a, b) => (a.since ?? Infinity) - (b.since ?? Infinity));
}

/**
 * The people who wrote here, in order of first contribution: no bots, and not who only founded the community or brought
 * in what others wrote. `everyone`: as `people` lists them for the moment.
 */
export function peopleWhoWrote(
  community: Community,
  moment: Moment = NOW,
  everyone: readonly PersonListing[] = people(community, moment),
): PersonListing[] {
  // Entry 0 holds the charter that begins a community.
  const members = community.rows.all<{ n: number }>(
    `SELECT DISTINCT m.n FROM revision r JOIN head h ON h.unit = r.unit AND h.seq = r.accepted
       LEFT JOIN contributor c ON c.revision = r.n JOIN member m ON m.n = coalesce(c.member, r.author)
     WHERE r.state = 'accepted' AND r.idx > 0 ${headBoundSql(moment, "h")} ${saidBySql(moment, "r")}`,
  );
  const wrote = new Set(members.map(({ n }) => personRef(community, n, moment).id));
  return everyone.filter(({ id, type }) => type === "person" && wrote.has(id));
}

/** SQL, with its AND, that leaves only members of the table `m` that the record of the moment names. */
function memberBoundSql(moment: Moment): string {
  return moment.at === "size" ? `AND m.idx < ${moment.size}` : "";
}

function rolesOf(community: Community, member: number, moment: Moment): Role[] {
  return community.rows
    .all<{ role: Role }>(
      "SELECT role FROM role WHERE member = ?1 AND from_idx < ?2 AND (until_idx IS NULL OR until_idx >= ?2) ORDER BY n",
      ...[member, sizeAt(community, moment)],
    )
    .map(({ role }) => role);
}

function aliasNames(community: Community, member: number, moment: Moment): string[] {
  const own = personRef(community, member, moment).name;
  const size = moment.at === "size" ? moment.size : sizeAt(community, NOW);
  const rows = community.rows.all<{ name: string }>(
    `WITH RECURSIVE own(n) AS (SELECT ?1 UNION SELECT g.member FROM merged g JOIN own ON g.into_n = own.n
       WHERE g.from_idx < ?2 AND (g.until_idx IS NULL OR g.until_idx >= ?2))
     SELECT DISTINCT c.name FROM own JOIN catalog_member c ON c.member = own.n WHERE own.n <> ?1 ORDER BY own.n`,
    ...[member, size],
  );
  return rows.map(({ name }) => name).filter((name) => name !== own);
}

/** One person by member id or exact name. @throws LoreError NOT_FOUND; USAGE where several have that name. */
export function findPerson(
  community: Community,
  text: string,
  moment: Moment = NOW,
): PersonListing & { readonly member: number } {
  const { rows } = community;
  const found = /^[a-z2-7]{32}$/.test(text)
    ? rows.all<{ n: number }>(
        `SELECT m.n FROM member m WHERE m.id = ? ${memberBoundSql(moment)}`,
        parseId(text, "a member id"),
      )
    : rows.all<{ n: number }>(
        `SELECT m.n FROM catalog_member c JOIN member m ON m.n = c.member
         WHERE c.name = ? COLLATE NOCASE ${memberBoundSql(moment)} ORDER BY m.n`,
        text,
      );
  const [member, another] = [...new Set(found.map(({ n }) => personOf(community, n, moment)))];
  const idOf = (n: number): string => personRef(community, n, moment).id;
  if (member !== undefined && another !== undefined)
    throw new LoreError(
      "USAGE",
      `Several here are named "${text.slice(0, 100)}": give the id of one, such as ${idOf(member)} or ${idOf(another)}.`,
    );
  const id = member === undefined ? undefined : idOf(member);
  const listing = people(community, moment).find((person) => person.id === id);
  if (member === undefined || listing === undefined)
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

/** The ops that gave a person this name, under any of their identities; not those of which it is hidden. */
export function opsNaming(community: Community, member: number, name: string): Uint8Array[] {
  const rows = community.rows.all<{ n: number; op: Uint8Array }>(
    "SELECT m.n, m.op FROM catalog_member c JOIN member m ON m.n = c.member WHERE c.name = ? ORDER BY m.n",
    name,
  );
  const person = community.facts.person(member);
  return rows.filter(({ n }) => community.facts.person(n) === person).map(({ op }) => op);
}

/** The name of an identity itself, though it was merged into another; null where it has none. */
export function nameOfMember({ rows }: Community, member: number): string | null {
  return rows.get<{ name: string }>("SELECT name FROM catalog_member WHERE member = ?", member)?.name ?? null;
}
