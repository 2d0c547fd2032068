/**
 * Brings a log that is behind up to date again: after an old copy of the data folder was put back, the node
 * refuses to write, since it would sign a second history. The missing tail comes from an archive or another
 * node; it is taken only when what is here and the last checkpoint signed here are both beginnings of it.
 */
import { equal, hex, LoreError, type Suite } from "../bytes/index.ts";
import type { LoreNode } from "../community/index.ts";
import { receiveTail, type ReceivedEntry } from "../community/index.ts";
import { type Checkpoint, openCheckpoint, parseCheckpoint, tiles, tree } from "../log/index.ts";
import { checkEntry, damaged, type LastBodies, type NamedPart, rootOfTrust } from "./archive/check.ts";
import { recordSource, type RecordSource } from "./record-source.ts";
import type { OnProgress } from "./report.ts";

const { TILE_WIDTH } = tiles;

export interface RecoverOptions {
  /** An archive's folder, or a node's http(s) address. */
  readonly from: string;
  readonly onProgress?: OnProgress | undefined;
}

export interface Recovery {
  /** Entries before and after. */
  readonly from: number;
  readonly size: number;
}

/**
 * Fetches what is missing; the next `node.community(id)` can be written to again. Whoever has the community open
 * from before must ask the node for it anew.
 * @throws LoreError REFUSED when the source is not ahead; INTEGRITY when it is another history, or damaged: then
 * nothing was changed, or whole entries only, and it can be run again.
 */
export async function recover(node: LoreNode, id: string, { from, onProgress }: RecoverOptions): Promise<Recovery> {
  if (!node.has(id))
    throw new LoreError("NOT_FOUND", `Recovering ${id}: it is not here. Use "lore restore" with an archive.`);
  const { suite } = node.environment;
  const source = recordSource(from, id);
  const local = await localRecord(node, id);
  const trust = rootOfTrust(suite, local.entries[0] ?? new Uint8Array());
  const note = await source.checkpoint();
  const checkpoint = openCheckpoint(suite, note, { name: trust.origin, publicKey: trust.logKey });
  const marked = node.highWater.read(id);
  const mark = marked === undefined ? undefined : parseCheckpoint(marked);
  requireAhead({ source, checkpoint, mark, local });
  const tail = await fetchTail(source, { from: local.entries.length, size: checkpoint.size });
  requireOneHistory({ suite, source, checkpoint, mark, entries: [...local.entries, ...tail] });
  const batches = checkedTail({ suite, source, local, tail, onProgress });
  await receiveTail(node, { ...trust, checkpoint: note, batches });
  return { from: local.entries.length, size: checkpoint.size };
}

interface LocalRecord {
  /** Bytes of every entry here. */
  readonly entries: readonly Uint8Array[];
  readonly sealed: number;
  readonly bodies: LastBodies;
}

/** What is here; the community is closed afterwards. */
async function localRecord(node: LoreNode, id: string): Promise<LocalRecord> {
  const { store, rows } = node.community(id);
  const entries = [...store.log.read(0, store.log.size())].map(({ bytes }) => bytes);
  const heads = rows.all<{ id: Uint8Array; digest: Uint8Array }>(
    "SELECT u.id, p.digest FROM unit u JOIN part p ON p.revision = u.head AND p.name = 'body' WHERE p.digest IS NOT NULL",
  );
  const bodies = new Map(heads.map((head) => [hex.encode(head.id), head.digest]));
  const sealed = store.log.sealedSize();
  await node.release(id);
  return { entries, sealed, bodies };
}

interface Comparison {
  readonly source: RecordSource;
  readonly checkpoint: Checkpoint;
  /** The last checkpoint signed on this machine. */
  readonly mark: Checkpoint | undefined;
}

function requireAhead({ source, checkpoint, mark, local }: Comparison & { readonly local: LocalRecord }): void {
  const here = local.entries.length;
  if (checkpoint.size < here || checkpoint.size <= local.sealed) {
    throw new LoreError(
      "REFUSED",
      `Recovering from ${source.name}: it holds ${checkpoint.size} entries, and ${here} are here. It has nothing to add.`,
    );
  }
  if (mark !== undefined && checkpoint.size < mark.size) {
    throw new LoreError(
      "REFUSED",
      `Recovering from ${source.name}: it holds ${checkpoint.size} entries, but ${mark.size} were signed here. Take a newer copy.`,
      { data: { needed: mark.size } },
    );
  }
}

