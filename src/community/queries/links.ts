/** How units point at each other: signed links, hyperlinks in texts, and both read backwards. */
import { base32 } from "../../bytes/index.ts";
import { type Hyperlink, isByName } from "../../projection/markdown.ts";
import type { Db } from "../../store/index.ts";
import type { Community } from "../community.ts";
import { copiedFrom, copiedInto, type Copy } from "./authorship.ts";
import { flagSql, headSql, type Moment, NOW } from "./moment.ts";
import { headAt, unitAt, type UnitListing } from "./units.ts";

/** Fewer words than this in two units are a phrase, a form or a licence notice: shown in the text, not as its making. */
export const COPIED_WORDS_SHOWN = 25;

export interface UnitLink {
  /** The relation; "link" for a hyperlink in the text, "copied" for words that came along. */
  readonly rel: string;
  /** The unit here, or undefined for one elsewhere. */
  readonly unit: UnitListing | undefined;
  /** `lore:…` of a unit of another community. */
  readonly elsewhere: string | undefined;
  /** Of what was copied: how many words. */
  readonly words?: number;
}

/** What a unit is made from, as of a moment: what its version says by signed links, and units whose words stand in it. */
export function madeFrom(community: Community, unit: number, moment: Moment = NOW): UnitLink[] {
  const revision = headAt(community, unit, moment);
  if (revision === undefined) return [];
  const signed = community.rows.all<{ rel: string; target: number | null; to_text: string | null }>(
    "SELECT l.rel, t.n AS target, l.to_text FROM link l LEFT JOIN unit t ON t.id = l.to_id WHERE l.revision = ?",
    revision,
  );
  return [
    ...signed.map(({ rel, target, to_text }) => ({
      rel,
      unit: target === null ? undefined : unitAt(community, target, moment),
      elsewhere: to_text ?? undefined,
    })),
    ...copied(community, copiedFrom(community, revision), moment),
  ];
}

/**
 * What is built on a unit, as of a moment: current units that link to it by a signed link or, now, in their text, or
 * in which its words stand.
 */
export function usedIn(community: Community, unit: number, moment: Moment = NOW): UnitLink[] {
  const { rows } = community;
  const signed = rows.all<{ rel: string; source: number }>(
    `SELECT DISTINCT l.rel, r.unit AS source FROM unit u JOIN link l ON l.to_id = u.id JOIN revision r ON r.n = l.revision
     WHERE u.n = ? AND r.unit <> u.n AND r.n = ${headSql(moment, "r.unit")}`,
    unit,
  );
  const written = moment.at === "now" ? unitsWithHyperlinks(community, unit) : [];
  const links = [...signed, ...written.map((source) => ({ rel: "link", source }))];
  const taken = moment.at === "now" ? copiedInto(community, unit) : [];
  return [
    ...links.map(({ rel, source }) => ({ rel, unit: unitAt(community, source, moment), elsewhere: undefined })),
    ...copied(community, taken, moment),
  ].filter(({ unit: listing }) => listing?.state === "current");
}

function copied(community: Community, copies: readonly Copy[], moment: Moment): UnitLink[] {
  return copies
    .filter(({ words }) => words >= COPIED_WORDS_SHOWN)
    .map(({ unit, words }) => ({
      rel: "copied",
      unit: unitAt(community, unit, moment),
      elsewhere: undefined,
      words,
    }));
}

/** Of what is written like an address or the name of the unit, what leads to it. */
function unitsWithHyperlinks(community: Community, unit: number): number[] {
  const { rows } = community;
  const here = rows.get<{ path: string; name: string }>(
    "SELECT path, name FROM catalog_current WHERE unit = ? AND path IS NOT NULL",
    unit,
  );
  if (here === undefined) return [];
  const written = rows.all<{ source: number; path: string; form: Hyperlink["form"] }>(
    `SELECT unit AS source, path, form FROM catalog_href WHERE unit <> ? AND path IN (SELECT value FROM json_each(?))
     UNION SELECT unit, path, form FROM catalog_href WHERE unit <> ? AND name IN (?, ?)`,
    ...[unit, JSON.stringify(addressesOf(community, unit, here.path))],
    ...[unit, here.name, here.path.slice(here.path.lastIndexOf("/") + 1).toLowerCase()],
  );
  const sources = Map.groupBy(written, ({ path, form }) => `${form} ${path}`);
  const leading = [...sources.values()].filter(([link]) => link && pointedUnit(community, link)?.unit === unit);
  return [...new Set(leading.flat().map(({ source }) => source))].toSorted((a, b) => a - b);
}

/** Paths that may lead to a unit: its own with and without suffix, its folder, and former ones. */
function addressesOf({ rows }: Community, unit: number, path: string): string[] {
  const former = rows.all<{ path: string }>(
    `SELECT DISTINCT f.path FROM head h JOIN catalog_fact f ON f.revision = h.revision
     WHERE h.unit = ? AND f.path IS NOT NULL`,
    unit,
  );
  return [path, ...former.map((each) => each.path)].flatMap(spellingsOf);
}

function spellingsOf(path: string): string[] {
  const bare = path.replace(/\.(md|markdown)$/i, "");
  const folder = /(?:^|\/)(readme|index)$/i.test(bare) ? [bare.slice(0, Math.max(0, bare.lastIndexOf("/")))] : [];
  return [path, bare, `${bare}.html`, ...folder];
}

