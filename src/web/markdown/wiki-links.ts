/** [[Name]], [[Name#Heading]] and [[Name|shown]], as wikis and note programs write links; ![[picture.png]] too. */
import type { MarkdownIt, StateInline } from "markdown-it";

import { PICTURE } from "../../projection/markdown.ts";

/** The pipe may be escaped, as it has to be in a table. */
const WIKI = /^(!?)\[\[([^[\]|#\n]{1,300}?)(#[^[\]|\n]{0,300}?)?(?:\\?\|([^[\]\n]{0,300}))?\]\]/;
const CHARS_MAX = 1_000;

export function wikiLinks(md: MarkdownIt): void {
  md.inline.ruler.before("link", "lore_wiki", readWiki);
}

function readWiki(state: StateInline, silent: boolean): boolean {
  const code = state.src.charCodeAt(state.pos);
  if (code !== 0x5b && code !== 0x21) return false;
  const match = WIKI.exec(state.src.slice(state.pos, Math.min(state.posMax, state.pos + CHARS_MAX)));
  const name = match?.[2]?.trim();
  if (match === null || name === undefined || name === "") return false;
  if (!silent) push(state, { name, isEmbed: match[1] === "!", fragment: match[3] ?? "", shown: match[4]?.trim() });
  state.pos += match[0].length;
  return true;
}

interface Wiki {
  readonly name: string;
  readonly isEmbed: boolean;
  readonly fragment: string;
  readonly shown: string | undefined;
}

function push(state: StateInline, { name, isEmbed, fragment, shown }: Wiki): void {
  if (isEmbed && PICTURE.test(name)) {
    const image = state.push("image", "img", 0);
    image.attrs = [
      ["src", ""],
      ["alt", ""],
    ];
    image.content = shown ?? name;
    image.children = [];
    image.meta = { wiki: name };
    return;
  }
  const open = state.push("link_open", "a", 1);
  open.attrs = [["href", ""]];
  open.meta = { wiki: name, fragment };
  state.push("text", "", 0).content = shown === undefined || shown === "" ? name + fragment.replace("#", " › ") : shown;
  state.push("link_close", "a", -1);
}
