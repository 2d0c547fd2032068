/**
 * Checks a record out of its files, the same way in `lore restore` and in the verifier page: the checkpoint is
 * signed by the log key that the genesis names, the tiles add up to its root, each entry is in the tree and
 * signed by the key it names, each sidecar opens the commitments of its entry. What remains is to compare the
 * bytes of each part with its SHA-256. Pure but for `ReadFile`; every refusal names the file or entry.
 */
import { equal, hex, LoreError, type Suite } from "../../bytes/index.ts";
import {
  type Checkpoint,
  communityId,
  decodeEntry,
  decodeSidecar,
  type Entry,
  logKeyOf,
  logOrigin,
  openCheckpoint,
  parseCheckpoint,
  type Sidecar,
  tiles,
  tree,
  verifyEntry,
} from "../../log/index.ts";
import { commitment, partsOf } from "../../unit/index.ts";
import { CHECKPOINT, decodeSidecars, entriesPath, sidecarsPath } from "./layout.ts";

const { combine, decodeBundle, newTiles, TILE_WIDTH, tileNodes, tilePath } = tiles;
const HASH_BYTES = 32;

/** Reads a file of the payload. @throws LoreError when it is missing. */
export type ReadFile = (path: string) => Promise<Uint8Array>;

export interface CheckedRecord {
  /** Community id, base32. */
  readonly id: string;
  readonly origin: string;
  readonly logKey: Uint8Array;
  /** The signed note. */
  readonly note: Uint8Array;
  readonly checkpoint: Checkpoint;
  /** Leaf hashes as the tree has them, 256 to a tile. */
  readonly leaves: readonly Uint8Array[];
}

export interface NamedPart {
  /** SHA-256, 32 bytes. */
  readonly digest: Uint8Array;
  readonly sizeBytes: number;
  /** The body of the unit's version before. */
  readonly like: Uint8Array | undefined;
}

export interface CheckedEntry {
  readonly index: number;
  readonly bytes: Uint8Array;
  readonly sidecar: Uint8Array;
  /** Parts that are not erased. */
  readonly parts: readonly NamedPart[];
}

/** The body last named of each unit, by its id in hex: what the next one is stored upon. */
export type LastBodies = Map<string, Uint8Array>;

/** Runs `check`; what it refuses is damage of the thing named. */
function damagedUnless<T>(what: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof LoreError) || error.code === "UNSUPPORTED") throw error;
    throw new LoreError("INTEGRITY", `${what} is damaged. ${error.message}`, { cause: error, data: { damaged: what } });
  }
}

export function damaged(what: string, found: string): LoreError {
  return new LoreError("INTEGRITY", `${what} is damaged: ${found}.`, { data: { damaged: what } });
}

/** Who signed a record, by its first entry. */
export function rootOfTrust(suite: Suite, first: Uint8Array): Pick<CheckedRecord, "id" | "origin" | "logKey"> {
  return damagedUnless("Entry 0", () => {
    const genesis = decodeEntry(suite, first);
    const id = communityId(genesis.digest);
    return { id, origin: logOrigin(id, 0), logKey: logKeyOf(genesis) };
  });
}

/** Checks checkpoint and tiles. @throws LoreError INTEGRITY naming the file. */
export async function checkRecord(suite: Suite, read: ReadFile): Promise<CheckedRecord> {
  const note = await read(CHECKPOINT);
  const { size } = damagedUnless(CHECKPOINT, () => parseCheckpoint(note));
  if (size === 0) throw damaged(CHECKPOINT, "it covers no entry");
  const bundle = await read(entriesPath(0, size));
  const [first = new Uint8Array()] = damagedUnless(entriesPath(0, size), () => decodeBundle(bundle));
  const trust = rootOfTrust(suite, first);
  const checkpoint = damagedUnless(CHECKPOINT, () =>
    openCheckpoint(suite, note, { name: trust.origin, publicKey: trust.logKey }),
  );
  const leaves = await checkTiles(suite, read, checkpoint);
  return { ...trust, note, checkpoint, leaves };
}

/** Each tile above the leaves is made of those below, and all add up to the root. */
async function checkTiles(suite: Suite, read: ReadFile, { size, root }: Checkpoint): Promise<Uint8Array[]> {
  const held = new Map<string, Uint8Array>();
  const key = (level: number, number: number) => `${level}/${number}`;
  const leaves: Uint8Array[] = [];
  for (const name of newTiles(0, size)) {
    const path = tilePath(name);
    const hashes = await read(path);
    if (hashes.length !== name.width * HASH_BYTES) throw damaged(path, `it holds ${hashes.length} bytes`);
    held.set(key(name.level, name.number), hashes);
    if (name.level === 0) leaves.push(hashes);
    for (let i = 0; name.level > 0 && i < name.width; i++) {
      const below = held.get(key(name.level - 1, name.number * TILE_WIDTH + i));
      const hash = hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES);
      if (below === undefined || !equal(combine(suite, below), hash))
        throw damaged(path, `hash ${i} is not that of the tile below`);
    }
  }
  const nodes = tileNodes(suite, size, ({ level, number }) => held.get(key(level, number)) ?? new Uint8Array());
  if (!equal(tree.rootHash(suite, size, nodes), root))
    throw damaged("tile/", "the tiles do not add up to the root of the checkpoint");
  return leaves;
}

