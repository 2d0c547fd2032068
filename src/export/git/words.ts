/** Who a commit is by and what it says, out of the revisions it accepts. */
import { base32, hex } from "../../bytes/index.ts";
import { type Community, persons } from "../../community/index.ts";
import type { EntryFacts, RevisionFacts } from "./record.ts";
import type { Span } from "./spans.ts";
import type { Signature } from "./stream.ts";

/** Revisions listed by name in a message that nobody wrote. */
const LISTED_MAX = 20;

export interface SpanFacts {
  readonly span: Span;
  readonly entries: readonly EntryFacts[];
  /** An entry of the whole record: a suggestion that is accepted here was signed before. */
  readonly entryAt: (index: number) => EntryFacts | undefined;
  /** The last entry of the span; for an empty one the entry before it. */
  readonly last: EntryFacts | undefined;
  /** Revisions accepted, in order. */
  readonly accepted: readonly RevisionFacts[];
  /** Titles of units that went or came back. */
  readonly gone: readonly string[];
  readonly back: readonly string[];
  /** When the source says they did, ms. */
  readonly flagTime: number | undefined;
}

/** Members as git knows people: a name, and an address that leads nowhere but stays the same. */
export class Signatures {
  readonly #community: Community;
  readonly #known = new Map<string, Omit<Signature, "time">>();

  constructor(community: Community) {
    this.#community = community;
  }

  of(member: Uint8Array | undefined): Omit<Signature, "time"> {
    if (member === undefined) return this.#nobody();
    const key = hex.encode(member);
    const known = this.#known.get(key) ?? this.#find(member);
    this.#known.set(key, known);
    return known;
  }

  #find(member: Uint8Array): Omit<Signature, "time"> {
    const row = this.#community.facts.memberById(member);
    if (row === undefined) return { name: "Someone", email: `${base32.encode(member)}@commonlore.invalid` };
    const { id, name } = persons.personRef(this.#community, row.n);
    return { name, email: `${id}@commonlore.invalid` };
  }

  #nobody(): Omit<Signature, "time"> {
    return { name: "Someone", email: "someone@commonlore.invalid" };
  }
}

export interface CommitWords {
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

/** `previousTime`: the author's time of the commit before, for one that changes nothing. */
export function wordsOf(facts: SpanFacts, people: Signatures, previousTime: number): CommitWords {
  const { span, last, accepted } = facts;
  const own = span.source === undefined ? accepted : accepted.filter(({ source }) => source === span.source);
  const signer = people.of(last?.author);
  const { told } = span;
  const writers = [...(told === undefined ? [] : [told.by]), ...writersOf(facts, own)].map((member) =>
    people.of(member),
  );
  const [author = signer, ...others] = [...new Map(writers.map((writer) => [writer.email, writer])).values()];
  const times = (own.length > 0 ? own : accepted).map(({ time }) => time);
  const time =
    told?.time ??
    (times.length > 0
      ? Math.max(...times)
      : (facts.flagTime ?? (span.source === undefined ? last?.time : undefined) ?? previousTime));
  const trailers = others.map(
    ({ name, email }) => `Co-authored-by: ${name.replaceAll(/[<>\p{Cc}]+/gu, " ").trim()} <${email}>`,
  );
  const words = told?.note ?? messageOf(facts, own);
  return {
    author: { ...author, time },
    committer: { ...signer, time: last?.time ?? previousTime },
    message: trailers.length === 0 ? `${words}\n` : `${words}\n\n${trailers.join("\n")}\n`,
  };
}

/** Whoever made the commit comes first, then those whose versions it takes up. */
function writersOf({ entries, entryAt, accepted }: SpanFacts, own: readonly RevisionFacts[]): Uint8Array[] {
  const byOf = ({ index, place }: RevisionFacts): readonly Uint8Array[] => {
    const entry = entryAt(index);
    return entry?.by.get(place) ?? (entry?.author === undefined ? [] : [entry.author]);
  };
  const merged = own.length > 0 ? [] : entries.flatMap(({ approvedBy }) => approvedBy);
  return [...own.flatMap(byOf), ...merged, ...accepted.flatMap(byOf)];
}

function messageOf({ accepted, gone, back }: SpanFacts, own: readonly RevisionFacts[]): string {
  const notes = [...new Set(own.flatMap(({ note }) => note?.trim() || []))];
  if (notes.length > 0) return notes.join("\n\n");
  if (own.length === 0 && accepted.length > 0) return takenUp(accepted);
  const said = [
    ...listed(
      "Change",
      accepted.map(({ title }) => title),
    ),
    ...listed("Take out", gone),
    ...listed("Bring back", back),
  ];
  return said.join("\n\n") || "No file changed";
}

function takenUp(accepted: readonly RevisionFacts[]): string {
  const subjects = [...new Set(accepted.map(({ note, title }) => note?.split("\n", 1)[0]?.trim() || title))];
  const more = subjects.length > LISTED_MAX ? [`- and ${subjects.length - LISTED_MAX} more`] : [];
  const list = [...subjects.slice(0, LISTED_MAX).map((subject) => `- ${subject}`), ...more];
  const [only, second] = subjects;
  return second === undefined ? `Take up: ${only ?? ""}` : `Take up ${accepted.length} versions\n\n${list.join("\n")}`;
}

function listed(verb: string, titles: readonly string[]): string[] {
  const [only, second] = [...new Set(titles)];
  if (only === undefined) return [];
  const plain = only.replaceAll(/\s+/g, " ").trim();
  return [second === undefined ? `${verb} ${plain}` : `${verb} ${titles.length} files`];
}
