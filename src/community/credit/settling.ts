/**
 * A period shared out: the versions that were used and what they were made from, the people behind each, and what flows to
 * whom (DESIGN.md 5). A pure function of a usage table, a rule and the record up to an entry: whoever has the record comes to
 * the same. People are named by the identity that wrote: merging two later changes no sum.
 */
import { base32 } from "../../bytes/index.ts";
import type { FlowGraph } from "../../projection/credit/flow.ts";
import {
  type Due,
  KEEPS,
  type Keeps,
  type RevisionPeople,
  settle,
  type Settlement,
} from "../../projection/credit/settle.ts";
import { split, tie } from "../../projection/credit/split.ts";
import { inflowOf, type UsageRow, type UsageTable } from "../../projection/credit/usage.ts";
import type { kindRules } from "../../unit/index.ts";
import { rightsIn } from "../agreements.ts";
import type { Community } from "../community.ts";
import { RANK } from "../fold/rows.ts";
import { wordsIn } from "../queries/authorship.ts";

/** What a link passes on, in the order of `FlowGraph.kind`. */
export const PASSES = ["derivedFrom", "uses", "cites"] as const;
export const DEFAULT_PASSES = { derivedFrom: 3_000, uses: 500, cites: 0 } as const;

/** Nobody: what is theirs stays in the pool. Bots, converters and what cannot be told earn nothing. */
export const NOBODY = "pool";
/** Before the id of another community, to which something is due. */
export const REMOTE = "remote:";

/** How far a version is followed back to one whose words can be counted. */
const VERSIONS_MAX = 1_000;
/** One word's weight where several share it. */
const WORD = 1_000_000;

export interface SettleOptions {
  readonly epoch: number;
  readonly table: UsageTable;
  readonly rules: kindRules.PolicyRules;
  /** Entries of the record that are looked at. */
  readonly size: number;
  /** Minor units to be shared out. */
  readonly budget: bigint;
}

/** A version in the flow; `n` its row number, undefined for one of another community. */
export interface Node {
  readonly id: string;
  readonly n: number | undefined;
}

export interface Settled {
  readonly nodes: readonly Node[];
  readonly graph: FlowGraph;
  /** By node: what arrived there, for which rows of the table. */
  readonly inflow: Float64Array;
  readonly arrivals: readonly { readonly node: number; readonly row: UsageRow; readonly amount: bigint }[];
  readonly settlement: Settlement;
}

/** Shares out a period. @throws LoreError REFUSED as `flow` does. */
export function settlePeriod(community: Community, options: SettleOptions): Settled {
  const { table, rules, size, budget, epoch } = options;
  const used = table.rows.map(({ revision }) => community.facts.revisionById(base32.decode(revision))?.n);
  const making = new Making(community, size);
  const nodes = making.reachedFrom(used.filter((n) => n !== undefined));
  const place = new Map(nodes.map(({ id }, i) => [id, i]));
  const amounts = inflowOf(table, budget);
  const inflow = new Float64Array(nodes.length);
  const arrivals = table.rows.flatMap((row, i) => {
    const [node, amount] = [place.get(row.revision), amounts[i] ?? 0n];
    if (node === undefined || amount === 0n) return [];
    inflow[node] = (inflow[node] ?? 0) + Number(amount);
    return [{ node, row, amount }];
  });
  const graph = making.graph(nodes, place);
  const stewards = stewardsAt(community, size);
  const settlement = settle(community.environment.suite, {
    epoch,
    revisions: nodes.map((node) => making.people(node)),
    graph,
    inflow,
    rates: passesOf(rules).map(([, rate]) => rate),
    keeps: keepsOf(rules),
    stewards,
  });
  return { nodes, graph, inflow, arrivals, settlement };
}

export function keepsOf({ keeps = KEEPS }: kindRules.PolicyRules): Keeps {
  return keeps;
}

