/**
 * Verification of everything a community holds: that the tree gives the root that was signed, that each
 * entry's signature holds, that every part opens its commitment and is here unless it was erased, and that
 * the rows are those a replay gives. Stops at the first mismatch and names the place.
 */
import { equal, hex, LoreError, type Suite } from "../bytes/index.ts";
import {
  communityId,
  decodeEntry,
  decodeSidecar,
  logKeyOf,
  logOrigin,
  openCheckpoint,
  tiles,
  tree,
  verifyEntry,
} from "../log/index.ts";
import { Db, type Store } from "../store/index.ts";
import { commitment, partsOf } from "../unit/index.ts";
import type { Community } from "./community.ts";
import { Projections } from "./projections.ts";

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

const REPORT_EVERY = 512;

/** @throws LoreError INTEGRITY at the first thing that does not verify. */
export async function verifyCommunity(
  community: Community,
  onProgress?: (progress: VerifyProgress) => void,
): Promise<VerifyReport> {
  const started = performance.now();
  await community.seal();
  const record = await verifyRecord(community.environment.suite, community.store, onProgress);
  const tables = verifyRows(community, onProgress);
  return { ...record, tables, durationMs: Math.round(performance.now() - started) };
}

type RecordReport = Omit<VerifyReport, "tables" | "durationMs">;

/** Tree, checkpoint, signatures and parts. */
export async function verifyRecord(
  suite: Suite,
  store: Store,
  onProgress?: (progress: VerifyProgress) => void,
): Promise<RecordReport> {
  const size = store.log.size();
  const counts = { signatures: 0, parts: 0, partsErased: 0 };
  const frontier: Uint8Array[] = [];
  let index = 0;
  for (const { bytes, sidecar } of store.log.read(0, size)) {
    place(`entry ${index}`, () => {
      requireLeaf(suite, store, index, bytes);
      pushLeaf(suite, frontier, index, tree.leafHash(suite, bytes));
      const entry = decodeOrSkip(suite, bytes);
      if (entry === undefined) return;
      verifyEntry(suite, entry);
      counts.signatures += 1;
      const openings = decodeSidecar(sidecar);
      for (const [at, op] of entry.ops.entries()) {
        for (const [i, part] of partsOf(op).entries()) {
          const opening = openings[at]?.[i];
          if (opening === undefined) counts.partsErased += 1;
          else {
            if (!equal(part.commit, commitment(suite, opening.salt, opening.digest)))
              throw mismatch(`the sidecar of its part "${part.name}" does not open what was signed`);
            if (!store.parts.has(opening.digest))
              throw mismatch(`its part "${part.name}" (SHA-256 ${hex.encode(opening.digest)}) is missing`);
            const held = store.parts.get(opening.digest);
            if (held?.length !== part.size)
              throw mismatch(`its part "${part.name}" has ${held?.length ?? 0} bytes, ${part.size} were signed`);
            counts.parts += 1;
          }
        }
      }
    });
    index += 1;
    if (index % REPORT_EVERY === 0) {
      onProgress?.({ stage: "Checking the record", done: index, of: size });
      await new Promise(setImmediate);
    }
  }
  const root = foldFrontier(suite, frontier);
  requireCheckpoint(suite, store, { size, root });
  return { entries: size, ...counts, root: hex.encode(root) };
}

function decodeOrSkip(suite: Suite, bytes: Uint8Array) {
  try {
    return decodeEntry(suite, bytes);
  } catch (error) {
    // What this version cannot read is in the tree all the same; the fold reports it.
    if (error instanceof LoreError && error.code === "UNSUPPORTED") return undefined;
    throw error;
  }
}

function requireLeaf(suite: Suite, store: Store, index: number, bytes: Uint8Array): void {
  if (index >= store.log.sealedSize()) return;
  const number = Math.floor(index / tiles.TILE_WIDTH);
  const tile = store.log.tile({ level: 0, number, width: (index % tiles.TILE_WIDTH) + 1 });
  const at = (index % tiles.TILE_WIDTH) * 32;
  const leaf = tree.leafHash(suite, bytes);
  if (tile === undefined || !equal(tile.subarray(at, at + 32), leaf))
    throw mismatch("its bytes are not those in the published tree");
}

/** Keeps the roots of complete subtrees from left to right; their sizes are the bits of the count. */
function pushLeaf(suite: Suite, frontier: Uint8Array[], index: number, leaf: Uint8Array): void {
  let hash = leaf;
  for (let n = index; n % 2 === 1; n = Math.floor(n / 2)) {
    const left = frontier.pop();
    if (left !== undefined) hash = tree.nodeHash(suite, left, hash);
  }
  frontier.push(hash);
}

function foldFrontier(suite: Suite, frontier: readonly Uint8Array[]): Uint8Array {
  const [last, ...rest] = frontier.toReversed();
  if (last === undefined) return suite.sha256(new Uint8Array());
  return rest.reduce((hash, left) => tree.nodeHash(suite, left, hash), last);
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

/** Replays into an empty database and compares every row; answers the number of tables. */
export function verifyRows(community: Community, onProgress?: (progress: VerifyProgress) => void): number {
  const { environment, store, rows } = community;
  community.projections.bringUp();
  const replayed = new Db(":memory:", { durability: "normal" });
  try {
    const projections = new Projections({ db: replayed, suite: environment.suite, store });
    projections.catchUp((done, of) => onProgress?.({ stage: "Replaying", done, of }));
    const tables = tablesOf(rows);
    for (const table of tables) {
      place(`the rows of "${table}"`, () => {
        if (rowsDigest(rows, table, environment.suite) !== rowsDigest(replayed, table, environment.suite)) {
          throw mismatch('they are not those a replay of the record gives. "lore rebuild" makes them anew');
        }
      });
    }
    return tables.length;
  } finally {
    replayed.close();
  }
}

/** Tables with rows of their own; an FTS index keeps segments whose shape depends on when they were merged. */
function tablesOf(db: Db): string[] {
  const tables = db.all<{ name: string; sql: string }>(
    "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
  );
  const virtual = tables.filter(({ sql }) => sql.startsWith("CREATE VIRTUAL")).map(({ name }) => name);
  return tables
    .map(({ name }) => name)
    .filter((name) => !virtual.some((index) => name === index || name.startsWith(`${index}_`)));
}

function rowsDigest(db: Db, table: string, suite: Suite): string {
  const rows = db.all<Record<string, unknown>>(`SELECT * FROM "${table}"`);
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
