/** Any other file: pictures are shown, everything can be downloaded. */
import { partHref } from "../addresses.ts";
import { fileSize } from "../format.ts";
import { html, type Html } from "../html.ts";
import { words } from "../words.ts";
import { bytesOf, partOf, piecesOf, turnParts } from "./parts.ts";
import { type Body, bytesHref, type Shown, shownHref } from "./shown.ts";
import { bodyPart, isText, notice, shownText } from "./unit-text.ts";

const PICTURE = /\.(png|jpe?g|gif|webp|svg)$/i;
const TEXT_SHOWN_BYTES = 200_000;

export function fileBody(shown: Shown): Body {
  const { here, detail } = shown;
  const part = bodyPart(shown);
  const href = bytesHref(shown);
  const name = detail.path ?? detail.title;
  const tools = href === undefined ? [] : [html`<a class="btn" href="${href}" download>${words.page.download}</a>`];
  if (part?.sha256 == null) return { body: notice(words.page.erased, words.page.erasedText) };
  const about = `${words.page.file.toLowerCase()}, ${fileSize(part.sizeBytes)}`;
  if (PICTURE.test(name)) {
    const src = partHref(here, part.sha256);
    return {
      about,
      tools,
      body: html`<figure class="picture"><a href="${src}"><img src="${src}" alt="${detail.title}"></a></figure>`,
    };
  }
  const text = part.sizeBytes <= TEXT_SHOWN_BYTES ? shownText(shown) : undefined;
  const read = text !== undefined && isText(text) ? text.read() : undefined;
  // A NUL means: no text, whatever the bytes decode to.
  const isReadable = read !== undefined && read.trim() !== "" && !read.includes("\0");
  return {
    about,
    tools,
    body: isReadable ? html`${textOf(shown, read)}` : html`<p class="quiet up-5">${words.page.notText}</p>`,
  };
}

function textOf(shown: Shown, text: string): Html {
  const part = partOf(piecesOf(text), { asked: shown.part, sizeOf: bytesOf });
  return html`<pre class="up-5" tabindex="0"><code>${part.items.join("")}</code></pre>${turnParts(part, (next) => shownHref(shown, { part: next }))}`;
}
