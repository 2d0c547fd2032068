/**
 * The current files of a community, or those of any moment, readable without this program: into a folder or a
 * zip. Bytes stay as they are but for links that only a node could follow (`relink.ts`).
 * Refuses a folder that is not empty, and symbolic links that lead out of the copy.
 */
import { chmodSync, createWriteStream, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { dirname, join, posix, resolve } from "node:path";
import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { hex, LoreError, textOf, utf8 } from "../bytes/index.ts";
import { type Community, moments, units } from "../community/index.ts";
import { systemError } from "../store/index.ts";
import { kindOf, limits, parseId } from "../unit/index.ts";
import { ABOUT_PATH, aboutPage, dateOf } from "./about.ts";
import { intoEmptyDirectory } from "./empty-directory.ts";
import { named, type Placed, placesOf } from "./places.ts";
import { relinked } from "./relink.ts";
import type { LeftOut, OnProgress } from "./report.ts";
import { zipped, type ZipFile } from "./zip.ts";

/** A folder that is empty or not there yet, a new zip file, or where a zip's bytes are to go. */
export type MarkdownTarget = { readonly directory: string } | { readonly zipFile: string } | { readonly zip: Writable };

export interface MarkdownExportOptions {
  readonly target: MarkdownTarget;
  readonly moment?: moments.Moment | undefined;
  readonly onProgress?: OnProgress | undefined;
}

export interface MarkdownExport {
  readonly files: number;
  readonly leftOut: readonly LeftOut[];
}

const FILE = 0o100_000;
const SYMLINK = 0o120_000;
/** Larger files go through in chunks. */
const WHOLE_BYTES_MAX = 16 * 2 ** 20;
const PROGRESS_EACH = 64;

/** @throws LoreError REFUSED when the folder or zip file is there already; then nothing is changed. */
export async function exportMarkdown(
  community: Community,
  { target, moment = moments.NOW, onProgress }: MarkdownExportOptions,
): Promise<MarkdownExport> {
  const copy = copyOf(community, moment);
  const files = reported(copy, onProgress);
  if ("directory" in target) await intoEmptyDirectory(target.directory, (folder) => writeFolder(folder, files));
  else if ("zipFile" in target) await writeZipFile(resolve(target.zipFile), files);
  else await pipeline(zipped(files), target.zip, { end: false });
  return { files: copy.count, leftOut: copy.leftOut };
}

interface Copy {
  readonly count: number;
  readonly leftOut: readonly LeftOut[];
  files(): Generator<ZipFile>;
}

function copyOf(community: Community, moment: moments.Moment): Copy {
  const listings = units.listUnits(community, { moment, all: true }).filter(({ state }) => state === "current");
  const places = placesOf(byAge(community, listings));
  const paths = new Set(places.placed.map(({ path }) => path));
  const [kept, stray] = [[] as Placed[], [] as LeftOut[]];
  for (const placed of places.placed) {
    if (!isSymlink(placed) || staysInside(community, placed, paths)) kept.push(placed);
    else stray.push({ ...named(placed.listing), reason: "it is a link to something outside this copy" });
  }
  const shown = kept.toSorted((a, b) => (a.path < b.path ? -1 : Number(a.path > b.path)));
  const leftOut = [...places.leftOut, ...stray];
  const hasAbout = paths.has(ABOUT_PATH);
  const about = utf8(aboutPage(community, { asOf: momentWords(community, moment), placed: shown, leftOut }));
  const pathOf = new Map(shown.map(({ listing, path }) => [listing.unit, path]));
  return {
    count: shown.length + (hasAbout ? 0 : 1),
    leftOut,
    *files() {
      const time = community.projections.fold.time;
      if (!hasAbout) yield { name: ABOUT_PATH, time, mode: FILE | 0o644, content: about };
      // Links come last: nothing is written through them.
      for (const placed of shown) if (!isSymlink(placed)) yield fileOf(community, placed, pathOf);
      for (const placed of shown) if (isSymlink(placed)) yield fileOf(community, placed, pathOf);
    },
  };
}

/** Of two units with one path the older keeps it. */
function byAge({ facts }: Community, listings: readonly units.UnitListing[]): units.UnitListing[] {
  const ages = new Map(listings.map(({ unit }) => [unit, facts.unitById(parseId(unit, "a unit id"))?.n ?? 0]));
  return listings.toSorted((a, b) => (ages.get(a.unit) ?? 0) - (ages.get(b.unit) ?? 0));
}

function isSymlink({ listing }: Placed): boolean {
  return listing.mode === "120000";
}

/** Whether a symbolic link leads to a file or folder of the copy. */
function staysInside(community: Community, { listing, path }: Placed, paths: ReadonlySet<string>): boolean {
  const target = textOf(bodyOf(community, listing)) ?? "";
  if (target === "" || target.startsWith("/") || /[\\\0:]/.test(target)) return false;
  const end = posix.normalize(posix.join(posix.dirname(path), target)).replace(/\/$/, "");
  return paths.has(end) || [...paths].some((other) => other.startsWith(`${end}/`));
}

function fileOf(
  community: Community,
  { listing, path, isMadeUp }: Placed,
  pathOf: ReadonlyMap<string, string>,
): ZipFile {
  const { kind, mode, time, sizeBytes } = listing;
  const permissions = mode === "120000" ? SYMLINK | 0o777 : FILE | (mode === "100755" ? 0o755 : 0o644);
  const file = { name: path, time, mode: permissions };
  if (sizeBytes > WHOLE_BYTES_MAX) return { ...file, content: bodyChunks(community, listing) };
  const bytes = bodyOf(community, listing);
  const text =
    kindOf(kind).body === "markdown" && bytes.length <= limits.PAGE_BYTES_MAX && mode !== "120000"
      ? textOf(bytes)
      : undefined;
  if (text === undefined) return { ...file, content: bytes };
  const linked = relinked(text, { community: community.id, from: path, isMadeUp, pathOf });
  return { ...file, content: linked === text ? bytes : utf8(linked) };
}

function bodyOf({ store }: Community, { sha256 }: units.UnitListing): Uint8Array {
  return (sha256 === null ? undefined : store.parts.get(hex.decode(sha256))) ?? missing(sha256);
}

function bodyChunks({ store }: Community, { sha256 }: units.UnitListing): AsyncIterable<Uint8Array> {
  return (sha256 === null ? undefined : store.parts.stream(hex.decode(sha256))) ?? missing(sha256);
}

function missing(sha256: string | null): never {
  throw new LoreError(
    "INTEGRITY",
    `Part ${sha256 ?? ""} is named in the record but not held here. Fetch it from a copy, then export again.`,
  );
}

function momentWords(community: Community, moment: moments.Moment): string {
  if (moment.at === "date") return `${dateOf(moment.ms)}, as the sources say`;
  if (moment.at === "size") return `entry ${moment.size} of the record`;
  return `${dateOf(community.environment.now())}, ${community.size} entries`;
}

function* reported(copy: Copy, onProgress: OnProgress | undefined): Generator<ZipFile> {
  let done = 0;
  for (const file of copy.files()) {
    yield file;
    done += 1;
    if (done % PROGRESS_EACH === 0) onProgress?.({ stage: "Writing files", done, of: copy.count });
  }
}

async function writeFolder(folder: string, files: Iterable<ZipFile>): Promise<void> {
  for (const { name, mode, content } of files) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    if ((mode & SYMLINK) === SYMLINK && content instanceof Uint8Array) symlinkSync(textOf(content) ?? "", path);
    else if (content instanceof Uint8Array) writeFileSync(path, content, { flag: "wx" });
    else await pipeline(content, createWriteStream(path, { flags: "wx" }));
    if (mode === (FILE | 0o755)) chmodSync(path, 0o755);
  }
}

async function writeZipFile(path: string, files: Iterable<ZipFile>): Promise<void> {
  const file = await open(path, "wx").catch((cause: unknown) => {
    throw new LoreError("REFUSED", `Writing ${path}: it is there already, or its folder is not. Choose a new name.`, {
      cause,
      field: "zipFile",
    });
  });
  try {
    await pipeline(zipped(files), file.createWriteStream());
  } catch (error) {
    rmSync(path, { force: true });
    throw systemError(error, `Writing ${path}`);
  }
}
