/**
 * Verification of everything a community holds: that the tree gives the root that was signed, that each
 * entry's signature holds, that every part opens its commitment and is here unless it was erased, and that
 * the rows are those a replay gives. Stops at the first mismatch and names the place.
 */
import { type AsyncSuite, equal, hex, LoreError, type Suite } from "../bytes/index.ts";
import {
  communityId,
  decodeEntry,
  decodeSidecar,
  type Entry,
  logKeyOf,
  type Opening,
  logOrigin,
  openCheckpoint,
  signatureHolds,
  tiles,
  tree,
} from "../log/index.ts";
import { firstWrongTerm } from "../projection/search/index.ts";
import { Db, openSqliteStore, type Store, type StoredEntry } from "../store/index.ts";
import { commitment, type PartRef, partsOf } from "../unit/index.ts";
import type { Community } from "./community.ts";
import { Rows } from "./fold/rows.ts";
import { Projections } from "./projections.ts";
import { FollowedTables } from "./followed-tables.ts";

export interface VerifyProgress {
  readonly stage: string;
  readonly done: number;
  readonly of: number;
}

export interface VerifyReport {
  readonly entries: number;
  readonly signatures: number;
  readonly parts: number;
  readonly partsErased: number;
  readonly tables: number;
  readonly root: string;
  readonly durationMs: number;
}

/** Entries whose signatures are handed to the other cores at once. */
const BATCH = 256;

/** @throws LoreError INTEGRITY at the first thing that does not verify. */
export async function verifyCommunity(
  community: Community,
  onProgress?: (progress: VerifyProgress) => void,
): Promise<VerifyReport> {
  const started = performance.now();
  await community.seal();
  const audited = openSqliteStore(community.directory, { readOnly: true });
  const record = await verifyRecord(community.environment.suite, audited, onProgress).finally(() => audited.close());
  const tables = await verifyRows(community, onProgress);
  return { ...record, tables, durationMs: Math.round(performance.now() - started) };
}

type RecordReport = Omit<VerifyReport, "tables" | "durationMs">;

/** Tree, checkpoint, signatures and parts. `store` should be one of its own: a running one answers from memory. */
export async function verifyRecord(
  suite: AsyncSuite,
  store: Store,
  onProgress?: (progress: VerifyProgress) => void,
): Promise<RecordReport> {
  const size = store.log.size();
  const audit = new RecordAudit(suite, store);
  const signed = withSignatures(suite, store.log.read(0, size));
  // The file as such is looked through while the other cores have the first signatures.
  signed.next();
  store.check();
  let index = 0;
  for (const batch of signed) {
    for (const { stored, entry, holds } of batch) {
      // Void by its bytes or signature, or of a newer version: it stands in the tree all the same.
      const verified = (await holds) ? entry : undefined;
      place(`entry ${index}`, () => audit.check(index, stored, verified));
      index += 1;
    }
    onProgress?.({ stage: "Checking the record", done: index, of: size });
  }
  const root = audit.root();
  requireCheckpoint(suite, store, { size, root });
  return { entries: size, ...audit.counts, root: hex.encode(root) };
}

interface Checking {
  readonly stored: StoredEntry;
  /** undefined for bytes that are no entry this version can read. */
  readonly entry: Entry | undefined;
  /** Whether its signature holds. */
  readonly holds: Promise<boolean> | boolean;
}

/** Hands the signatures of a batch to the other cores before the batch before it is used; the first time, none is. */
function* withSignatures(suite: AsyncSuite, log: Iterable<StoredEntry>): IterableIterator<readonly Checking[]> {
  let ahead: readonly Checking[] = [];
  for (const batch of batches(log, BATCH)) {
    const next = batch.map((stored) => checking(suite, stored));
    yield ahead;
    ahead = next;
  }
  yield ahead;
}

function checking(suite: AsyncSuite, stored: StoredEntry): Checking {
  const entry = readable(suite, stored.bytes);
  return { stored, entry, holds: entry !== undefined && signatureHolds(suite, entry) };
}

