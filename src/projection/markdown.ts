/**
 * What the record needs to know of a Markdown text without rendering it: its headings, with anchors that last
 * as long as their words do, and the links it makes. One linear pass over the lines; code is left out.
 */

export interface Heading {
  readonly level: number;
  readonly text: string;
  /** As in the page's address: the words in lower case with hyphens; a repeated one gets a number. */
  readonly anchor: string;
  /** Offset of its line in UTF-16 units. */
  readonly start: number;
}

export interface Hyperlink {
  /** As written, entities and all. */
  readonly href: string;
  /** `wiki`: [[Name]], `wiki-image`: ![[picture.png]], both by name; `template`: an address that a site generator fills in. */
  readonly form: "link" | "image" | "wiki" | "wiki-image" | "template";
}

/** Links beyond this many in one text are not followed. */
const LINKS_MAX = 2_000;

/** Of what somebody marked as a heading, the rest is not told, and no part of the address. */
const HEADING_CHARS_MAX = 300;

/** The anchor of a heading's words: lower case, spaces to hyphens, punctuation dropped. */
export function anchorOf(text: string): string {
  return headingStart(text)
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}\s_-]/gu, "")
    .replaceAll(/\s/g, "-");
}

/** Numbers repeated anchors as they come: "cost", "cost-1", "cost-2". */
export function anchorCounter(): (text: string) => string {
  const seen = new Map<string, number>();
  return (text) => {
    const anchor = anchorOf(text) || "section";
    const count = seen.get(anchor) ?? 0;
    seen.set(anchor, count + 1);
    return count === 0 ? anchor : `${anchor}-${count}`;
  };
}

function headingStart(text: string): string {
  return text.length <= HEADING_CHARS_MAX ? text : text.slice(0, HEADING_CHARS_MAX).toWellFormed();
}

