/** How units point at each other: signed links, hyperlinks in texts, and both read backwards. */
import { base32 } from "../../bytes/index.ts";
import type { Community } from "../community.ts";
import { unitAt, type UnitListing } from "./units.ts";

export interface UnitLink {
  /** The relation; "link" for a hyperlink in the text. */
  readonly rel: string;
  /** The unit here, or undefined for one elsewhere. */
  readonly unit: UnitListing | undefined;
  /** `lore:…` of a unit of another community. */
  readonly elsewhere: string | undefined;
}

/** Signed links of a unit's head. */
export function madeFrom(community: Community, unit: number): UnitLink[] {
  const rows = community.rows.all<{ rel: string; target: number | null; to_text: string | null }>(
    `SELECT l.rel, t.n AS target, l.to_text FROM unit u JOIN link l ON l.revision = u.head
     LEFT JOIN unit t ON t.id = l.to_id WHERE u.n = ?`,
    unit,
  );
  return rows.map(({ rel, target, to_text }) => ({
    rel,
    unit: target === null ? undefined : unitAt(community, target),
    elsewhere: to_text ?? undefined,
  }));
}

/** Units whose heads link here: by a signed link or in their text. */
export function usedIn(community: Community, unit: number): UnitLink[] {
  const { rows } = community;
  const signed = rows.all<{ rel: string; source: number }>(
    `SELECT DISTINCT l.rel, s.n AS source FROM unit u JOIN link l ON l.to_id = u.id JOIN unit s ON s.head = l.revision
     WHERE u.n = ? AND s.n <> u.n`,
    unit,
  );
  const paths = addressesOf(community, unit);
  const written = paths.flatMap((path) =>
    rows.all<{ unit: number }>(
      "SELECT DISTINCT unit FROM catalog_href WHERE path = ? AND form <> 'image' AND unit <> ?",
      path,
      unit,
    ),
  );
  const links = [
    ...signed.map(({ rel, source }) => ({ rel, source })),
    ...[...new Set(written.map((row) => row.unit))].map((source) => ({ rel: "link", source })),
  ];
  return links
    .map(({ rel, source }) => ({ rel, unit: unitAt(community, source), elsewhere: undefined }))
    .filter(({ unit: listing }) => listing?.state === "current");
}

/** The link paths that lead to a unit: its path with and without suffix, its folder, its name. */
function addressesOf({ rows }: Community, unit: number): string[] {
  const row = rows.get<{ path: string | null; name: string | null }>(
    "SELECT path, name FROM catalog_current WHERE unit = ?",
    unit,
  );
  if (row?.path == null) return [];
  const bare = row.path.replace(/\.(md|markdown)$/i, "");
  const folder = /(?:^|\/)(readme|index)$/i.test(bare) ? bare.slice(0, Math.max(0, bare.lastIndexOf("/"))) : undefined;
  const paths = [row.path, bare, `${bare}.html`, folder, row.name ?? undefined];
  return [...new Set(paths.filter((path): path is string => path !== undefined))];
}

/** The unit that a link path on some page leads to. Suffixes may be left out; a bare name is a wiki link. */
export function linkedUnit({ rows }: Community, path: string): { unit: number; path: string } | undefined {
  const bare = path.replace(/\.html?$/i, "");
  const candidates = [
    path,
    `${path}.md`,
    `${bare}.md`,
    `${path}.markdown`,
    join(path, "README.md"),
    join(path, "index.md"),
    join(path, "readme.md"),
  ];
  for (const candidate of candidates) {
    const row = rows.get<{ unit: number; path: string }>(
      "SELECT c.unit, c.path FROM catalog_current c JOIN unit u ON u.n = c.unit WHERE c.path = ? AND u.retired = 0 ORDER BY c.unit LIMIT 1",
      candidate,
    );
    if (row !== undefined) return row;
  }
  if (path.includes("/")) return undefined;
  return rows.get(
    "SELECT c.unit, c.path FROM catalog_current c JOIN unit u ON u.n = c.unit WHERE c.name = ? AND u.retired = 0 ORDER BY length(c.path), c.unit LIMIT 1",
    path.toLowerCase().replace(/\.md$/, ""),
  );
}

function join(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

export interface BrokenLink {
  readonly unit: string;
  readonly path: string | null;
  readonly href: string;
  readonly form: string;
}

/** Links of current texts to pages that are not here. Template addresses are not judged; folders count as found. */
export function brokenLinks(community: Community): BrokenLink[] {
  const { rows } = community;
  const hrefs = rows.all<{ id: Uint8Array; path: string | null; href: string; form: string; target: string }>(
    `SELECT u.id, c.path, h.href, h.form, h.path AS target FROM catalog_href h JOIN unit u ON u.n = h.unit
     JOIN catalog_current c ON c.unit = u.n
     WHERE h.path IS NOT NULL AND u.retired = 0 AND u.superseded_by IS NULL ORDER BY h.unit, h.seq`,
  );
  const folders = foldersOf(community);
  const known = new Map<string, boolean>();
  const leads = (target: string): boolean => {
    const found =
      known.get(target) ?? (target === "" || folders.has(target) || linkedUnit(community, target) !== undefined);
    known.set(target, found);
    return found;
  };
  return hrefs
    .filter(({ target }) => !leads(target))
    .map(({ id, path, href, form }) => ({ unit: base32.encode(id), path, href, form }));
}

function foldersOf({ rows }: Community): Set<string> {
  const folders = new Set<string>();
  for (const { path } of rows.all<{ path: string }>(
    "SELECT c.path FROM catalog_current c JOIN unit u ON u.n = c.unit WHERE c.path IS NOT NULL AND u.retired = 0",
  )) {
    for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) folders.add(path.slice(0, at));
  }
  return folders;
}

export interface HeadingListing {
  readonly level: number;
  readonly text: string;
  readonly anchor: string;
}

export function headings({ rows }: Community, unit: number): HeadingListing[] {
  return rows
    .all<HeadingListing>("SELECT level, text, anchor FROM catalog_heading WHERE unit = ? ORDER BY seq", unit)
    .map((row) => ({ ...row }));
}