function readable(suite: Suite, bytes: Uint8Array): Entry | undefined {
  try {
    return decodeEntry(suite, bytes);
  } catch (error) {
    if (error instanceof LoreError) return undefined;
    throw error;
  }
}

function* batches<T>(items: Iterable<T>, size: number): IterableIterator<readonly T[]> {
  let batch: T[] = [];
  for (const item of items) {
    if (batch.push(item) < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

const HASH_BYTES = 32;

class RecordAudit {
  readonly counts = { signatures: 0, parts: 0, partsErased: 0 };
  readonly #suite: Suite;
  readonly #store: Store;
  readonly #readPart: (digest: Uint8Array) => Uint8Array | undefined;
  readonly #sealed: number;
  /** Roots of complete subtrees from left to right; their sizes are the bits of the number of leaves. */
  readonly #frontier: Uint8Array[] = [];
  #tile: Uint8Array | undefined;

  constructor(suite: Suite, store: Store) {
    this.#suite = suite;
    this.#store = store;
    this.#readPart = store.parts.reader();
    this.#sealed = store.log.sealedSize();
  }

  check(index: number, { bytes, sidecar }: StoredEntry, entry: Entry | undefined): void {
    const leaf = tree.leafHash(this.#suite, bytes);
    this.#requireLeaf(index, leaf);
    this.#push(index, leaf);
    if (entry === undefined) return;
    this.counts.signatures += 1;
    const openings = decodeSidecar(sidecar);
    for (const [place, op] of entry.ops.entries()) {
      for (const [i, part] of partsOf(op).entries()) this.#requirePart(part, openings[place]?.[i]);
    }
  }

  #requireLeaf(index: number, leaf: Uint8Array): void {
    if (index >= this.#sealed) return;
    const at = index % tiles.TILE_WIDTH;
    const number = Math.floor(index / tiles.TILE_WIDTH);
    if (at === 0)
      this.#tile = this.#store.log.tile({ level: 0, number, width: tiles.tileWidth(this.#sealed, 0, number) });
    const published = this.#tile?.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES);
    if (published === undefined || !equal(published, leaf))
      throw mismatch("its bytes are not those in the published tree");
  }

  #push(index: number, leaf: Uint8Array): void {
    let hash = leaf;
    for (let n = index; n % 2 === 1; n = Math.floor(n / 2)) {
      const left = this.#frontier.pop();
      if (left !== undefined) hash = tree.nodeHash(this.#suite, left, hash);
    }
    this.#frontier.push(hash);
  }

  root(): Uint8Array {
    const [last, ...rest] = this.#frontier.toReversed();
    if (last === undefined) return this.#suite.sha256(new Uint8Array());
    return rest.reduce((hash, left) => tree.nodeHash(this.#suite, left, hash), last);
  }

  #requirePart({ name, commit, size }: PartRef, opening: Opening | undefined): void {
    if (opening === undefined) {
      this.counts.partsErased += 1;
      return;
    }
    const { salt, digest } = opening;
    if (!equal(commit, commitment(this.#suite, salt, digest))) {
      throw mismatch(`the sidecar of its part "${name}" does not open what was signed`);
    }
    const held = this.#readPart(digest);
    if (held === undefined) throw mismatch(`its part "${name}" (SHA-256 ${hex.encode(digest)}) is missing`);
    if (held.length !== size) throw mismatch(`its part "${name}" has ${held.length} bytes, ${size} were signed`);
    this.counts.parts += 1;
  }
}

function requireCheckpoint(suite: Suite, store: Store, { size, root }: { size: number; root: Uint8Array }): void {
  const note = store.log.checkpoint();
  if (note === undefined || size === 0) return;
  place("the checkpoint", () => {
    const [first] = store.log.read(0, 1);
    const genesis = decodeEntry(suite, first?.bytes ?? new Uint8Array());
    const name = logOrigin(communityId(genesis.digest), 0);
    const checkpoint = openCheckpoint(suite, note, { name, publicKey: logKeyOf(genesis) });
    if (checkpoint.size !== size) throw mismatch(`it covers ${checkpoint.size} entries, the log holds ${size}`);
    if (!equal(checkpoint.root, root)) throw mismatch("its root is not the one the entries give");
  });
}

/** Replays into empty databases and compares every row; answers the number of tables. */
export async function verifyRows(
  community: Community,
  onProgress?: (progress: VerifyProgress) => void,
): Promise<number> {
  const { environment, store, facts, search } = community;
  const rows = new Db(":memory:", { durability: "normal" });
  try {
    const projections = new Projections({ db: rows, suite: environment.suite, store });
    projections.catchUp((done, of) => onProgress?.({ stage: "Replaying", done, of }));
    let tables = compare(environment.suite, { found: community.rows, replayed: rows });
    for (const following of ["search", "authorship"] as const) {
      const follower = community[following];
      await follower.follow(facts);
      const replayed = FollowedTables.replay(following, new Rows(rows), store);
      try {
        tables += compare(environment.suite, { found: follower.db, replayed: replayed.db });
      } finally {
        replayed.close();
      }
    }
    place("the search index", () => {
      const wrong = firstWrongTerm(search.db);
      if (wrong !== undefined)
        throw mismatch(`it does not answer rightly for the word "${wrong}". "lore rebuild" makes it anew`);
    });
    return tables;
  } finally {
    rows.close();
  }
}

function compare(suite: Suite, { found, replayed }: { readonly found: Db; readonly replayed: Db }): number {
  place("the tables made from the record", () => {
    const integrity = found.value("PRAGMA integrity_check(1)");
    if (integrity !== "ok") throw mismatch(`${String(integrity)}. "lore rebuild" makes them anew`);
  });
  const tables = tablesOf(replayed);
  const there = new Set(tablesOf(found));
  for (const table of tables) {
    place(`the table "${table}"`, () => {
      if (!there.has(table)) throw mismatch('it is not there. "lore rebuild" makes it anew');
    });
    place(`the rows of "${table}"`, () => {
      if (rowsDigest(found, table, suite) !== rowsDigest(replayed, table, suite)) {
        throw mismatch('they are not those a replay of the record gives. "lore rebuild" makes them anew');
      }
    });
  }
  return tables.length;
}

/** Of a full-text index: how it ranks, and how long each of its rows is. */
const INDEX_TABLES = [
  { suffix: "_config", columns: "k, v" },
  { suffix: "_docsize", columns: "id, sz" },
] as const;

/**
 * Tables with rows of their own, and what stands in full-text indexes: every term with how often it stands where,
 * and what ranking needs. How an index keeps that in segments depends on when they were merged.
 */
function tablesOf(db: Db): string[] {
  const tables = db.all<{ name: string; sql: string }>(
    "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
  );
  const vocabularies = tables.filter(({ sql }) => /USING fts5vocab/i.test(sql)).map(({ name }) => name);
  const virtual = tables.filter(({ sql }) => sql.startsWith("CREATE VIRTUAL")).map(({ name }) => name);
  const names = tables.map(({ name }) => name);
  const plain = names.filter((name) => !virtual.some((index) => name === index || name.startsWith(`${index}_`)));
  const indexes = names.filter((name) =>
    INDEX_TABLES.some(({ suffix }) => virtual.some((each) => name === each + suffix)),
  );
  return [...plain, ...indexes, ...vocabularies];
}

function rowsDigest(db: Db, table: string, suite: Suite): string {
  const columns = INDEX_TABLES.find(({ suffix }) => table.endsWith(suffix))?.columns ?? "*";
  const rows = db.all<Record<string, unknown>>(`SELECT ${columns} FROM "${table}"`);
  const lines = rows.map((row) =>
    JSON.stringify(Object.values(row), (_, value: unknown) =>
      value instanceof Uint8Array ? hex.encode(value) : value,
    ),
  );
  return hex.encode(suite.sha256(new TextEncoder().encode(lines.toSorted().join("\n"))));
}

function place(where: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof LoreError)) throw error;
    throw new LoreError("INTEGRITY", `Verifying ${where}: ${error.message}`, { cause: error, data: { where } });
  }
}

function mismatch(found: string): LoreError {
  return new LoreError("INTEGRITY", `${found}.`);
}
