/** What readers can say from a page: buttons that a script of this site signs and sends. */
import { base32 } from "../../bytes/index.ts";
import { nameOfMember, opsNaming } from "../../community/queries/people.ts";
import { kindOf } from "../../unit/index.ts";
import { at } from "../addresses.ts";
import { html, type Html } from "../html.ts";
import { today, type Visit } from "../site.ts";
import { words } from "../words.ts";
import type { Shown } from "./shown.ts";

const MARKS = ["confirm", "fails", "dispute", "thank"] as const;

interface Pressed {
  readonly act: string;
  readonly label: string;
  /** More classes, with a space before. */
  readonly look?: string;
  /** What it is about, as attributes (client/voice.ts). */
  readonly about: Html;
}

function pressed(here: Visit, { act, label, look = "", about }: Pressed): Html {
  return html`<button class="btn${look}" data-act="${act}" data-community="${here.id}" ${about}>${label}</button> `;
}

/** Below what stands today. */
export function voiceOf({ here, detail, isPinned, listing }: Shown): Html | "" {
  if (here.asOf !== undefined || isPinned || listing === undefined) return "";
  const about = html`data-unit="${detail.unit}" data-at="${detail.revision}"`;
  const button = (act: (typeof MARKS)[number]) => pressed(here, { act, label: words.voice[act], about });
  return html`<section class="section" aria-label="${words.voice.title}">
    <h2>${words.voice.title}</h2>
    <p class="tools" data-needs-scripts hidden>${mayEdit(detail.kind) ? html`<a class="btn main" rel="edit" href="${editHref(here, detail.unit)}">${words.voice.edit}</a> ` : ""}${MARKS.map(button)}</p>
    <noscript><p class="quiet">${words.voice.needsScripts}</p></noscript>
  </section>`;
}

/** What is text, and no rule of the community's. */
export function mayEdit(kind: string): boolean {
  const { body, governed } = kindOf(kind);
  return body !== "bytes" && !governed;
}

export function editHref(here: Visit, unit: string): string {
  return at(today(here), `/edit/${unit}`);
}

/** What a member says of a suggestion, a version by its id. */
export function reviewButtons(here: Visit, revision: Uint8Array): Html {
  const about = html`data-on="${base32.encode(revision)}"`;
  const button = (act: string, label: string, look = "") => pressed(here, { act, label, look, about });
  return html`<section class="section" aria-label="${words.review.title}">
    <h2>${words.review.title}</h2>
    <p class="tools" data-needs-scripts hidden>${button("approve", words.review.accept, " main")}${button("comment", words.review.ask)}${button("reject", words.review.decline, " bare")}</p>
    <p class="quiet">${words.review.rule(here.profile.approvals)}</p>
    <noscript><p class="quiet">${words.voice.needsScripts}</p></noscript>
  </section>`;
}

/** What a member says of what waits and is no version: an act by its id. */
export function decideButtons(here: Visit, id: string): Html {
  const about = html`data-of="act" data-on="${id}"`;
  const button = (act: string, label: string, look = "") => pressed(here, { act, label, look, about });
  return html`<span class="tools" data-needs-scripts hidden>${button("approve", words.review.accept)}${button("reject", words.review.decline, " bare")}</span>`;
}

/** On the page of a person: to say that it is oneself, or that the name shall not stand here. */
export function nameButtons(
  here: Visit,
  { id, member, keyed }: { id: string; member: number; keyed: boolean },
): Html | "" {
  const name = nameOfMember(here.community, member);
  const ops = name === null ? [] : opsNaming(here.community, member, name).map((op) => base32.encode(op));
  if (keyed && ops.length === 0) return "";
  const button = (act: "mine" | "hide", on: string, look = "") =>
    pressed(here, { act, label: words.voice[act], look, about: html`data-on="${on}"` });
  return html`<section class="section" aria-label="${words.voice.nameTitle}">
    <h2>${words.voice.nameTitle}</h2>
    <p class="tools" data-needs-scripts hidden>${keyed ? "" : button("mine", id)}${ops.length === 0 ? "" : button("hide", ops.join(" "), " bare")}</p>
    ${keyed ? "" : html`<p class="quiet up-3">${words.voice.mineText}</p>`}
    <p class="quiet up-3">${words.voice.hideText}</p>
    <noscript><p class="quiet">${words.voice.needsScripts}</p></noscript>
  </section>`;
}
