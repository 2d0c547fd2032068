/** What every LogStore promises. */
import assert, { AssertionError } from "node:assert/strict";

import { equal, utf8 } from "../bytes/index.ts";
import { tiles } from "../log/index.ts";
import type { LogStore, Publication, Store, StoredEntry } from "./ports.ts";
import {
  bytesOf,
  digestOf,
  entriesOf,
  entryOf,
  type OpenStore,
  type Promised,
  publicationOf,
  testPromises,
  tileOf,
} from "./suite-fixture.ts";

/** Over one tile, so that tiles of level 1 exist and reads cross every batch an engine may use. */
const SIZE = 600;

function assertEntries(found: Iterable<StoredEntry>, expected: readonly StoredEntry[]): void {
  const list = [...found];
  assert.equal(list.length, expected.length);
  for (const [i, entry] of list.entries()) {
    assert.ok(equal(entry.bytes, expected[i]?.bytes ?? assert.fail()), `bytes of ${i}`);
    assert.ok(equal(entry.sidecar, expected[i]?.sidecar ?? assert.fail()), `sidecar of ${i}`);
  }
}

function assertPublished(log: LogStore, size: number): void {
  assert.equal(log.sealedSize(), size);
  assert.ok(equal(log.checkpoint() ?? assert.fail(), publicationOf(0, size).checkpoint));
  for (const name of tiles.newTiles(0, size)) assertTile(log, name);
}

function assertTile(log: LogStore, name: tiles.TileName): void {
  const found = log.tile(name) ?? assert.fail(tiles.tilePath(name));
  assert.ok(equal(found.subarray(0, name.width * 32), tileOf(name)), tiles.tilePath(name));
}

/** A store with `size` entries. */
async function filled(store: Store, size: number): Promise<LogStore> {
  await store.log.append(entriesOf(0, size), 0);
  return store.log;
}

const reading: readonly Promised[] = [
  {
    behaviour: "a new log is empty and nothing is published",
    async check({ store }) {
      assert.equal(store.log.size(), 0);
      assert.deepEqual([...store.log.read(0, 0)], []);
      assert.equal(store.log.checkpoint(), undefined);
      assert.equal(store.log.sealedSize(), 0);
      assert.equal(store.log.tile({ level: 0, number: 0, width: 1 }), undefined);
      assert.equal(store.failure, undefined);
    },
  },
  {
    behaviour: "entries come back byte for byte and in order, whatever the groups and ranges",
    async check({ store }) {
      const expected = entriesOf(0, SIZE);
      for (let size = 0, group = 1; size < SIZE; size += group, group = Math.min(group * 2, SIZE - size)) {
        await store.log.append(expected.slice(size, size + group), size);
        assert.equal(store.log.size(), Math.min(size + group, SIZE));
      }
      for (const [start, end] of [
        [0, SIZE],
        [0, 1],
        [SIZE - 1, SIZE],
        [255, 257],
        [256, 512],
        [300, 300],
        [SIZE, SIZE],
      ] as const) {
        assertEntries(store.log.read(start, end), expected.slice(start, end));
      }
    },
  },
  {
    behaviour: "reading past the end, backwards or before the start is a mistake",
    async check({ store }) {
      const log = await filled(store, 3);
      for (const [start, end] of [
        [0, 4],
        [2, 1],
        [-1, 1],
        [0.5, 1],
      ] as const)
        assert.throws(() => log.read(start, end), AssertionError);
    },
  },
  {
    behaviour: "writes may come between two entries of one reading",
    async check({ store }) {
      const log = await filled(store, SIZE);
      const reader = log.read(0, SIZE);
      const first = [reader.next().value ?? assert.fail()];
      await log.append(entriesOf(SIZE, SIZE + 5), SIZE);
      assertEntries(log.read(SIZE, SIZE + 5), entriesOf(SIZE, SIZE + 5));
      assertEntries([...first, ...reader], entriesOf(0, SIZE));
    },
  },
];

