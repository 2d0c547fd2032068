/** The text of a version, or why there is none to show. */
import { textOf } from "../../bytes/index.ts";
import { partBytes, type PartListing } from "../../community/queries/units.ts";
import { limits } from "../../unit/index.ts";
import { fileSize } from "../format.ts";
import { html, type Html } from "../html.ts";
import { words } from "../words.ts";
import { bytesHref, type Shown } from "./shown.ts";

export interface ShownText {
  readonly sha256: string;
  /** Reads it; undefined when it is not UTF-8 or not here. */
  read(): string | undefined;
}

export function bodyPart({ detail }: Shown): PartListing | undefined {
  return detail.parts.find(({ name }) => name === "body");
}

/** The body's text, or a notice that says why not. */
export function shownText(shown: Shown, bytesMax: number = limits.PAGE_BYTES_MAX): ShownText | Html {
  const part = bodyPart(shown);
  if (part === undefined) return notice(words.page.empty);
  const { sha256 } = part;
  if (sha256 === null) return notice(words.page.erased, words.page.erasedText);
  if (part.sizeBytes > bytesMax)
    return notice(words.page.tooLarge(fileSize(part.sizeBytes)), undefined, bytesHref(shown));
  return {
    sha256,
    read: () => {
      const bytes = partBytes(shown.here.community, shown.revision);
      return bytes === undefined ? undefined : textOf(bytes);
    },
  };
}

export function isText(text: ShownText | Html): text is ShownText {
  return "sha256" in text;
}

export function notice(title: string, text?: string, href?: string): Html {
  return html`<div class="empty up-5"><h2>${title}</h2>${text === undefined ? "" : html`<p>${text}</p>`}${href === undefined ? "" : html`<p class="row"><a class="btn" href="${href}">${words.page.download}</a></p>`}</div>`;
}
