/**
 * Admission: what a submission must satisfy before the rules even look at it. Signature, clock, and that
 * every part it names is here and is what it says. Refuses; never repairs.
 */
import { equal, LoreError } from "../bytes/index.ts";
import {
  type Entry,
  decodeEntry,
  decodeSidecar,
  encodeSidecar,
  type Opening,
  type Sidecar,
  verifyEntryAsync,
} from "../log/index.ts";
import type { PartStore } from "../store/index.ts";
import { commitment, kindOf, type Op, parseMeta, type PartRef, partsOf, readMeta } from "../unit/index.ts";
import type { Community } from "./community.ts";
import { POSTINGS, requirePostable, requireReadable } from "./credit/statements.ts";
import { type Admitting, requireMixable } from "./derivatives.ts";
import type { DraftPart, Submission } from "./draft.ts";
import type { Environment } from "./environment.ts";
import { WAS_ERASED } from "./erasure.ts";
import { requireResidue } from "./redaction.ts";
import { requireTerms } from "./terms.ts";

const MINUTE_MS = 60_000;
/** How far a claimed time may lie before the last log time. */
export const LATE_MAX_MS = 10 * MINUTE_MS;
/** How far it may lie ahead of this node's clock. */
export const EARLY_MAX_MS = 2 * MINUTE_MS;

/** A submission as it arrives from outside: bytes. Parts in the order of ops and their parts; null where held. */
export interface RawSubmission {
  readonly entry: Uint8Array;
  readonly openings: readonly {
    readonly salt: Uint8Array;
    readonly digest?: Uint8Array | undefined;
    readonly bytes?: Uint8Array | undefined;
  }[];
}

/** Reads and verifies a submission from outside. @throws LoreError MALFORMED, BAD_SIGNATURE, TOO_LARGE. */
export async function openSubmission({ suite }: Environment, raw: RawSubmission): Promise<Submission> {
  const entry = await verifyEntryAsync(suite, decodeEntry(suite, raw.entry));
  const named = entry.ops.map(partsOf);
  const count = named.reduce((sum, parts) => sum + parts.length, 0);
  if (count !== raw.openings.length) {
    throw new LoreError(
      "MALFORMED",
      `The entry names ${count} parts, but ${raw.openings.length} came with it. Send each, in order.`,
    );
  }
  let at = 0;
  const content: (DraftPart | undefined)[] = [];
  const sidecar: Sidecar = named.map((parts) =>
    parts.map(({ name, media }): Opening => {
      const { salt, digest, bytes } = raw.openings[at++] ?? { salt: new Uint8Array() };
      const sum = bytes === undefined ? digest : suite.sha256(bytes);
      if (salt.length !== 16 || sum?.length !== 32) {
        throw new LoreError("MALFORMED", `The part "${name}" needs a salt of 16 bytes and its bytes or their SHA-256.`);
      }
      content.push(bytes === undefined ? undefined : { name, media, bytes, digest: sum });
      return { salt, digest: sum };
    }),
  );
  for (const part of content)
    if (part?.name === "meta" && part.media === "application/json") requirePlainPath(pathIn(part.bytes));
  return { entry, sidecar: encodeSidecar(sidecar), content };
}

function pathIn(meta: Uint8Array): string | undefined {
  const { path } = readMeta(meta);
  return typeof path === "string" ? path : undefined;
}

/** Whether an entry begins with somebody who is not here yet. Of most nothing is asked: to look at `facts` commits the rows. */
export function isNewcomer(community: Pick<Community, "facts">, { entry }: Submission): boolean {
  return entry.ops.some(({ op }) => op === "member") && community.facts.memberById(entry.author) === undefined;
}

/**
 * Checks what a node must check where an entry arrives, since nobody could later; answers the parts to store.
 * @throws LoreError REFUSED, STALE or MALFORMED.
 */
export function requireAdmissible(community: Community, submission: Submission): DraftPart[] {
  const { environment, projections, store, licences } = community;
  const { entry } = submission;
  if (submission.hasWaited !== true) requireTimely(entry, { now: environment.now(), logTime: projections.fold.time });
  requireNothingErased(community, submission);
  const arriving = checkParts(environment, submission, { held: store.parts, index: projections.fold.size });
  requireRights({ rows: projections.fold.rows, table: licences }, entry);
  requireResidue(community, submission);
  return arriving;
}

