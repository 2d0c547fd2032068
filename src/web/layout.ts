/** The frame of every page: head, bar, breadcrumbs, foot. No inline style or script: the policy forbids them. */
import { at } from "./addresses.ts";
import type { ScriptName } from "./assets.ts";
import { dayOf } from "./format.ts";
import { html, type Html, type Inside } from "./html.ts";
import { type Site, today, type Visit } from "./site.ts";
import { longDate, count } from "./format.ts";
import { words } from "./words.ts";

export interface Crumb {
  readonly text: string;
  readonly href?: string | undefined;
}

export interface Frame {
  readonly site: Site;
  /** Absent on the pages of the site itself. */
  readonly here?: Visit | undefined;
  readonly title: string;
  readonly lang?: string | undefined;
  readonly crumbs?: readonly Crumb[];
  readonly body: Inside;
  /** What stands in the search box. */
  readonly query?: string | undefined;
  /** Leaves the search box out of the bar: the page has a larger one. */
  readonly hasOwnSearch?: boolean;
  readonly scripts?: readonly ScriptName[];
  /** Seconds after which the page is asked for again. */
  readonly refreshS?: number;
  readonly isHidden?: boolean;
  /** What it shows does not follow the visit's moment: it is of today, or says itself when it is of. */
  readonly shows?: "today" | "versions";
  /** Where the page's terms are for programs, as ODRL. */
  readonly odrlHref?: string | undefined;
}

const MARK = html`<svg width="20" height="24" viewBox="0 0 20 24" aria-hidden="true" fill="none" stroke="currentColor"><path d="M2 1v22" stroke-width="3"/><path d="M8 5h11M8 12h11M8 19h7" stroke-width="2"/></svg>`;

/** A tick, a cross or a question in a circle, with its word. */
export function tick(state: "checked" | "failed" | "waiting", label: string): Html {
  const path =
    state === "checked"
      ? html`<path d="M8 14.5l4 4 8-9" fill="none" stroke="currentColor" stroke-width="2"/>`
      : state === "failed"
        ? html`<path d="M9.5 9.5l9 9M18.5 9.5l-9 9" fill="none" stroke="currentColor" stroke-width="2"/>`
        : html`<path d="M14 8v7M14 18.5v1.5" stroke="currentColor" stroke-width="2"/>`;
  const dashes = state === "waiting" ? html` stroke-dasharray="3 4"` : "";
  return html`<svg class="tick" width="28" height="28" viewBox="0 0 28 28" role="img" aria-label="${label}"><circle cx="14" cy="14" r="13" fill="none" stroke="currentColor" stroke-width="1.5"${dashes}/>${path}</svg>`;
}

/** A whole page. */
export function page(frame: Frame): Html {
  const { site, here, title, lang, crumbs, body } = frame;
  const language = lang ?? here?.profile.lang ?? "en";
  const name = here?.profile.name ?? words.site;
  return html`<!doctype html>
<html lang="${language}" dir="${isRightToLeft(language) ? "rtl" : "ltr"}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${frame.isHidden === true ? html`<meta name="robots" content="noindex">\n` : ""}${frame.refreshS === undefined ? "" : html`<noscript><meta http-equiv="refresh" content="${frame.refreshS}"></noscript>\n`}<title>${title === name ? title : `${title} · ${name}`}</title>
<link rel="stylesheet" href="${site.assets.lookHref}">
${here === undefined ? "" : html`<link rel="alternate" type="application/atom+xml" title="${words.nav.changes}" href="/c/${here.id}/atom.xml">\n<link rel="license" type="application/rsl+xml" href="/c/${here.id}/rsl.xml">\n`}${frame.odrlHref === undefined ? "" : html`<link rel="license" type="application/ld+json" href="${frame.odrlHref}">\n`}<script type="module" src="/assets/keys.js"></script>
${here === undefined ? "" : html`<script type="module" src="/assets/act.js"></script>\n`}${(frame.scripts ?? []).map((script) => html`<script type="module" src="/assets/${script}.js"></script>\n`)}</head>
<body>
<a class="skip" href="#lore:main">${words.skip}</a>
${bar(frame)}
<main id="lore:main">
${crumbs === undefined ? "" : trail(crumbs)}${here === undefined || frame.shows === "versions" ? "" : then(here, frame.shows)}${body}
</main>
${foot(here)}
</body>
</html>
`;
}

/** Scripts that are written from right to left, by language. */
function isRightToLeft(language: string): boolean {
  return /^(ar|arc|ckb|dv|fa|ha-arab|he|ks|ku-arab|ps|sd|ug|ur|yi)\b/i.test(language);
}