const appending: readonly Promised[] = [
  {
    behaviour: "appending at any size but the log's is STALE, names the size and changes nothing",
    async check({ store }) {
      const log = await filled(store, 3);
      for (const ifSize of [0, 2, 4]) {
        await assert.rejects(log.append(entriesOf(7, 9), ifSize), { code: "STALE", data: { size: 3 } });
        assertEntries(log.read(0, log.size()), entriesOf(0, 3));
      }
      await log.append(entriesOf(3, 5), 3);
      assertEntries(log.read(0, 5), entriesOf(0, 5));
    },
  },
  {
    behaviour: "appending nothing changes nothing, and makes staged parts durable",
    async check({ store, reopen }) {
      const bytes = utf8("staged");
      store.parts.put(digestOf(bytes), bytes);
      await store.log.append([], 0);
      const after = reopen === undefined ? store : await reopen();
      assert.equal(after.log.size(), 0);
      assert.deepEqual(after.parts.get(digestOf(bytes)), bytes);
    },
  },
  {
    behaviour: "the caller's buffers are its own again when append returns",
    async check({ store }) {
      const entry = { bytes: utf8("entry"), sidecar: utf8("sidecar") };
      await store.log.append([entry], 0);
      entry.bytes.fill(0);
      entry.sidecar.fill(0);
      assertEntries(store.log.read(0, 1), [{ bytes: utf8("entry"), sidecar: utf8("sidecar") }]);
    },
  },
  {
    behaviour: "the largest entry, and empty bytes, are kept",
    async check({ store }) {
      const entries = [
        { bytes: bytesOf("large", 65_535), sidecar: bytesOf("its sidecar", 20_000) },
        { bytes: new Uint8Array(), sidecar: new Uint8Array() },
      ];
      await store.log.append(entries, 0);
      assertEntries(store.log.read(0, 2), entries);
    },
  },
  {
    behaviour: "replacing sidecars touches only those, and never an entry",
    async check({ store }) {
      const log = await filled(store, 10);
      await log.replaceSidecars(
        new Map([
          [2, utf8("shorter")],
          [9, bytesOf("longer", 3_000)],
        ]),
      );
      const expected = entriesOf(0, 10);
      expected[2] = { bytes: entryOf(2).bytes, sidecar: utf8("shorter") };
      expected[9] = { bytes: entryOf(9).bytes, sidecar: bytesOf("longer", 3_000) };
      assertEntries(log.read(0, 10), expected);
      await assert.rejects(
        log.replaceSidecars(
          new Map([
            [0, utf8("x")],
            [10, utf8("x")],
          ]),
        ),
        AssertionError,
      );
      assertEntries(log.read(0, 10), expected);
    },
  },
  {
    behaviour: "what was acknowledged is there after a restart",
    async check({ store, reopen }, context) {
      if (reopen === undefined) return context.skip("nothing outlives this store");
      const log = await filled(store, SIZE);
      await log.publish(publicationOf(0, 300));
      await log.replaceSidecars(new Map([[1, utf8("replaced")]]));
      const again = (await reopen()).log;
      assertEntries(again.read(2, again.size()), entriesOf(2, SIZE));
      assert.deepEqual([...again.read(1, 2)][0]?.sidecar, utf8("replaced"));
      assertPublished(again, 300);
      await again.append(entriesOf(SIZE, SIZE + 1), SIZE);
    },
  },
];

const publishing: readonly Promised[] = [
  {
    behaviour: "a publication is visible as a whole, and each larger one takes its place",
    async check({ store }) {
      const log = await filled(store, SIZE);
      let older = 0;
      for (const size of [1, 2, 255, 256, 257, 512, SIZE]) {
        await log.publish(publicationOf(older, size));
        assertPublished(log, size);
        older = size;
      }
    },
  },
  {
    behaviour: "a tree that is smaller, the same, or larger than the log is never published",
    async check({ store }) {
      const log = await filled(store, 20);
      await assert.rejects(log.publish(publicationOf(0, 21)), AssertionError);
      await log.publish(publicationOf(0, 10));
      for (const size of [0, 9, 10, 21]) {
        const publication: Publication = { size, checkpoint: utf8("other"), tiles: [] };
        await assert.rejects(log.publish(publication), AssertionError);
        assertPublished(log, 10);
      }
    },
  },
  {
    behaviour: "a tile answers for every width up to the published one, and for none above",
    async check({ store }) {
      const log = await filled(store, SIZE);
      await log.publish(publicationOf(0, 300));
      for (const name of [
        { level: 0, number: 0, width: 1 },
        { level: 0, number: 0, width: 256 },
        { level: 0, number: 1, width: 44 },
        { level: 1, number: 0, width: 1 },
      ]) {
        assertTile(log, name);
      }
      for (const name of [
        { level: 0, number: 1, width: 45 },
        { level: 0, number: 2, width: 1 },
        { level: 1, number: 0, width: 2 },
        { level: 2, number: 0, width: 1 },
      ]) {
        assert.equal(log.tile(name), undefined, tiles.tilePath(name));
      }
    },
  },
  {
    behaviour: "a closed store is of no use",
    async check({ store }) {
      store.close();
      assert.throws(() => store.log.checkpoint(), AssertionError);
      await assert.rejects(store.log.append(entriesOf(0, 1), 0), AssertionError);
      assert.throws(() => store.parts.has(digestOf(utf8("x"))), AssertionError);
    },
  },
];

export function logSuite(name: string, open: OpenStore): void {
  testPromises(`${name}: log`, open, [...reading, ...appending, ...publishing]);
}