async function fetchTail(source: RecordSource, { from, size }: { from: number; size: number }): Promise<Uint8Array[]> {
  const tail: Uint8Array[] = [];
  for (let number = Math.floor(from / TILE_WIDTH); number * TILE_WIDTH < size; number++) {
    const entries = await source.bundle(number, size);
    tail.push(...entries.slice(Math.max(0, from - number * TILE_WIDTH)));
  }
  if (tail.length !== size - from)
    throw damaged(
      `The copy at ${source.name}`,
      `it holds ${tail.length} of the ${size - from} entries that are missing`,
    );
  return tail;
}

/** What is here, followed by what was fetched, is what the log key signed; and what was signed here begins it. */
function requireOneHistory({
  suite,
  source,
  checkpoint,
  mark,
  entries,
}: Comparison & { readonly suite: Suite; readonly entries: readonly Uint8Array[] }): void {
  const nodes = nodesOf(suite, entries);
  if (!equal(tree.rootHash(suite, checkpoint.size, nodes), checkpoint.root)) {
    throw new LoreError(
      "INTEGRITY",
      `Recovering from ${source.name}: its record does not continue the one that is here. It is damaged, or the community was written in two places.`,
    );
  }
  if (mark !== undefined && mark.size > 0 && !equal(tree.rootHash(suite, mark.size, nodes), mark.root)) {
    throw new LoreError(
      "INTEGRITY",
      `Recovering from ${source.name}: its first ${mark.size} entries are not those that were signed here. The community was written in two places; keep both copies.`,
    );
  }
}

/** The hashes of complete subtrees over `entries`, each computed once. */
function nodesOf(suite: Suite, entries: readonly Uint8Array[]): tree.Nodes {
  const levels: Uint8Array[][] = [entries.map((bytes) => tree.leafHash(suite, bytes))];
  for (let below = levels[0] ?? []; below.length > 1;) {
    const pairs = Math.floor(below.length / 2);
    const level = Array.from({ length: pairs }, (_, i) =>
      tree.nodeHash(suite, below[2 * i] ?? new Uint8Array(), below[2 * i + 1] ?? new Uint8Array()),
    );
    levels.push(level);
    below = level;
  }
  return (level, index) => levels[level]?.[index] ?? new Uint8Array();
}

interface Tail {
  readonly suite: Suite;
  readonly source: RecordSource;
  readonly local: LocalRecord;
  readonly tail: readonly Uint8Array[];
  readonly onProgress: OnProgress | undefined;
}

async function* checkedTail({ suite, source, local, tail, onProgress }: Tail): AsyncGenerator<ReceivedEntry[]> {
  const first = local.entries.length;
  for (let at = 0; at < tail.length; at += TILE_WIDTH) {
    const batch: ReceivedEntry[] = [];
    for (const [i, bytes] of tail.slice(at, at + TILE_WIDTH).entries()) {
      const index = first + at + i;
      const entry = checkEntry(suite, { index, bytes, sidecar: await source.sidecar(index), bodies: local.bodies });
      batch.push({ bytes, sidecar: entry.sidecar, parts: entry.parts.map((part) => received(suite, source, part)) });
    }
    yield batch;
    onProgress?.({ stage: "Recovering", done: Math.min(tail.length, at + TILE_WIDTH), of: tail.length });
  }
}

function received(suite: Suite, source: RecordSource, { digest, sizeBytes, like }: NamedPart) {
  const content = () => {
    const part = source.part(digest, sizeBytes);
    return Symbol.asyncIterator in part ? part : part.then((bytes) => checked(suite, digest, bytes));
  };
  return { digest, like, content };
}

function checked(suite: Suite, digest: Uint8Array, bytes: Uint8Array): Uint8Array {
  if (equal(suite.sha256(bytes), digest)) return bytes;
  throw damaged(`Part ${hex.encode(digest)}`, "its SHA-256 is not its name");
}
