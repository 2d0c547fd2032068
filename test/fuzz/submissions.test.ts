/**
 * A hundred thousand hostile inputs: random bytes, random CBOR and real entries with bytes changed, cut, doubled
 * or swapped. Each is refused with a code from the closed table or is exactly what it says; none crashes, none is
 * answered with 500, and none leaves anything behind.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import fc from "fast-check";

import { type Cbor, concat, encode, equal, ERRORS, LoreError } from "../../src/bytes/index.ts";
import { openSubmission } from "../../src/community/index.ts";
import { createApp } from "../../src/http/index.ts";
import { decodeEntry, decodeSidecar, parseCheckpoint, parseProof, tiles } from "../../src/log/index.ts";
import { createWorld, signPages, type World } from "../../bench/world.ts";
import { Author, type Submission } from "../../src/community/index.ts";

const DECODED = 100_000;
const ADMITTED = 3_000;
const POSTED = 1_500;

let world: World;
let real: readonly Submission[];

before(async () => {
  world = await createWorld();
  real = signPages(world, new Author(world.community, world.founder), { count: 20, from: 0 });
});
after(() => world.close());

/** A change to some bytes: flip, overwrite, cut, insert, double, or a piece of another. */
const mutation = fc.record({
  kind: fc.constantFrom("flip", "set", "cut", "insert", "double", "splice"),
  at: fc.nat(),
  value: fc.nat(255),
  length: fc.integer({ min: 1, max: 40 }),
  other: fc.nat(),
});
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

function mutated(original: Uint8Array, changes: readonly Mutation[]): Uint8Array {
  return changes.reduce((bytes, { kind, at, value, length, other }) => {
    const place = bytes.length === 0 ? 0 : at % bytes.length;
    const [head, tail] = [bytes.subarray(0, place), bytes.subarray(place)];
    switch (kind) {
      case "flip":
        return concat(head, Uint8Array.of((tail[0] ?? 0) ^ (1 << (value % 8))), tail.subarray(1));
      case "set":
        return concat(head, Uint8Array.of(value), tail.subarray(1));
      case "cut":
        return concat(head, tail.subarray(length));
      case "insert":
        return concat(head, Uint8Array.of(value), tail);
      case "double":
        return concat(head, tail.subarray(0, length), tail);
      default: {
        const from = bytes.length === 0 ? 0 : other % bytes.length;
        return concat(head, bytes.subarray(from, from + length), tail.subarray(length));
      }
    }
  }, original);
}

const changes = fc.array(mutation, { minLength: 1, maxLength: 4 });

/** Runs `body`; only a LoreError that blames the input may come out. */
function refusing(body: () => void): boolean {
  try {
    body();
    return true;
  } catch (error) {
    if (!(error instanceof LoreError)) throw error;
    assert.ok(ERRORS[error.code].status < 500 && ERRORS[error.code].exit <= 3, error.code);
    assert.ok(error.message.length > 10 && error.message.length < 600);
    return false;
  }
}

test("mutated entries are refused, or say the same in the one way it can be said", () => {
  let read = 0;
  fc.assert(
    fc.property(fc.nat(19), changes, (i, list) => {
      const bytes = mutated(real[i]?.entry.bytes ?? new Uint8Array(), list);
      refusing(() => {
        const { log, author, key, prev, time, ops, signature } = decodeEntry(world.community.environment.suite, bytes);
        const again = encode({ v: 1, log, author, key, prev, time, ops });
        assert.ok(equal(concat(again, signature), bytes));
        read += 1;
      });
    }),
    { numRuns: DECODED / 2 },
  );
  assert.ok(read > 0, "some mutations must still be well-formed, or nothing was tried");
});

test("random bytes do not upset any reader", () => {
  const { suite } = world.community.environment;
  const readers = [
    (bytes: Uint8Array) => decodeEntry(suite, bytes),
    decodeSidecar,
    parseCheckpoint,
    parseProof,
    tiles.decodeBundle,
  ];
  fc.assert(
    fc.property(fc.nat(readers.length - 1), fc.uint8Array({ maxLength: 300 }), (i, bytes) => {
      refusing(() => void readers[i]?.(bytes));
    }),
    { numRuns: DECODED / 2 },
  );
});

test("mutated submissions change nothing: not the log, not the parts, not the rows", async () => {
  const { community } = world;
  const size = community.size;
  const parts = [...community.store.parts.digests()].length;
  await fc.assert(
    fc.asyncProperty(fc.nat(19), changes, fc.boolean(), async (i, list, touchesPart) => {
      const submission = real[i] ?? assert.fail();
      const [opening] = decodeSidecar(submission.sidecar).flat();
      const body = submission.content[0]?.bytes ?? new Uint8Array();
      const entry = touchesPart ? submission.entry.bytes : mutated(submission.entry.bytes, list);
      const bytes = touchesPart ? mutated(body, list) : body;
      if (equal(entry, submission.entry.bytes) && equal(bytes, body)) return;
      await assert.rejects(
        async () => {
          await community.append(
            await openSubmission(community.environment, {
              entry,
              openings: [{ salt: opening?.salt ?? new Uint8Array(16), bytes }],
            }),
          );
        },
        (error) => error instanceof LoreError && ERRORS[error.code].status < 500,
      );
    }),
    { numRuns: ADMITTED },
  );
  assert.equal(community.size, size);
  assert.equal([...community.store.parts.digests()].length, parts);
});

test("nothing that is posted is answered with 500, and errors have one shape", async () => {
  const app = createApp({ node: world.node, writeLimit: { perSecond: 1_000_000, burst: 1_000_000 } });
  const url = `http://localhost/api/c/${world.community.id}/entries`;
  const value: fc.Arbitrary<Cbor> = fc.letrec<{ value: Cbor }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom(null, true),
      fc.maxSafeInteger(),
      fc.string({ maxLength: 20 }),
      fc.uint8Array({ maxLength: 60 }),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom("entry", "parts", "x"), tie("value"), { maxKeys: 3, noNullPrototype: true }),
    ),
  })).value;
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    value.map((each) => encode(each)),
    fc.tuple(fc.nat(19), changes).map(([i, list]) => mutated(real[i]?.entry.bytes ?? new Uint8Array(), list)),
  );
  await fc.assert(
    fc.asyncProperty(body, async (bytes) => {
      const answer = await app.request(url, {
        method: "POST",
        headers: { "content-type": "application/cbor" },
        body: new Uint8Array(bytes),
      });
      assert.ok(answer.status >= 400 && answer.status < 500, String(answer.status));
      const { code, message, requestId } = (await answer.json()) as Record<string, string>;
      assert.ok(code !== undefined && code in ERRORS && message !== undefined && requestId !== undefined);
    }),
    { numRuns: POSTED },
  );
});
