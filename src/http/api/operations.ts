/**
 * The operations of the API that read: path, words, shapes, and the one thing each does. Routes and the OpenAPI
 * document are both made of this table.
 */
import type { z } from "zod";

import { base32, hex, LoreError, parseDecimal, textOf } from "../../bytes/index.ts";
import {
  authorship,
  type Community,
  links,
  moments,
  openProposals,
  persons,
  proofFile,
  rights,
  searchCommunity,
  signerStanding,
  units,
} from "../../community/index.ts";
import { statementOf, summaryOf } from "../../community/credit/index.ts";
import { amountsAsText } from "../../projection/credit/money.ts";
import { profile } from "../../community/queries/profile.ts";
import { limits } from "../../unit/index.ts";
import { type Site, usageHeaders } from "../../web/index.ts";
import * as schemas from "./schemas.ts";

/** A request that matched: its community where the path names one, its path parameters decoded, its query checked. */
export interface Call<Query> {
  readonly site: Site;
  readonly community: Community;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
}

export interface Operation {
  /** As OpenAPI writes it: /api/c/{id}. */
  readonly path: string;
  readonly summary: string;
  readonly query: z.ZodType;
  readonly result: z.ZodType | undefined;
  /** Media of an answer that is bytes. */
  readonly media?: string;
  /** Headers of its own. */
  readonly headers?: (call: Call<unknown>) => Readonly<Record<string, string>>;
  /** @throws LoreError USAGE naming the field of the query that is not as it should be. */
  readonly run: (call: Call<unknown>) => unknown;
}

interface Typed<Q extends z.ZodType> extends Omit<Operation, "query" | "run"> {
  readonly query: Q;
  readonly run: (call: Call<z.infer<Q>>) => unknown;
}

function operation<Q extends z.ZodType>({ run, ...typed }: Typed<Q>): Operation {
  return { ...typed, run: (call) => run({ ...call, query: checked(typed.query, call.query) }) };
}

function checked<Q extends z.ZodType>(schema: Q, query: unknown): z.infer<Q> {
  const read = schema.safeParse(query);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const field = issue?.code === "unrecognized_keys" ? issue.keys.join() : (issue?.path.join(".") ?? "");
  throw new LoreError(
    "USAGE",
    `Reading the request: "${field}" ${issue === undefined ? "is not as it should be" : issueWords(issue)}. /api says what it takes.`,
    field === "" ? {} : { field },
  );
}

/** A query is text: where a type is wrong, nothing was given, or no number. */
function issueWords(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "unrecognized_keys":
      return "is nothing that can be asked here";
    case "invalid_type":
      return issue.expected === "string" ? "is missing" : "is no whole number";
    case "too_big":
      return issue.origin === "string" ? `is longer than ${issue.maximum} characters` : `is above ${issue.maximum}`;
    case "too_small":
      return issue.origin === "string" ? `is shorter than ${issue.minimum} characters` : `is below ${issue.minimum}`;
    case "invalid_value":
      return `is none of ${issue.values.map((value) => JSON.stringify(value)).join(", ")}`;
    default:
      return "is not written as it should be";
  }
}

type MomentQuery = z.infer<typeof schemas.queries.moment>;

function momentOf(community: Community, { "as-of": asOf, known }: MomentQuery): moments.Moment {
  if (asOf !== undefined && known !== undefined)
    throw new LoreError("USAGE", "Give as-of or known, not both.", { field: "known" });
  if (known !== undefined) return { at: "size", size: moments.knownSize(community, moments.parseDate(known)) };
  return asOf === undefined ? moments.NOW : moments.parseMoment(community, asOf);
}

export function describeCommunity(community: Community): unknown {
  const { visibility: _, ...rest } = profile(community);
  return { ...rest, origin: community.origin, vkey: community.vkey };
}

function withText(community: Community, n: number, moment: moments.Moment = moments.NOW): unknown {
  const detail = units.revisionDetail(community, n, moment);
  const body = detail.parts.find(({ name }) => name === "body");
  const bytes =
    body !== undefined && body.sizeBytes <= limits.PAGE_BYTES_MAX ? units.partBytes(community, n) : undefined;
  return { ...detail, text: bytes === undefined ? null : (textOf(bytes) ?? null) };
}

/** What was agreed on for programs, of the unit that a path names. */
function usageOf({ site, community, params }: Call<unknown>): Readonly<Record<string, string>> {
  const revision = units.resolve(community, units.findUnit(community, params["ref"] ?? ""));
  return { ...usageHeaders({ site, community, moment: moments.NOW }, revision) };
}

/** A unit's rights, what may be done with it, and what it is made from that may not plainly be. */
function rightsOf(community: Community, ref: string, moment: moments.Moment): unknown {
  const revision = units.resolve(community, units.findUnit(community, ref, moment), moment);
  const known = rights.rightsAt(community, moment);
  const found = rights.rightsOf(community, revision, { known });
  return { ...found, uses: rights.mayUse(found), flags: rights.flagsOf(community, revision, { moment, known }) };
}

function kindsOf(kind: string | undefined): string[] | undefined {
  return kind?.split(",");
}

const { queries } = schemas;

/** A key whose first entry waits on the desk signs on from there. */
function standingOf({ site, community, params }: Call<unknown>): unknown {
  const text = params["key"] ?? "";
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new LoreError("USAGE", "Reading the request: a key is 64 hexadecimal digits.", { field: "key" });
  const key = hex.decode(text);
  const standing = signerStanding(community, key);
  const waiting = standing.member === null ? site.desk.of(community.id, key) : [];
  const last = waiting.at(-1);
  if (last === undefined) return { ...standing, waiting: 0 };
  const { member, entry, name } = last;
  return { ...standing, waiting: waiting.length, member: base32.encode(member), name, prev: hex.encode(entry) };
}

