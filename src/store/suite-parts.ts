/** What every PartStore promises. */
import assert, { AssertionError } from "node:assert/strict";

import { concat, equal, hex, utf8 } from "../bytes/index.ts";
import { limits } from "../unit/index.ts";
import type { PartStore } from "./ports.ts";
import { bytesOf, digestOf, entriesOf, type OpenStore, pageOf, type Promised, testPromises } from "./suite-fixture.ts";

/** Where an engine may change from one way of keeping parts to another (DESIGN.md 3). */
const ROW_BYTES_MAX = 256 * 1024;
const SIZES = [0, 1, 100, ROW_BYTES_MAX - 1, ROW_BYTES_MAX, ROW_BYTES_MAX + 1, 3 * ROW_BYTES_MAX];
const REVISIONS = 150;

async function* inChunks(...chunks: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* chunks;
}

async function collect(parts: PartStore, digest: Uint8Array): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of parts.stream(digest) ?? assert.fail("not held")) chunks.push(chunk);
  return concat(...chunks);
}

function assertHeld(parts: PartStore, bytes: Uint8Array, what: string): void {
  assert.ok(parts.has(digestOf(bytes)), `${what} is held`);
  assert.ok(equal(parts.get(digestOf(bytes)) ?? assert.fail(what), bytes), what);
}

function assertAbsent(parts: PartStore, digest: Uint8Array): void {
  assert.equal(parts.has(digest), false);
  assert.equal(parts.get(digest), undefined);
  assert.equal(parts.stream(digest), undefined);
}

function names(parts: PartStore): string[] {
  return [...parts.digests()].map((digest) => hex.encode(digest)).toSorted();
}

/** Revisions of one page, each put on the one before. */
function putHistory(parts: PartStore, revisions: number): Uint8Array[] {
  const pages = Array.from({ length: revisions }, (_, revision) => pageOf(revision));
  for (const [i, page] of pages.entries()) {
    const before = pages[i - 1];
    parts.put(digestOf(page), page, { like: before === undefined ? undefined : digestOf(before) });
  }
  return pages;
}

const COURSE_STEPS = 10;
const COURSE_PAGES = 30;
/** Of the bytes that say what a step does. */
const ERASE_BELOW = 64;

/** Steps of one course: a page, a page it is like, and what is done with them. */
function stepsOf(course: number): (readonly [page: number, like: number, act: number])[] {
  const dice = bytesOf(`course ${course}`, 3 * COURSE_STEPS);
  const roll = (at: number) => dice[at] ?? assert.fail();
  return Array.from({ length: COURSE_STEPS }, (_, i) => [
    roll(3 * i) % COURSE_PAGES,
    roll(3 * i + 1) % COURSE_PAGES,
    roll(3 * i + 2),
  ]);
}

const keeping: readonly Promised[] = [
  {
    behaviour: "a part that was never put is absent",
    async check({ store }) {
      assertAbsent(store.parts, digestOf(utf8("never")));
      assert.deepEqual(names(store.parts), []);
    },
  },
  {
    behaviour: "parts of every size come back whole, at once and in chunks, before and after the append",
    async check({ store, reopen }) {
      const all = SIZES.map((size) => bytesOf("part", size));
      for (const bytes of all) store.parts.put(digestOf(bytes), bytes);
      for (const bytes of all) assertHeld(store.parts, bytes, `${bytes.length} bytes`);
      await store.log.append(entriesOf(0, 1), 0);
      const { parts } = reopen === undefined ? store : await reopen();
      for (const bytes of all) {
        assertHeld(parts, bytes, `${bytes.length} bytes`);
        assert.ok(equal(await collect(parts, digestOf(bytes)), bytes));
      }
      assert.deepEqual(names(parts), all.map((bytes) => hex.encode(digestOf(bytes))).toSorted());
    },
  },
  {
    behaviour: "a reader answers what get answers, in whatever order it is asked",
    async check({ store: { parts, log } }) {
      const pages = putHistory(parts, REVISIONS);
      const large = bytesOf("large", ROW_BYTES_MAX + 1);
      parts.put(digestOf(large), large);
      await log.append(entriesOf(0, 1), 0);
      const [first = large, second = large, ...more] = pages;
      await parts.erase([digestOf(second)]);
      const mixed = more.flatMap((page, i) =>
        i % 7 === 0 ? [page, first, more[(i * 31) % more.length] ?? page] : [page],
      );
      for (const order of [[first, ...more, large], [large, ...more.toReversed(), first], mixed]) {
        const read = parts.reader();
        for (const page of order) assert.ok(equal(read(digestOf(page)) ?? assert.fail("not held"), page));
        assert.equal(read(digestOf(second)), undefined);
      }
    },
  },
  {
    behaviour: "bytes under a digest that is not theirs are a mistake, and not kept",
    async check({ store }) {
      const digest = digestOf(utf8("these"));
      assert.throws(() => store.parts.put(digest, utf8("those")), AssertionError);
      assertAbsent(store.parts, digest);
      assert.throws(() => store.parts.has(digest.subarray(1)), AssertionError);
    },
  },
  {
    behaviour: "putting a part again changes nothing",
    async check({ store }) {
      for (const size of [100, ROW_BYTES_MAX + 1]) {
        const bytes = bytesOf("twice", size);
        for (let i = 0; i < 3; i++) store.parts.put(digestOf(bytes), bytes, { like: digestOf(bytes) });
        assertHeld(store.parts, bytes, `${size} bytes`);
      }
      assert.equal(names(store.parts).length, 2);
    },
  },
  {
    behaviour: "a part put without an append is whole or gone after a restart",
    async check({ store, reopen }, context) {
      if (reopen === undefined) return context.skip("nothing outlives this store");
      const all = SIZES.map((size) => bytesOf("staged", size));
      for (const bytes of all) store.parts.put(digestOf(bytes), bytes);
      const { parts } = await reopen();
      for (const bytes of all) if (parts.has(digestOf(bytes))) assertHeld(parts, bytes, `${bytes.length} bytes`);
    },
  },
];

