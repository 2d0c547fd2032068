/**
 * How value flows (DESIGN.md 5): what a revision is given, it passes on in part to what it was made from, and keeps the
 * rest. One exact pass from the newest revision to the oldest, since a revision can only name older ones: every amount is
 * final when its turn comes. No iteration, no rounding but `split`, and what goes in comes out to the last unit.
 */
import assert from "node:assert/strict";

import { LoreError } from "../../bytes/index.ts";
import { split } from "./split.ts";

/** The whole, in the measure of rates. */
export const BASIS_POINTS = 10_000;

/** Of what a revision is given, how much it passes on by each kind of link, in basis points; together at most the whole. */
export type Rates = readonly number[];

/**
 * Revisions in the order of the log and their links to older ones, as flat arrays. Links of revision `i` are
 * `first[i]` to `first[i + 1]`, those of a kind next to each other.
 */
export interface FlowGraph {
  /** Length: revisions + 1. */
  readonly first: Uint32Array;
  /** The older revision of each link; the revision itself for what of a kind stays with it. */
  readonly to: Uint32Array;
  /** Which of the rates holds for each link. */
  readonly kind: Uint8Array;
  /** Share of the link among those of its kind from one revision: words in both, or whatever was agreed. */
  readonly weight: Uint32Array;
}

/** Whole minor units, each and all together at most 2^53-1 (DESIGN.md 12), so that every one is exact. */
export type Amounts = Float64Array;

export interface Flow {
  /** By revision: what it was given in all, and what of that stayed. */
  readonly given: Amounts;
  readonly kept: Amounts;
  /** By link: what went along it. */
  readonly passed: Amounts;
}

/** Whether of two links with equal remainders the first gets the unit that is left. */
export type IsBefore = (linkA: number, linkB: number) => boolean;

/** Up to this sum of weights, shares are computed in numbers; their products stay below 2^53. */
const WEIGHTS_MAX = 2 ** 26;

/** Passes `inflow`, by revision, through the graph. @throws LoreError REFUSED for amounts or rates that cannot be. */
export function flow(graph: FlowGraph, inflow: Amounts, rates: Rates, isBefore: IsBefore = (a, b) => a < b): Flow {
  requireRates(rates);
  const total = requireAmounts(inflow);
  const { first, kind } = graph;
  const given = Float64Array.from(inflow);
  const kept = new Float64Array(given.length);
  const passed = new Float64Array(graph.to.length);
  for (let node = given.length - 1; node >= 0; node--) {
    const amount = given[node] ?? 0;
    if (amount === 0) continue;
    let rest = amount;
    const end = first[node + 1] ?? 0;
    for (let start = first[node] ?? 0; start < end;) {
      let next = start + 1;
      while (next < end && kind[next] === kind[start]) next += 1;
      const pot = partOf(amount, rates[kind[start] ?? 0] ?? 0);
      if (pot > 0 && share(pot, { graph, passed, isBefore }, start, next)) {
        for (let link = start; link < next; link++) {
          if (graph.to[link] === node) continue;
          give(given, graph.to[link] ?? 0, passed[link] ?? 0);
          rest -= passed[link] ?? 0;
        }
      }
      start = next;
    }
    kept[node] = rest;
  }
  assert.equal(sum(kept), total, "what goes in comes out");
  return { given, kept, passed };
}

/** `rate` basis points of an amount, rounded down, exactly: the product alone could be beyond 2^53. */
function partOf(amount: number, rate: number): number {
  const rest = amount % BASIS_POINTS;
  return ((amount - rest) / BASIS_POINTS) * rate + Math.floor((rest * rate) / BASIS_POINTS);
}

function give(given: Amounts, node: number, amount: number): void {
  given[node] = (given[node] ?? 0) + amount;
}

interface Sharing {
  readonly graph: FlowGraph;
  readonly passed: Amounts;
  readonly isBefore: IsBefore;
}

/** Shares a pot among the links `[start, end)` by their weights; false where all of them weigh nothing. */
function share(pot: number, { graph, passed, isBefore }: Sharing, start: number, end: number): boolean {
  const { weight } = graph;
  let weights = 0;
  for (let link = start; link < end; link++) weights += weight[link] ?? 0;
  if (weights === 0) return false;
  if (weights > WEIGHTS_MAX) {
    const exact = Array.from({ length: end - start }, (_, i) => BigInt(weight[start + i] ?? 0));
    const shares = split(BigInt(pot), exact, (a, b) => isBefore(start + a, start + b));
    for (const [i, amount] of shares.entries()) passed[start + i] = Number(amount);
    return true;
  }
  const rest = pot % weights;
  const whole = (pot - rest) / weights;
  let left = pot;
  for (let link = start; link < end; link++) {
    const own = weight[link] ?? 0;
    const amount = whole * own + (rest * own - ((rest * own) % weights)) / weights;
    passed[link] = amount;
    left -= amount;
  }
  giveLeft({ rest, weights, left }, { graph, passed, isBefore }, start, end);
  return true;
}

/** The units that are left go one each to the largest remainders. */
function giveLeft(
  { rest, weights, left }: { readonly rest: number; readonly weights: number; readonly left: number },
  { graph, passed, isBefore }: Sharing,
  start: number,
  end: number,
): void {
  if (left === 0) return;
  const remainder = (link: number): number => (rest * (graph.weight[link] ?? 0)) % weights;
  const compare = (a: number, b: number): number => remainder(b) - remainder(a) || (isBefore(a, b) ? -1 : 1);
  if (left === 1) {
    let best = start;
    for (let link = start + 1; link < end; link++) if (compare(link, best) < 0) best = link;
    return give(passed, best, 1);
  }
  const links = Array.from({ length: end - start }, (_, i) => start + i).toSorted(compare);
  for (const link of links.slice(0, left)) give(passed, link, 1);
}

function requireRates(rates: Rates): void {
  const total = rates.reduce((sum, rate) => sum + rate, 0);
  if (rates.every((rate) => Number.isInteger(rate) && rate >= 0) && total <= BASIS_POINTS) return;
  throw new LoreError(
    "REFUSED",
    `Passing value on: the rates come to ${total} of ${BASIS_POINTS}, or one is no whole number. A rule may not give away more than all.`,
  );
}

/** Answers their sum. */
function requireAmounts(amounts: Amounts): number {
  let total = 0;
  for (const amount of amounts) {
    total += amount;
    if (Number.isSafeInteger(amount) && amount >= 0 && Number.isSafeInteger(total)) continue;
    throw new LoreError(
      "REFUSED",
      `Passing value on: amounts are whole, not negative, and together at most 2^53-1 minor units; found ${amount}, ${total} so far.`,
    );
  }
  return total;
}

function sum(amounts: Amounts): number {
  let total = 0;
  for (const amount of amounts) total += amount;
  return total;
}
