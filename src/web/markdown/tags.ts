/**
 * The HTML that people write into Markdown. Nothing of it passes through: a few harmless tags are read and made
 * anew as tokens of ours, tags that only lay out are dropped with their text kept, comments vanish, and every
 * other "<" stays text. What is made is always balanced.
 */
import type { MarkdownIt, StateCore, StateInline, Token } from "markdown-it";

const PAIRED: ReadonlyMap<string, string> = new Map([
  ...[
    "kbd",
    "sub",
    "sup",
    "b",
    "strong",
    "i",
    "em",
    "s",
    "del",
    "ins",
    "u",
    "small",
    "code",
    "samp",
    "var",
    "q",
    "cite",
    "abbr",
  ].map((tag): [string, string] => [tag, tag]),
  ["strike", "s"],
  ["tt", "code"],
]);
const DROPPED = new Set(
  "address article aside blockquote big center details dd div dl dt fieldset figcaption figure font footer h1 h2 h3 h4 h5 h6 header li main nav nobr ol p picture pre section source span summary table tbody td tfoot th thead time tr ul video audio wbr".split(
    " ",
  ),
);
/** Dropped tags at which the text goes on in a new line. */
const BREAKING = new Set(["br", "hr", "li", "tr", "dt", "dd"]);
/** Dropped tags at which words would run together. */
const SPACING = new Set(["td", "th"]);

