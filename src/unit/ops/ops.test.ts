import assert from "node:assert/strict";
import { test } from "node:test";

import { base32, type LoreErrorCode } from "../../bytes/index.ts";
import * as limits from "../limits.ts";
import { op, partsOf } from "./index.ts";

const [id, digest, nonce] = [new Uint8Array(20), new Uint8Array(32), new Uint8Array(16)];
const part = { name: "body", commit: digest, size: 1, media: "text/markdown" };
const meta = { name: "meta", commit: digest, size: 2, media: "application/json" };
const revise = { op: "revise", unit: id, kind: "page", parents: [digest], parts: [meta] };
const first = { ...revise, parents: [], nonce };
const rules = { logKey: digest, visibility: "public" };
const mark = { op: "mark", mark: "thank", on: digest };

function many<T>(count: number, item: (i: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => item(i));
}

const good: Readonly<Record<string, unknown>> = {
  "a newcomer": { op: "member", type: "person", key: digest, nonce, next: digest, parts: [{ ...part, name: "name" }] },
  "a name in history": { op: "member", type: "person", nonce },
  "a claim": { op: "member", alias: [id], into: id },
  "a claim that ends": { op: "member", alias: [id], into: id, end: true },
  "a key": { op: "key", act: "add", key: digest },
  "a recovery": { op: "key", act: "recover", next: digest },
  "a loan": { op: "key", act: "lend", agent: digest, kinds: ["page"], until: 1, direct: true },
  "a role": { op: "role", act: "end", member: id, role: "steward" },
  "a first revision": first,
  "a revision with everything": {
    ...revise,
    parts: [meta, part],
    propose: true,
    source: { time: 0 },
    rules: { a: 1 },
    links: [{ rel: "cites", to: id, at: digest }],
    by: [{ member: id, share: 1 }],
    licence: "CC-BY-4.0",
  },
  "a kind nobody knows": { ...first, kind: "gadget", rules: { any: ["thing"] } },
  "a charter": { ...first, kind: "charter", rules },
  "a comment on a passage": {
    op: "review",
    verdict: "comment",
    on: { unit: id, at: digest, part: "body", range: [0, 0] },
  },
  "a confirmation": { ...mark, mark: "confirm", verdict: "fails", source: { time: 5 } },
  "a replacement": { ...mark, mark: "supersede", by: id },
  "a redaction": { op: "redact", slots: [{ op: digest, part: "body" }] },
  "a usage table": { op: "usage", epoch: 1, readers: 2, total: 3, parts: [part] },
  postings: { op: "post", totals: [{ currency: "EUR", amount: -5 }], parts: [part] },
  evidence: { op: "attest", about: "split-view", rules: { size: 1 } },
};

for (const [what, value] of Object.entries(good)) {
  test(`${what} is read as it is`, () => assert.deepEqual(op(value, "op"), value));
}

const bad: readonly (readonly [what: string, value: unknown, code: LoreErrorCode])[] = [
  ["no map", 1, "MALFORMED"],
  ["no name", {}, "MALFORMED"],
  ["an unknown name", { op: "vote" }, "UNSUPPORTED"],
  ["an unknown act", { op: "key", act: "burn" }, "UNSUPPORTED"],
  ["an unknown field", { ...mark, why: 1 }, "UNSUPPORTED"],
  ["an unknown mark", { ...mark, mark: "like" }, "UNSUPPORTED"],
  ["an unknown link", { ...revise, links: [{ rel: "likes", to: id }] }, "UNSUPPORTED"],
  ["an unknown rule of a charter", { ...first, kind: "charter", rules: { ...rules, quorum: 3 } }, "UNSUPPORTED"],
  ["a charter without rules", { ...first, kind: "charter" }, "MALFORMED"],
  [
    "a charter that asks for no approval",
    { ...first, kind: "charter", rules: { ...rules, approvals: 0 } },
    "MALFORMED",
  ],
  ["a nonce and parents", { ...revise, nonce }, "MALFORMED"],
  ["neither nonce nor parents", { ...revise, parents: [] }, "MALFORMED"],
  ["a version without facts", { ...first, parts: [part] }, "MALFORMED"],
  ["a part twice", { ...first, parts: [meta, part, part] }, "MALFORMED"],
  ["a part with a path for a name", { ...first, parts: [{ ...part, name: "../x" }] }, "MALFORMED"],
  ["a part without a media type", { ...first, parts: [{ ...part, media: "markdown" }] }, "MALFORMED"],
  ["a media type in capitals", { ...first, parts: [{ ...part, media: "Text/Markdown" }] }, "MALFORMED"],
  ["propose: false", { ...first, propose: false }, "MALFORMED"],
  ["a link to another community's path", { ...revise, links: [{ rel: "cites", to: "lore:x/y" }] }, "MALFORMED"],
  ["a range without a revision", { ...mark, on: { unit: id, part: "body", range: [0, 1] } }, "MALFORMED"],
  ["a range without a part", { ...mark, on: { unit: id, at: digest, range: [0, 1] } }, "MALFORMED"],
  [
    "a range that ends before it starts",
    { ...mark, on: { unit: id, at: digest, part: "body", range: [2, 1] } },
    "MALFORMED",
  ],
  ["a range of three", { ...mark, on: { unit: id, at: digest, part: "body", range: [0, 1, 2] } }, "MALFORMED"],
  ["a source after the end of time", { ...first, source: { time: limits.TIME_MS_MAX + 1 } }, "MALFORMED"],
  ["a claim of nobody", { op: "member", alias: [], into: id }, "MALFORMED"],
  ["no slots", { op: "redact", slots: [] }, "MALFORMED"],
];

