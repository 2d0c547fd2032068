/**
 * A complete copy of a community that anyone can keep, check and serve (docs/formats/archive.md): the record as
 * static files, every part that is not erased, a page that checks them, and words for whoever finds it. Holds
 * no key, no e-mail address and nothing of the desk. Writing again into the same folder adds what is new and
 * takes out what was erased since.
 */
import { createHash } from "node:crypto";
import {
  createReadStream,
  createWriteStream,
  existsSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pipeline } from "node:stream/promises";

import { hex, isLoreError, LoreError } from "../bytes/index.ts";
import { sha256Node } from "../bytes/node.ts";
import type { Community } from "../community/index.ts";
import { parseCheckpoint } from "../log/index.ts";
import { makeMissing } from "../store/index.ts";
import { dateOf } from "./about.ts";
import { filesBelow, PAYLOAD, writeTags } from "./archive/bag.ts";
import { damaged } from "./archive/check.ts";
import { CHECKPOINT } from "./archive/layout.ts";
import { readmeOf } from "./archive/readme.ts";
import { type RecordFile, recordFiles, WHOLE_BYTES_MAX } from "./archive/record-files.ts";
import { intoEmptyDirectory, isEmpty } from "./empty-directory.ts";
import type { OnProgress } from "./report.ts";
import { verifierPage } from "./verifier/bundle.ts";

export interface ArchiveExportOptions {
  /** A new folder, or one with an archive of the same community. */
  readonly directory: string;
  readonly onProgress?: OnProgress | undefined;
}

export interface ArchiveExport {
  /** Entries the archive covers. */
  readonly size: number;
  readonly root: Uint8Array;
  /** Payload files, all and those written now. */
  readonly files: number;
  readonly written: number;
  readonly sizeBytes: number;
}

/** @throws LoreError REFUSED when the folder holds anything but an archive of this community that is not longer. */
export async function exportArchive(
  community: Community,
  { directory, onProgress }: ArchiveExportOptions,
): Promise<ArchiveExport> {
  const folder = resolve(directory);
  if (community.refusal === undefined) await community.seal();
  const write = () => soundArchive(community, folder, onProgress);
  if (isEmpty(folder)) return intoEmptyDirectory(folder, write);
  requireOwnArchive(community, folder);
  return write();
}

/** What is damaged here is handed on to nobody as a good copy. @throws LoreError INTEGRITY naming the place. */
async function soundArchive(...given: Parameters<typeof writeArchive>): Promise<ArchiveExport> {
  try {
    return await writeArchive(...given);
  } catch (error) {
    if (!isLoreError(error, "INTEGRITY")) throw error;
    const message = `Writing an archive: ${error.message} No copy is made of a damaged record. "lore verify" checks all of it; "lore recover" or "lore restore" brings it back from another copy.`;
    throw new LoreError("INTEGRITY", message, { cause: error, data: error.data });
  }
}

async function writeArchive(
  community: Community,
  folder: string,
  onProgress: OnProgress | undefined,
): Promise<ArchiveExport> {
  const { checkpoint } = community;
  // First: where it cannot be made, nothing is written.
  const page = await verifierPage();
  const payload = new Payload(join(folder, PAYLOAD));
  const onEntries = (done: number) => onProgress?.({ stage: "Writing the record", done, of: checkpoint?.size ?? 0 });
  for await (const file of recordFiles(community, onEntries)) await payload.add(file, community);
  payload.removeOthers();
  const { name, licence } = community.about;
  const about = {
    "External-Identifier": community.id,
    "External-Description": name,
    "Bagging-Date": dateOf(community.environment.now()),
    "Bag-Software-Agent": "Commonlore",
    "Payload-Oxum": `${payload.sizeBytes}.${payload.sums.size}`,
  };
  const size = checkpoint?.size ?? 0;
  const files = new Map<string, Uint8Array>([
    [
      "README.md",
      Buffer.from(
        readmeOf({
          id: community.id,
          name,
          licence,
          size,
          date: dateOf(community.environment.now()),
          vkey: community.vkey,
        }),
      ),
    ],
    ["verify.html", Buffer.from(page)],
    ...formatPages(),
  ]);
  writeTags(folder, payload.sums, { about, files });
  return {
    size,
    root: checkpoint?.root ?? new Uint8Array(),
    files: payload.sums.size,
    written: payload.written,
    sizeBytes: payload.sizeBytes,
  };
}

