/** "May I use this? How must I credit?": below every text, in plain words. */
import { citationOf } from "../../community/queries/citation.ts";
import { agreementAt, type AgreementListing, flagsOf, type MixFlag } from "../../community/queries/rights.ts";
import { creditLine } from "../../export/index.ts";
import { unitHref } from "../addresses.ts";
import { longDate } from "../format.ts";
import { html, type Html } from "../html.ts";
import { personLink, titleOf, useWords } from "../parts.ts";
import { rightsKnown, unitUse } from "../rights.ts";
import type { Visit } from "../site.ts";
import { words } from "../words.ts";
import { shareText, useLines } from "../words-rights.ts";
import type { Shown } from "./shown.ts";

export function unitRights(shown: Shown): Html {
  const { here, detail, revision } = shown;
  const { rights, uses } = unitUse(here, revision);
  const lines = useLines(uses).map(([answer, actions]) => html`<li><b>${answer}:</b> ${actions}.</li>`);
  return html`<div id="lore:use"><h2>${words.page.use}</h2>${detail.kind === "right" ? standing(shown) : ""}<p>${useWords(rights.licence)}</p>
<ul>${lines}</ul>${flagsOf(here.community, revision, { moment: here.moment, known: rightsKnown(here) }).map((flag) => flagged(here, flag))}${
    rights.shares.length === 0
      ? ""
      : html`<h3>${words.rights.shares}</h3><ul>${rights.shares.map(({ person, share }) => html`<li>${personLink(here, person)} ${shareText(share)}</li>`)}</ul>`
  }${
    rights.grants.length === 0
      ? ""
      : html`<h3>${words.rights.granted}</h3><ul>${rights.grants.map(({ to, action, until }) => html`<li>${personLink(here, to)}: ${words.rights.mayUntil(action, until === undefined ? undefined : longDate(until))}</li>`)}</ul>`
  }${
    rights.waiting.length === 0
      ? ""
      : html`<h3>${words.rights.waiting}</h3><ul>${rights.waiting.map((agreement) => waiting(here, agreement))}</ul>`
  }${credit(shown)}</div>`;
}

/** How to give credit: a line to copy, and the same for programs that keep references. */
function credit({ here, detail, revision }: Shown): Html {
  const href = `/c/${here.id}/cite/${detail.unit}@${detail.revision}`;
  return html`<details class="up-2"><summary>${words.page.credit}</summary><p class="lines up-2">${creditLine(citationOf(here.community, revision, here.moment))}</p>
<p><a href="${href}.bib" download>BibTeX</a>, <a href="${href}.json" download>CSL-JSON</a></p></details>`;
}

function flagged(here: Visit, flag: MixFlag): Html {
  return html`<p class="note care up-2">${words.rights.madeFrom} <a href="${unitHref(here, flag.unit)}">${titleOf(flag.unit)}</a>, ${words.rights.flag(flag)}</p>`;
}

function waiting(here: Visit, agreement: AgreementListing): Html {
  const href = unitHref(here, { unit: agreement.right, path: agreement.path });
  return html`<li><a href="${href}">${agreement.title}</a> <span class="kind">${words.rights.form(agreement.rules.form)}, ${words.rights.waitsFor(agreement.for.map(({ name }) => name).join(", "))}</span></li>`;
}

/** Of terms: whether they hold. */
function standing({ here, detail }: Shown): Html | "" {
  const agreement = agreementAt(here.community, detail.revision, rightsKnown(here));
  if (agreement === undefined) return "";
  const people = agreement.for.map(({ name }) => name).join(", ");
  return html`<p>${words.rights.standing(agreement.standing, people)}</p>`;
}
