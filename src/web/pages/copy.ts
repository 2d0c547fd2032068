/** Take a copy: what there is to take, and how to keep up with it. */
import { at } from "../addresses.ts";
import { count } from "../format.ts";
import { html, type Html } from "../html.ts";
import { page } from "../layout.ts";
import { today, type Visit } from "../site.ts";
import { words } from "../words.ts";

export function copyPage(visit: Visit): Html {
  const here = today(visit);
  const { id, profile, site } = here;
  return page({
    site,
    here: visit,
    shows: "today",
    title: words.copy.title,
    crumbs: [{ text: profile.name, href: at(here, "") }, { text: words.copy.title }],
    body: html`<div class="sheet">
  <h1>${words.copy.title}</h1>
  <p class="lead up-3">${words.copy.lead}</p>
  ${site.writeCopy === undefined ? "" : html`<section class="section"><h2>${words.copy.zip}</h2><p>${words.copy.zipText}</p><p class="tools"><a class="btn main" href="/c/${id}/copy.zip" download>${words.copy.zipButton}</a></p></section>`}
  <section class="section"><h2>${words.copy.whole}</h2><p>${words.copy.wholeText}</p><pre class="up-3" tabindex="0"><code>lore export --archive my-copy \\
  --community ${id}</code></pre></section>
  <section class="section"><h2>${words.copy.git}</h2><p>${words.copy.gitText}</p><pre class="up-3" tabindex="0"><code>lore export --git my-copy.git \\
  --community ${id}</code></pre></section>
  <section class="section"><h2>${words.copy.follow}</h2><p>${words.copy.followText}</p>
    <ul class="things up-3">${[`/c/${id}/checkpoint`, `/c/${id}/atom.xml`, `/c/${id}/llms.txt`, `/api/c/${id}`].map((path) => html`<li><a href="${path}"><code>${path}</code></a></li>`)}</ul></section>
  <aside class="beside" aria-label="${words.page.facts}">
    <dl class="facts">
      <div><dt>${words.copy.address}</dt><dd><code>${id.match(/.{1,4}/g)?.join(" ")}</code><br>${words.copy.sameEverywhere}</dd></div>
      <div><dt>${words.copy.entries}</dt><dd>${count(profile.size)}</dd></div>
      <div><dt>${words.copy.key}</dt><dd><code>${here.community.vkey}</code></dd></div>
    </dl>
  </aside>
</div>`,
  });
}
