/** The payload of an archive as it ought to be, file by file, out of a community's store. */
import { hex, LoreError } from "../../bytes/index.ts";
import type { Community } from "../../community/index.ts";
import { decodeEntry, decodeSidecar, encodeSidecar, type Entry, type Sidecar, tiles } from "../../log/index.ts";
import { GENESIS_LOG, type Op, opId, partsOf, revisionId } from "../../unit/index.ts";
import { CHECKPOINT, encodeSidecars, entriesPath, partPath, sidecarsPath } from "./layout.ts";

const { encodeBundle, newTiles, TILE_WIDTH, tilePath } = tiles;
const HASH_BYTES = 32;
/** Larger parts go through in chunks. */
export const WHOLE_BYTES_MAX = 4 * 2 ** 20;

export interface RecordFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** SHA-256 in hex, where the name says it: then the file never changes. */
  readonly digest?: string;
  content(): Uint8Array | AsyncIterable<Uint8Array>;
}

/** Everything a checkpoint covers; the checkpoint itself comes last. */
export function* recordFiles(community: Community, onEntries: (done: number) => void): Generator<RecordFile> {
  const { store, checkpoint } = community;
  if (checkpoint === undefined)
    throw new LoreError(
      "REFUSED",
      "Writing an archive: the record has no signed summary yet. Write something, or ask again in a second.",
    );
  const { size, note } = checkpoint;
  for (const name of newTiles(0, size)) {
    const hashes = store.log.tile(name)?.subarray(0, name.width * HASH_BYTES);
    if (hashes === undefined)
      throw new LoreError("INTEGRITY", `The record's ${tilePath(name)} is missing. Run "lore verify".`);
    yield whole(tilePath(name), hashes);
  }
  const hidden = hiddenSlots(community);
  const seen = new Set<string>();
  for (let number = 0; number * TILE_WIDTH < size; number++) {
    const first = number * TILE_WIDTH;
    const stored = [...store.log.read(first, Math.min(size, first + TILE_WIDTH))];
    yield whole(entriesPath(number, size), encodeBundle(stored.map(({ bytes }) => bytes)));
    const sidecars: Uint8Array[] = [];
    for (const { bytes, sidecar } of stored) {
      const entry = decodeEntry(community.environment.suite, bytes);
      const open = shown(entry, decodeSidecar(sidecar), hidden(entry));
      sidecars.push(encodeSidecar(open));
      yield* partFiles(community, { entry, open, seen });
    }
    yield whole(sidecarsPath(number), encodeSidecars(sidecars));
    onEntries(first + stored.length);
  }
  yield whole(CHECKPOINT, note);
}

function whole(path: string, bytes: Uint8Array): RecordFile {
  return { path, sizeBytes: bytes.length, content: () => bytes };
}

interface Opened {
  readonly entry: Entry;
  readonly open: Sidecar;
  readonly seen: Set<string>;
}

function* partFiles({ store }: Community, { entry, open, seen }: Opened): Generator<RecordFile> {
  for (const [place, op] of entry.ops.entries()) {
    for (const [i, { size }] of partsOf(op).entries()) {
      const digest = open[place]?.[i]?.digest;
      if (digest === undefined) continue;
      const name = hex.encode(digest);
      if (seen.has(name)) continue;
      seen.add(name);
      const content = () =>
        (size <= WHOLE_BYTES_MAX ? store.parts.get(digest) : store.parts.stream(digest)) ?? notHeld(name);
      yield { path: partPath(name), sizeBytes: size, digest: name, content };
    }
  }
}

function notHeld(name: string): never {
  throw new LoreError(
    "INTEGRITY",
    `Writing an archive: part ${name} is named in the record but not held here. Fetch it from a copy, then export again.`,
  );
}

/** Which parts of an entry somebody asked to erase: hidden here at once, they are in no archive either. */
function hiddenSlots({ rows, log, environment: { suite } }: Community): (entry: Entry) => ReadonlySet<string> {
  const slots = new Map<string, string[]>();
  for (const { op, part } of rows.all<{ op: Uint8Array; part: string }>("SELECT op, part FROM slot")) {
    const key = hex.encode(op);
    slots.set(key, [...(slots.get(key) ?? []), part]);
  }
  const hiddenOf = (entry: Entry, op: Op, place: number): string[] => {
    // A slot names a revision by its own id, any other op by its place in the record.
    const ids = [opId(suite, entry.digest, place)];
    if (op.op === "revise")
      ids.push(revisionId(suite, { log: entry.log === null ? GENESIS_LOG : log, author: entry.author, op }));
    return ids.flatMap((id) => slots.get(hex.encode(id)) ?? []).map((part) => `${place}/${part}`);
  };
  return (entry) => new Set(slots.size === 0 ? [] : entry.ops.flatMap((op, place) => hiddenOf(entry, op, place)));
}

function shown(entry: Entry, sidecar: Sidecar, hidden: ReadonlySet<string>): Sidecar {
  if (hidden.size === 0) return sidecar;
  return sidecar.map((openings, place) => {
    const op = entry.ops[place];
    const names = op === undefined ? [] : partsOf(op).map(({ name }) => name);
    return openings.map((opening, i) => (hidden.has(`${place}/${names[i] ?? ""}`) ? undefined : opening));
  });
}