/** What a rule passes on, with its defaults. */
export function passesOf({
  passes = DEFAULT_PASSES,
}: kindRules.PolicyRules): [rel: (typeof PASSES)[number], rate: number][] {
  return PASSES.map((rel) => [rel, passes[rel] ?? 0]);
}

/** Shares that were agreed on, whatever was used. By person. */
export function fixedDues(
  community: Community,
  { fixed = [] }: kindRules.PolicyRules,
  { epoch, budget }: { readonly epoch: number; readonly budget: bigint },
): Map<string, bigint> {
  const { suite } = community.environment;
  const order = fixed.map(({ member }) => tie(suite, epoch, member));
  const shares = split(
    budget,
    fixed.map(({ share }) => BigInt(share)),
    (a, b) => (order[a] ?? "") < (order[b] ?? ""),
  );
  return new Map(fixed.map(({ member }, i) => [member, shares[i] ?? 0n]));
}

/** What each is due, of all versions and roles. */
export function sumByPerson(dues: readonly Due[]): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const { person, amount } of dues) sums.set(person, (sums.get(person) ?? 0n) + amount);
  return sums;
}

/** Member ids of those who were steward after `size` entries. */
function stewardsAt({ rows }: Community, size: number): string[] {
  const found = rows.all<{ id: Uint8Array }>(
    `SELECT DISTINCT m.id FROM role r JOIN member m ON m.n = r.member
     WHERE r.role = 'steward' AND r.from_idx < ?1 AND (r.until_idx IS NULL OR r.until_idx >= ?1) ORDER BY m.n`,
    size,
  );
  return found.map(({ id }) => base32.encode(id));
}

interface Edge {
  readonly to: Node;
  /** Place in PASSES. */
  readonly kind: number;
  readonly weight: number;
}

interface LinkRow {
  readonly rel: string;
  readonly to_id: Uint8Array | null;
  readonly to_text: string | null;
  readonly at: Uint8Array | null;
}

/** What versions are made from, and by whom. */
class Making {
  readonly #community: Community;
  readonly #size: number;
  /** Of units about which something was agreed, the shares in force. */
  readonly #shares: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly #words = new Map<number, ReadonlyMap<number, number>>();
  readonly #edges = new Map<string, readonly Edge[]>();
  readonly #revisions = new Map<
    number,
    { readonly unit: number; readonly idx: number; readonly id: Uint8Array; readonly author: number }
  >();

  constructor(community: Community, size: number) {
    this.#community = community;
    this.#size = size;
    this.#shares = rightsIn(community.facts, size).shares;
  }

