/**
 * What versions are made from, and by whom, as of an entry: the links along which value is passed on, measured by words
 * or signed, and the people behind each version (DESIGN.md 5).
 */
import { base32 } from "../../bytes/index.ts";
import type { FlowGraph } from "../../projection/credit/flow.ts";
import type { RevisionPeople } from "../../projection/credit/settle.ts";
import { rightsIn } from "../agreements.ts";
import type { Community } from "../community.ts";
import { wordsIn } from "../queries/authorship.ts";
import { RANK } from "../../unit/index.ts";

/** What a link passes on, in the order of `FlowGraph.kind`. */
export const PASSES = ["derivedFrom", "uses", "cites"] as const;
export const DEFAULT_PASSES = { derivedFrom: 3_000, uses: 500, cites: 0 } as const;

/** Nobody: what is theirs stays in the pool. Bots, converters and what cannot be told earn nothing. */
export const NOBODY = "pool";
/** Before the id of another community, to which something is due. */
export const REMOTE = "remote:";

/** How far a version is followed back to one whose words can be counted. */
const VERSIONS_MAX = 1_000;
/** Into how many parts a word's weight can fall among links. */
const PARTS = 1_000;
/** One word's weight where several share it. */
const WORD = 1_000_000;

/** A version in the flow; `n` its row number, undefined for one of another community. */
export interface Node {
  readonly id: string;
  readonly n: number | undefined;
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

/** A signed link, and the version whose makers first signed it. */
interface Declared {
  readonly to: Node;
  readonly kind: number;
  readonly by: number;
}

/** Where a link leads: community, unit, and perhaps a version. */
const ADDRESS = /^lore:([a-z2-7]{32})\/([a-z2-7]{32})(?:@([a-z2-7]{52}))?$/;

function linkName({ rel, to_id: to, to_text: elsewhere }: LinkRow): string {
  return `${rel} ${to === null ? elsewhere : base32.encode(to)}`;
}

/** What versions are made from, and by whom. */
export class Making {
  readonly #community: Community;
  readonly #size: number;
  /** Of units about which something was agreed, the shares in force. */
  readonly #shares: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly #words = new Map<number, ReadonlyMap<number, number>>();
  readonly #edges = new Map<string, readonly Edge[]>();
  readonly #links = new Map<number, readonly LinkRow[]>();
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
    const edges = node.n === undefined ? [] : this.#allEdges(node.n);
    const sorted = edges.toSorted((a, b) => a.kind - b.kind || (a.to.id < b.to.id ? -1 : 1));
    this.#edges.set(node.id, sorted);
    return sorted;
  }

  #allEdges(n: number): readonly Edge[] {
    const declared = this.#declared(n);
    const scale = declared.some(({ kind }) => kind === 0) ? PARTS : 1;
    return [...this.#copied(n).map((edge) => ({ ...edge, weight: edge.weight * scale })), ...declared];
  }

  /** Words that came with a version of another unit, said before. */
  #copied(n: number): Edge[] {
    const { unit } = this.#revision(n);
    return [...this.#wordsOf(n)]
      .filter(([origin, words]) => words > 0 && origin < n && this.#revision(origin).unit !== unit)
      .map(([origin, words]) => ({ to: this.#node(origin), kind: 0, weight: words }));
  }

  /** Links that were signed, but for those whose words were measured. Who signs one gives of what is theirs. */
  #declared(n: number): Edge[] {
    const copied = this.#copied(n);
    const measured = new Set(copied.map(({ to }) => (to.n === undefined ? -1 : this.#revision(to.n).unit)));
    const links = this.#linksOf(n).flatMap((link): Declared[] => {
      const kind = PASSES.findIndex((rel) => rel === (link.rel === "translates" ? "derivedFrom" : link.rel));
      const to = kind < 0 ? undefined : this.#target(n, link);
      if (to === undefined) return [];
      if (kind === 0 && to.n !== undefined && measured.has(this.#revision(to.n).unit)) return [];
      return [{ to, kind, by: this.#signedFirst(n, link) }];
    });
    const words = this.#wordsOrVersions(n);
    const total = [...words.values()].reduce((sum, count) => sum + count, 0);
    const least = copied.reduce((min, { weight }) => Math.min(min, weight), Infinity);
    const own = new Map<number, number>();
    return PASSES.flatMap((_, kind) => {
      const those = links.filter((link) => link.kind === kind);
      if (those.length === 0) return [];
      const bySigner = Map.groupBy(those, ({ by }) => by);
      // Of the least that was measured, or of all words here.
      const whole = kind === 0 && least !== Infinity ? least : total;
      const edges = [...bySigner].flatMap(([by, each]) => {
        const share = own.get(by) ?? this.#wordsBy(by, words);
        own.set(by, share);
        const weight = Math.floor((whole * PARTS * share) / total / each.length);
        return each.map(({ to }) => ({ to, kind, weight }));
      });
      const given = edges.reduce((sum, { weight }) => sum + weight, 0);
      const stays = whole === total ? [{ to: this.#node(n), kind, weight: total * PARTS - given }] : [];
      return [...edges, ...stays].filter(({ weight }) => weight > 0);
    });
  }

  #linksOf(n: number): readonly LinkRow[] {
    const known = this.#links.get(n);
    if (known !== undefined) return known;
    const links = this.#community.rows.all<LinkRow>(
      "SELECT rel, to_id, to_text, at FROM link WHERE revision = ? ORDER BY rowid",
      n,
    );
    this.#links.set(n, links);
    return links;
  }

  /** The version with which a link came in that its successors kept. */
  #signedFirst(n: number, link: LinkRow): number {
    const name = linkName(link);
    let first = n;
    for (let at = this.#parentOf(n), i = 0; at !== undefined && i < VERSIONS_MAX; at = this.#parentOf(at), i++) {
      if (!this.#linksOf(at).some((each) => linkName(each) === name)) break;
      first = at;
    }
    return first;
  }

  /** Words of a text that are of those who made a version. */
  #wordsBy(version: number, words: ReadonlyMap<number, number>): number {
    const makers = new Set(this.#makers(version).map(([member]) => this.#personOf(member)));
    let sum = 0;
    for (const [origin, count] of words)
      for (const [member, part] of this.#makers(origin)) if (makers.has(this.#personOf(member))) sum += count * part;
    return sum;
  }

  #personOf(member: string): number {
    const { facts } = this.#community;
    return facts.personAt(facts.memberById(base32.decode(member))?.n ?? 0, this.#size);
  }

  /** The version a link means: the one it names, else the target's head before the entry that carries it. */
  #target(n: number, { to_id: to, to_text: elsewhere, at: pinned }: LinkRow): Node | undefined {
    const { rows, facts } = this.#community;
    const [, log, named, version] = ADDRESS.exec(elsewhere ?? "") ?? [];
    if (log !== undefined && log !== this.#community.id) return { n: undefined, id: `${REMOTE}${log}` };
    const { unit, idx } = this.#revision(n);
    const id = named === undefined ? to : base32.decode(named);
    const at = version === undefined ? pinned : base32.decode(version);
    const other = id === null ? undefined : facts.unitById(id);
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
