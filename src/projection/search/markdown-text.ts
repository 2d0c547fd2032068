/**
 * Markdown to the text a reader sees: without link targets, tags, template calls, fences and marks of emphasis.
 * One pass, linear in the source: every search for the end of a mark is bounded. Not a renderer: what it takes
 * for markup by mistake is lost to search and snippets only, never to the page.
 */

/** How far a tag, template call, code span or link target may reach; without an end by then it is text. */
const MARKUP_CHARS_MAX = 1_000;

/** Characters that may be markup wherever they stand. */
const SPECIAL = new Set("[]<`*_~|{\\&!\n");
const IS_SPECIAL = Uint8Array.from({ length: 128 }, (_, code) => (SPECIAL.has(String.fromCharCode(code)) ? 1 : 0));

const ENTITIES = new Map([
  ["amp", "&"],
  ["lt", "<"],
  ["gt", ">"],
  ["quot", '"'],
  ["#39", "'"],
  ["apos", "'"],
  ["nbsp", " "],
]);

export function markdownText(source: string): string {
  let text = "";
  let from = lineMarkEnd(source, 0);
  let at = from;
  while (at < source.length) {
    const code = source.charCodeAt(at);
    if (code >= 128 || IS_SPECIAL[code] === 0) {
      at += 1;
      continue;
    }
    const mark = markAt(source, at);
    text += source.slice(from, at) + mark.text;
    from = at = mark.end;
  }
  return text + source.slice(from);
}

/** Where the source goes on after a mark, and what is read in the mark's place. */
interface Mark {
  readonly end: number;
  readonly text: string;
}

function markAt(source: string, at: number): Mark {
  switch (source[at]) {
    case "\n":
      return { end: lineMarkEnd(source, at + 1), text: "\n" };
    case "]":
      return { end: linkTargetEnd(source, at + 1), text: "" };
    case "`":
      return codeSpan(source, at);
    case "<":
      return tag(source, at);
    case "{":
      return template(source, at);
    case "&":
      return entity(source, at);
    case "\\":
      return escaped(source, at);
    case "|":
      return { end: at + 1, text: " " };
    case "!":
      return { end: at + 1, text: source[at + 1] === "[" ? "" : "!" };
    case "_":
      return { end: at + 1, text: isInsideWord(source, at) ? "_" : "" };
    default:
      return { end: at + 1, text: "" };
  }
}

/** After what a line begins with: indentation, quote marks, a list bullet, heading marks, a fence, a rule. */
function lineMarkEnd(source: string, start: number): number {
  let at = start;
  for (;;) {
    const character = source[at];
    if (character === " " || character === "\t" || character === ">") at += 1;
    else if (character === "#") at += 1;
    else if ((character === "-" || character === "+" || character === "*") && source[at + 1] === " ") at += 2;
    else break;
  }
  return isFenceOrRule(source, at) ? lineEnd(source, at) : at;
}

/** Whether the line holds no text: a fence with its language, a rule, an underline, the ruler of a table. */
function isFenceOrRule(source: string, at: number): boolean {
  const mark = source[at];
  if (mark === undefined || !"`~-=|:*_".includes(mark)) return false;
  if ((mark === "`" || mark === "~") && source[at + 1] === mark && source[at + 2] === mark) return true;
  const end = lineEnd(source, at);
  return end - at >= 3 && end - at <= MARKUP_CHARS_MAX && /^[-=|:*_ \t\r]+$/.test(source.slice(at, end));
}

function lineEnd(source: string, at: number): number {
  const end = source.indexOf("\n", at);
  return end < 0 ? source.length : end;
}

/** After `(target "title")`, `[reference]` or `: target`; where none of them stands, `at` itself. */
function linkTargetEnd(source: string, at: number): number {
  const open = source[at];
  if (open === ":" && source[at + 1] === " ") return lineEnd(source, at);
  if (open !== "(" && open !== "[") return at;
  const close = open === "(" ? ")" : "]";
  const limit = Math.min(source.length, at + MARKUP_CHARS_MAX);
  let depth = 0;
  for (let i = at; i < limit; i++) {
    if (source[i] === "\n" && source[i + 1] === "\n") return at;
    if (source[i] === open) depth += 1;
    else if (source[i] === close && --depth === 0) return i + 1;
  }
  return at;
}

/** Code is text as it stands, without its backticks. */
function codeSpan(source: string, at: number): Mark {
  let open = at;
  while (source[open] === "`") open += 1;
  const ticks = source.slice(at, open);
  const close = source.slice(open, open + MARKUP_CHARS_MAX).indexOf(ticks);
  if (close < 0) return { end: open, text: "" };
  return { end: open + close + ticks.length, text: source.slice(open, open + close) };
}

/** A tag or comment is read as a space, an autolink as its address, any other `<` as itself. */
function tag(source: string, at: number): Mark {
  const head = source.slice(at, at + MARKUP_CHARS_MAX);
  const isComment = head.startsWith("<!--");
  if (!isComment && !/^<[/!?a-z]/i.test(head)) return { end: at + 1, text: "<" };
  const close = head.indexOf(isComment ? "-->" : ">");
  if (close < 0) return { end: at + 1, text: "<" };
  const inside = head.slice(1, close);
  if (/^(?:https?|mailto|ftp):/i.test(inside)) return { end: at + close + 1, text: inside };
  return { end: at + close + (isComment ? 3 : 1), text: " " };
}

/** `{% … %}`, `{{ … }}`, `{: … }` and `{# … }` are instructions to a site generator. */
function template(source: string, at: number): Mark {
  const close = { "%": "%}", "{": "}}", ":": "}", "#": "}" }[source[at + 1] ?? ""];
  const found = close === undefined ? -1 : source.slice(at, at + MARKUP_CHARS_MAX).indexOf(close, 2);
  return close === undefined || found < 0 ? { end: at + 1, text: "{" } : { end: at + found + close.length, text: "" };
}

function entity(source: string, at: number): Mark {
  const end = source.slice(at, at + 8).indexOf(";");
  const text = end < 0 ? undefined : ENTITIES.get(source.slice(at + 1, at + end));
  return text === undefined ? { end: at + 1, text: "&" } : { end: at + end + 1, text };
}

function escaped(source: string, at: number): Mark {
  const next = source[at + 1] ?? "";
  return /^[!-/:-@[-`{-~]$/.test(next) ? { end: at + 2, text: next } : { end: at + 1, text: "\\" };
}

function isInsideWord(source: string, at: number): boolean {
  return /^\w.\w$/.test(source.slice(Math.max(0, at - 1), at + 2)) && at > 0;
}