  /** All that value can reach, in the order of the log; other communities first. */
  reachedFrom(revisions: readonly number[]): Node[] {
    const reached = new Map<string, Node>();
    const waiting = revisions.map((n) => this.#node(n));
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      if (reached.has(node.id)) continue;
      reached.set(node.id, node);
      waiting.push(...this.#edgesOf(node).map(({ to }) => to));
    }
    return [...reached.values()].toSorted((a, b) => (a.n ?? 0) - (b.n ?? 0) || (a.id < b.id ? -1 : 1));
  }

  graph(nodes: readonly Node[], place: ReadonlyMap<string, number>): FlowGraph {
    const edges = nodes.map((node) => this.#edgesOf(node));
    const count = edges.reduce((sum, of) => sum + of.length, 0);
    const first = new Uint32Array(nodes.length + 1);
    const [to, kind, weight] = [new Uint32Array(count), new Uint8Array(count), new Uint32Array(count)];
    let at = 0;
    for (const [i, of] of edges.entries()) {
      first[i] = at;
      for (const edge of of) {
        [to[at], kind[at], weight[at]] = [place.get(edge.to.id) ?? 0, edge.kind, edge.weight];
        at += 1;
      }
    }
    first[nodes.length] = at;
    return { first, to, kind, weight };
  }

  #node(n: number): Node {
    return { n, id: base32.encode(this.#revision(n).id) };
  }

  #revision(n: number) {
    const known = this.#revisions.get(n);
    if (known !== undefined) return known;
    const found = this.#community.facts.revision(n);
    if (found === undefined) throw new Error(`revision ${n} is named by the rows`);
    this.#revisions.set(n, found);
    return found;
  }

  #wordsOf(n: number): ReadonlyMap<number, number> {
    const words = this.#words.get(n) ?? wordsIn(this.#community, n);
    this.#words.set(n, words);
    return words;
  }

  #edgesOf(node: Node): readonly Edge[] {
    const known = this.#edges.get(node.id);
    if (known !== undefined) return known;
    const edges = node.n === undefined ? [] : [...this.#copied(node.n), ...this.#declared(node.n)];
    const sorted = edges.toSorted((a, b) => a.kind - b.kind || (a.to.id < b.to.id ? -1 : 1));
    this.#edges.set(node.id, sorted);
    return sorted;
  }

  /** Words that came with a version of another unit, said before. */
  #copied(n: number): Edge[] {
    const { unit } = this.#revision(n);
    return [...this.#wordsOf(n)]
      .filter(([origin, words]) => words > 0 && origin < n && this.#revision(origin).unit !== unit)
      .map(([origin, words]) => ({ to: this.#node(origin), kind: 0, weight: words }));
  }

  /** Links that were signed. One whose words were measured is counted by these; another weighs as the least of them. */
  #declared(n: number): Edge[] {
    const copied = this.#copied(n);
    const measured = new Set(copied.map(({ to }) => (to.n === undefined ? -1 : this.#revision(to.n).unit)));
    const least = copied.reduce((min, { weight }) => Math.min(min, weight), Infinity);
    const links = this.#community.rows.all<LinkRow>(
      "SELECT rel, to_id, to_text, at FROM link WHERE revision = ? ORDER BY rowid",
      n,
    );
    return links.flatMap((link): Edge[] => {
      const kind = PASSES.findIndex((rel) => rel === (link.rel === "translates" ? "derivedFrom" : link.rel));
      const to = kind < 0 ? undefined : this.#target(n, link);
      if (to === undefined) return [];
      if (kind === 0 && to.n !== undefined && measured.has(this.#revision(to.n).unit)) return [];
      return [{ to, kind, weight: kind === 0 && least !== Infinity ? least : 1 }];
    });
  }

  /** The version a link means: the one it names, else the target's head before the entry that carries it. */
  #target(n: number, { to_id: to, to_text: elsewhere, at }: LinkRow): Node | undefined {
    const { rows, facts } = this.#community;
    const remote = /^lore:([a-z2-7]{32})\//.exec(elsewhere ?? "")?.[1];
    if (remote !== undefined) return { n: undefined, id: `${REMOTE}${remote}` };
    const { unit, idx } = this.#revision(n);
    const other = to === null ? undefined : facts.unitById(to);
    if (other === undefined || other.n === unit) return undefined;
    const found =
      at === null
        ? rows.get<{ n: number }>(
            "SELECT revision AS n FROM head WHERE unit = ? AND idx < ? ORDER BY seq DESC LIMIT 1",
            ...[other.n, idx],
          )?.n
        : facts.revisionById(at)?.n;
    return found === undefined || found >= n ? undefined : this.#node(found);
  }

  /** Whose a version is, by agreed shares or else by words, and who checked it. */
  people({ n, id }: Node): RevisionPeople {
    if (n === undefined) return { id, authors: new Map([[id, 1]]), reviewers: [] };
    const agreed = this.#shares.get(base32.encode(this.#unitId(n)));
    const authors = agreed ?? this.#authors(n);
    return { id, authors: authors.size > 0 ? authors : new Map([[NOBODY, 1]]), reviewers: this.#reviewers(n) };
  }

  #unitId(n: number): Uint8Array {
    return this.#community.facts.unit(this.#revision(n).unit)?.id ?? new Uint8Array();
  }

  /** By the words of each that stand in a version. */
  #authors(n: number): Map<string, number> {
    const authors = new Map<string, number>();
    for (const [origin, count] of this.#wordsOrVersions(n)) {
      for (const [member, part] of this.#makers(origin))
        authors.set(member, (authors.get(member) ?? 0) + Math.floor(count * WORD * part));
    }
    return authors;
  }

  /**
   * Words by origin. Where none can be counted, as in a picture, each version since they last could counts as one word:
   * who makes a text unreadable does not become its author.
   */
  #wordsOrVersions(n: number): ReadonlyMap<number, number> {
    const versions = new Map<number, number>();
    for (let at: number | undefined = n; at !== undefined && versions.size < VERSIONS_MAX; at = this.#parentOf(at)) {
      const words = this.#wordsOf(at);
      if (words.size > 0) return versions.size === 0 ? words : new Map([...words, ...versions]);
      versions.set(at, 1);
    }
    return versions;
  }

  #parentOf(n: number): number | undefined {
    return this.#community.rows.get<{ parent: number }>(
      "SELECT parent FROM parent WHERE revision = ? AND parent < revision ORDER BY parent LIMIT 1",
      n,
    )?.parent;
  }

  /**
   * Members who made a version, with their part of it; bots and tools have none, and somebody with a key only once they
   * said so: approving it.
   */
  #makers(n: number): [member: string, part: number][] {
    const { id, author } = this.#revision(n);
    const named = this.#community.rows.all<{ id: Uint8Array; type: string; share: number | null }>(
      `SELECT m.id, m.type, c.share FROM contributor c JOIN member m ON m.n = c.member
       WHERE c.revision = ?1 AND (m.keyed = 0 OR m.n = ?2 OR EXISTS
         (SELECT 1 FROM review v WHERE v.subject = ?3 AND v.member = m.n AND v.verdict = 'approve' AND v.idx < ?4))
       ORDER BY m.n`,
      ...[n, author, id, this.#size],
    );
    const signer = this.#community.facts.member(author);
    const all = named.length > 0 ? named : signer === undefined ? [] : [{ ...signer, share: null }];
    const people = all.filter(({ type }) => type === "person");
    const isShared = people.every(({ share }) => share !== null);
    const weights = people.map(({ share }) => (isShared ? (share ?? 0) : 1));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return total === 0 ? [] : people.map(({ id }, i) => [base32.encode(id), (weights[i] ?? 0) / total]);
  }

  /** Those whose approval stood, other than its makers. */
  #reviewers(n: number): string[] {
    const { facts, rows } = this.#community;
    const { id, author } = this.#revision(n);
    const personOf = (member: number): number => facts.personAt(member, this.#size);
    const makers = this.#makers(n).flatMap(([member]) => facts.memberById(base32.decode(member))?.n ?? []);
    const own = new Set([author, ...makers].map(personOf));
    const verdicts = rows.all<{ member: number; idx: number; verdict: string; type: string; member_id: Uint8Array }>(
      `SELECT v.member, v.idx, v.verdict, m.type, m.id AS member_id FROM review v JOIN member m ON m.n = v.member
       WHERE v.subject = ? AND v.verdict <> 'comment' AND v.idx < ? ORDER BY v.n`,
      ...[id, this.#size],
    );
    // Words of those who could not accept it are welcome, and decide nothing.
    const eligible = verdicts.filter(({ member, idx }) => facts.rank(member, idx) >= RANK.editor);
    const latest = new Map(eligible.map((verdict) => [personOf(verdict.member), verdict]));
    return [...latest]
      .filter(([person, { verdict, type }]) => verdict === "approve" && type === "person" && !own.has(person))
      .map(([, { member_id: member }]) => base32.encode(member));
  }
}