function bar({ here, query, hasOwnSearch }: Frame): Html {
  const home = here === undefined ? "/" : at(here, "");
  const name = here?.profile.name ?? words.site;
  return html`<header class="top">
  <div>
    <a class="home" href="${home}">${MARK}${name}</a>
    ${hasOwnSearch === true ? "" : searchForm(here, query)}
    <nav aria-label="${words.nav.label}">
      <ul class="nav">
        ${here === undefined ? html`<li><a href="/about">${words.nav.about}</a></li>` : html`<li class="spare"><a href="${at(here, "/hands")}">${words.nav.hands}</a></li><li><a href="${at(here, "/browse")}">${words.nav.browse}</a></li><li><a href="${at(today(here), "/you")}">${words.nav.you}</a></li>`}
      </ul>
    </nav>
  </div>
</header>`;
}

function searchForm(here: Visit | undefined, query = ""): Html {
  const action = here === undefined ? "/search" : `/c/${here.id}/search`;
  return html`<form class="ask" role="search" action="${action}">
      <label class="hide" for="lore:q">${words.nav.ask}</label>
      <input id="lore:q" name="q" type="search" maxlength="300" placeholder="${words.nav.askPlaceholder(here?.profile.name ?? words.search.everywhere.toLowerCase())}" value="${query}" autocomplete="off">
      ${here?.asOf === undefined ? "" : html`<input type="hidden" name="as-of" value="${here.asOf}">`}
      <kbd aria-hidden="true">/</kbd>
    </form>`;
}

/** The large search box. */
export function bigSearch(options: {
  action: string;
  label: string;
  placeholder: string;
  query?: string;
  asOf?: string | undefined;
}): Html {
  return html`<form class="ask big up-5" role="search" action="${options.action}">
  <label class="hide" for="lore:q">${options.label}</label>
  <input id="lore:q" name="q" type="search" maxlength="300" placeholder="${options.placeholder}" value="${options.query ?? ""}" autocomplete="off">
  ${options.asOf === undefined ? "" : html`<input type="hidden" name="as-of" value="${options.asOf}">`}
  <button class="btn main">${words.nav.askButton}</button>
</form>`;
}

function trail(crumbs: readonly Crumb[]): Html {
  return html`<nav class="crumbs" aria-label="${words.nav.where}">
  <ol>
    ${crumbs.map(({ text, href }) => html`<li>${href === undefined ? html`<span aria-current="page">${text}</span>` : html`<a href="${href}">${text}</a>`}</li>`)}
  </ol>
</nav>
`;
}

/** The words of a moment: "As it was on 1 June 2025." */
export function momentWords({ moment }: Visit): string | undefined {
  switch (moment.at) {
    case "now":
      return undefined;
    case "size":
      return words.moment.atSize(count(moment.size));
    case "date":
      return words.moment.asItWas(longDate(moment.ms));
    default:
      return moment satisfies never;
  }
}

function then(here: Visit, shows: Frame["shows"]): Html | "" {
  const text = momentWords(here);
  if (text === undefined) return "";
  if (shows === "today")
    return html`<div class="then" role="status"><b>${words.moment.ofToday}</b> ${words.moment.ofTodayText}</div>
`;
  return html`<div class="then" role="status"><b>${text}</b> <a href="?">${words.moment.today}</a></div>
`;
}

/** The form that asks for another day. `action` is the address of what is shown. */
export function asOfForm(
  here: Visit,
  options: { action: string; label?: string; query?: string | undefined; firstDay?: number | undefined },
): Html {
  const { moment, profile } = here;
  const value = dayOf(moment.at === "date" ? moment.ms : profile.changed);
  const first = options.firstDay === undefined ? "" : html` min="${dayOf(options.firstDay)}"`;
  return html`<form class="asof" action="${options.action}">
  <label for="lore:then">${options.label ?? words.moment.label}</label>
  ${options.query === undefined ? "" : html`<input type="hidden" name="q" value="${options.query}">`}
  <input id="lore:then" type="date" name="as-of" value="${value}"${first} required>
  <button class="btn">${words.moment.show}</button>
</form>`;
}

function foot(here: Visit | undefined): Html {
  const links: readonly (readonly [text: string, href: string])[] =
    here === undefined
      ? [
          [words.nav.about, "/about"],
          [words.nav.programs, "/api"],
          [words.nav.keyboard, "/keyboard"],
        ]
      : [
          [words.nav.hands, at(here, "/hands")],
          [words.portrait.title, at(here, "/portrait")],
          [words.nav.howWeWork, at(today(here), `/u/${here.profile.charter}`)],
          [words.nav.people, at(here, "/people")],
          ...(here.profile.licence === undefined
            ? []
            : [[words.nav.licence(here.profile.licence), `${at(here, "")}#lore:use`] as const]),
          [words.nav.takeCopy, at(here, "/copy")],
          [words.nav.changes, `/c/${here.id}/atom.xml`],
        ];
  return html`<footer class="foot">
  <div>
    <ul>
      ${links.map(([text, href]) => html`<li><a href="${href}">${text}</a></li>`)}
    </ul>
    <p>${words.keptWith} <a href="/">${words.site}</a></p>
  </div>
</footer>`;
}
