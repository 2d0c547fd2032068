/** The shapes of the API, in zod: requests are checked against them, and /api/openapi.json is made of them. */
import { z } from "zod";

const id = z
  .string()
  .regex(/^[a-z2-7]{32}$/)
  .describe("20 bytes in base32");
const digest = z
  .string()
  .regex(/^[a-z2-7]{52}$/)
  .describe("32 bytes in base32");
const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe("SHA-256 in hex");
const ms = z.number().int().describe("Milliseconds since 1970");

export const used = z.object({ counted: z.boolean().describe("False for a use that was taken in before") });

const minor = z
  .string()
  .regex(/^-?\d+$/)
  .describe("Minor units");

export const credit = z
  .object({
    policy: z
      .object({ unit: id, revision: digest, index: z.number(), rules: z.record(z.string(), z.unknown()) })
      .optional(),
    openPeriod: z.number().optional(),
    closed: z.array(z.object({ epoch: z.number(), index: z.number(), readers: z.number().optional() })),
    accounts: z.array(z.object({ account: z.string(), currency: z.string(), amount: minor })),
    payouts: z.array(z.object({ payout: z.number(), state: z.string(), reference: z.string().optional() })),
    disputes: z.array(z.object({ id: z.string(), holder: z.string(), currency: z.string(), amount: minor })),
    refused: z.array(z.object({ op: digest, index: z.number(), why: z.string() })),
    differing: z.array(z.object({ op: digest, index: z.number(), why: z.string() })),
  })
  .meta({ id: "Credit" });

export const signer = z
  .object({
    log: sha256.describe("Digest of the genesis, hex: what an entry names as log"),
    member: id.nullable(),
    name: z.string().nullable(),
    role: z.enum(["contributor", "editor", "steward"]).nullable().describe("null for who waits to be let in"),
    prev: sha256.nullable().describe("Digest of the last entry of this key, hex"),
    logTime: ms,
    now: ms,
    join: z.enum(["open", "approval", "invite"]),
    waiting: z.number().describe("Entries of this key that wait to be let in"),
  })
  .meta({ id: "Signer" });

export const person = z
  .object({
    id,
    name: z.string(),
    type: z.string(),
    keyed: z.boolean().describe("Whether they hold a key; else named in history"),
  })
  .meta({ id: "Person" });

export const statement = z
  .object({
    epoch: z.number(),
    entry: z.number(),
    currency: z.string(),
    policy: digest,
    readers: z.number(),
    people: z.array(z.object({ person, amount: minor })),
    paths: z.array(
      z.object({
        person: z.string(),
        role: z.enum(["authors", "reviewers", "stewards"]),
        amount: minor,
        use: z.string(),
        readers: z.number(),
        steps: z.array(z.object({ revision: z.string(), by: z.string().optional() })),
      }),
    ),
  })
  .meta({ id: "Statement" });

export const personListing = person
  .extend({
    roles: z.array(z.enum(["steward", "editor", "contributor"])),
    since: ms.nullable(),
    until: ms.nullable(),
    alsoKnownAs: z.array(z.string()),
  })
  .meta({ id: "PersonListing" });

export const community = z
  .object({
    id,
    name: z.string(),
    about: z.string().optional(),
    lang: z.string().optional(),
    licence: z.string().optional().describe("SPDX expression"),
    charter: id,
    start: z.array(z.string()).describe("Paths of the pages to begin with"),
    approvals: z.number().int(),
    size: z.number().int().describe("Entries"),
    sealed: z.number().int().describe("Entries under the signed checkpoint"),
    changed: ms,
    origin: z.string(),
    vkey: z.string().describe("Verifier key of the log"),
  })
  .meta({ id: "Community" });

export const unitListing = z
  .object({
    unit: id,
    revision: digest,
    kind: z.string(),
    title: z.string(),
    path: z.string().nullable(),
    pathHex: z.string().optional(),
    mode: z.string().optional(),
    state: z.enum(["current", "superseded", "retired"]),
    disputed: z.boolean(),
    sha256: sha256.nullable(),
    sizeBytes: z.number().int(),
    time: ms,
  })
  .meta({ id: "Unit" });

export const revision = z
  .object({
    revision: digest,
    unit: id,
    kind: z.string(),
    state: z.enum(["proposed", "needs-merge", "rejected", "withdrawn", "current", "past"]),
    version: z.number().int().nullable(),
    takenWith: z.number().int().nullable().describe("The accepted version it was taken up with, itself or a later one"),
    title: z.string(),
    path: z.string().nullable(),
    lang: z.string().nullable(),
    tags: z.array(z.string()),
    note: z.string().nullable(),
    authors: z.array(person),
    signedBy: person,
    parents: z.array(digest),
    index: z.number().int().describe("Of the entry that carries it"),
    time: ms,
    sourced: z.boolean().describe("Whether the time is as the source says"),
    parts: z.array(
      z.object({ name: z.string(), media: z.string(), sizeBytes: z.number().int(), sha256: sha256.nullable() }),
    ),
  })
  .meta({ id: "Revision" });

export const revisionWithText = revision
  .extend({ text: z.string().nullable().describe("The body, where it is text of at most 1 MB") })
  .meta({ id: "RevisionWithText" });

const link = z.object({
  rel: z.string().describe('A signed relation; "link" for a hyperlink in the text, "copied" for words that came along'),
  unit: unitListing.optional(),
  elsewhere: z.string().optional(),
  words: z.number().int().optional().describe("Of what was copied: how many words"),
});