const building: readonly Promised[] = [
  {
    behaviour: "a long history, each revision put on the one before, reads back in any order",
    async check({ store, reopen }) {
      const pages = putHistory(store.parts, REVISIONS);
      await store.log.append(entriesOf(0, 1), 0);
      const { parts } = reopen === undefined ? store : await reopen();
      for (let i = 0; i < REVISIONS; i++)
        assertHeld(parts, pages[(i * 67) % REVISIONS] ?? assert.fail(), `revision ${i}`);
    },
  },
  {
    behaviour: "what a part is said to be like need not be held, small, like it, or well-formed",
    async check({ store: { parts } }) {
      const [absent, large] = [utf8("absent"), bytesOf("large", ROW_BYTES_MAX + 1)];
      // The start of a trained zstd dictionary, and nothing of one behind it.
      const odd = concat(new Uint8Array([0x37, 0xa4, 0x30, 0xec]), bytesOf("odd", 500));
      const others = [large, odd, new Uint8Array(), utf8("x")];
      for (const bytes of others) parts.put(digestOf(bytes), bytes);
      for (const [i, like] of [absent, ...others].entries()) {
        const page = pageOf(i);
        parts.put(digestOf(page), page, { like: digestOf(like) });
        assertHeld(parts, page, `on ${like.length} bytes`);
      }
    },
  },
];

const streaming: readonly Promised[] = [
  {
    behaviour: "a stream of any length is kept under its digest",
    async check({ store: { parts } }) {
      for (const size of SIZES) {
        const bytes = bytesOf("stream", size);
        const third = Math.floor(size / 3);
        const answer = await parts.putStream(
          inChunks(bytes.subarray(0, third), new Uint8Array(), bytes.subarray(third)),
        );
        assert.deepEqual(answer, { digest: digestOf(bytes), size });
        assertHeld(parts, bytes, `${size} bytes`);
      }
      assert.equal(names(parts).length, SIZES.length);
    },
  },
  {
    behaviour: "a stream that breaks off leaves nothing, and its own error is what the caller gets",
    async check({ store: { parts } }) {
      async function* broken(): AsyncIterable<Uint8Array> {
        yield bytesOf("broken", ROW_BYTES_MAX + 1);
        throw new RangeError("the sender hung up");
      }
      await assert.rejects(parts.putStream(broken()), RangeError);
      assert.deepEqual(names(parts), []);
    },
  },
  {
    behaviour: "a stream over 1 GiB is TOO_LARGE and leaves nothing",
    async check({ store }) {
      const chunks = inChunks(bytesOf("first", ROW_BYTES_MAX + 1), new Uint8Array(limits.PART_BYTES_MAX));
      await assert.rejects(store.parts.putStream(chunks), { code: "TOO_LARGE", limit: limits.PART_BYTES_MAX });
      assert.deepEqual(names(store.parts), []);
      assert.equal(store.failure, undefined);
    },
  },
];

const erasing: readonly Promised[] = [
  {
    behaviour: "an erased part is gone, what stood on it is not, and nothing returns after a restart",
    async check({ store, reopen }) {
      const pages = putHistory(store.parts, 40);
      const large = bytesOf("large", ROW_BYTES_MAX + 1);
      store.parts.put(digestOf(large), large);
      await store.log.append(entriesOf(0, 1), 0);
      const erased = [0, 1, 7, 20, 21, 39].map((i) => pages[i] ?? assert.fail());
      await store.parts.erase([...erased, large, utf8("never held")].map((bytes) => digestOf(bytes)));
      function assertErased(parts: PartStore): void {
        for (const page of pages) {
          if (erased.includes(page)) assertAbsent(parts, digestOf(page));
          else assertHeld(parts, page, "a page that stays");
        }
        assertAbsent(parts, digestOf(large));
      }
      assertErased(store.parts);
      if (reopen !== undefined) assertErased((await reopen()).parts);
    },
  },
  {
    behaviour: "an erased part may be put again",
    async check({ store: { parts } }) {
      for (const size of [500, ROW_BYTES_MAX + 1]) {
        const bytes = bytesOf("again", size);
        parts.put(digestOf(bytes), bytes);
        await parts.erase([digestOf(bytes)]);
        assertAbsent(parts, digestOf(bytes));
        parts.put(digestOf(bytes), bytes);
        assertHeld(parts, bytes, `${size} bytes`);
      }
    },
  },
  {
    behaviour: "any course of puts, on whatever, and erasures holds exactly what remains",
    async check({ store: { parts } }) {
      const held = new Set<number>();
      for (let course = 0; course < 12; course++) {
        for (const [page, like, act] of stepsOf(course)) {
          if (act < ERASE_BELOW) await parts.erase([digestOf(pageOf(page)), digestOf(pageOf(like))]);
          else parts.put(digestOf(pageOf(page)), pageOf(page), { like: digestOf(pageOf(like)) });
          for (const gone of act < ERASE_BELOW ? [page, like] : []) held.delete(gone);
          if (act >= ERASE_BELOW) held.add(page);
        }
        assert.deepEqual(names(parts), [...held].map((page) => hex.encode(digestOf(pageOf(page)))).toSorted());
        for (const page of held) assertHeld(parts, pageOf(page), `page ${page}`);
      }
    },
  },
];

export function partsSuite(name: string, open: OpenStore): void {
  testPromises(`${name}: parts`, open, [...keeping, ...building, ...streaming, ...erasing]);
}
