/** The first page of the site: ask, the communities here, start yours, about this site. */
import { counted, date } from "../format.ts";
import { html, type Html } from "../html.ts";
import type { ImportJob } from "../jobs.ts";
import { bigSearch, page } from "../layout.ts";
import { type Site, visit } from "../site.ts";
import { words } from "../words.ts";
import { everythingWords } from "./community.ts";
import { progressBar } from "./job.ts";
import { startForm, type StartProblem } from "./start.ts";

export interface Front {
  readonly mayStart: boolean;
  readonly jobs: readonly ImportJob[];
  readonly problem?: StartProblem | undefined;
}

export function frontPage(site: Site, { mayStart, jobs, problem }: Front): Html {
  const communities = site.communities();
  return page({
    site,
    title: words.site,
    hasOwnSearch: true,
    scripts: ["start"],
    body: html`<div class="sheet">
  <h1>${words.front.title}</h1>
  ${bigSearch({ action: "/search", label: words.front.label, placeholder: words.front.placeholder })}
  <p class="quiet up-2">${words.front.note}</p>
  <section class="section">
    <h2>${words.front.communities}</h2>
    ${
      communities.length === 0
        ? html`<p>${words.front.none}</p>`
        : html`<ul class="shelf">${communities.map((community) => {
            const { name, about, changed } = site.profile(community);
            return html`<li><a class="name" href="/c/${community.id}">${name}</a>${about === undefined ? "" : html`<p>${about}</p>`}<p class="quiet">${everythingWords(visit(site, community.id)) || words.front.nothing}. ${words.front.anyone} ${words.front.lastChanged} ${date(changed)}.</p></li>
`;
          })}</ul>`
    }
  </section>
  <section class="section" id="lore:start">
    <h2>${words.front.start}</h2>
    ${startForm(site, { mayStart, problem })}
  </section>
  <aside class="beside" aria-label="${words.front.aboutLabel}">${aboutSite(jobs)}</aside>
</div>`,
  });
}

function aboutSite(jobs: readonly ImportJob[]): Html {
  const running = jobs.filter(({ state }) => state.is === "running");
  return html`<dl class="facts">
  <div><dt>${words.front.thisSite}</dt><dd>${words.front.thisSiteText}</dd></div>
  <div><dt>${words.front.kept}</dt><dd>${words.front.keptText}</dd></div>
  <div><dt>${words.front.checked}</dt><dd>${words.front.checkedText}</dd></div>
  ${running.length === 0 ? "" : html`<div><dt>${words.front.beingBrought}</dt>${running.map((job) => html`<dd><a href="/start/${job.id}">${job.name}</a>${progressBar(job)}</dd>`)}</div>`}
</dl>`;
}

export function aboutPage(site: Site, jobs: readonly ImportJob[]): Html {
  return page({
    site,
    title: words.nav.about,
    body: html`<div class="sheet"><h1>${words.nav.about}</h1>
  <p class="lead up-3">${counted(site.communities().length, "community is", "communities are")} here.</p>
  <div class="up-6">${aboutSite(jobs)}</div></div>`,
  });
}

export function keyboardPage(site: Site): Html {
  return page({
    site,
    title: words.keyboard.title,
    body: html`<div class="sheet"><h1>${words.keyboard.title}</h1>
  <p class="lead up-3">${words.keyboard.lead}</p>
  <dl class="facts up-6"><div><dt><kbd>/</kbd></dt><dd>${words.keyboard.search}</dd></div><div><dt><kbd>Ctrl</kbd> <kbd>K</kbd></dt><dd>${words.keyboard.searchAlso}</dd></div><div><dt><kbd>h</kbd></dt><dd>${words.keyboard.history}</dd></div><div><dt><kbd>?</kbd></dt><dd>${words.keyboard.help}</dd></div></dl>
  <form class="up-6 field"><label class="choice"><input type="checkbox" id="lore:single-keys" checked> ${words.keyboard.off}<span class="hint">${words.keyboard.offText}</span></label></form>
  <noscript><p class="note care up-4">${words.keyboard.noScript}</p></noscript></div>`,
  });
}