/** @throws LoreError REFUSED for the very bytes that were erased here. */
function requireNothingErased({ erased, projections }: Community, { entry, sidecar }: Submission): void {
  if (erased.isEmpty) return;
  const openings = decodeSidecar(sidecar);
  for (const [place, op] of entry.ops.entries())
    for (const [i, part] of partsOf(op).entries()) {
      // Somebody else may have the same name.
      if (op.op === "member") continue;
      const digest = openings[place]?.[i]?.digest;
      if (digest !== undefined && erased.has(digest, projections.fold.rows.db)) throw refusedPart(part, WAS_ERASED);
    }
}

/** @throws LoreError REFUSED when the claimed time is out of bounds. */
function requireTimely(entry: Entry, { now, logTime }: { now: number; logTime: number }): void {
  if (entry.time >= logTime - LATE_MAX_MS && entry.time <= now + EARLY_MAX_MS) return;
  const message = `The entry claims a time that is too far from this site's clock (${new Date(now).toISOString()}). Set the clock and sign again.`;
  throw new LoreError("REFUSED", message, { field: "time", data: { now, logTime } });
}

/** Checks every part of a submission against its commitment and size; answers those to store. */
function checkParts(
  environment: Environment,
  submission: Submission,
  { held, index }: { readonly held: PartStore; readonly index: number },
): DraftPart[] {
  const sidecar = decodeSidecar(submission.sidecar);
  const arriving: DraftPart[] = [];
  let at = 0;
  for (const [place, op] of submission.entry.ops.entries()) {
    requireLinks(op);
    for (const [i, part] of partsOf(op).entries()) {
      const opening = sidecar[place]?.[i];
      const content = submission.content[at++];
      if (opening === undefined) throw refusedPart(part, "its salt and digest did not come with the entry");
      if (!equal(part.commit, commitment(environment.suite, opening.salt, opening.digest))) {
        throw refusedPart(part, "salt and digest do not give the commitment that was signed");
      }
      if (content === undefined) {
        if (!held.has(opening.digest))
          throw refusedPart(part, "its bytes are not here and did not come with the entry");
        continue;
      }
      if (content.bytes.length !== part.size)
        throw refusedPart(part, `it has ${content.bytes.length} bytes, not ${part.size}`);
      requireMeta(op, part, content.bytes);
      if (op.op === "post" && part.name === POSTINGS) requirePostable(op, content, index);
      arriving.push({ ...content, digest: opening.digest });
    }
  }
  return arriving;
}

/** What new terms name, and the licences of what new versions are made from. @throws LoreError REFUSED. */
function requireRights(admitting: Admitting, entry: Entry): void {
  requireTerms(admitting.rows, entry);
  requireMixable(admitting, entry);
}

/** What is on record already keeps its links; a new version may carry only those of its kind. */
function requireLinks(op: Op): void {
  if (op.op !== "revise") return;
  const allowed = kindOf(op.kind).links;
  const odd = op.links?.find(({ rel }) => !allowed.includes(rel));
  if (odd === undefined) return;
  const message = `A ${op.kind} carries no "${odd.rel}" links; it may carry ${allowed.join(", ")}.`;
  throw new LoreError("REFUSED", message, { field: "links" });
}

function requireMeta(op: Op, part: PartRef, bytes: Uint8Array): void {
  if (op.op === "usage" || op.op === "post") requireReadable(op, { name: part.name, bytes });
  if (part.name === "meta" && op.op === "revise") parseMeta(kindOf(op.kind), bytes);
}

/** What is on record keeps its path; from outside comes only one that can be written to any folder. @throws LoreError REFUSED. */
export function requirePlainPath(path: string | undefined): void {
  const isPlain =
    path === undefined || (!/\p{Cc}/u.test(path) && !path.split("/").some((step) => NO_NAME.has(step.toLowerCase())));
  if (isPlain) return;
  const message = `The path "${path.slice(0, 100)}" cannot be a file's in every copy: it begins with a slash, has an empty step, ".", ".." or ".git", or a character that cannot be seen. Choose another.`;
  throw new LoreError("REFUSED", message, { field: "path" });
}

const NO_NAME: ReadonlySet<string> = new Set(["", ".", "..", ".git"]);

function refusedPart({ name }: PartRef, found: string): LoreError {
  return new LoreError("REFUSED", `The part "${name}" cannot be taken: ${found}.`, { field: name });
}
