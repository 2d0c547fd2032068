/** Where somebody writes: a form that a script signs and sends. Without scripts nothing can be signed, and it says so. */
import { base64, encode, LoreError, textOf } from "../../bytes/index.ts";
import { findUnit, partBytes, revisionDetail, revisionOp } from "../../community/queries/units.ts";
import { kindOf, limits, readMeta } from "../../unit/index.ts";
import { at, unitHref } from "../addresses.ts";
import { html, type Html } from "../html.ts";
import { type Crumb, page } from "../layout.ts";
import { titleOf } from "../parts.ts";
import type { Visit } from "../site.ts";
import { words } from "../words.ts";
import { mayEdit } from "./voice.ts";

/** @throws LoreError NOT_FOUND; REFUSED for what is no text, or too long to be changed here. */
export function editPage(here: Visit, ref: string): Html {
  const { community } = here;
  const found = findUnit(community, ref);
  const head = community.facts.unit(found.unit)?.head ?? undefined;
  if (head === undefined) throw new LoreError("NOT_FOUND", "Nothing of this was accepted so far.");
  const detail = revisionDetail(community, head);
  const size = detail.parts.find(({ name }) => name === "body")?.sizeBytes ?? 0;
  const bytes = size > limits.PAGE_BYTES_MAX ? undefined : partBytes(community, head);
  const text = bytes === undefined ? undefined : textOf(bytes);
  if (text === undefined || !mayEdit(detail.kind))
    throw new LoreError(
      "REFUSED",
      `Changing ${titleOf(detail)} here: it is no text, or too long for this form. Change it with "lore propose".`,
    );
  const draft = {
    community: here.id,
    kind: detail.kind,
    media: detail.parts.find(({ name }) => name === "body")?.media ?? kindOf(detail.kind).media,
    unit: detail.unit,
    revision: detail.revision,
    ...(community.facts.revision(head)?.licence == null ? {} : { licence: community.facts.revision(head)?.licence }),
    ...linksOf(here, head),
    meta: readMeta(partBytes(community, head, "meta")),
    direct: community.projections.fold.rules.direct,
    href: unitHref(here, detail),
  };
  const title = titleOf(detail);
  const heading = words.edit.title(title);
  const crumbs = [{ text: title, href: unitHref(here, detail) }, { text: words.edit.crumb }];
  return formPage(here, { heading, crumbs, draft, text, title: detail.title ?? "" });
}

/** What it is made from and cites stays signed in the next version. For client/edit.ts. */
function linksOf({ community }: Visit, head: number): { links?: string } {
  const links = revisionOp(community, head)?.links ?? [];
  // Canonical CBOR carries ids as the bytes they are.
  return links.length === 0 ? {} : { links: base64.encode(encode(links.map((link) => ({ ...link })))) };
}

/** A page that is new; only its kind is known. */
export function newPage(here: Visit): Html {
  const draft = {
    community: here.id,
    kind: "page",
    media: kindOf("page").media,
    meta: {},
    direct: here.community.projections.fold.rules.direct,
    href: at(here, "/hands"),
  };
  return formPage(here, {
    heading: words.edit.newTitle,
    crumbs: [{ text: words.edit.newTitle }],
    draft,
    text: "",
    title: "",
  });
}

interface Form {
  readonly heading: string;
  readonly crumbs: readonly Crumb[];
  /** For client/edit.ts. */
  readonly draft: { readonly unit?: string; readonly community: string };
  readonly text: string;
  readonly title: string;
}

function formPage(here: Visit, { heading, crumbs, draft, text, title }: Form): Html {
  const isNew = draft.unit === undefined;
  return page({
    site: here.site,
    here,
    title: heading,
    isHidden: true,
    scripts: ["edit"],
    crumbs: [{ text: here.profile.name, href: at(here, "") }, ...crumbs],
    body: html`<div class="sheet">
  <h1>${heading}</h1>
  <noscript><p class="note care">${words.voice.needsScripts}</p></noscript>
  <form class="write up-5" data-draft="${JSON.stringify(draft)}" data-needs-scripts hidden>
    <div class="field"><label for="lore:title">${words.edit.name}</label><input id="lore:title" name="title" value="${title}" maxlength="300"${isNew ? html` required` : ""}></div>
    ${isNew ? html`<div class="field"><label for="lore:path">${words.edit.path}</label><input id="lore:path" name="path" maxlength="300" aria-describedby="lore:path-hint" required><span class="hint" id="lore:path-hint">${words.edit.pathHint}</span></div>` : ""}
    <div class="field"><label for="lore:text">${words.edit.text}</label><textarea id="lore:text" name="text" rows="18" aria-describedby="lore:text-hint">${text}</textarea><span class="hint" id="lore:text-hint">${words.edit.textHint}</span></div>
    <div class="field"><label for="lore:why">${words.edit.why}</label><input id="lore:why" name="why" maxlength="2000" aria-describedby="lore:why-hint"><span class="hint" id="lore:why-hint">${words.edit.whyHint}</span></div>
    <div class="row"><button class="btn main" type="submit" disabled>${words.edit.suggest}</button></div>
  </form>
  <aside class="beside" aria-label="${words.page.facts}"><p class="aside">${words.edit.how}</p></aside>
</div>`,
  });
}