for (const [what, value, code] of bad) {
  test(`${what}: ${code}`, () => assert.throws(() => op(value, "op"), { code }));
}

const foreign = `lore:${base32.encode(id)}/${base32.encode(id)}@${base32.encode(digest)}`;

/** Each limit with an op that has `count` of what is limited. */
const limited: readonly (readonly [what: string, most: number, make: (count: number) => unknown])[] = [
  ["links", limits.LINKS_MAX, (count) => ({ ...revise, links: many(count, () => ({ rel: "cites", to: foreign })) })],
  ["parents", limits.PARENTS_MAX, (count) => ({ ...revise, parents: many(count, () => digest) })],
  [
    "parts",
    limits.PARTS_MAX,
    (count) => ({ ...first, parts: many(count, (i) => ({ ...part, name: i === 0 ? "meta" : `a${i}` })) }),
  ],
  ["authors", limits.BY_MAX, (count) => ({ ...first, by: many(count, () => ({ member: id })) })],
  ["slots", limits.SLOTS_MAX, (count) => ({ op: "redact", slots: many(count, () => ({ op: digest, part: "body" })) })],
  ["aliases", limits.ALIASES_MAX, (count) => ({ op: "member", alias: many(count, () => id), into: id })],
  ["bytes of a part", limits.PART_BYTES_MAX, (size) => ({ ...first, parts: [{ ...meta, size }] })],
  ["millionths of a share", 1_000_000, (share) => ({ ...first, by: [{ member: id, share }] })],
  [
    "minor units of money",
    limits.AMOUNT_MAX - 1,
    (amount) => ({ op: "post", totals: [{ currency: "EUR", amount }], parts: [] }),
  ],
  [
    "approvals of a charter",
    limits.REVIEWERS_MAX,
    (approvals) => ({ ...first, kind: "charter", rules: { ...rules, approvals } }),
  ],
  [
    "milliseconds until erasure",
    limits.REDACT_DELAY_MS_MAX,
    (redactDelay) => ({ ...first, kind: "charter", rules: { ...rules, redactDelay } }),
  ],
  ["letters of a licence", 200, (count) => ({ ...first, licence: "A".repeat(count) })],
];

for (const [what, most, make] of limited) {
  test(`${what}: ${most} at most`, () => {
    for (const count of [most - 1, most]) assert.ok(op(make(count), "op"));
    if (most < limits.AMOUNT_MAX - 1) assert.throws(() => op(make(most + 1), "op"), { code: "MALFORMED" });
  });
}

test("money is a whole number within ±(2^53-1)", () => {
  const post = (amount: number) => ({ op: "post", totals: [{ currency: "EUR", amount }], parts: [] });
  for (const amount of [limits.AMOUNT_MAX, -limits.AMOUNT_MAX]) assert.ok(op(post(amount), "op"));
  for (const amount of [2 ** 53, -(2 ** 53), 0.5]) assert.throws(() => op(post(amount), "op"), { code: "MALFORMED" });
});

test("rules take 4 KiB at most, as they are encoded", () => {
  // The map, the key "x" and the head of a byte string of this length take six bytes.
  const sized = (bytes: number) => ({ ...first, kind: "page", rules: { x: new Uint8Array(bytes - 6) } });
  for (const bytes of [limits.RULES_BYTES_MAX - 1, limits.RULES_BYTES_MAX]) assert.ok(op(sized(bytes), "op"));
  assert.throws(() => op(sized(limits.RULES_BYTES_MAX + 1), "op"), {
    code: "TOO_LARGE",
    limit: limits.RULES_BYTES_MAX,
  });
});

test("the parts of an op are those it names, in order", () => {
  assert.deepEqual(
    partsOf(op({ ...first, parts: [meta, part, { ...part, name: "annex" }] }, "op")).map(({ name }) => name),
    ["meta", "body", "annex"],
  );
  assert.deepEqual(partsOf(op({ op: "role", act: "grant", member: id, role: "editor" }, "op")), []);
  assert.deepEqual(partsOf(op(mark, "op")), []);
});