/** A tag is read no further than this. */
const TAG_CHARS_MAX = 2_000;
const COMMENT_CHARS_MAX = 100_000;
const TAG = /^<(\/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s+[^<>"'=\s/]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'=<>`]+))?)*)\s*\/?>/;
const ATTRIBUTE = /([^\s=<>"'/]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+))/g;

export function tags(md: MarkdownIt): void {
  md.inline.ruler.before("html_inline", "lore_tags", (state, silent) => readTag(md, state, silent));
  md.core.ruler.after("inline", "lore_balance", balanceAll);
}

function readTag(md: MarkdownIt, state: StateInline, silent: boolean): boolean {
  if (state.src.charCodeAt(state.pos) !== 0x3c) return false;
  const rest = state.src.slice(state.pos, Math.min(state.posMax, state.pos + TAG_CHARS_MAX));
  if (rest.startsWith("<!--")) return skipComment(state);
  const match = TAG.exec(rest);
  const tag = match?.[2]?.toLowerCase();
  if (match === null || tag === undefined) return false;
  const isKnown = PAIRED.has(tag) || DROPPED.has(tag) || BREAKING.has(tag) || tag === "a" || tag === "img";
  if (!isKnown) return false;
  if (!silent) pushTag(md, state, { tag, closes: match[1] === "/", attributes: match[3] ?? "" });
  state.pos += match[0].length;
  return true;
}

function skipComment(state: StateInline): boolean {
  const end = state.src.indexOf("-->", state.pos + 4);
  if (end < 0 || end >= state.posMax || end - state.pos > COMMENT_CHARS_MAX) return false;
  state.pos = end + 3;
  return true;
}

interface ReadTag {
  readonly tag: string;
  readonly closes: boolean;
  readonly attributes: string;
}

function pushTag(md: MarkdownIt, state: StateInline, { tag, closes, attributes }: ReadTag): void {
  const paired = PAIRED.get(tag);
  if (paired !== undefined) {
    state.push("lore_pair", paired, 0).meta = { closes };
  } else if (tag === "a") {
    const href = closes ? undefined : attributesOf(md, attributes).get("href");
    const isUsable = href !== undefined && md.validateLink(md.normalizeLink(href));
    state.push("lore_pair", "a", 0).meta = { closes, href: isUsable ? md.normalizeLink(href) : undefined };
  } else if (tag === "img") {
    pushImage(md, state, attributesOf(md, attributes));
  } else if (BREAKING.has(tag) && !closes) {
    state.push("hardbreak", "br", 0);
  } else if (SPACING.has(tag)) {
    state.pending += " ";
  }
}

function pushImage(md: MarkdownIt, state: StateInline, attributes: ReadonlyMap<string, string>): void {
  const src = md.normalizeLink(attributes.get("src") ?? "");
  if (src === "" || !md.validateLink(src)) return;
  const token = state.push("image", "img", 0);
  const alt = attributes.get("alt") ?? "";
  token.attrs = [
    ["src", src],
    ["alt", ""],
  ];
  token.content = alt;
  const text = new state.Token("text", "", 0);
  text.content = alt;
  token.children = [text];
  const width = /^([1-9][0-9]{0,3})(?:px)?$/.exec(attributes.get("width") ?? "")?.[1];
  if (width !== undefined) token.meta = { width };
}

function attributesOf(md: MarkdownIt, text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name, double, single, bare] of text.matchAll(ATTRIBUTE)) {
    if (name !== undefined) attributes.set(name.toLowerCase(), md.utils.unescapeAll(double ?? single ?? bare ?? ""));
  }
  return attributes;
}

function balanceAll(state: StateCore): void {
  for (const token of state.tokens)
    if (token.type === "inline" && token.children !== null) token.children = balance(token.children);
}

/** Makes pairs of the tags that enclose whole tokens; the others go. */
function balance(tokens: readonly Token[]): Token[] {
  if (!tokens.some(({ type }) => type === "lore_pair")) return [...tokens];
  const partner = new Map<number, number>();
  const open: { at: number; tag: string }[] = [];
  /** Below this no tag may be closed: an element of Markdown's own was opened there. */
  const floors = [0];
  for (const [at, token] of tokens.entries()) {
    if (token.nesting === 1) floors.push(open.length);
    else if (token.nesting === -1) open.length = Math.min(open.length, floors.pop() ?? 0);
    else if (token.type === "lore_pair" && token.meta?.["closes"] !== true) open.push({ at, tag: token.tag });
    else if (token.type === "lore_pair") {
      const found = open.findLastIndex(({ tag }) => tag === token.tag);
      const opener = open[found];
      if (opener === undefined || found < (floors.at(-1) ?? 0)) continue;
      partner.set(opener.at, at);
      partner.set(at, opener.at);
      open.length = found;
    }
  }
  for (const [first, last] of [...partner]) {
    if (tokens[first]?.tag !== "a" || first > last || isUsableLink(tokens, { first, last })) continue;
    partner.delete(first);
    partner.delete(last);
  }
  return tokens.flatMap((token, at) =>
    token.type === "lore_pair" ? paired(tokens, { at, partner: partner.get(at) }) : token,
  );
}

function isUsableLink(tokens: readonly Token[], span: { first: number; last: number }): boolean {
  return typeof tokens[span.first]?.meta?.["href"] === "string" && !isLinkNear(tokens, span);
}

function paired(tokens: readonly Token[], { at, partner }: { at: number; partner: number | undefined }): Token[] {
  const token = tokens[at];
  if (token === undefined || partner === undefined) return [];
  const isOpener = partner > at;
  if (token.tag === "a") {
    token.type = isOpener ? "link_open" : "link_close";
    if (isOpener) token.attrs = [["href", String(token.meta?.["href"])]];
    for (let i = at + 1; i < partner; i++) {
      const inner = tokens[i];
      if (inner !== undefined) inner.level += 1;
    }
  } else {
    token.type = isOpener ? "lore_open" : "lore_close";
  }
  token.nesting = isOpener ? 1 : -1;
  return [token];
}

/** Whether a link stands between two tokens or around them: links do not nest. */
function isLinkNear(tokens: readonly Token[], { first, last }: { first: number; last: number }): boolean {
  let depth = 0;
  for (const [at, token] of tokens.entries()) {
    if (token.type === "link_open" || (token.tag === "a" && token.nesting === 1)) depth += 1;
    if (token.type === "link_close" || (token.tag === "a" && token.nesting === -1)) depth -= 1;
    if (at === first && depth > 0) return true;
    if (at > first && at < last && (token.tag === "a" || token.type === "link_open")) return true;
  }
  return false;
}
