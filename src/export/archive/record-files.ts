/** The payload of an archive as it ought to be, file by file, out of a community's store. */
import { hex, LoreError } from "../../bytes/index.ts";
import { type Community, shownSidecar } from "../../community/index.ts";
import { decodeEntry, decodeSidecar, type Entry, type Sidecar, tiles } from "../../log/index.ts";
import { partsOf } from "../../unit/index.ts";
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
  const seen = new Set<string>();
  for (let number = 0; number * TILE_WIDTH < size; number++) {
    const first = number * TILE_WIDTH;
    const stored = [...store.log.read(first, Math.min(size, first + TILE_WIDTH))];
    yield whole(entriesPath(number, size), encodeBundle(stored.map(({ bytes }) => bytes)));
    const sidecars: Uint8Array[] = [];
    for (const [i, each] of stored.entries()) {
      // What somebody asked to erase is in no archive from that moment on.
      const sidecar = shownSidecar(community, first + i, each);
      sidecars.push(sidecar);
      const entry = decodeEntry(community.environment.suite, each.bytes);
      yield* partFiles(community, { entry, open: decodeSidecar(sidecar), seen });
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
