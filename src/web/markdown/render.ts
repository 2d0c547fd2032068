/**
 * Markdown to markup, with every link into the community left open (open-links.ts), so that one rendering serves
 * every place, moment and state of the links.
 * Raw HTML never passes. Heading anchors are the catalog's, matched by line.
 */
import { gzipSync } from "node:zlib";

import createMarkdownIt, { type MarkdownIt, type StateCore, type Token } from "markdown-it";

import { headingsOf } from "../../projection/markdown.ts";
import { blocks } from "./blocks.ts";
import { leftOpen, type OpenLink } from "./open-links.ts";
import { piecesOfSection, SECTION_BYTES } from "./sections.ts";
import { said, saidCode, type SaidRun, SaidSource } from "./said.ts";
import { tags } from "./tags.ts";
import { wikiLinks } from "./wiki-links.ts";

export interface RenderedHeading {
  /** As shown: 2 to 6. */
  readonly level: number;
  readonly text: string;
  readonly anchor: string | undefined;
  /** Which section it stands in. */
  readonly section: number;
}

export interface Rendered {
  /** Of the text's own first heading, when it begins with one. */
  readonly title: string | undefined;
  readonly titleAnchor: string | undefined;
  /** First paragraph as plain text. */
  readonly lead: string;
  /** What stands before the first heading of level 2, then each of those with what follows. */
  readonly sections: readonly string[];
  /** Whether one page may hold them all. */
  readonly isShort: boolean;
  readonly headings: readonly RenderedHeading[];
  readonly links: readonly OpenLink[];
}

const LEAD_CHARS_MAX = 300;
/** A first heading that is longer stands in the text; of others, no more is told. */
const HEADING_CHARS_MAX = 300;
const FRONT_MATTER_CHARS_MAX = 65_536;
/** Of markup: more is too much to read on one page. */
const SHORT_CHARS = 60_000;
/** Of markup, compressed: with what stands around it, a page weighs 30 kB at most. */
const SHORT_GZ_BYTES = 20_000;
/** What is said of words repeats itself, so it weighs less than its length. */
const SAID_CHARS = 30;
const SCHEMES = /^(https?|mailto|tel):/i;
/** A picture whose bytes stand in the text, as some programs write them. */
const EMBEDDED = /^data:image\/(?:png|gif|jpe?g|webp);base64,/i;