function requireOwnArchive({ id, origin, checkpoint }: Community, folder: string): void {
  const place = join(folder, PAYLOAD, CHECKPOINT);
  const held = existsSync(place) ? parseCheckpoint(readFileSync(place)) : undefined;
  if (held === undefined && !isUnfinished(folder)) {
    throw new LoreError(
      "REFUSED",
      `Writing into ${folder}: it holds something that is no archive, and nothing is overwritten. Choose a new folder.`,
      { field: "directory" },
    );
  }
  if (held !== undefined && (held.origin !== origin || held.size > (checkpoint?.size ?? 0))) {
    throw new LoreError(
      "REFUSED",
      `Writing an archive of ${id} into ${folder}: it holds one of ${held.origin} with ${held.size} entries. Choose a new folder.`,
      { field: "directory" },
    );
  }
}

/** Whether an export into the folder was cut short: it holds nothing but the tile tree it began with. */
function isUnfinished(folder: string): boolean {
  return readdirSync(folder).join() === PAYLOAD && existsSync(join(folder, PAYLOAD, "tile"));
}

/** The files under `data/`: written where they are new, counted and summed in any case. */
class Payload {
  /** SHA-256 in hex by path. */
  readonly sums = new Map<string, string>();
  sizeBytes = 0;
  written = 0;
  readonly #folder: string;
  readonly #present: ReadonlyMap<string, number>;
  readonly #made = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
    this.#present = filesBelow(folder);
  }

  async add(file: RecordFile, { environment: { suite } }: Community): Promise<void> {
    const { path, sizeBytes, digest } = file;
    this.sizeBytes += sizeBytes;
    const isThere = this.#present.get(path) === sizeBytes;
    if (digest !== undefined && isThere && (await hasDigest(join(this.#folder, path), digest, sizeBytes))) {
      this.sums.set(path, digest);
      return;
    }
    const content = file.content();
    if (!(content instanceof Uint8Array)) {
      const place = this.#place(path);
      await pipeline(content, createWriteStream(place));
      requireSize(file, statSync(place).size);
      this.written += 1;
      this.sums.set(path, digest ?? "");
      return;
    }
    requireSize(file, content.length);
    this.sums.set(path, digest ?? hex.encode(suite.sha256(content)));
    if (isThere && readFileSync(join(this.#folder, path)).equals(content)) return;
    writeFileSync(this.#place(path), content);
    this.written += 1;
  }

  #place(path: string): string {
    const place = join(this.#folder, path);
    const folder = dirname(place);
    if (!this.#made.has(folder)) makeMissing(folder);
    this.#made.add(folder);
    return place;
  }

  /** Takes out tiles that grew wider, and what was erased since. */
  removeOthers(): void {
    for (const path of this.#present.keys()) {
      if (this.sums.has(path)) continue;
      const place = join(this.#folder, path);
      rmSync(place);
      for (
        let folder = dirname(place);
        folder !== this.#folder && readdirSync(folder).length === 0;
        folder = dirname(folder)
      )
        rmdirSync(folder);
    }
  }
}

/** Whether a file of an earlier export is still what its name says. */
async function hasDigest(place: string, digest: string, sizeBytes: number): Promise<boolean> {
  if (sizeBytes <= WHOLE_BYTES_MAX) return hex.encode(sha256Node(readFileSync(place))) === digest;
  const hash = createHash("sha256");
  await pipeline(createReadStream(place), hash);
  return hash.digest("hex") === digest;
}

/** The store compares a part with its digest; the entry says how long it is. @throws LoreError INTEGRITY. */
function requireSize({ path, sizeBytes }: RecordFile, found: number): void {
  if (found !== sizeBytes) throw damaged(path, `it takes ${found} bytes, not ${sizeBytes}`);
}

const FORMATS = new URL("../../docs/formats/", import.meta.url);

/** The pages that say how to read all this without the program. */
function formatPages(): [string, Uint8Array][] {
  if (!existsSync(FORMATS)) return [];
  const names = readdirSync(FORMATS).filter((name) => /^[a-z0-9-]+\.md$/.test(name));
  return names.map((name) => [`formats/${name}`, readFileSync(new URL(name, FORMATS))]);
}
