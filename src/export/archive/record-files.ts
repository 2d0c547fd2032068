/** The payload of an archive as it ought to be, file by file, out of a community's store. */
import { hex, LoreError } from "../../bytes/index.ts";
import { type Community, shownSidecar } from "../../community/index.ts";
import { decodeEntry, tiles } from "../../log/index.ts";
import { checkRecord, type LastBodies, type NamedPart, partsOpened, requireInTree } from "./check.ts";
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

/**
 * Everything a checkpoint covers; the checkpoint itself comes last. What is stored may have been damaged since it was written: each
 * file is checked before it is handed out, as `lore restore` will, but for the signatures of entries, which were checked before
 * the tree that holds them was signed.
 * @throws LoreError INTEGRITY naming file or entry.
 */
export async function* recordFiles(
  community: Community,
  onEntries: (done: number) => void,
): AsyncGenerator<RecordFile> {
  const { store, checkpoint } = community;
  const { suite } = community.environment;
  if (checkpoint === undefined)
    throw new LoreError(
      "REFUSED",
      "Writing an archive: the record has no signed summary yet. Write something, or ask again in a second.",
    );
  const { size, note } = checkpoint;
  const entriesOf = (number: number) => [
    ...store.log.read(number * TILE_WIDTH, Math.min(size, (number + 1) * TILE_WIDTH)),
  ];
  const hashes = tilesOf(community, size);
  const record = await checkRecord(suite, async (path) =>
    path === CHECKPOINT ? note : (hashes.get(path) ?? encodeBundle(entriesOf(0).map(({ bytes }) => bytes))),
  );
  for (const [path, bytes] of hashes) yield whole(path, bytes);
  const seen = new Set<string>();
  const bodies: LastBodies = new Map();
  for (let number = 0; number * TILE_WIDTH < size; number++) {
    const first = number * TILE_WIDTH;
    const stored = entriesOf(number);
    for (const [i, { bytes }] of stored.entries()) requireInTree(suite, record, { index: first + i, bytes });
    yield whole(entriesPath(number, size), encodeBundle(stored.map(({ bytes }) => bytes)));
    const sidecars: Uint8Array[] = [];
    for (const [i, each] of stored.entries()) {
      const index = first + i;
      // What somebody asked to erase is in no archive from that moment on.
      const sidecar = shownSidecar(community, index, each);
      sidecars.push(sidecar);
      const parts = partsOpened(suite, decodeEntry(suite, each.bytes), { index, sidecar, bodies });
      yield* partFiles(community, parts, seen);
    }
    yield whole(sidecarsPath(number), encodeSidecars(sidecars));
    onEntries(first + stored.length);
  }
  yield whole(CHECKPOINT, note);
}

/** Tiles of hashes by their path, from the leaves up. */
function tilesOf({ store }: Community, size: number): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  for (const name of newTiles(0, size)) {
    const hashes = store.log.tile(name)?.subarray(0, name.width * HASH_BYTES);
    if (hashes === undefined) throw new LoreError("INTEGRITY", `The record's ${tilePath(name)} is missing.`);
    found.set(tilePath(name), hashes);
  }
  return found;
}

function whole(path: string, bytes: Uint8Array): RecordFile {
  return { path, sizeBytes: bytes.length, content: () => bytes };
}

function* partFiles({ store }: Community, parts: readonly NamedPart[], seen: Set<string>): Generator<RecordFile> {
  for (const { digest, sizeBytes } of parts) {
    const name = hex.encode(digest);
    if (seen.has(name)) continue;
    seen.add(name);
    const content = () =>
      (sizeBytes <= WHOLE_BYTES_MAX ? store.parts.get(digest) : store.parts.stream(digest)) ?? notHeld(name);
    yield { path: partPath(name), sizeBytes, digest: name, content };
  }
}

function notHeld(name: string): never {
  throw new LoreError("INTEGRITY", `Part ${name} is named in the record but not held here.`);
}
