/**
 * "Is this genuine?": the steps that client/genuine.ts checks in the reader's browser, waiting until it does;
 * without scripts, what to run instead. What a check here cannot tell stands on the same page.
 */
import { revisionDetail } from "../../community/queries/units.ts";
import { kindOf } from "../../unit/index.ts";
import { at, revisionHref, unitHref } from "../addresses.ts";
import { html, type Html } from "../html.ts";
import { page, tick } from "../layout.ts";
import { titleOf } from "../parts.ts";
import type { Visit } from "../site.ts";
import { words } from "../words.ts";

const STEPS = ["words", "signature", "record", "summary", "memory"] as const;

export function genuinePage(here: Visit, { revision, isPinned }: { revision: number; isPinned: boolean }): Html {
  const detail = revisionDetail(here.community, revision);
  const body = detail.parts.find(({ name }) => name === "body");
  const title = titleOf(detail);
  const back = isPinned ? revisionHref(here, detail) : unitHref(here, detail);
  const ready = body?.sha256 != null;
  return page({
    site: here.site,
    here,
    title: words.genuine.title,
    isHidden: true,
    crumbs: [
      { text: here.profile.name, href: at(here, "") },
      { text: title, href: back },
      { text: words.genuine.crumb },
    ],
    ...(ready ? { scripts: ["genuine" as const] } : {}),
    body: html`<div class="sheet">
  <h1>${words.genuine.title}</h1>
  ${ready && body?.sha256 != null ? checking(here, { detail, sha256: body.sha256, title }) : html`<div class="empty up-5"><p>${words.genuine.noBody}</p></div>`}
  <section class="section">
    <h2>${words.genuine.cannot}</h2>
    <div class="prose"><ul>
      <li>${words.genuine.cannotTrue}</li>
      <li>${words.genuine.cannotWho(detail.signedBy.name)}</li>
      <li>${words.genuine.cannotKey}</li>
      ${detail.sourced ? html`<li>${words.genuine.sourced}</li>` : ""}
      <li>${words.genuine.cannotScript}</li>
    </ul></div>
    ${ready ? command(here, detail) : ""}
  </section>
  <aside class="beside" aria-label="${words.genuine.inShort}">
    <dl class="facts">
      <div><dt>${words.genuine.page}</dt><dd><a href="${back}">${title}</a>, ${words.genuine.version(detail.version)}</dd></div>
      <div><dt>${words.genuine.community}</dt><dd><code>${here.id.match(/.{1,4}/g)?.join(" ")}</code><br>${words.copy.sameEverywhere}</dd></div>
      <div><dt>${words.genuine.fails}</dt><dd>${words.genuine.failsText}</dd></div>
    </dl>
  </aside>
</div>`,
  });
}

type Detail = ReturnType<typeof revisionDetail>;

function checking(here: Visit, { detail, sha256, title }: { detail: Detail; sha256: string; title: string }): Html {
  const subject = {
    community: here.id,
    part: `/c/${here.id}/part/${sha256}`,
    proof: `/api/c/${here.id}/proof/${detail.revision}`,
    checkpoint: `/c/${here.id}/checkpoint`,
    consistency: `/c/${here.id}/consistency`,
    revision: detail.revision,
    signer: detail.signedBy.name,
    title,
  };
  return html`<div id="lore:genuine" data-subject="${JSON.stringify(subject)}">
  <noscript><div class="note care up-5"><b>${words.genuine.noScript}</b> ${words.genuine.noScriptText}</div></noscript>
  <div class="verdict wait up-5" role="status" id="lore:verdict">
    ${tick("waiting", words.genuine.waiting)}
    <p>${words.genuine.waiting}</p>
    <p class="quiet">${words.genuine.waitingText}</p>
  </div>
  <ol class="steps up-6" aria-label="${words.genuine.steps}">
    ${STEPS.map(
      (
        name,
      ) => html`<li class="waiting" data-step="${name}">${tick("waiting", words.genuine.notYet)}<h2>${words.genuine[name]}</h2><p>${words.genuine.notYet}</p></li>
`,
    )}
  </ol>
</div>`;
}

/** File names and the command that checks them with the program. */
function command(here: Visit, { unit, revision, path, title, kind }: Detail): Html {
  const name = path === null ? `${title}${kindOf(kind).suffix}` : path.slice(path.lastIndexOf("/") + 1);
  // A name that any shell takes as it is.
  const stem =
    name
      .replaceAll(/[^A-Za-z0-9._]+/g, "-")
      .replace(/^[-.]+/, "")
      .slice(-80) || "page";
  const proof = `/api/c/${here.id}/proof/${revision}`;
  return html`<pre class="up-4" tabindex="0"><code>lore verify ${stem} ${stem}.tlog-proof \\
  --community ${here.id}</code></pre>
    <p class="tools"><a class="btn" href="/c/${here.id}/raw/~${unit}@${revision}" download="${stem}">${words.genuine.save}</a> <a class="btn" href="${proof}" download="${stem}.tlog-proof">${words.genuine.saveProof}</a></p>`;
}
