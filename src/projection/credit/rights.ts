/**
 * Agreements about rights (docs/formats/rights.md): shares, licence terms, grants and transfers, replayed in the order of
 * the record. One is in force once the stewards accepted it and every party consented; balances are looked at then, and one
 * that they do not suffice for is void for good. Shares of a unit always come to 1,000,000.
 */
import assert from "node:assert/strict";

import { kindRules } from "../../unit/index.ts";

const { SHARES } = kindRules;

/** Where in the record something was said: the entry, and the op's place in it. */
export interface Moment {
  readonly index: number;
  readonly place: number;
}

/** What one person said about an agreement; of each person the latest word counts. Their signature is one, too. */
export interface Consent extends Moment {
  readonly member: string;
  readonly approves: boolean;
}

/** One accepted version of a right. Ids in base32. */
export interface Agreement {
  /** The right's own unit and revision. */
  readonly unit: string;
  readonly revision: string;
  readonly accepted: Moment;
  readonly rules: kindRules.RightRules;
  readonly consents: readonly Consent[];
  /** Who consents for the unit it is about as long as nobody holds shares of it: those who wrote that. */
  readonly authors: readonly string[];
  /** Entry by which its unit was retired, if it is. */
  readonly retired?: number | undefined;
}

export type VoidBecause =
  /** Who gives holds less than is given. */
  | "balance"
  /** A newer version was accepted before everybody had consented. */
  | "replaced"
  /** A transfer happens once. */
  | "happened"
  /** It was retired before everybody had consented. */
  | "retired";

export type Standing =
  /** `until`: entry by which a newer version, or its retirement, ended it. */
  | { readonly state: "in-force"; readonly since: number; readonly until?: number | undefined }
  | { readonly state: "waiting"; readonly for: readonly string[] }
  | { readonly state: "void"; readonly because: VoidBecause };

export interface Settled {
  readonly agreement: Agreement;
  readonly standing: Standing;
}

type RulesOf<F extends kindRules.RightRules["form"]> = Extract<kindRules.RightRules, { readonly form: F }>;

export interface Rights {
  /** By unit, then by holder, in millionths; units of which nobody holds shares are absent. */
  readonly shares: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Licence terms in force by the unit they are about, the latest; "" is for everything that has none of its own. */
  readonly licences: ReadonlyMap<string, Settled & { readonly rules: RulesOf<"licence"> }>;
  readonly grants: readonly (Settled & { readonly rules: RulesOf<"grant"> })[];
  /** Every agreement, in order of acceptance. */
  readonly agreements: readonly Settled[];
}

/** What the agreements come to. */
export function replayRights(agreements: readonly Agreement[]): Rights {
  const replay = new Replay(agreements);
  for (const moment of momentsOf(agreements)) replay.advance(moment);
  return replay.rights();
}

function momentsOf(agreements: readonly Agreement[]): Moment[] {
  const all = agreements.flatMap(({ accepted, consents }) => [accepted, ...consents]);
  return [...new Map(all.map(({ index, place }) => [`${index} ${place}`, { index, place }])).values()].toSorted(
    inOrder,
  );
}

function inOrder(a: Moment, b: Moment): number {
  return a.index - b.index || a.place - b.place;
}

class Replay {
  readonly #agreements: readonly Agreement[];
  readonly #standing = new Map<Agreement, Standing>();
  /** Accepted, and neither in force nor void. */
  readonly #open = new Set<Agreement>();
  readonly #shares = new Map<string, ReadonlyMap<string, number>>();
  #next = 0;

  constructor(agreements: readonly Agreement[]) {
    this.#agreements = agreements.toSorted((a, b) => inOrder(a.accepted, b.accepted));
  }