/** A unit by its number in the rows, and where it stands. */
export interface LinkedUnit {
  readonly unit: number;
  readonly path: string;
}

/**
 * The unit that a link path on some page leads to. Suffixes may be left out; a bare name is a wiki link. Of another moment:
 * what stood there then, else where the path leads now.
 */
export function linkedUnit(community: Community, path: string, moment: Moment = NOW): LinkedUnit | undefined {
  const { rows } = community;
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
  const then = moment.at === "now" ? undefined : unitThen(rows, candidates, moment);
  if (then !== undefined) return then;
  for (const candidate of candidates) {
    const row = rows.get<LinkedUnit>(
      "SELECT c.unit, c.path FROM catalog_current c JOIN unit u ON u.n = c.unit WHERE c.path = ? AND u.retired = 0 ORDER BY c.unit LIMIT 1",
      candidate,
    );
    if (row !== undefined) return row;
  }
  const former = formerUnit(rows, candidates);
  if (former !== undefined || path.includes("/")) return former;
  return rows.get(
    "SELECT c.unit, c.path FROM catalog_current c JOIN unit u ON u.n = c.unit WHERE c.name = ? AND u.retired = 0 ORDER BY length(c.path), c.unit LIMIT 1",
    path.toLowerCase().replace(/\.md$/, ""),
  );
}

/** The unit that a link by name leads to, as wikis write it: a page, else a file that is named without its folder. */
export function unitNamed(community: Community, name: string, moment: Moment = NOW): LinkedUnit | undefined {
  return linkedUnit(community, name, moment) ?? fileNamed(community, name, moment);
}

/** Note programs name a picture without its folder. One that is retired now still stands on the page of an earlier day. */
function fileNamed({ rows }: Community, name: string, moment: Moment): LinkedUnit | undefined {
  const stem = name.slice(name.lastIndexOf("/") + 1).replace(/\.[^.]*$/, "");
  const found = rows.all<{ unit: number; path: string }>(
    `SELECT c.unit, c.path FROM catalog_current c JOIN unit u ON u.n = c.unit
     WHERE c.name = ? AND (u.retired = 0 OR ?) ORDER BY u.retired, length(c.path), c.unit LIMIT 20`,
    ...[stem.toLowerCase(), moment.at === "now" ? 0 : 1],
  );
  return found.map(({ unit, path }) => ({ unit, path })).find(({ path }) => `/${path}`.endsWith(`/${name}`));
}

/** The unit that a link of a current text points to. `path`: as the catalog has it. */
export function pointedUnit(
  community: Community,
  { path, form }: { readonly path: string; readonly form: Hyperlink["form"] },
): LinkedUnit | undefined {
  return isByName({ form }) ? unitNamed(community, path) : linkedUnit(community, path);
}

/** The unit that stood at the first of the paths where one stood at the moment. */
function unitThen(rows: Db, candidates: readonly string[], moment: Moment): LinkedUnit | undefined {
  for (const candidate of candidates) {
    const row = rows.get<LinkedUnit>(
      `SELECT c.unit, c.path FROM catalog_fact c WHERE c.path = ? AND c.revision = ${headSql(moment, "c.unit")}
         AND ${flagSql(moment, "c.unit", "retired")} = 0 ORDER BY c.unit LIMIT 1`,
      candidate,
    );
    if (row !== undefined) return row;
  }
  return undefined;
}

/** The unit that stood last at one of the paths, and stands elsewhere now: the old address leads there. */
function formerUnit(rows: Db, candidates: readonly string[]): LinkedUnit | undefined {
  for (const candidate of candidates) {
    const row = rows.get<LinkedUnit>(
      `SELECT c.unit, c.path FROM catalog_fact f JOIN head h ON h.revision = f.revision JOIN catalog_current c ON c.unit = f.unit
         JOIN unit u ON u.n = f.unit
       WHERE f.path = ? AND c.path IS NOT NULL AND u.retired = 0 ORDER BY h.idx DESC, c.unit LIMIT 1`,
      candidate,
    );
    if (row !== undefined) return row;
  }
  return undefined;
}

function join(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

export interface BrokenLink {
  readonly unit: string;
  readonly path: string | null;
  readonly title: string;
  readonly href: string;
  readonly form: string;
}

/** Links of current texts to pages that are not here. Template addresses are not judged; folders count as found. */
export function brokenLinks(community: Community): BrokenLink[] {
  const { rows } = community;
  const hrefs = rows.all<{
    id: Uint8Array;
    path: string | null;
    title: string;
    href: string;
    form: Hyperlink["form"];
    target: string;
  }>(
    `SELECT u.id, c.path, c.title, h.href, h.form, h.path AS target FROM catalog_href h JOIN unit u ON u.n = h.unit
     JOIN catalog_current c ON c.unit = u.n
     WHERE h.path IS NOT NULL AND u.retired = 0 AND u.superseded_by IS NULL ORDER BY h.unit, h.seq`,
  );
  const folders = foldersOf(community);
  const known = new Map<string, boolean>();
  const leads = (path: string, form: Hyperlink["form"]): boolean => {
    const key = `${isByName({ form }) ? "name" : "path"} ${path}`;
    const found =
      known.get(key) ?? (path === "" || folders.has(path) || pointedUnit(community, { path, form }) !== undefined);
    known.set(key, found);
    return found;
  };
  return hrefs
    .filter(({ target, form }) => !leads(target, form))
    .map(({ id, path, title, href, form }) => ({ unit: base32.encode(id), path, title, href, form }));
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