export const OPERATIONS: readonly Operation[] = [
  operation({
    path: "/api/c/{id}/signers/{key}",
    summary: "Who a key is here, and what its next entry must follow",
    query: queries.none,
    result: schemas.signer,
    run: standingOf,
  }),
  operation({
    path: "/api/c/{id}",
    summary: "One community: its name, terms, size and key",
    query: queries.none,
    result: schemas.community,
    run: ({ community }) => describeCommunity(community),
  }),
  operation({
    path: "/api/c/{id}/units",
    summary: "Everything here, by path",
    query: queries.units,
    result: schemas.unitListing.array(),
    run: ({ community, query }) =>
      units.listUnits(community, {
        moment: momentOf(community, query),
        kinds: kindsOf(query.kind),
        all: query.all !== undefined && query.all !== "0" && query.all !== "false",
      }),
  }),
  operation({
    path: "/api/c/{id}/units/{ref}",
    summary: "A unit by id, path or title, with its text; a version of it with @ and its revision",
    query: queries.moment,
    result: schemas.revisionWithText,
    headers: usageOf,
    run: ({ community, params, query }) => {
      const moment = momentOf(community, query);
      const unit = units.findUnit(community, params["ref"] ?? "", moment);
      return withText(community, units.resolve(community, unit, moment), moment);
    },
  }),
  operation({
    path: "/api/c/{id}/units/{ref}/history",
    summary: "Every version of a unit, newest first",
    query: queries.none,
    result: schemas.revision.array(),
    run: ({ community, params }) => units.history(community, units.findUnit(community, params["ref"] ?? "").unit),
  }),
  operation({
    path: "/api/c/{id}/units/{ref}/links",
    summary: "What a unit is made from, what it is used in, and its headings",
    query: queries.moment,
    result: schemas.unitLinks,
    run: ({ community, params, query }) => {
      const moment = momentOf(community, query);
      const { unit } = units.findUnit(community, params["ref"] ?? "", moment);
      return {
        madeFrom: links.madeFrom(community, unit, moment),
        usedIn: links.usedIn(community, unit, moment),
        headings: links.headings(community, unit),
      };
    },
  }),
  operation({
    path: "/api/c/{id}/units/{ref}/rights",
    summary: "May I use this, for each thing that can be done with it; who holds shares, and what waits for whom",
    query: queries.moment,
    result: schemas.unitRights,
    headers: usageOf,
    run: ({ community, params, query }) => rightsOf(community, params["ref"] ?? "", momentOf(community, query)),
  }),
  operation({
    path: "/api/c/{id}/revisions/{revision}",
    summary: "One version, by its id",
    query: queries.none,
    result: schemas.revisionWithText,
    run: ({ community, params }) => withText(community, units.findRevision(community, params["revision"] ?? "").n),
  }),
  operation({
    path: "/api/c/{id}/search",
    summary: "Passages with the words of a question, best first",
    query: queries.search,
    result: schemas.searchRow.array(),
    run: ({ community, query }) =>
      searchCommunity(community, {
        text: query.q,
        limit: query.limit,
        offset: query.offset,
        kinds: kindsOf(query.kind),
        moment: momentOf(community, query),
      }),
  }),
  operation({
    path: "/api/c/{id}/people",
    summary: "Everyone, in order of first contribution",
    query: queries.none,
    result: schemas.personListing.array(),
    run: ({ site, community }) => site.memo(community, "people", () => persons.people(community)),
  }),
  operation({
    path: "/api/c/{id}/people/{person}",
    summary: "One person, by id or exact name, and what they wrote in",
    query: queries.none,
    result: schemas.personListing.extend({ units: schemas.unitListing.array() }),
    run: ({ community, params }) => {
      const { member, ...listing } = persons.findPerson(community, params["person"] ?? "");
      return {
        ...listing,
        units: persons.unitsOf(community, member).flatMap(({ unit }) => units.unitAt(community, unit) ?? []),
      };
    },
  }),
  operation({
    path: "/api/c/{id}/proposals",
    summary: "Suggestions that nobody has decided, oldest first",
    query: queries.none,
    result: schemas.proposal.array(),
    run: ({ community }) => openProposals(community),
  }),
  operation({
    path: "/api/c/{id}/credit",
    summary: "By which rule value is shared, and where it stands",
    query: queries.none,
    result: schemas.credit,
    run: ({ community }) => amountsAsText(summaryOf(community)),
  }),
  operation({
    path: "/api/c/{id}/credit/{epoch}",
    summary: "What a period gave to whom, and by which paths",
    query: queries.none,
    result: schemas.statement,
    run: async ({ community, params }) => {
      await authorship.authorshipReady(community);
      return amountsAsText(statementOf(community, parseDecimal(params["epoch"] ?? "", "the number of a period")));
    },
  }),
  operation({
    path: "/api/c/{id}/proof/{revision}",
    summary: "The proof file of a version's part: a C2SP tlog-proof",
    query: queries.proof,
    result: undefined,
    media: "text/plain; charset=utf-8",
    run: async ({ community, params, query }) => {
      const revision = units.findRevision(community, params["revision"] ?? "");
      const index = community.facts.revision(revision.n)?.idx ?? 0;
      // What was written a moment ago is not sealed yet.
      if (index >= community.store.log.sealedSize()) await community.seal();
      return proofFile(community, revision.n, query.part);
    },
  }),
];