function createMarkdown(): MarkdownIt {
  const md = new createMarkdownIt({ html: false, linkify: true });
  // "README.md" is no address in Moldova.
  md.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
  md.validateLink = (href) => SCHEMES.test(href.trim()) || EMBEDDED.test(href) || !/^[^/?#]*:/.test(href.trim());
  md.use(tags).use(blocks).use(wikiLinks);
  md.core.ruler.push("lore_images", noteLinkedImages);
  md.use(said);
  setRules(md);
  return md;
}

/** Pictures inside a link must not become links themselves. */
function noteLinkedImages(state: StateCore): void {
  for (const token of state.tokens) {
    let depth = 0;
    for (const child of token.children ?? []) {
      if (child.type === "link_open") depth += 1;
      else if (child.type === "link_close") depth -= 1;
      else if (child.type === "image" && depth > 0) child.meta = { ...child.meta, isLinked: true };
    }
  }
}

function setRules(md: MarkdownIt): void {
  const { rules } = md.renderer;
  const escape = md.utils.escapeHtml;
  rules["link_open"] = (tokens, at, _options, env) => {
    const token = tokens[at];
    const { wiki, fragment } = token?.meta ?? {};
    if (typeof wiki === "string")
      return `<a${leftOpen(env, { form: "wiki", href: wiki + (typeof fragment === "string" ? fragment : "") })}>`;
    const href = String(token?.attrGet("href") ?? "");
    if (EMBEDDED.test(href)) return "<a>";
    if (href.startsWith("#")) return `<a${leftOpen(env, { form: "fragment", href })}>`;
    if (SCHEMES.test(href) || href.startsWith("//"))
      return `<a href="${escape(href)}" rel="nofollow ugc noopener noreferrer">`;
    return `<a${leftOpen(env, { form: "link", href })}>`;
  };
  rules["image"] = (tokens, at, options, env, renderer) => {
    const token = tokens[at];
    const alt = renderer.renderInlineAsText(token?.children ?? [], options, env ?? {}) || (token?.content ?? "");
    const { wiki, width, isLinked } = token?.meta ?? {};
    return leftOpen(env, {
      form: typeof wiki === "string" ? "wiki-image" : "image",
      href: typeof wiki === "string" ? wiki : String(token?.attrGet("src") ?? ""),
      alt,
      ...(typeof width === "string" ? { width } : {}),
      ...(isLinked === true ? { isLinked } : {}),
    });
  };
  const pre: typeof rules.fence = (tokens, at, _options, env) =>
    `<pre tabindex="0"><code>${saidCode(tokens[at], env, escape) ?? escape(tokens[at]?.content ?? "")}</code></pre>\n`;
  rules["fence"] = pre;
  rules["code_block"] = pre;
  rules["table_open"] = () => '<div class="pan" tabindex="0"><table>\n';
  rules["table_close"] = () => "</table></div>\n";
  rules["th_open"] = (tokens, at) => cell(tokens, at, "th");
  rules["td_open"] = (tokens, at) => cell(tokens, at, "td");
  rules["heading_close"] = (tokens, at) => `${headingLink(tokens, at, escape)}</${tokens[at]?.tag ?? "h2"}>\n`;
  rules["th_close"] = (tokens, at) => (tokens[at - 1]?.content === "" ? "</td>" : "</th>");
}

/** Alignment as a class: styles in markup are forbidden here. A heading cell without words is no heading. */
function cell(tokens: readonly Token[], at: number, tag: "th" | "td"): string {
  const align = /text-align:(center|right)/.exec(String(tokens[at]?.attrGet("style") ?? ""))?.[1];
  const name = tag === "th" && tokens[at + 1]?.content === "" ? "td" : tag;
  return `<${name}${align === undefined ? "" : ` class="to-${align === "right" ? "end" : "middle"}"`}>`;
}

/** The link by which a heading is cited. */
function headingLink(tokens: readonly Token[], at: number, escape: (text: string) => string): string {
  const id = tokens
    .slice(0, at)
    .findLast(({ type }) => type === "heading_open")
    ?.attrGet("id");
  return typeof id === "string"
    ? ` <a class="here" href="#${escape(encodeURIComponent(id))}" aria-label="Link to this heading">#</a>`
    : "";
}

/** With `runs`, words are in elements by their origin. */
export type RenderMarkdown = (text: string, runs?: readonly SaidRun[]) => Rendered;

/** Makes a renderer; it may be used for many texts, one after the other. */
export function createRenderer(): RenderMarkdown {
  const md = createMarkdown();
  return (written, runs) => {
    const text = withoutFrontMatter(written.replaceAll("\r\n", "\n").replace(/^\uFEFF/, ""));
    const said = runs === undefined ? {} : { said: new SaidSource(written, runs) };
    const env = { links: [] as OpenLink[], ...said };
    const tokens = md.parse(text, env).filter(isNotEmpty);
    const page = new PageTokens(md, tokens, anchorsByLine(text));
    // What is said of words stands beside them.
    const { sections: pieces, headings } = page.inPieces(runs === undefined ? SECTION_BYTES : SECTION_BYTES / 2);
    const sections = pieces.map((piece) => md.renderer.render([...piece], md.options, env));
    const { title, titleAnchor, lead } = page;
    return { title, titleAnchor, lead, sections, isShort: isShort(sections, env.links), headings, links: env.links };
  };
}

function isShort(sections: readonly string[], links: readonly OpenLink[]): boolean {
  if (sections.length < 2) return true;
  const markup = sections.join("");
  const saidChars = links.filter(({ form }) => form === "said").length * SAID_CHARS;
  return markup.length + saidChars <= SHORT_CHARS && gzipSync(markup).length <= SHORT_GZ_BYTES;
}

/** Paragraphs that held nothing but dropped tags. */
function isNotEmpty(token: Token, at: number, tokens: readonly Token[]): boolean {
  const inline =
    token.type === "paragraph_open"
      ? tokens[at + 1]
      : token.type === "paragraph_close"
        ? tokens[at - 1]
        : token.type === "inline" && tokens[at - 1]?.type === "paragraph_open"
          ? token
          : undefined;
  if (inline?.children == null) return true;
  return inline.children.some(
    ({ type, content }) =>
      !(type === "softbreak" || type === "hardbreak" || (type === "text" && content.trim() === "")),
  );
}

/** Front matter leaves its lines behind, so that line numbers stay those of the text. */
function withoutFrontMatter(text: string): string {
  if (!text.startsWith("---\n")) return text;
  const end = /\n(?:---|\.\.\.)[ \t]*(?:\n|$)/.exec(text.slice(3, FRONT_MATTER_CHARS_MAX));
  if (end === null) return text;
  const matter = text.slice(0, 3 + end.index + end[0].length);
  if (!/^---\n(?:\s*\n|#.*\n)*["']?[\w-]+["']?[ \t]*:/.test(matter)) return text;
  return matter.replaceAll(/[^\n]/g, "") + text.slice(matter.length);
}

/** The catalog's anchors, by the number of the line they stand on. */
function anchorsByLine(text: string): ReadonlyMap<number, string> {
  const anchors = new Map<number, string>();
  let [line, at] = [0, 0];
  for (const { start, anchor } of headingsOf(text)) {
    for (let next = text.indexOf("\n", at); next >= 0 && next < start; next = text.indexOf("\n", at))
      [line, at] = [line + 1, next + 1];
    anchors.set(line, anchor);
  }
  return anchors;
}

/** The tokens of a page, its own title taken off, headings brought to an outline without gaps, cut into sections. */
class PageTokens {
  readonly title: string | undefined;
  readonly titleAnchor: string | undefined;
  readonly lead: string;
  readonly headings: (Omit<RenderedHeading, "section"> & { readonly token: Token })[] = [];
  readonly sections: Token[][] = [[]];
  readonly #md: MarkdownIt;
  readonly #anchors: ReadonlyMap<number, string>;

  constructor(md: MarkdownIt, tokens: readonly Token[], anchors: ReadonlyMap<number, string>) {
    this.#md = md;
    this.#anchors = anchors;
    const first = tokens.findIndex(({ type }) => type === "heading_open");
    const hasTitle =
      first >= 0 &&
      tokens[first]?.tag === "h1" &&
      tokens[first].level === 0 &&
      isOpening(tokens.slice(0, first)) &&
      this.#plain(tokens[first + 1]).length <= HEADING_CHARS_MAX;
    this.title = hasTitle ? this.#plain(tokens[first + 1], { withPictures: false }) || undefined : undefined;
    this.titleAnchor = hasTitle ? this.#anchor(tokens[first]) : undefined;
    const body = hasTitle ? [...tokens.slice(0, first), ...tokens.slice(first + 3)] : tokens;
    this.#fill(body);
    this.lead = leadOf(body, (token) => this.#plain(token));
  }

  /** Sections of which none is long, and the headings as they stand in them. */
  inPieces(bytesMax: number): { sections: Token[][]; headings: RenderedHeading[] } {
    const sections: Token[][] = [];
    const places = new Map<Token, number>();
    for (const section of this.sections)
      for (const piece of piecesOfSection(section, bytesMax)) {
        for (const token of piece) places.set(token, places.get(token) ?? sections.length);
        sections.push(piece);
      }
    const headings = this.headings.map(({ token, ...heading }) => ({
      ...heading,
      section: places.get(token) ?? 0,
    }));
    return { sections, headings };
  }

  #anchor(token: Token | undefined): string | undefined {
    return token?.map == null ? undefined : this.#anchors.get(token.map[0]);
  }

  /** The words of a line; badges are no part of a title. */
  #plain(token: Token | undefined, { withPictures } = { withPictures: true }): string {
    const children = (token?.children ?? []).filter(({ type }) => withPictures || type !== "image");
    return this.#md.renderer.renderInlineAsText(children, this.#md.options, {}).replaceAll(/\s+/g, " ").trim();
  }

  #fill(tokens: readonly Token[]): void {
    const outline: number[] = [];
    for (const [at, token] of tokens.entries()) {
      if (token.type === "heading_open") {
        const level = Number(token.tag.slice(1));
        while ((outline.at(-1) ?? 0) >= level) outline.pop();
        outline.push(level);
        this.#heading(token, tokens[at + 1], Math.min(6, outline.length + 1));
      } else if (token.type === "heading_close") {
        token.tag = `h${Math.min(6, outline.length + 1)}`;
      }
      this.sections.at(-1)?.push(token);
    }
  }

  #heading(token: Token, inline: Token | undefined, level: number): void {
    if (level === 2 && token.level === 0) this.sections.push([]);
    const [anchor, text] = [this.#anchor(token), this.#plain(inline).slice(0, HEADING_CHARS_MAX).toWellFormed()];
    token.tag = `h${level}`;
    this.headings.push({ level, text, anchor, token });
    if (anchor !== undefined) token.attrSet("id", anchor);
  }
}

/** Only badges and pictures may stand before a title. */
function isOpening(tokens: readonly Token[]): boolean {
  return tokens.every(
    ({ type, children }) =>
      type.startsWith("paragraph_") ||
      (type === "inline" &&
        (children ?? []).every(
          (child) => child.type !== "text" || child.content.trim() === "" || child.content.length < 40,
        )),
  );
}

function leadOf(tokens: readonly Token[], plain: (token: Token) => string): string {
  for (const [at, token] of tokens.entries()) {
    if (token.type !== "inline" || tokens[at - 1]?.type !== "paragraph_open" || tokens[at - 1]?.level !== 0) continue;
    const text = plain(token);
    if (text.length > 20) return sentences(text);
  }
  return "";
}

/** Whole sentences where they fit. */
function sentences(text: string): string {
  if (text.length <= LEAD_CHARS_MAX) return text;
  const cut = text.slice(0, LEAD_CHARS_MAX);
  const end = Math.max(cut.lastIndexOf(". "), cut.lastIndexOf("? "));
  return end > 60 ? cut.slice(0, end + 1) : `${cut.slice(0, cut.lastIndexOf(" "))}…`;
}
