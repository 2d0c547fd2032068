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
  const refuse = (listing: units.UnitListing, reason: string) => leftOut.push({ ...named(listing), reason });
  for (const listing of listings.filter(hasPath)) {
    const path = pathOf(listing);
    if (listing.sha256 === null) refuse(listing, "it has no text, or it was erased");
    else if (!isSafePath(path)) refuse(listing, "its path cannot be a file's here");
    else {
      const obstacle = taken.obstacle(path);
      if (obstacle !== undefined) refuse(listing, obstacle);
      else {
        taken.take(path, listing.title);
        placed.push({ listing, path, isMadeUp: false });
      }
    }
  }
  for (const listing of listings) {
    if (hasPath(listing)) continue;
    if (listing.sha256 === null) refuse(listing, "it has no text, or it was erased");
    else placed.push({ listing, path: taken.free(madeUpPath(listing), listing.title), isMadeUp: true });
  }
  return { placed, leftOut };
}

/** A unit as it is named among what is left out. */
export function named(listing: units.UnitListing): Pick<LeftOut, "unit" | "title" | "path"> {
  const { unit, title } = listing;
  return hasPath(listing) ? { unit, title, path: pathOf(listing) } : { unit, title };
}

function pathOf({ path, pathHex }: units.UnitListing): string {
  return path ?? units.escapedPath(pathHex ?? "");
}

function hasPath({ path, pathHex }: units.UnitListing): boolean {
  return path !== null || pathHex !== undefined;
}

/** Paths in use; no path may be a folder of another. */
class Taken {
  /** Titles of what stands there, by path. */
  readonly #files = new Map<string, string>();
  /** A file in each, by path. */
  readonly #folders = new Map<string, string>();

  /** Why no file can stand at the path; undefined where it is free. */
  obstacle(path: string): string | undefined {
    const title = this.#files.get(path);
    if (title !== undefined) return `"${title}" stands at this path already`;
    const inside = this.#folders.get(path);
    if (inside !== undefined) return `a folder has this path: "${inside}" stands in it`;
    const file = foldersOf(path).find((folder) => this.#files.has(folder));
    return file === undefined ? undefined : `"${file}" is a file, so nothing can stand below it`;
  }

  /** Where `obstacle` sees none. */
  take(path: string, title: string): void {
    this.#files.set(path, title);
    for (const folder of foldersOf(path)) if (!this.#folders.has(folder)) this.#folders.set(folder, path);
  }

  /** Takes the path, with a number if need be. */
  free({ stem, suffix }: { stem: string; suffix: string }, title: string): string {
    for (let n = 1; ; n++) {
      const path = n === 1 ? stem + suffix : `${stem}-${n}${suffix}`;
      if (this.obstacle(path) !== undefined) continue;
      this.take(path, title);
      return path;
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
