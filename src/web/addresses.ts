/**
 * Addresses of a community's pages, both ways. A Markdown page is at its path without ".md", its text at the
 * path itself; anything else at its path. What would be ambiguous is at `/u/<unit>` instead.
 */
import { base32 } from "../bytes/index.ts";
import { type Addressed, unitStandingAt } from "../community/queries/browse.ts";
import type { Visit } from "./site.ts";

const MARKDOWN = /\.md$/;

/** Each step of a path, encoded. */
export function encodePath(path: string): string {
  return path.toWellFormed().split("/").map(encodeURIComponent).join("/");
}

/** An address in the community, at the visit's moment. `path` is encoded and begins with "/", or is empty. */
export function at(
  { id, asOf }: Pick<Visit, "id" | "asOf">,
  path: string,
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const values = Object.entries({ ...query, "as-of": asOf }).filter(
    (pair): pair is [string, string] => pair[1] !== undefined,
  );
  const search = values.length === 0 ? "" : `?${new URLSearchParams(values).toString()}`;
  return `/c/${id}${path}${search}`;
}

export function isMarkdownPath(path: string): boolean {
  return MARKDOWN.test(path);
}

/** What an address under /page/ leads to, and how it is asked for. */
interface AtAddress {
  readonly unit: Addressed;
  readonly form: "page" | "text";
}

/** What stands at an address under /page/; of an earlier day what stood there then or, where nothing did, stands now. */
export function unitAtAddress({ community, moment }: Visit, path: string): AtAddress | undefined {
  const then = moment.at === "now" ? undefined : addressedBy((each) => unitStandingAt(community, each, moment), path);
  return then ?? addressedBy((each) => unitStandingAt(community, each), path);
}

function addressedBy(standing: (path: string) => Addressed | undefined, path: string): AtAddress | undefined {
  const exact = standing(path);
  if (exact !== undefined && isMarkdownPath(path)) return { unit: exact, form: "text" };
  const page = exact !== undefined && exact.retired === 0 ? exact : (standing(`${path}.md`) ?? exact);
  return page === undefined ? undefined : { unit: page, form: "page" };
}

/** The one address that shows a unit; `unit` is its id, base32. */
export function unitPath(here: Visit, { unit, path }: { unit: string; path: string | null }): string {
  const permalink = `/u/${unit}`;
  if (path === null || path.split("/").some((step) => step === "" || step === "." || step === "..")) return permalink;
  const bare = path.replace(MARKDOWN, "");
  const found = bare === "" || bare.endsWith("/") ? undefined : unitAtAddress(here, bare);
  return found?.form === "page" && base32.encode(found.unit.id) === unit ? `/page/${encodePath(bare)}` : permalink;
}

export function unitHref(here: Visit, listing: { unit: string; path: string | null }): string {
  return at(here, unitPath(here, listing));
}

export function revisionHref(here: Visit, { unit, revision }: { unit: string; revision: string }): string {
  return at({ ...here, asOf: undefined }, `/u/${unit}@${revision}`);
}

export function personHref(here: Visit, { id }: { id: string }): string {
  return at(here, `/person/${id}`);
}

export function browseHref(here: Visit, folder: string): string {
  return at(here, folder === "" ? "/browse" : `/browse/${encodePath(folder)}`);
}

/** The bytes of a current unit at its path. */
export function rawHref(here: Visit, { unit, path }: { unit: string; path: string | null }): string {
  const page = unitPath(here, { unit, path });
  if (path === null || page.startsWith("/u/")) return at(here, `/raw/~${unit}`);
  return at(here, isMarkdownPath(path) ? `${page}.md` : `/raw/${encodePath(path)}`);
}

/** The bytes of a part; never changes. */
export function partHref({ id }: Pick<Visit, "id">, sha256: string): string {
  return `/c/${id}/part/${sha256}`;
}
