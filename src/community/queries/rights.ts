/** Rights as readers ask for them: under which licence, what may be done, who holds shares, what waits for whom. */
import { base32, hex, LoreError } from "../../bytes/index.ts";
import { type Mix, mayBecome } from "../../projection/credit/licences.ts";
import type { Moment as Said, Rights, Settled, Standing } from "../../projection/credit/rights.ts";
import { type Action, type Use, usesOf } from "../../projection/credit/uses.ts";
import type { kindRules } from "../../unit/index.ts";
import { licenceInForce, type LicenceInForce, rightsIn } from "../agreements.ts";
import type { Community } from "../community.ts";
import { MADE_FROM } from "../derivatives.ts";
import { knownSize, type Moment, NOW } from "./moment.ts";
import { type PersonRef, personRef } from "./people.ts";
import { headAt, unitAt, type UnitListing } from "./units.ts";

export { type RelicencePlan, relicencePlan } from "./relicence.ts";
export type { Action, LicenceInForce, Mix, Rights, Said, Standing, Use };

export interface Share {
  readonly person: PersonRef;
  /** Of 1,000,000. */
  readonly share: number;
}

export interface Grant {
  readonly to: PersonRef;
  readonly action: Action;
  /** ms; without it, for good. */
  readonly until: number | undefined;
}

/** An agreement as a list shows it. */
export interface AgreementListing {
  /** Unit and revision ids of the right. */
  readonly right: string;
  readonly revision: string;
  readonly title: string;
  readonly path: string | null;
  readonly rules: kindRules.RightRules;
  readonly standing: Standing;
  /** Those it waits for. */
  readonly for: readonly PersonRef[];
}

export interface UnitRights extends LicenceInForce {
  /** Id of the unit. */
  readonly unit: string;
  /** What was agreed beside the licence. */
  readonly terms: NonNullable<Extract<kindRules.RightRules, { readonly form: "licence" }>["terms"]>;
  readonly shares: readonly Share[];
  readonly grants: readonly Grant[];
  readonly waiting: readonly AgreementListing[];
}

/** What the agreements came to at a moment; of a date, as far as this record knew then. */
export function rightsAt(community: Community, moment: Moment = NOW): Rights {
  const { facts } = community;
  if (moment.at === "now") return rightsIn(facts);
  return rightsIn(facts, moment.at === "size" ? moment.size : knownSize(community, moment.ms));
}

export interface RightsOptions {
  readonly moment?: Moment;
  /** What `rightsAt` answered for that moment, where several are asked for. */
  readonly known?: Rights;
}

/** The rights in one version. @throws LoreError NOT_FOUND. */
export function rightsOf(
  community: Community,
  revision: number,
  { moment = NOW, known = rightsAt(community, moment) }: RightsOptions = {},
): UnitRights {
  const row = community.facts.revision(revision);
  const id = community.facts.unit(row?.unit ?? 0)?.id;
  if (row === undefined || id === undefined) throw new LoreError("NOT_FOUND", "There is no such version.");
  const unit = base32.encode(id);
  const about = (settled: Settled) => "of" in settled.agreement.rules && settled.agreement.rules.of === unit;
  return {
    unit,
    ...licenceInForce(community.facts, known, { unit: id, own: row.licence ?? undefined }),
    terms: (known.licences.get(unit) ?? known.licences.get(""))?.rules.terms ?? [],
    shares: [...(known.shares.get(unit) ?? [])]
      .map(([member, share]) => ({ person: personWithId(community, member), share }))
      .toSorted((a, b) => b.share - a.share),
    grants: known.grants
      .filter(about)
      .map(({ rules: { to, action, until } }) => ({ to: personWithId(community, to), action, until })),
    waiting: known.agreements
      .filter((settled) => settled.standing.state === "waiting" && about(settled))
      .map((settled) => listingOf(community, settled)),
  };
}

/** Every agreement, in order of acceptance. */
export function agreements(community: Community, known: Rights = rightsAt(community)): AgreementListing[] {
  return known.agreements.map((settled) => listingOf(community, settled));
}

/** Where a version of a right stands, by its revision id; undefined when it was never accepted, or is none. */
export function agreementAt(
  community: Community,
  revision: string,
  known: Rights = rightsAt(community),
): AgreementListing | undefined {
  const settled = known.agreements.find(({ agreement }) => agreement.revision === revision);
  return settled === undefined ? undefined : listingOf(community, settled);
}

