/**
 * Fills in the links that a rendering left open, for one page of one community at one moment. Everything it
 * writes is escaped here; addresses are made by addresses.ts.
 */
import { type Community } from "../community/community.ts";
import { linkedUnit, unitNamed } from "../community/queries/links.ts";
import { unitAt } from "../community/queries/units.ts";
import { linkedPath, PICTURE } from "../projection/markdown.ts";
import { at, browseHref, partHref, unitHref } from "./addresses.ts";
import { fileSize } from "./format.ts";
import { html, type Html, raw } from "./html.ts";
import type { OpenLink } from "./markdown/open-links.ts";
import type { Visit } from "./site.ts";
import { words } from "./words.ts";

export interface LinkContext {
  readonly here: Visit;
  /** Path of the page the links stand on. */
  readonly from: string;
  /** Where an anchor of this page is, when it is shown by section. */
  readonly anchorHref?: (anchor: string) => string;
  /** What is said of words from an origin, as attributes. */
  readonly said?: (origin: number, isLinked: boolean) => Html;
}

/** A rendering with its links filled in. Its markup was made by the renderer; what is put in is escaped. */
export function fillLinks(open: string, links: readonly OpenLink[], context: LinkContext): Html {
  const filled = open.replaceAll(/\0(\d+)\0/g, (_, number: string) => {
    const link = links[Number(number)];
    const markup = link === undefined ? "" : fill(link, context);
    // Nothing in a link is waited for.
    return markup instanceof Promise ? "" : markup;
  });
  return raw(filled);
}

function fill(link: OpenLink, context: LinkContext): Html {
  switch (link.form) {
    case "fragment":
      return fragment(link.href, context);
    case "link":
      return attributesOf(target(context, link.href));
    case "wiki":
      return attributesOf(wikiTarget(context, link.href));
    case "image":
    case "wiki-image":
      return picture(link, context);
    case "said":
      return context.said?.(Number(link.href), link.isLinked ?? false) ?? html``;
    default:
      return link.form satisfies never;
  }
}

function fragment(href: string, { anchorHref }: LinkContext): Html {
  return html` href="${anchorHref?.(decoded(href.slice(1))) ?? href}"`;
}

function attributesOf(href: string | undefined): Html {
  return href === undefined ? html` class="missing" title="${words.page.missingLink}"` : html` href="${href}"`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Where a relative address on this page leads; undefined when nothing is there. */
function target({ here, from }: LinkContext, href: string): string | undefined {
  const path = linkedPath(from, href);
  const hash = href.indexOf("#");
  if (path === undefined) return undefined;
  return targetOf(here, path, { hash: hash < 0 ? "" : href.slice(hash), find: linkedUnit });
}

function wikiTarget({ here }: LinkContext, name: string): string | undefined {
  const [path = "", heading] = name.split("#", 2);
  return targetOf(here, path, {
    hash: heading === undefined ? "" : `#${encodeURIComponent(heading.toLowerCase().replaceAll(" ", "-"))}`,
    find: unitNamed,
  });
}

function targetOf(
  here: Visit,
  path: string,
  { hash, find }: { readonly hash: string; readonly find: typeof linkedUnit },
): string | undefined {
  const { community, moment } = here;
  if (path === "") return at(here, "");
  const found = find(community, path, moment);
  const listing = found === undefined ? undefined : unitAt(community, found.unit, moment);
  if (listing !== undefined) return unitHref(here, listing) + hash;
  return hasFolder(community, path) ? browseHref(here, path) : undefined;
}

export function hasFolder({ rows }: Community, path: string): boolean {
  // "0" follows "/" in the order of bytes.
  return (
    rows.get("SELECT 1 AS found FROM catalog_current WHERE path > ? AND path < ? LIMIT 1", `${path}/`, `${path}0`) !==
    undefined
  );
}

function picture(link: OpenLink, context: LinkContext): Html {
  const { here, from } = context;
  const alt = link.alt ?? "";
  const path = link.form === "wiki-image" ? link.href : linkedPath(from, link.href);
  if (path === undefined) return elsewhere(link);
  const find = link.form === "wiki-image" ? unitNamed : linkedUnit;
  const found = find(here.community, path, here.moment);
  const listing = found === undefined ? undefined : unitAt(here.community, found.unit, here.moment);
  if (listing?.sha256 == null || !PICTURE.test(found?.path ?? ""))
    return html`<span class="missing">${words.page.missingPicture(alt)}</span>`;
  const width = link.width === undefined ? "" : html` width="${link.width}"`;
  return html`<img src="${partHref(here, listing.sha256)}" alt="${alt}" loading="lazy"${width}>`;
}

/** Of pictures whose bytes stand in the text: longer ones would make the page too long to be read on a phone. */
const EMBEDDED_CHARS_MAX = 4_000;
const BASE64_SHARE = 3 / 4;

/** A picture on another site is not fetched: that would tell it who reads here. */
function elsewhere({ href, alt = "", isLinked }: OpenLink): Html {
  if (href.startsWith("data:image/"))
    return href.length <= EMBEDDED_CHARS_MAX
      ? html`<img src="${href}" alt="${alt}">`
      : html`<span class="missing">${words.page.embeddedPicture(alt, fileSize(href.length * BASE64_SHARE))}</span>`;
  if (isLinked === true || !/^(https?:)?\/\//i.test(href)) return html`${alt}`;
  return html`<a href="${href}" rel="nofollow ugc noopener noreferrer">${words.page.pictureElsewhere(alt)}</a>`;
}