export const unitLinks = z
  .object({
    madeFrom: z.array(link),
    usedIn: z.array(link),
    headings: z.array(z.object({ level: z.number().int(), text: z.string(), anchor: z.string() })),
  })
  .meta({ id: "UnitLinks" });

const action = z.enum(["read", "copy", "change", "sell", "search", "answer", "train"]);
const spdx = z.string().describe("SPDX expression");
const term = {
  currency: z.string().optional(),
  price: z.number().int().optional().describe("In minor units of the currency"),
};

export const unitRights = z
  .object({
    unit: id,
    licence: spdx.optional(),
    by: z
      .enum(["version", "unit", "everything", "community"])
      .optional()
      .describe("Who says so: the version, terms of the unit, terms for everything here, or the community as founded"),
    terms: z.array(z.object({ action, may: z.enum(["yes", "no", "ask", "pay"]), ...term })),
    uses: z.array(
      z.object({
        action,
        may: z.enum(["yes", "credit", "alike", "pay", "ask", "no"]),
        by: z.enum(["licence", "terms"]),
        ...term,
      }),
    ),
    shares: z.array(z.object({ person, share: z.number().int().describe("Of 1,000,000") })),
    grants: z.array(z.object({ to: person, action, until: ms.optional() })),
    waiting: z.array(
      z.object({
        right: id,
        revision: digest,
        title: z.string(),
        path: z.string().nullable(),
        rules: z.record(z.string(), z.unknown()),
        standing: z.object({ state: z.string() }).loose(),
        for: z.array(person).describe("Those it waits for"),
      }),
    ),
    flags: z
      .array(
        z.object({
          rel: z.string(),
          unit: unitListing,
          licence: spdx.optional(),
          mix: z
            .object({ verdict: z.enum(["ask", "unknown", "no"]), from: spdx, into: spdx, because: z.string() })
            .loose(),
        }),
      )
      .describe("What it is made from under a licence that does not plainly allow it"),
  })
  .meta({ id: "UnitRights" });

export const searchRow = z
  .object({
    unit: id,
    title: z.string(),
    path: z.string().nullable(),
    revision: digest,
    kind: z.string(),
    state: z.enum(["current", "superseded", "retired"]),
    disputed: z.boolean(),
    snippet: z.string(),
    marks: z
      .array(z.tuple([z.number().int(), z.number().int()]))
      .describe("Ranges of the snippet, in UTF-16 units, that were asked for"),
    heading: z.string().nullable(),
    anchor: z.string().nullable(),
    score: z.number(),
  })
  .meta({ id: "SearchRow" });

const named = z.object({ unit: id, title: z.string(), path: z.string().nullable() }).meta({ id: "Named" });

export const proposal = z
  .object({
    id: digest,
    op: z.string(),
    by: person,
    index: z.number().int(),
    revision: revision.optional(),
    mark: z.string().optional().describe("What would be said of the target: supersede, retire, restore"),
    target: named.optional(),
    replacement: named.optional().describe("What would take the target's place"),
    act: z.string().optional().describe("Of a role: grant, end; of members: add, merge, unmerge; of a key: rekey"),
    role: z.string().optional(),
    person: person.optional().describe("Whose role or key it is, or who the names would be"),
    names: person.array().optional(),
    name: z.string().optional().describe("Of a new member"),
    slots: z
      .object({ op: digest, part: z.string(), target: named.optional() })
      .array()
      .optional()
      .describe("Parts that would be hidden"),
    epoch: z.number().int().optional().describe("The period that would be closed"),
  })
  .meta({ id: "Proposal" });

export const acknowledgement = z
  .object({
    index: z.number().int(),
    digest,
    level: z.literal("stored").describe("Durable on this site's disk; under a signed checkpoint within a second"),
  })
  .meta({ id: "Acknowledgement" });

/** One per entry sent: stored, or why not. */
export const written = z
  .array(z.union([acknowledgement, z.object({ code: z.string(), message: z.string() })]))
  .meta({ id: "Written" });

export const errorBody = z
  .object({
    code: z.string(),
    message: z.string(),
    field: z.string().optional(),
    limit: z.number().optional(),
    data: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
    requestId: z.string(),
  })
  .meta({ id: "Error" });

const moment = {
  "as-of": z
    .string()
    .max(40)
    .optional()
    .describe("A number of entries, or a date: what stood then, as the source says"),
  known: z.string().max(40).optional().describe("A date: what this record knew then"),
};
const KINDS = z
  .string()
  .max(200)
  .regex(/^[a-z]+(,[a-z]+)*$/);

/** What is not named here is refused: a misspelt question would be answered as if it had not been asked. */
export const queries = {
  units: z.strictObject({
    ...moment,
    kind: KINDS.optional().describe("Kinds, commas between"),
    all: z.enum(["0", "1", "true", "false", ""]).optional().describe("Also what was retired or replaced"),
  }),
  moment: z.strictObject(moment),
  search: z.strictObject({
    ...moment,
    q: z.string().max(1_000),
    limit: z.coerce.number().int().min(1).max(100).default(10),
    offset: z.coerce.number().int().min(0).max(10_000).default(0),
    kind: KINDS.optional(),
  }),
  proof: z.strictObject({
    part: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,31}$/)
      .default("body"),
  }),
  none: z.strictObject({}),
} as const;