function listingOf(community: Community, { agreement, standing }: Settled): AgreementListing {
  const { unit: right, revision, rules } = agreement;
  const row = community.facts.unitById(base32.decode(right));
  const listing = row === undefined ? undefined : unitAt(community, row.n);
  return {
    ...{ right, revision, rules, standing },
    title: listing?.title ?? "Untitled",
    path: listing?.path ?? null,
    for: standing.state === "waiting" ? standing.for.map((member) => personWithId(community, member)) : [],
  };
}

/** Somebody an agreement names: it may name an id that nobody here has. */
export function personWithId(community: Community, id: string): PersonRef {
  const n = community.facts.memberById(base32.decode(id))?.n;
  return n === undefined ? { id, name: id, type: "person", keyed: false } : personRef(community, n);
}

/**
 * "May I use this?", for each thing that can be done with it; `who` asks for themselves, at a time in ms: what they were
 * granted they may do.
 */
export function mayUse(
  { licence, terms, grants }: Pick<UnitRights, "licence" | "terms" | "grants">,
  who?: { readonly member: string; readonly at: number },
): Use[] {
  const granted = grants.filter(({ to, until = Infinity }) => to.id === who?.member && (who?.at ?? 0) < until);
  return usesOf(licence, terms).map((use) =>
    granted.some(({ action }) => action === use.action) ? { action: use.action, may: "yes", by: "terms" } : use,
  );
}

/** What holds where a unit says nothing else. */
export function communityUse(
  { about }: Community,
  known: Rights,
): { readonly licence: string | undefined; readonly uses: readonly Use[] } {
  const general = known.licences.get("");
  const licence = general?.rules.licence ?? about.licence;
  return { licence, uses: usesOf(licence, general?.rules.terms) };
}

/** Current versions of units for which something else holds than for everything; at most `most`, oldest first. */
export function withOwnRights(community: Community, known: Rights, most: number): number[] {
  const units = [...known.licences.keys()].filter((unit) => unit !== "");
  return community.rows
    .all<{ head: number }>(
      `SELECT u.head FROM unit u JOIN revision r ON r.n = u.head
       WHERE u.retired = 0 AND u.superseded_by IS NULL
         AND (r.licence <> ? OR u.id IN (SELECT unhex(value) FROM json_each(?))) ORDER BY u.n LIMIT ?`,
      communityUse(community, known).licence ?? "",
      JSON.stringify(units.map((unit) => hex.encode(base32.decode(unit)))),
      most,
    )
    .map(({ head }) => head);
}

/** Something a version is made from, under a licence that does not plainly allow it. */
export interface MixFlag {
  readonly rel: string;
  readonly unit: UnitListing;
  /** SPDX expression of what it is made from. */
  readonly licence: string | undefined;
  readonly mix: Mix;
}

/** What a version is made from and may not be, or not without asking, for as far as anybody here knows. */
export function flagsOf(community: Community, revision: number, options: RightsOptions = {}): MixFlag[] {
  const { moment = NOW } = options;
  const links = linksMadeFrom(community, revision);
  if (links.length === 0) return [];
  const known = options.known ?? rightsAt(community, moment);
  const into = rightsOf(community, revision, { known }).licence;
  return links.flatMap(({ rel, target, at }): MixFlag[] => {
    const from = at ?? headAt(community, target, moment);
    const unit = unitAt(community, target, moment);
    if (from === undefined || unit === undefined) return [];
    const { licence } = rightsOf(community, from, { known });
    const mix = mayBecome(community.licences.rows, { from: licence, into });
    return mix.verdict === "yes" || mix.verdict === "one-way" ? [] : [{ rel, unit, licence, mix }];
  });
}

function linksMadeFrom({ rows }: Community, revision: number) {
  return rows.all<{ rel: string; target: number; at: number | null }>(
    `SELECT l.rel, t.n AS target, v.n AS at FROM link l JOIN unit t ON t.id = l.to_id
     LEFT JOIN revision v ON v.id = l.at
     WHERE l.revision = ? AND t.n <> (SELECT unit FROM revision WHERE n = l.revision)
       AND l.rel IN (SELECT value FROM json_each(?))`,
    ...[revision, JSON.stringify(MADE_FROM)],
  );
}
