/**
 * Who is due what at the end of a period (DESIGN.md 5): what each revision keeps of the flow goes to those whose words it is
 * made of, to those who checked it, and to the stewards. A pure function; every amount says for which revision and as what.
 */
import assert from "node:assert/strict";

import type { Suite } from "../../bytes/index.ts";
import { BASIS_POINTS, flow, type Flow, type FlowGraph, type Rates } from "./flow.ts";
import { split, tie } from "./split.ts";

/** Shares of what a revision keeps, in basis points; together the whole. */
export interface Keeps {
  readonly authors: number;
  readonly reviewers: number;
  readonly stewards: number;
}

export const KEEPS: Keeps = { authors: 8_500, reviewers: 1_000, stewards: 500 };

export type Role = keyof Keeps;

/** People by id. */
export interface RevisionPeople {
  readonly id: string;
  /** With the words of each that stand in it; without any words, all alike. */
  readonly authors: ReadonlyMap<string, number>;
  readonly reviewers: readonly string[];
}

export interface Period {
  readonly epoch: number;
  /** In the order of the log, as the graph has them. */
  readonly revisions: readonly RevisionPeople[];
  readonly graph: FlowGraph;
  readonly inflow: Float64Array;
  readonly rates: Rates;
  readonly keeps: Keeps;
  readonly stewards: readonly string[];
}

export interface Due {
  readonly person: string;
  /** Place in `revisions`. */
  readonly revision: number;
  readonly role: Role;
  readonly amount: bigint;
}

export interface Settlement {
  readonly flow: Flow;
  readonly dues: readonly Due[];
}

/** Comes to the inflow, to the last unit. @throws LoreError REFUSED as `flow` does. */
export function settle(suite: Suite, period: Period): Settlement {
  const { keeps } = period;
  assert.equal(keeps.authors + keeps.reviewers + keeps.stewards, BASIS_POINTS, "what is kept is the whole");
  const isBefore = (a: string, b: string): boolean => tie(suite, period.epoch, a) < tie(suite, period.epoch, b);
  const { graph, revisions, inflow, rates } = period;
  const passed = flow(graph, inflow, rates, (a, b) => isBefore(linkId(period, a), linkId(period, b)));
  const dues = revisions.flatMap((people, revision): Due[] => {
    const amount = BigInt(passed.kept[revision] ?? 0);
    return amount === 0n ? [] : duesOf(amount, people, period, isBefore).map((due) => ({ ...due, revision }));
  });
  assert.equal(
    dues.reduce((sum, { amount }) => sum + amount, 0n),
    BigInt(inflow.reduce((sum, amount) => sum + amount, 0)),
    "all that came is due to somebody",
  );
  return { flow: passed, dues };
}

type IsBefore = (a: string, b: string) => boolean;

/** Without reviewers theirs goes to the authors; without stewards, too. */
function duesOf(
  amount: bigint,
  { id, authors, reviewers }: RevisionPeople,
  { keeps, stewards }: Period,
  isBefore: IsBefore,
): Omit<Due, "revision">[] {
  const weights: Keeps = {
    reviewers: reviewers.length === 0 ? 0 : keeps.reviewers,
    stewards: stewards.length === 0 ? 0 : keeps.stewards,
    authors:
      keeps.authors + (reviewers.length === 0 ? keeps.reviewers : 0) + (stewards.length === 0 ? keeps.stewards : 0),
  };
  assert.ok(authors.size > 0, `a version has an author: ${id}`);
  const roles: readonly Role[] = ["authors", "reviewers", "stewards"];
  const pots = split(
    amount,
    roles.map((role) => BigInt(weights[role])),
  );
  const hasWords = [...authors.values()].some((words) => words > 0);
  const people: Readonly<Record<Role, ReadonlyMap<string, number>>> = {
    authors: hasWords ? authors : alike([...authors.keys()]),
    reviewers: alike(reviewers),
    stewards: alike(stewards),
  };
  return roles.flatMap((role, i) => {
    const names = [...people[role].keys()];
    const shares = split(pots[i] ?? 0n, [...people[role].values()].map(BigInt), (a, b) =>
      isBefore(`${id} ${names[a]}`, `${id} ${names[b]}`),
    );
    return names.flatMap((person, place) => {
      const share = shares[place] ?? 0n;
      return share === 0n ? [] : [{ person, role, amount: share }];
    });
  });
}

function alike(people: readonly string[]): ReadonlyMap<string, number> {
  return new Map(people.map((person) => [person, 1]));
}

function linkId({ graph, revisions }: Period, link: number): string {
  return revisions[graph.to[link] ?? 0]?.id ?? "";
}
