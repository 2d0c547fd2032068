/**
 * A community out of its archive, on any machine: the same id, heads, size and root. Every file is compared with
 * the manifest and every entry, sidecar and part with what was signed while it is taken in; the community has
 * its name only once all of it held. Refuses one that is here already: `recover` brings that up to date.
 */
import { statSync } from "node:fs";
import { join, resolve } from "node:path";

import { hex } from "../bytes/index.ts";
import type { Community, KeyFile, LoreNode } from "../community/index.ts";
import { receiveCommunity, type ReceivedEntry } from "../community/index.ts";
import { Bag, PAYLOAD } from "./archive/bag.ts";
import {
  type CheckedRecord,
  checkBundle,
  checkRecord,
  damaged,
  type LastBodies,
  type NamedPart,
} from "./archive/check.ts";
import { partPath } from "./archive/layout.ts";
import { WHOLE_BYTES_MAX } from "./archive/record-files.ts";
import type { OnProgress } from "./report.ts";

const BUNDLE_ENTRIES = 256;

export interface RestoreOptions {
  /** The folder that `exportArchive` wrote. */
  readonly directory: string;
  /** Keys of a member, with the log key where this node is to go on with the record. */
  readonly keys?: KeyFile | undefined;
  readonly onProgress?: OnProgress | undefined;
}

/** @throws LoreError NOT_FOUND, REFUSED, or INTEGRITY naming the file or entry; then nothing is left behind. */
export async function restoreArchive(
  node: LoreNode,
  { directory, keys, onProgress }: RestoreOptions,
): Promise<Community> {
  const folder = resolve(directory);
  const bag = new Bag(folder);
  const record = await checkRecord(node.environment.suite, async (path) => bag.read(path));
  const batches = checkedBatches({ node, folder, bag, record, onProgress });
  return receiveCommunity(node, { ...record, checkpoint: record.note, batches }, keys);
}

interface Taking {
  readonly node: LoreNode;
  readonly folder: string;
  readonly bag: Bag;
  readonly record: CheckedRecord;
  readonly onProgress: OnProgress | undefined;
}

async function* checkedBatches({ node, folder, bag, record, onProgress }: Taking): AsyncGenerator<ReceivedEntry[]> {
  const { size } = record.checkpoint;
  const bodies: LastBodies = new Map();
  const read = async (path: string) => bag.read(path);
  for (let number = 0; number * BUNDLE_ENTRIES < size; number++) {
    const entries = await checkBundle(node.environment.suite, record, { number, read, bodies });
    yield entries.map(({ bytes, sidecar, parts }) => ({
      bytes,
      sidecar,
      parts: parts.map((part) => received(bag, folder, part)),
    }));
    onProgress?.({ stage: "Checking and restoring", done: Math.min(size, (number + 1) * BUNDLE_ENTRIES), of: size });
  }
  await bag.readRest();
}

function received(bag: Bag, folder: string, { digest, sizeBytes, like }: NamedPart) {
  const path = partPath(hex.encode(digest));
  const content = () => {
    const found = statSync(join(folder, PAYLOAD, path), { throwIfNoEntry: false })?.size;
    if (found === undefined) throw damaged(`${PAYLOAD}/${path}`, "it is missing");
    if (found !== sizeBytes) throw damaged(`${PAYLOAD}/${path}`, `it takes ${found} bytes, not ${sizeBytes}`);
    return sizeBytes <= WHOLE_BYTES_MAX ? partBytes(bag, path, digest) : bag.stream(path);
  };
  return { digest, like, content };
}

/** A manifest may have been written anew over a changed file: the name says what was signed. */
function partBytes(bag: Bag, path: string, digest: Uint8Array): Uint8Array {
  const bytes = bag.read(path);
  if (!bag.isNamedBy(path, digest)) throw damaged(`${PAYLOAD}/${path}`, "its SHA-256 is not its name");
  return bytes;
}
