/**
 * Keeps links alive in a copy. Links from path to path work as they are, since paths stay; what must change is
 * a link to a unit by its id, which only a node can follow, and the relative links of a page whose place was
 * made up. Everything else of a text stays as its authors wrote it.
 */

/**
 * Before an address: `](`, `](<`, a reference definition, an HTML attribute, an autolink. Looking back is costly
 * in long white space, so both patterns look first whether an address begins.
 */
const OPENING = String.raw`(?=/c/|https?:|lore:)(?<=\]\(\s*<?|^ {0,3}\[[^\]]+\]:[ \t]*<?|\b(?:href|src)\s*=\s*["']|<)`;
/** What goes no further up: an address elsewhere, a fragment, one from the top, one a generator fills in. */
const RELATIVE = new RegExp(
  String.raw`(?![/#{$<>)"'\s])(?<=\]\(\s*<?|^ {0,3}\[[^\]]+\]:[ \t]*<?|\b(?:href|src)\s*=\s*["'])(?![a-z][a-z0-9+.-]*:)[^\s)>"']+`,
  "gim",
);

/** A path as a link has it: each step encoded, parentheses too, which would end the link. */
export function addressOf(path: string): string {
  const steps = path.toWellFormed().split("/").map(encodeURIComponent);
  return steps.join("/").replaceAll("(", "%28").replaceAll(")", "%29");
}

export interface Relinking {
  /** Id of the community, base32. */
  readonly community: string;
  /** Path of the page itself. */
  readonly from: string;
  /** Whether its place was made up: then its links start at the top. */
  readonly isMadeUp: boolean;
  /** Where each unit stands, by its id. */
  readonly pathOf: ReadonlyMap<string, string>;
}

export function relinked(text: string, { community, from, isMadeUp, pathOf }: Relinking): string {
  const depth = from.split("/").length - 1;
  const up = "../".repeat(depth);
  const lifted = isMadeUp && depth > 0 ? text.replaceAll(RELATIVE, (href) => up + href) : text;
  if (!lifted.includes(`${community}/`)) return lifted;
  const byId = new RegExp(
    String.raw`${OPENING}(?:(?:https?://[^\s/()<>"']+)?/c/${community}/u|lore:(?://)?${community})/([a-z2-7]{32})(?![a-z2-7@])`,
    "gim",
  );
  return lifted.replaceAll(byId, (whole, unit: string) => {
    const path = pathOf.get(unit);
    return path === undefined ? whole : up + addressOf(path);
  });
}
