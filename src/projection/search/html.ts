/**
 * The passages of an HTML program, and the text a visitor would see in them.
 * Blocks end at block-level tags, h1-h6 open sections; scripts, styles, templates and comments belong to none.
 * Not a parser of the HTML standard: a page it misreads is found by less of its text.
 */
import { AnchorNumbers } from "./anchor.ts";
import { Packer, type Passage } from "./packer.ts";

const LESS = 0x3c;
const HIDDEN = new Set(["script", "style", "template", "noscript", "svg", "head"]);
const INLINE_NAMES =
  "a abbr b bdi bdo cite code del dfn em i ins kbd label mark q s samp small span strong sub sup u var wbr";
const INLINE = new Set(INLINE_NAMES.split(" "));
const INLINE_TAG = new RegExp(`</?(?:${INLINE_NAMES.replaceAll(" ", "|")})(?:\\s[^<>]*)?>`, "gi");

export function htmlPassages(bytes: Uint8Array): readonly Passage[] {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tags = lowerCased(source);
  const packer = new Packer(bytes);
  const anchors = new AnchorNumbers();
  let block = 0;
  let heading = -1;
  for (let at = source.indexOf(LESS); at >= 0;) {
    const tag = tagAt(tags, at);
    if (tag === undefined) {
      at = source.indexOf(LESS, at + 1);
      continue;
    }
    if (!INLINE.has(tag.name)) {
      if (heading >= 0) {
        const text = visibleText(source.toString("utf8", heading, at))
          .replace(/\s+/g, " ")
          .trim();
        if (text !== "") packer.head({ text, repeat: anchors.take(text) });
      } else if (hasText(source, block, at)) packer.block(block, at);
      heading = tag.isHeading ? tag.end : -1;
      if (tag.isHidden) packer.close();
      block = tag.end;
    }
    at = source.indexOf(LESS, tag.end);
  }
  if (hasText(source, block, source.length)) packer.block(block, source.length);
  packer.close();
  return packer.passages;
}

/** HTML without tags, its common entities decoded. An inline tag may stand inside a word, another parts words. */
export function visibleText(html: string): string {
  return html
    .replace(INLINE_TAG, "")
    .replace(/<[^<>]*>/g, " ")
    .replace(/&(amp|lt|gt|quot|nbsp|#39);/g, (_, name: string) => ENTITIES.get(name) ?? " ");
}

const ENTITIES = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["nbsp", " "],
  ["#39", "'"],
]);

interface Tag {
  readonly name: string;
  /** After the tag; of a hidden element, after the element. */
  readonly end: number;
  readonly isHeading: boolean;
  readonly isHidden: boolean;
}

/** The tag at a `<`; undefined when it opens none. An unended tag is hidden text to the end of the page. */
function tagAt(tags: Buffer, at: number): Tag | undefined {
  const start = tags.toString("latin1", at, at + 24);
  if (start.startsWith("<!--")) return hidden(tags, at, "-->");
  const [, slash, name] = /^<(\/?)([a-z!][a-z0-9-]*)/.exec(start) ?? [];
  if (name === undefined) return undefined;
  const end = tags.indexOf(">", at);
  if (end < 0) return { name: "", end: tags.length, isHeading: false, isHidden: true };
  if (slash === "" && HIDDEN.has(name)) return hidden(tags, at, `</${name}`);
  return { name, end: end + 1, isHeading: slash === "" && /^h[1-6]$/.test(name), isHidden: false };
}

/** Everything up to `close`; to the end of the page where it is missing. */
function hidden(tags: Buffer, at: number, close: string): Tag {
  const found = tags.indexOf(close, at);
  const end = found < 0 ? -1 : tags.indexOf(">", found);
  return { name: "", end: end < 0 ? tags.length : end + 1, isHeading: false, isHidden: true };
}

/** A copy with A-Z in lower case, so that every search for a tag is one pass. */
function lowerCased(source: Buffer): Buffer {
  const lower = Buffer.from(source);
  for (let i = 0; i < lower.length; i++) {
    const byte = lower[i] ?? 0;
    if (byte >= 0x41 && byte <= 0x5a) lower[i] = byte | 0x20;
  }
  return lower;
}

function hasText(source: Buffer, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if ((source[i] ?? 0) > 0x20) return true;
  return false;
}
