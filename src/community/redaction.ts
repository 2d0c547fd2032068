/**
 * Hiding texts without taking from anybody what they wrote. With a text goes what tells whose words stood in it, and in
 * what was made from it. So a `redact` says what stays: the residue. Who writes one takes it from authorship as it is;
 * who admits one finds it again there, so that nobody can give words away, or take them, by hiding others.
 */
import { equal, LoreError } from "../bytes/index.ts";
import { authoredText, decodeOrigins, encodeOrigins } from "../projection/authorship/index.ts";
import {
  authorshipProjection,
  AuthorshipProjector,
  textOfBody,
  type TextRow,
} from "../projection/authorship/projector.ts";
import { decodeResidue, encodeResidue, type Remains } from "../projection/authorship/residue.ts";
import { wordsByOrigin } from "../projection/authorship/words.ts";
import type { ReadPart } from "../projection/contract.ts";
import { Db } from "../store/index.ts";
import { partsOf, type RedactOp, type ReviseOp, revisionId } from "../unit/index.ts";
import type { Community } from "./community.ts";
import type { DraftPart, SealedOp, Submission } from "./draft.ts";
import { authorshipReady } from "./queries/authorship.ts";
import { heldParts } from "./tables.ts";

const MEDIA = "application/cbor";
/** A text that takes the place of a hidden one, sealed and not yet signed. */
type Sealed = Pick<SealedOp, "op" | "content">;

/**
 * The part that says what stays when texts are hidden; undefined where there is nothing to say. `following` are ops that
 * the same member signs in the same entry.
 */
export async function residuePart(
  community: Community,
  slots: RedactOp["slots"],
  following: { readonly member: Uint8Array; readonly ops: readonly Sealed[] },
): Promise<DraftPart | undefined> {
  await authorshipReady(community);
  const texts = new Texts(community);
  const erased = texts.erasedBy(slots);
  if (erased.length === 0) return undefined;
  const residue = [...texts.remains(erased), ...texts.replacements(following)];
  return { name: "residue", media: MEDIA, bytes: encodeResidue(residue) };
}

/** @throws LoreError REFUSED or STALE for a `redact` whose residue is not what authorship says. */
export function requireResidue(community: Community, { entry, content }: Submission): void {
  if (!entry.ops.some(({ op }) => op === "redact")) return;
  let at = 0;
  const sealed = entry.ops.map((op): Sealed => {
    const parts = partsOf(op).length;
    return { op, content: content.slice(at, (at += parts)) };
  });
  for (const { op, content: parts } of sealed) {
    if (op.op !== "redact") continue;
    const residue = parts.find((part) => part?.name === "residue");
    new Texts(community).require(op, residue === undefined ? [] : decodeResidue(residue.bytes), {
      member: entry.author,
      ops: sealed,
    });
  }
}

/** Texts as authorship knows them now. */
class Texts {
  readonly #community: Community;
  readonly #db: Db;
  readonly #readPart: ReadPart;

  constructor(community: Community) {
    this.#community = community;
    this.#db = community.authorship.db;
    this.#readPart = heldParts(community.store.parts.reader());
  }

  /** Accepted texts among the slots, by row number. */
  erasedBy(slots: RedactOp["slots"]): number[] {
    return slots.flatMap(({ op, part }) => {
      const n = part === "body" ? this.#community.facts.revisionById(op)?.n : undefined;
      return n !== undefined && this.#row(n)?.origins != null ? [n] : [];
    });
  }

