/** What the suite's tests share: the store under test, and entries, parts and tiles made from numbers. */
import { createHash } from "node:crypto";
import { suite, test, type TestContext } from "node:test";

import { hex, utf8 } from "../bytes/index.ts";
import { sha256Node } from "../bytes/node.ts";
import { tiles } from "../log/index.ts";
import type { Publication, Store, StoredEntry } from "./ports.ts";

export interface StoreFixture {
  readonly store: Store;
  /** Closes the store and opens what it left, as after a restart. Missing where nothing outlives the store. */
  readonly reopen?: () => Promise<Store>;
  /** Closes what is open and removes all traces. */
  dispose(): void | Promise<void>;
}

export type OpenStore = () => Promise<StoreFixture>;

export interface Promised {
  readonly behaviour: string;
  check(fixture: StoreFixture, context: TestContext): Promise<void>;
}

/** One test for each promise, with a store of its own. */
export function testPromises(name: string, open: OpenStore, promises: readonly Promised[]): void {
  suite(name, () => {
    for (const { behaviour, check } of promises) {
      test(behaviour, async (context) => {
        const fixture = await open();
        try {
          await check(fixture, context);
        } finally {
          await fixture.dispose();
        }
      });
    }
  });
}

/** `length` bytes that differ by `seed`, and do not compress; more of one seed start with the fewer. */
export function bytesOf(seed: string, length: number): Uint8Array {
  return new Uint8Array(createHash("shake256", { outputLength: length }).update(seed).digest());
}

export function entryOf(index: number): StoredEntry {
  return { bytes: bytesOf(`entry ${index}`, 40 + (index % 500)), sidecar: bytesOf(`sidecar ${index}`, index % 90) };
}

export function entriesOf(start: number, end: number): StoredEntry[] {
  return Array.from({ length: end - start }, (_, i) => entryOf(start + i));
}

const PAGE_LINES = 24;

/** A page of which each revision changes one line. */
export function pageOf(revision: number): Uint8Array {
  const lines = Array.from({ length: PAGE_LINES }, (_, line) => {
    const edition = Math.floor((revision + PAGE_LINES - 1 - line) / PAGE_LINES);
    return `Line ${line}, edition ${edition}: ${hex.encode(sha256Node(utf8(`${line} ${edition}`)))}`;
  });
  return utf8(lines.join("\n"));
}

export const digestOf = sha256Node;

/** A publication as the tree from `older` to `size` leaves needs it; its hashes are made up. */
export function publicationOf(older: number, size: number): Publication {
  return {
    size,
    checkpoint: utf8(`checkpoint of ${size}\n`),
    tiles: tiles.newTiles(older, size).map((name) => ({ name, hashes: tileOf(name) })),
  };
}

/** A wider tile starts with the hashes of a narrower one, as real ones do. */
export function tileOf({ level, number, width }: tiles.TileName): Uint8Array {
  return bytesOf(`tile ${level} ${number}`, width * 32);
}
