/**
 * Where each unit's file stands in a copy of the current files: at its own path where it has one, else under
 * the folder of its kind by its title. The older of two keeps a path; paths that no file system takes, or that
 * lead out of the copy, are left out with a reason.
 */
import { units } from "../community/index.ts";
import { kindOf, limits } from "../unit/index.ts";
import type { LeftOut } from "./report.ts";

const SLUG_LENGTH_MAX = 80;
const FOLDERS: Readonly<Record<string, string>> = {
  page: "pages",
  dataset: "tables",
  program: "tools",
  right: "terms",
  policy: "sharing-rules",
};

export interface Placed {
  readonly listing: units.UnitListing;
  readonly path: string;
  /** Whether the path was made up, since the unit has none. */
  readonly isMadeUp: boolean;
}

export interface Places {
  readonly placed: readonly Placed[];
  readonly leftOut: readonly LeftOut[];
}

/** `listings` in the order in which they claim a path. */
export function placesOf(listings: readonly units.UnitListing[]): Places {
  const taken = new Taken();
  const placed: Placed[] = [];
  const leftOut: LeftOut[] = [];
  const refuse = ({ unit, title }: units.UnitListing, reason: string) => leftOut.push({ unit, title, reason });
  for (const listing of listings.filter(hasPath)) {
    const path = listing.path ?? units.escapedPath(listing.pathHex ?? "");
    if (listing.sha256 === null) refuse(listing, "it has no text, or it was erased");
    else if (!isSafePath(path)) refuse(listing, "its path cannot be a file's here");
    else if (!taken.take(path)) refuse(listing, "another one has its path");
    else placed.push({ listing, path, isMadeUp: false });
  }
  for (const listing of listings) {
    if (hasPath(listing)) continue;
    if (listing.sha256 === null) refuse(listing, "it has no text, or it was erased");
    else placed.push({ listing, path: taken.free(madeUpPath(listing)), isMadeUp: true });
  }
  return { placed, leftOut };
}

function hasPath({ path, pathHex }: units.UnitListing): boolean {
  return path !== null || pathHex !== undefined;
}

/** Paths in use; no path may be a folder of another. */
class Taken {
  readonly #files = new Set<string>();
  readonly #folders = new Set<string>();

  take(path: string): boolean {
    const folders = foldersOf(path);
    if (this.#files.has(path) || this.#folders.has(path) || folders.some((folder) => this.#files.has(folder)))
      return false;
    this.#files.add(path);
    for (const folder of folders) this.#folders.add(folder);
    return true;
  }

  /** The path, with a number if need be. */
  free({ stem, suffix }: { stem: string; suffix: string }): string {
    for (let n = 1; ; n++) {
      const path = n === 1 ? stem + suffix : `${stem}-${n}${suffix}`;
      if (this.take(path)) return path;
    }
  }
}

function foldersOf(path: string): string[] {
  const steps = path.split("/");
  return steps.slice(1).map((_, i) => steps.slice(0, i + 1).join("/"));
}

/** No way up or out, nothing that a program would run by its place alone, and no name that no disk takes. */
function isSafePath(path: string): boolean {
  const steps = path.split("/");
  return (
    // A zip with a drive in a name is refused by whoever is careful, the import here among them.
    !/[\0\\]|^[a-z]:/i.test(path) &&
    steps.every((step) => !/^(|\.|\.\.|\.git)$/i.test(step) && Buffer.byteLength(step) <= limits.STEP_BYTES_MAX)
  );
}

function madeUpPath({ kind, title }: units.UnitListing): { stem: string; suffix: string } {
  const { suffix } = kindOf(kind);
  if (kind === "charter") return { stem: "CHARTER", suffix };
  return { stem: `${FOLDERS[kind] ?? `${kind}s`}/${slugOf(title)}`, suffix };
}

/** Words in lower case with hyphens, in any script. */
function slugOf(title: string): string {
  const words = title
    .normalize("NFC")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}]+/gu, "-");
  // A cut must not leave half of a character.
  const cut = words.slice(0, SLUG_LENGTH_MAX).replace(/[\ud800-\udbff]$/, "");
  return cut.replaceAll(/^-+|-+$/g, "") || "untitled";
}
