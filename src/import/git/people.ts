/**
 * Who is behind the signatures of a history. A signature is (name, lower-cased e-mail), and e-mail
 * alone is not identity: addresses are empty, shared or made up by machines. Only what is obvious is
 * merged, each merge with its reason and a key by which it can be undone; the rest is suggested.
 * Programs never merge with people. The result depends on the signatures and their order alone.
 */

import assert from "node:assert/strict";

import { isBot } from "./bots.ts";
import { type Address, areVariants, isFullName, isHandleOf, parseAddress, wordsOf } from "./names.ts";

export interface CountedSignature {
  readonly name: string;
  readonly email: string;
  /** How often it was used. */
  readonly count: number;
}

export interface Person {
  /** The fullest of the names, then the most used. */
  readonly name: string;
  readonly type: "person" | "bot";
  /** At least one; e-mails in lower case. */
  readonly signatures: readonly CountedSignature[];
}

/** Two signatures held, or suggested, to be one person's. */
export interface SamePerson {
  /** Names this pair in `undone` and `confirmed`; stable between imports. */
  readonly key: string;
  readonly signatures: readonly [CountedSignature, CountedSignature];
  readonly reason: string;
}

export interface People {
  /** In the order in which they first appear. */
  readonly people: readonly Person[];
  readonly merges: readonly SamePerson[];
  readonly suggestions: readonly SamePerson[];
}

export interface PeopleOptions {
  /** Keys of merges a steward took back. */
  readonly undone?: Iterable<string>;
  /** Keys of suggestions a steward confirmed. */
  readonly confirmed?: Iterable<string>;
}

interface Identity {
  readonly signature: CountedSignature;
  readonly words: readonly string[];
  readonly address: Address;
  readonly bot: boolean;
}

/** So many signatures with one address or name are compared with each other; further ones stay apart. */
const COMPARED_MAX = 64;

/** Sorts signatures into people. */
export function findPeople(signatures: Iterable<CountedSignature>, options: PeopleOptions = {}): People {
  const identities = identitiesOf(signatures);
  const undone = new Set(options.undone);
  const confirmed = new Set(options.confirmed);
  const found = [...alike(identities)];
  const clusters = new Clusters(
    identities.length,
    found.filter(({ same }) => undone.has(same.key)),
  );
  const merges: SamePerson[] = [];
  const doubtful: Alike[] = [];
  for (const { pair, same, certain } of found) {
    if (undone.has(same.key)) continue;
    if (!certain && !confirmed.has(same.key)) doubtful.push({ pair, same, certain });
    else if (clusters.unite(...pair)) merges.push(same);
  }
  return {
    people: peopleOf(identities, clusters),
    merges,
    suggestions: suggestionsOf(doubtful, clusters),
  };
}

/** Two identities, by number, that may be one person. */
interface Alike {
  readonly pair: readonly [number, number];
  readonly same: SamePerson;
  readonly certain: boolean;
}

function* alike(identities: readonly Identity[]): Generator<Alike, void, undefined> {
  for (const pair of comparable(identities)) {
    const [one, other] = [identities[pair[0]], identities[pair[1]]];
    assert(one !== undefined && other !== undefined, "a pair of identities");
    const verdict = compare(one, other);
    if (verdict === undefined) continue;
    const { certain, reason } = verdict;
    yield {
      pair,
      certain,
      same: { key: pairKey(one, other), signatures: [one.signature, other.signature], reason },
    };
  }
}

function identitiesOf(signatures: Iterable<CountedSignature>): Identity[] {
  const counted = new Map<string, CountedSignature>();
  for (const { name: spelt, email: written, count } of signatures) {
    const [name, email] = [spelt.trim(), written.trim().toLowerCase()];
    const key = `${name}\0${email}`;
    counted.set(key, { name, email, count: count + (counted.get(key)?.count ?? 0) });
  }
  return [...counted.values()].map((signature) => ({
    signature,
    words: wordsOf(signature.name),
    address: parseAddress(signature.email),
    bot: isBot(signature),
  }));
}

/** Pairs that share an address, an account or a full name; earlier signature first. */
function* comparable(identities: readonly Identity[]): Generator<[number, number], void, undefined> {
  const groups = new Map<string, number[]>();
  for (const [index, identity] of identities.entries()) {
    const met = new Set<number>();
    for (const key of groupKeys(identity)) {
      const group = groups.get(key) ?? [];
      if (group.length >= COMPARED_MAX) continue;
      for (const earlier of group) met.add(earlier);
      group.push(index);
      groups.set(key, group);
    }
    for (const earlier of met) yield [earlier, index];
  }
}

