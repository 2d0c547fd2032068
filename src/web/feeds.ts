/** For readers that are programs: the Atom feed, llms.txt, robots.txt. */
import { recentChanges } from "../community/queries/activity.ts";
import { listUnits } from "../community/queries/units.ts";
import { rawHref, unitHref } from "./addresses.ts";
import { html, type Html } from "./html.ts";
import { titleOf } from "./parts.ts";
import type { Site, Visit } from "./site.ts";
import { kindWords, words } from "./words.ts";

const FEED_ENTRIES = 50;
const PAGES_LISTED = 2_000;
/** A time that no feed reader knows is given as the first. */
const TIME_MS_MAX = 253_402_300_799_000;

function instant(ms: number): string {
  return new Date(ms >= 0 && ms <= TIME_MS_MAX ? ms : 0).toISOString();
}

/** RFC 4287. `origin` is the address this site was asked at. */
export function atomFeed(here: Visit, origin: string): Html {
  const { id, profile } = here;
  const changes = here.site.memo(here.community, "feed", () => recentChanges(here.community, FEED_ENTRIES));
  return html`<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
<id>urn:commonlore:${id}</id>
<title>${xml(profile.name)}</title>
<updated>${instant(changes[0]?.time ?? profile.changed)}</updated>
<author><name>${xml(profile.name)}</name></author>
<link rel="self" href="${origin}/c/${id}/atom.xml"/>
<link rel="alternate" href="${origin}/c/${id}"/>
${changes.map(
  ({
    unit,
    revision,
    time,
    isNew,
  }) => html`<entry><id>urn:commonlore:${id}:${unit.unit}:${revision}</id><title>${xml(titleOf(unit))}</title><updated>${instant(time)}</updated><link rel="alternate" href="${origin}${unitHref(here, unit)}"/><summary>${isNew ? words.home.newPage : words.home.changed}</summary></entry>
`,
)}</feed>
`;
}

/** Characters that XML 1.0 cannot carry go. */
function xml(text: string): string {
  return text.toWellFormed().replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "");
}

/** llmstxt.org: a title, a sentence, and links to the texts as Markdown. */
export function llmsText(here: Visit, origin: string): string {
  const { profile, id } = here;
  const listings = here.site.memo(here.community, "llms", () =>
    listUnits(here.community).filter(({ kind }) => kind !== "file"),
  );
  const links = listings
    .slice(0, PAGES_LISTED)
    .map((unit) => `- [${oneLine(titleOf(unit))}](${origin}${rawHref(here, unit)}): ${kindWords(unit.kind).one}`);
  const about = profile.about === undefined ? "" : `\n> ${oneLine(profile.about)}\n`;
  const more =
    listings.length > PAGES_LISTED ? `\n${listings.length - PAGES_LISTED} more at ${origin}/api/c/${id}/units\n` : "";
  return `# ${oneLine(profile.name)}\n${about}\nLicence: ${profile.licence ?? "not stated"}. Search: ${origin}/api/c/${id}/search?q=WORDS. API: ${origin}/api\n\n## Pages\n\n${links.join("\n")}\n${more}`;
}

/** The same for the whole site: its communities, each with its own. */
export function siteLlmsText(site: Site, origin: string): string {
  const links = site.communities().map((community) => {
    const { name, about } = site.profile(community);
    return `- [${oneLine(name)}](${origin}/c/${community.id}/llms.txt)${about === undefined ? "" : `: ${oneLine(about)}`}\n`;
  });
  return `# ${words.site}\n\nCommunities that keep what they know here. Search over all: ${origin}/search?q=WORDS. API: ${origin}/api\n\n## Communities\n\n${links.join("")}`;
}

/** As the text of a Markdown link. */
function oneLine(text: string): string {
  return text.replaceAll(/[\r\n[\]()]+/g, " ").trim();
}

export const ROBOTS = `User-agent: *
Disallow: /c/*/diff/
Disallow: /c/*/history/
Disallow: /c/*/search
Disallow: /c/*/genuine/
Disallow: /search
Disallow: /*as-of=
`;
