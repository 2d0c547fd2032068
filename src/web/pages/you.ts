/** The page of whoever writes in this browser, which only their browser fills in; and the one an invitation leads to. */
import { at } from "../addresses.ts";
import { html, type Html } from "../html.ts";
import { page } from "../layout.ts";
import type { Site, Visit } from "../site.ts";
import { words } from "../words.ts";

export function youPage(here: Visit): Html {
  return page({
    site: here.site,
    here,
    title: words.you.title,
    isHidden: true,
    scripts: ["you"],
    crumbs: [{ text: here.profile.name, href: at(here, "") }, { text: words.you.title }],
    body: html`<div class="sheet">
  <h1>${words.you.title}</h1>
  <noscript><p class="note care">${words.voice.needsScripts}</p></noscript>
  <div data-you="${here.id}" aria-live="polite"></div>
</div>`,
  });
}

/** Where whoever runs this site becomes themselves in this browser, in every community whose key is on its computer. */
export function welcomePage(site: Site): Html {
  const ids = site.communities().filter(({ refusal }) => refusal === undefined);
  return page({
    site,
    title: words.welcome.title,
    isHidden: true,
    scripts: ["welcome"],
    body: html`<div class="sheet">
  <h1>${words.welcome.title}</h1>
  <noscript><p class="note care">${words.voice.needsScripts}</p></noscript>
  <p class="up-4" data-welcome="${ids.map(({ id }) => id).join(" ")}" role="status">${words.welcome.wait}</p>
  <p class="row up-5"><a class="btn main" href="/">${words.error.home}</a></p>
</div>`,
  });
}

export function joinPage(here: Visit): Html {
  const title = words.join.title(here.profile.name);
  return page({
    site: here.site,
    here,
    title,
    isHidden: true,
    scripts: ["join"],
    crumbs: [{ text: here.profile.name, href: at(here, "") }, { text: title }],
    body: html`<div class="sheet">
  <h1>${title}</h1>
  ${here.profile.about === undefined ? "" : html`<p class="lead up-2">${here.profile.about}</p>`}
  <noscript><p class="note care">${words.voice.needsScripts}</p></noscript>
  <p class="up-4" data-invited="${here.id}" role="status">${words.join.text}</p>
  <p class="row up-5"><a class="btn main" href="${at(here, "")}">${words.join.go}</a></p>
</div>`,
  });
}