function groupKeys({ words, address }: Identity): string[] {
  const keys = address.usable ? [`address ${address.email}`] : [];
  if (address.account !== undefined) keys.push(`account ${address.account.login}`);
  if (isFullName(words)) keys.push(`name ${words.join(" ")}`);
  return keys;
}

interface Verdict {
  readonly certain: boolean;
  readonly reason: string;
}

function compare(one: Identity, other: Identity): Verdict | undefined {
  if (one.bot !== other.bot) return undefined;
  return compareAccounts(one, other) ?? compareAddresses(one, other) ?? compareNames(one, other);
}

function compareAddresses(one: Identity, other: Identity): Verdict | undefined {
  const { address } = one;
  if (!address.usable || address.email !== other.address.email) return undefined;
  if (one.bot) return { certain: true, reason: "the same program's address" };
  const variants = areVariants(one.words, other.words);
  if (address.shared)
    return {
      certain: variants && isFullName(one.words),
      reason: "the same address, which several people may share",
    };
  return variants
    ? { certain: true, reason: "the same address, and one name is short for the other" }
    : { certain: false, reason: "the same address under different names" };
}

function compareAccounts(one: Identity, other: Identity): Verdict | undefined {
  const [a, b] = [one.address.account, other.address.account];
  if (a === undefined || b === undefined || a.login !== b.login) return undefined;
  const certain = one.bot || (a.id !== undefined && a.id === b.id) || areVariants(one.words, other.words);
  return { certain, reason: "the same GitHub account" };
}

function compareNames(one: Identity, other: Identity): Verdict | undefined {
  if (!isFullName(one.words) || one.words.join(" ") !== other.words.join(" ")) return undefined;
  const [a, b] = [one.address, other.address];
  if (a.handle !== "" && a.handle === b.handle && !a.shared && !b.shared) {
    return { certain: true, reason: "the same full name, and addresses that begin the same" };
  }
  const named = [a, b].some(({ account, handle }) => account !== undefined && isHandleOf(handle, one.words));
  if (named && a.usable && b.usable)
    return { certain: true, reason: "the same full name, and a GitHub account called after it" };
  return { certain: false, reason: "the same full name at different addresses" };
}

function pairKey(one: Identity, other: Identity): string {
  return JSON.stringify([one, other].map(({ signature }) => `${signature.name} <${signature.email}>`).toSorted());
}

/** One suggestion for each two people, the first found. */
function suggestionsOf(doubtful: readonly Alike[], clusters: Clusters): SamePerson[] {
  const byPair = new Map<string, SamePerson>();
  for (const { pair, same } of doubtful) {
    const [a, b] = [clusters.of(pair[0]), clusters.of(pair[1])];
    const key = `${Math.min(a, b)} ${Math.max(a, b)}`;
    if (a !== b && !byPair.has(key)) byPair.set(key, same);
  }
  return [...byPair.values()];
}

function peopleOf(identities: readonly Identity[], clusters: Clusters): Person[] {
  const members = Map.groupBy(identities.keys(), (index) => clusters.of(index));
  return [...members.values()].map((indices) => {
    const own = indices.flatMap((index) => identities[index] ?? []);
    const [best] = own.toSorted(
      (a, b) => Number(isFullName(b.words)) - Number(isFullName(a.words)) || b.signature.count - a.signature.count,
    );
    assert(best !== undefined, "a person has a signature");
    return {
      name: best.signature.name || best.address.handle,
      type: best.bot ? "bot" : "person",
      signatures: own.map(({ signature }) => signature),
    };
  });
}

/** Disjoint sets of the numbers 0 … size − 1, named by their smallest member; some pairs never meet. */
class Clusters {
  readonly #parents: number[];
  readonly #apart: readonly Pick<Alike, "pair">[];

  constructor(size: number, apart: readonly Pick<Alike, "pair">[]) {
    this.#parents = Array.from({ length: size }, (_, index) => index);
    this.#apart = apart;
  }

  of(index: number): number {
    let root = index;
    for (let next = this.#parents[root] ?? root; next !== root; next = this.#parents[root] ?? root) root = next;
    this.#parents[index] = root;
    return root;
  }

  /** Whether they were apart and now are one; false too where that would join a pair kept apart. */
  unite(a: number, b: number): boolean {
    const joined = new Set([this.of(a), this.of(b)]);
    if (joined.size === 1) return false;
    const forbidden = this.#apart.some(({ pair: [one, other] }) => {
      const [x, y] = [this.of(one), this.of(other)];
      return x !== y && joined.has(x) && joined.has(y);
    });
    if (!forbidden) this.#parents[Math.max(...joined)] = Math.min(...joined);
    return !forbidden;
  }
}