  /** Takes in what was said at one moment; each is to be later than the last. */
  advance(now: Moment): void {
    for (let next = this.#agreements[this.#next]; next !== undefined; next = this.#agreements[this.#next]) {
      if (inOrder(next.accepted, now) > 0) break;
      this.#next += 1;
      this.#accept(next);
    }
    // Whoever comes to hold shares, or holds none any more, may leave another agreement with nobody to wait for.
    for (let ready = this.#ready(now); ready !== undefined; ready = this.#ready(now)) this.#settle(ready, now);
  }

  rights(): Rights {
    const agreements = this.#agreements.map((agreement) => this.#settled(agreement));
    const current = agreements.filter(({ standing }) => standing.state === "in-force" && standing.until === undefined);
    const licences = new Map<string, Rights["licences"] extends ReadonlyMap<string, infer T> ? T : never>();
    const grants: Rights["grants"][number][] = [];
    for (const settled of current.toSorted((a, b) => since(a) - since(b))) {
      const { rules } = settled.agreement;
      if (rules.form === "licence") licences.set(rules.of ?? "", { ...settled, rules });
      if (rules.form === "grant") grants.push({ ...settled, rules });
    }
    return { shares: this.#shares, licences, grants, agreements };
  }

  #accept(agreement: Agreement): void {
    for (const older of this.#open)
      if (older.unit === agreement.unit) this.#close(older, { state: "void", because: "replaced" });
    this.#open.add(agreement);
  }

  #ready(now: Moment): Agreement | undefined {
    return [...this.#open].find((agreement) => this.#missing(agreement, now).length === 0);
  }

  /** Parties who have not consented by `now`. */
  #missing(agreement: Agreement, now: Moment): string[] {
    const said = new Map<string, boolean>();
    for (const { member, approves, ...moment } of agreement.consents.toSorted(inOrder))
      if (inOrder(moment, now) <= 0) said.set(member, approves);
    return this.#parties(agreement).filter((member) => said.get(member) !== true);
  }

  #parties({ rules, authors }: Agreement): string[] {
    switch (rules.form) {
      case undefined:
        return [];
      case "shares":
        return unique([...rules.holders.map(({ member }) => member), ...this.#holders(rules.of)]);
      case "licence":
        return rules.of === undefined ? [] : unique(this.#owners(rules.of, authors));
      case "grant":
        return unique([...this.#owners(rules.of, authors), rules.to]);
      case "transfer":
        return unique([rules.from, rules.to]);
      default:
        return rules satisfies never;
    }
  }

  #owners(unit: string, authors: readonly string[]): readonly string[] {
    const holders = this.#holders(unit);
    return holders.length > 0 ? holders : authors;
  }

  #holders(unit: string): readonly string[] {
    return [...(this.#shares.get(unit)?.keys() ?? [])];
  }

  #settle(agreement: Agreement, { index }: Moment): void {
    const because = this.#obstacle(agreement, index);
    if (because !== undefined) return this.#close(agreement, { state: "void", because });
    const { rules } = agreement;
    if (rules.form === "shares") this.#divide(rules.of, rules.holders);
    if (rules.form === "transfer") this.#transfer(rules);
    for (const [older, standing] of this.#standing)
      if (older.unit === agreement.unit && standing.state === "in-force" && standing.until === undefined)
        this.#standing.set(older, { ...standing, until: index });
    this.#close(agreement, { state: "in-force", since: index });
  }

  #obstacle({ unit, rules, retired }: Agreement, index: number): VoidBecause | undefined {
    if (retired !== undefined && retired <= index) return "retired";
    if (rules.form !== "transfer") return undefined;
    for (const [older, { state }] of this.#standing)
      if (older.unit === unit && older.rules.form === "transfer" && state === "in-force") return "happened";
    return (this.#shares.get(rules.of)?.get(rules.from) ?? 0) < rules.share ? "balance" : undefined;
  }

  #divide(unit: string, holders: RulesOf<"shares">["holders"]): void {
    const shares = new Map<string, number>();
    for (const { member, share } of holders) shares.set(member, (shares.get(member) ?? 0) + share);
    this.#keep(unit, shares);
  }

  #transfer({ of, from, to, share }: RulesOf<"transfer">): void {
    const shares = new Map(this.#shares.get(of));
    shares.set(from, (shares.get(from) ?? 0) - share);
    shares.set(to, (shares.get(to) ?? 0) + share);
    this.#keep(of, shares);
  }

  #keep(unit: string, shares: ReadonlyMap<string, number>): void {
    const held = [...shares].filter(([, share]) => share !== 0);
    assert.equal(
      held.reduce((sum, [, share]) => sum + share, 0),
      SHARES,
      `shares of ${unit}`,
    );
    this.#shares.set(unit, new Map(held));
  }

  #close(agreement: Agreement, standing: Standing): void {
    this.#open.delete(agreement);
    this.#standing.set(agreement, standing);
  }

  #settled(agreement: Agreement): Settled {
    const { retired } = agreement;
    const standing = this.#standing.get(agreement);
    if (standing?.state === "in-force" && retired !== undefined && standing.until === undefined)
      return { agreement, standing: { ...standing, until: retired } };
    if (standing !== undefined) return { agreement, standing };
    if (retired !== undefined) return { agreement, standing: { state: "void", because: "retired" } };
    return { agreement, standing: { state: "waiting", for: this.#missing(agreement, END) } };
  }
}

const END: Moment = { index: Infinity, place: 0 };

function since({ standing }: Settled): number {
  return standing.state === "in-force" ? standing.since : Infinity;
}

function unique(members: readonly string[]): string[] {
  return [...new Set(members)];
}