  #row(revision: number): TextRow | undefined {
    return this.#db.get<TextRow>("SELECT * FROM authorship_text WHERE revision = ?", revision);
  }

  /** Of the erased, and of whatever would be found otherwise without them. */
  remains(erased: readonly number[]): Remains[] {
    const without = this.#originsWithout(erased);
    const texts = this.#db.all<TextRow>("SELECT * FROM authorship_text WHERE origins IS NOT NULL ORDER BY seq");
    return texts.flatMap((text) => {
      const found = without.get(text.revision);
      if (text.origins === null || (found !== undefined && equal(found, text.origins))) return [];
      return [this.#remainsOf(text, erased.includes(text.revision))];
    });
  }

  #remainsOf({ revision, digest, origins: runs }: TextRow, isErased: boolean): Remains {
    const origins = decodeOrigins(runs ?? new Uint8Array());
    const text = isErased ? textOfBody(this.#readPart(digest ?? new Uint8Array())) : undefined;
    const words = text === undefined ? undefined : wordsByOrigin(authoredText(text, { origins }));
    return { revision: this.#community.facts.revision(revision)?.id ?? new Uint8Array(32), origins, words };
  }

  /** All origins as they would be found if these texts had never been there, by row number. */
  #originsWithout(erased: readonly number[]): Map<number, Uint8Array> {
    const db = new Db(":memory:", { durability: "normal" });
    try {
      db.exec(authorshipProjection.schema);
      for (const table of ["authorship_text", "authorship_given"])
        for (const row of this.#db.all<Record<string, null | number | string | Uint8Array>>(`SELECT * FROM ${table}`)) {
          const places = Object.keys(row).map(() => "?");
          db.run(`INSERT INTO ${table} VALUES (${places.join(", ")})`, ...Object.values(row));
        }
      const projector = new AuthorshipProjector(db, this.#readPart);
      const effects = erased.map((revision) => ({ type: "redacted", unit: 0, revision, part: "body" }) as const);
      projector.apply({ index: 0, time: 0, effects });
      projector.flush();
      const found = db.all<TextRow>("SELECT * FROM authorship_text WHERE origins IS NOT NULL");
      return new Map(found.map(({ revision, origins }) => [revision, origins ?? new Uint8Array()]));
    } finally {
      db.close();
    }
  }

  /** Of texts that take the place of hidden ones: whose words they are while those are still here. */
  replacements({ member, ops }: { readonly member: Uint8Array; readonly ops: readonly Sealed[] }): Remains[] {
    return ops.flatMap(({ op, content }) => {
      const body = content.find((part) => part?.name === "body");
      const text = op.op === "revise" ? textOfBody(body?.bytes) : undefined;
      if (op.op !== "revise" || text === undefined) return [];
      const { environment, log } = this.#community;
      return [
        { revision: revisionId(environment.suite, { log, author: member, op }), origins: this.#originsOf(op, text) },
      ];
    });
  }

  #originsOf({ unit: id, parents: ids }: ReviseOp, text: string): Uint32Array {
    const { facts } = this.#community;
    const parents = ids.flatMap((parent) => facts.revisionById(parent)?.n ?? []);
    const unit = facts.unitById(id)?.n ?? 0;
    return new AuthorshipProjector(this.#db, this.#readPart).originsOfNext({ unit, parents, text });
  }

  require(
    { slots }: RedactOp,
    residue: readonly Remains[],
    entry: { readonly member: Uint8Array; readonly ops: readonly Sealed[] },
  ): void {
    const erased = this.erasedBy(slots);
    const said = new Map(residue.map((remains) => [key(remains.revision), remains]));
    const known = erased.length === 0 ? [] : [...this.#named(residue, erased), ...this.replacements(entry)];
    for (const remains of known) {
      const found = said.get(key(remains.revision));
      if (found === undefined || !isSame(found, remains))
        throw refused("is not what is known of whose words these are");
    }
    if (said.size !== new Map(known.map(({ revision }) => [key(revision), 0])).size)
      throw refused("speaks of versions whose words nobody knows");
    for (const n of this.#standingIn(erased))
      if (!said.has(key(this.#community.facts.revision(n)?.id ?? new Uint8Array())))
        throw refused("leaves out a version in which the words still stand");
  }

  /** What is known of the erased texts, and of others that a residue names. */
  #named(residue: readonly Remains[], erased: readonly number[]): Remains[] {
    const named = residue.flatMap(({ revision }) => this.#community.facts.revisionById(revision)?.n ?? []);
    return [...new Set([...erased, ...named])].flatMap((n) => {
      const row = this.#row(n);
      return row?.origins == null ? [] : [this.#remainsOf(row, erased.includes(n))];
    });
  }

  /** Current versions in which words of these stand, and of which nothing was said before. */
  #standingIn(erased: readonly number[]): number[] {
    const found = this.#db.all<{ unit: number }>(
      `SELECT DISTINCT unit FROM authorship_standing WHERE origin IN (SELECT value FROM json_each(?))`,
      JSON.stringify(erased),
    );
    return found.flatMap(({ unit }) => {
      const head = this.#community.facts.unit(unit)?.head ?? undefined;
      const isGiven = this.#db.get("SELECT 1 FROM authorship_given WHERE revision = ?", head ?? 0) !== undefined;
      return head === undefined || isGiven ? [] : [head];
    });
  }
}

function key(id: Uint8Array): string {
  return Buffer.from(id).toString("hex");
}

function isSame(a: Remains, b: Remains): boolean {
  const words = (remains: Remains): string => JSON.stringify([...(remains.words ?? [])]);
  return equal(encodeOrigins(a.origins), encodeOrigins(b.origins)) && words(a) === words(b);
}

function refused(why: string): LoreError {
  return new LoreError(
    "REFUSED",
    `Hiding a text: what is said to stay of it ${why}. Look again, with what was written since, and sign anew.`,
  );
}
