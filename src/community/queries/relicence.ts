/**
 * What it takes to give a unit another licence: everyone whose words stand in it, how many, and who has consented. To the
 * word, so that a small remainder can be written anew in place of asking.
 */
import { base32, LoreError } from "../../bytes/index.ts";
import { type Mix, mayBecome, NO_LICENCE, readExpression } from "../../projection/credit/licences.ts";
import { consentsTo, licenceInForce, rightRulesOf, rightsIn } from "../agreements.ts";
import type { Community } from "../community.ts";
import { hasAuthors, wordsIn } from "./authorship.ts";
import { authorsOfEach, contributorsOf, type PersonRef } from "./people.ts";
import { headAt, revisionDetail } from "./units.ts";

export interface RelicencePlan {
  readonly unit: string;
  readonly revision: string;
  readonly title: string;
  /** SPDX expressions: now, and wanted. */
  readonly from: string | undefined;
  readonly to: string;
  /** Whether its version was signed with a licence, which counts before any terms: a new version must name the other one. */
  readonly namesOwn: boolean;
  /** Whether the licence it has allows as much without asking anybody. */
  readonly mix: Mix;
  /** "words" where whose words stand is known; for what is no text, everyone who had a hand in an accepted version. */
  readonly counted: "words" | "versions";
  /** Those with most first. Words that several wrote together count for each of them. */
  readonly people: readonly { readonly person: PersonRef; readonly words: number; readonly consented: boolean }[];
  /** Words in all; those that somebody has not consented to; of these, such as have an author who is only named in history. */
  readonly words: number;
  readonly withoutConsent: number;
  readonly inHistory: number;
  /** Versions of terms that offer this licence: to consent is to approve one. */
  readonly offers: readonly string[];
  /** Whether everybody has consented. */
  readonly isReady: boolean;
}

/** @throws LoreError USAGE for what is no licence; NOT_FOUND for a unit that has no accepted version. */
export function relicencePlan(community: Community, unit: number, licence: string): RelicencePlan {
  if (licence === NO_LICENCE || readExpression(licence) === undefined)
    throw new LoreError(
      "USAGE",
      `Planning another licence: "${licence.slice(0, 80)}" is no SPDX expression. Write it as in "CC-BY-4.0" or "MIT OR Apache-2.0".`,
    );
  const head = headAt(community, unit, { at: "now" });
  if (head === undefined) throw new LoreError("NOT_FOUND", "It has no accepted version, and so no licence to change.");
  const { title, unit: id, revision } = revisionDetail(community, head);
  const { facts } = community;
  const own = facts.revision(head)?.licence ?? undefined;
  const from = licenceInForce(facts, rightsIn(facts), { unit: base32.decode(id), own }).licence;
  const { offers, consenting } = offersOf(community, id, licence);
  const origins = originsOf(community, head);
  const lacks = (people: readonly PersonRef[]) => people.filter((person) => !consenting.has(person.id));
  const count = (such: (missing: readonly PersonRef[]) => boolean): number =>
    origins.reduce((sum, { authors, words }) => sum + (such(lacks(authors)) ? words : 0), 0);
  const counted = hasAuthors(community, head) ? "words" : "versions";
  const people = counted === "words" ? peopleOf(origins) : contributorsOf(community, unit).map(withoutWords);
  const asked = people
    .filter(({ person }) => person.type === "person")
    .map((each) => ({ ...each, consented: consenting.has(each.person.id) }));
  return {
    ...{ unit: id, revision, title, from, to: licence, counted, offers, namesOwn: own !== undefined },
    mix: mayBecome(community.licences.rows, { from, into: licence }),
    people: asked,
    words: count(() => true),
    withoutConsent: count((missing) => missing.length > 0),
    inHistory: count((missing) => missing.some(({ keyed }) => !keyed)),
    isReady: asked.every(({ consented }) => consented),
  };
}

interface OriginWords {
  readonly authors: readonly PersonRef[];
  readonly words: number;
}

/** What programs brought in is nobody's to consent to. */
function originsOf(community: Community, revision: number): OriginWords[] {
  const words = wordsIn(community, revision);
  const authors = authorsOfEach(community, words.keys());
  return [...words].map(([origin, count]) => ({
    authors: (authors.get(origin) ?? []).filter(({ type }) => type === "person"),
    words: count,
  }));
}

function peopleOf(origins: readonly OriginWords[]): { person: PersonRef; words: number }[] {
  const people = new Map<string, { person: PersonRef; words: number }>();
  for (const { authors, words } of origins) {
    if (words === 0) continue;
    for (const person of authors) {
      const known = people.get(person.id) ?? { person, words: 0 };
      known.words += words;
      people.set(person.id, known);
    }
  }
  return [...people.values()].toSorted((a, b) => b.words - a.words);
}

function withoutWords(person: PersonRef): { person: PersonRef; words: number } {
  return { person, words: 0 };
}

/** Terms, accepted or suggested, that give the unit this licence, and whoever consented to one. */
function offersOf(
  { rows, facts }: Community,
  unit: string,
  licence: string,
): { offers: string[]; consenting: ReadonlySet<string> } {
  const offers: string[] = [];
  const consenting = new Set<string>();
  const revisions = rows.all<{ n: number }>(
    "SELECT r.n FROM unit u JOIN revision r ON r.unit = u.n WHERE u.kind = 'right' AND r.state IN ('proposed', 'accepted') ORDER BY r.n",
  );
  for (const { n } of revisions) {
    const rules = rightRulesOf(facts, n);
    const revision = facts.revision(n);
    if (revision === undefined || rules.form !== "licence" || rules.of !== unit || rules.licence !== licence) continue;
    offers.push(base32.encode(revision.id));
    const latest = new Map(consentsTo(facts, revision).map(({ member, approves }) => [member, approves]));
    for (const [member, approves] of latest) if (approves) consenting.add(member);
  }
  return { offers, consenting };
}