/** Checks bundle `number` of entries and their sidecars. @throws LoreError INTEGRITY naming file or entry. */
export async function checkBundle(
  suite: Suite,
  record: CheckedRecord,
  { number, read, bodies }: { number: number; read: ReadFile; bodies: LastBodies },
): Promise<CheckedEntry[]> {
  const { size } = record.checkpoint;
  const [path, besides] = [entriesPath(number, size), sidecarsPath(number)];
  const width = tiles.tileWidth(size, 0, number);
  const bundle = await read(path);
  const entries = damagedUnless(path, () => decodeBundle(bundle));
  if (entries.length !== width) throw damaged(path, `it holds ${entries.length} entries, not ${width}`);
  const sidecarBundle = await read(besides);
  const sidecars = damagedUnless(besides, () => decodeSidecars(sidecarBundle));
  if (sidecars.length !== width) throw damaged(besides, `it holds ${sidecars.length} sidecars, not ${width}`);
  return entries.map((bytes, i) => {
    const index = number * TILE_WIDTH + i;
    requireInTree(suite, record, { index, bytes });
    return checkEntry(suite, { index, bytes, sidecar: sidecars[i] ?? new Uint8Array(), bodies });
  });
}

/** @throws LoreError INTEGRITY naming the entry whose bytes are not those that were signed for its place. */
export function requireInTree(
  suite: Suite,
  { leaves, checkpoint }: Pick<CheckedRecord, "leaves" | "checkpoint">,
  { index, bytes }: Pick<UncheckedEntry, "index" | "bytes">,
): void {
  const [number, i] = [Math.floor(index / TILE_WIDTH), index % TILE_WIDTH];
  const hash = leaves[number]?.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES) ?? new Uint8Array();
  if (!equal(tree.leafHash(suite, bytes), hash))
    throw damaged(`Entry ${index} in ${entriesPath(number, checkpoint.size)}`, "it is not the one that the tree has");
}

export interface UncheckedEntry {
  readonly index: number;
  readonly bytes: Uint8Array;
  readonly sidecar: Uint8Array;
  readonly bodies: LastBodies;
}

/** Checks signature and sidecar of an entry whose place in the tree is known. */
export function checkEntry(suite: Suite, { index, bytes, sidecar, bodies }: UncheckedEntry): CheckedEntry {
  const entry = damagedUnless(`Entry ${index}`, () => verifyEntry(suite, decodeEntry(suite, bytes)));
  return { index, bytes, sidecar, parts: partsOpened(suite, entry, { index, sidecar, bodies }) };
}

/** The parts of an entry that its sidecar opens. @throws LoreError INTEGRITY when it opens anything but what was signed. */
export function partsOpened(
  suite: Suite,
  entry: Entry,
  { index, sidecar, bodies }: Omit<UncheckedEntry, "bytes">,
): NamedPart[] {
  const what = `The sidecar of entry ${index}`;
  const opened = damagedUnless(what, () => decodeSidecar(sidecar));
  return [...openedParts(suite, { entry, opened, what, bodies })];
}

interface Opened {
  readonly entry: Entry;
  readonly opened: Sidecar;
  readonly what: string;
  readonly bodies: LastBodies;
}

function* openedParts(suite: Suite, { entry, opened, what, bodies }: Opened): Generator<NamedPart> {
  if (opened.length !== entry.ops.length)
    throw damaged(what, `it speaks of ${opened.length} ops, the entry has ${entry.ops.length}`);
  for (const [place, op] of entry.ops.entries()) {
    const named = partsOf(op);
    const openings = opened[place] ?? [];
    if (openings.length !== named.length)
      throw damaged(what, `it opens ${openings.length} parts of op ${place}, which has ${named.length}`);
    for (const [i, { name, commit, size }] of named.entries()) {
      const opening = openings[i];
      if (opening === undefined) continue;
      if (!equal(commitment(suite, opening.salt, opening.digest), commit))
        throw damaged(what, `it does not open the part "${name}" of op ${place}`);
      const unit = op.op === "revise" && name === "body" ? hex.encode(op.unit) : undefined;
      yield { digest: opening.digest, sizeBytes: size, like: unit === undefined ? undefined : bodies.get(unit) };
      if (unit !== undefined) bodies.set(unit, opening.digest);
    }
  }
}