/** A heading's words without their markup. */
export function plainHeading(markdown: string): string {
  return markdown
    .replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replaceAll(/!?\[([^\]]*)\]\[[^\]]*\]/g, "$1")
    .replaceAll(/<[^>]{1,200}>/g, "")
    .replaceAll(/[`*]|\b_|_\b/g, "")
    .trim();
}

/** A line that opens or closes fenced code. What stands after backticks holds no backtick: CommonMark 0.31, 4.5. */
export const FENCE = /^ {0,3}(`{3,}(?!.*`)|~{3,})/;

/** Each line outside fenced code, with its offset in UTF-16 units. */
function* proseLines(text: string): Generator<{ line: string; start: number }> {
  let fence: string | undefined;
  let start = 0;
  for (const line of text.split("\n")) {
    const mark = FENCE.exec(line)?.[1];
    if (fence === undefined) {
      if (mark === undefined) yield { line: line.endsWith("\r") ? line.slice(0, -1) : line, start };
      else fence = mark;
    } else if (mark?.startsWith(fence) === true && line.trim() === mark) {
      fence = undefined;
    }
    start += line.length + 1;
  }
}

export function headingsOf(text: string): Heading[] {
  const anchor = anchorCounter();
  const headings: Heading[] = [];
  let previous: { line: string; start: number } | undefined;
  for (const current of proseLines(text)) {
    const atx = /^ {0,3}(#{1,6})[ \t]+(\S.*?)[ \t]*(?:[ \t]#+)?$/.exec(current.line);
    const under = /^ {0,3}(=+|-+)[ \t]*$/.exec(current.line)?.[1];
    const [level, words, start] =
      atx?.[1] !== undefined && atx[2] !== undefined
        ? [atx[1].length, atx[2], current.start]
        : under !== undefined && previous !== undefined && /^ {0,3}[^\s>#*+|-]/.test(previous.line)
          ? [under.startsWith("=") ? 1 : 2, previous.line, previous.start]
          : [0, "", 0];
    if (level > 0) {
      const plain = plainHeading(words);
      headings.push({ level, text: headingStart(plain), anchor: anchor(plain), start });
    }
    previous = current.line.trim() === "" ? undefined : current;
  }
  return headings;
}

/** A link's text may hold one level of brackets; its address one of parentheses. */
const INLINE =
  /(!?)\[((?:[^[\]]|\[[^\]]*\])*)\]\(\s*(<[^>\n]*>|(?:[^\s()]|\([^\s()]*\))+)(?:\s+(?:"[^"]*"|'[^']*'|\([^)]*\)))?\s*\)/g;
const REFERENCE = /^ {0,3}\[[^\]]+\]:[ \t]*(<[^>]*>|\S+)/;
const HTML = /<(?:a|img)\b[^>]{0,500}?\b(href|src)\s*=\s*(?:"([^"]*)"|'([^']*)')/gi;
/** In a table the pipe is written `\|`. */
const WIKI = /(!?)\[\[([^[\]|#\n]+?)(?:#[^[\]|\n]*?)?(?:\\?\|[^[\]\n]*)?\]\]/g;

/** What can be shown as a picture, by its name. */
export const PICTURE = /\.(png|jpe?g|gif|webp|svg)$/i;

/** Every link and picture of the text, in order, at most 2,000. */
export function linksOf(text: string): Hyperlink[] {
  const links: Hyperlink[] = [];
  for (const { line } of proseLines(text)) {
    if (links.length >= LINKS_MAX) break;
    if (!/[[<]/.test(line)) continue;
    const prose = line.replaceAll(/(`+)(?!`)[^`]*?\1(?!`)/g, "");
    for (const [, bang, name] of prose.matchAll(WIKI)) {
      const href = name?.trim() ?? "";
      if (href !== "") links.push({ href, form: bang === "!" && PICTURE.test(href) ? "wiki-image" : "wiki" });
    }
    links.push(...inlineLinks(prose));
    const reference = REFERENCE.exec(prose)?.[1];
    if (reference !== undefined) links.push(link(reference, false));
    for (const [, attribute, double, single] of prose.matchAll(HTML)) {
      const href = double ?? single;
      if (href !== undefined && href !== "") links.push(link(href, attribute?.toLowerCase() === "src"));
    }
  }
  return links.slice(0, LINKS_MAX);
}

/** Those in the text of another, as pictures are, come after it. */
function inlineLinks(prose: string): Hyperlink[] {
  return [...prose.matchAll(INLINE)].flatMap(([, bang, words = "", href = ""]) => [
    link(href, bang === "!"),
    ...(words.includes("[") ? inlineLinks(words) : []),
  ]);
}

function link(written: string, isImage: boolean): Hyperlink {
  const href = written.startsWith("<") ? written.slice(1, -1) : written;
  if (/\{[{%]|^\$\{/.test(href)) return { href, form: "template" };
  return { href, form: isImage ? "image" : "link" };
}

/** Whether a link is to a name, wherever in the community it is. */
export function isByName({ form }: Pick<Hyperlink, "form">): boolean {
  return form === "wiki" || form === "wiki-image";
}

/** Where a link on the page at `from` points inside the community; undefined for one that points elsewhere. */
export function pointedPath(from: string, { href, form }: Hyperlink): string | undefined {
  if (form === "template") return undefined;
  return isByName({ form }) ? href : linkedPath(from, href);
}

/**
 * The path inside the community that `href` on the page at `from` means, or undefined for an address
 * elsewhere, a fragment or a mail address. Percent-encoding is undone; "." and ".." are resolved.
 */
export function linkedPath(from: string, href: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:|^\/\/|^#|^$/i.test(href)) return undefined;
  const [bare = ""] = href.split(/[?#]/, 1);
  let path: string;
  try {
    path = decodeURIComponent(bare);
  } catch {
    path = bare;
  }
  const steps = path.startsWith("/") ? [] : from.split("/").slice(0, -1);
  for (const step of path.split("/")) {
    if (step === "..") steps.pop();
    else if (step !== "." && step !== "") steps.push(step);
  }
  return steps.join("/");
}
