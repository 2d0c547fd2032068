/** An import while it runs, and its report when it is done: what came along, what was left out, what to do next. */
import type { ImportReport } from "../../import/report.ts";
import { count, counted } from "../format.ts";
import { html, type Html, type Inside } from "../html.ts";
import type { ImportJob } from "../jobs.ts";
import { page } from "../layout.ts";
import type { Site } from "../site.ts";
import { KIND_ORDER, kindWords, words } from "../words.ts";

const REFRESH_S = 2;
const LISTED_MAX = 100;

export function jobPage(site: Site, job: ImportJob): Html {
  switch (job.state.is) {
    case "running":
      return page({
        site,
        title: words.job.title(job.name),
        refreshS: REFRESH_S,
        scripts: ["progress"],
        isHidden: true,
        body: html`<div class="sheet">
  <h1>${words.job.title(job.name)}</h1>
  <div class="up-5 measure" id="lore:job" data-job="/start/${job.id}/state" role="status">${progressBar(job)}</div>
  <p class="quiet up-4">${words.job.refresh}</p></div>`,
      });
    case "failed":
      return page({
        site,
        title: words.job.failed,
        isHidden: true,
        body: html`<div class="sheet"><h1>${words.job.failed}</h1>
  <div class="note bad up-5" role="alert"><b>${job.state.message}</b> ${words.job.failedText}</div><p class="tools"><a class="btn" href="/#lore:start">${words.job.again}</a></p></div>`,
      });
    case "done":
      return reportPage(site, job.state.report);
    default:
      return job.state satisfies never;
  }
}

export function progressBar({ state }: ImportJob): Html {
  if (state.is !== "running") return html``;
  const { stage = words.job.waiting, done = 0, of = 0 } = state.progress ?? {};
  return html`<label for="lore:progress">${stage}</label><progress id="lore:progress"${of === 0 ? "" : html` max="${of}" value="${done}"`}></progress><span class="num quiet">${of === 0 ? (done === 0 ? "" : count(done)) : words.job.of(count(done), count(of))}</span>`;
}

function reportPage(site: Site, report: ImportReport): Html {
  const { community, source, people, commits } = report;
  return page({
    site,
    title: words.report.title(community.name),
    isHidden: true,
    body: html`<div class="sheet">
  <h1>${words.report.title(community.name)}</h1>
  <p class="lead up-3">${Object.keys(report.units).length === 0 ? words.report.empty : `${words.report.lead(source)} ${kindCounts(report)}.`}</p>
  <section class="section"><h2>${words.report.counts}</h2>
    <p>${words.report.people(count(people), people === 1)} ${commits === undefined ? "" : words.report.commits(count(commits.all), count(commits.mainline))}</p>
    ${sideVersions(words.report.side, report.suggestionsAccepted)}
    ${sideVersions(words.report.sideClosed, report.suggestionsClosed)}
    ${report.bots.length === 0 ? "" : html`<p class="up-2">${words.report.bots}: ${report.bots.join(", ")}.</p>`}
    ${report.retired === 0 ? "" : html`<p class="up-2">${words.report.retired(count(report.retired), report.retired === 1)}</p>`}
    ${report.waiting.length === 0 ? "" : html`<p class="up-2">${words.report.waiting}: ${report.waiting.slice(0, LISTED_MAX).join(", ")}.</p>`}
    ${report.pointers.length === 0 ? "" : html`<p class="up-2">${words.report.pointers}: ${report.pointers.slice(0, LISTED_MAX).join(", ")}.</p>`}
    ${report.rewritten === undefined ? "" : html`<div class="note care up-4"><b>${words.report.rewritten}</b> ${report.rewritten}</div>`}
  </section>
  ${merges(words.report.merges, words.report.mergesText, report.merges)}
  ${merges(words.report.suggestions, words.report.suggestionsText, report.suggestions)}
  ${broken(report)}
  ${skipped(report)}
  <section class="section"><h2>${words.report.next}</h2>
    <ol class="shelf">
      <li><a class="name" href="/c/${community.id}/portrait">${words.portrait.title}</a><p>${words.portrait.reportText}</p></li>
      <li><a class="name" href="/c/${community.id}">${words.report.look}</a><p>${words.report.lookText}</p></li>
      <li><a class="name" href="/c/${community.id}/people">${words.report.check}</a><p>${words.report.checkText}</p></li>
      <li><a class="name" href="/c/${community.id}/copy">${words.report.keep}</a><p>${words.report.keepText}</p></li>
    </ol></section>
  <p class="quiet up-5">${words.report.took((report.durationMs / 1_000).toFixed(1))}</p>
</div>`,
  });
}

function sideVersions(said: typeof words.report.side, n: number): Inside {
  return n === 0 ? "" : html`<p class="up-2">${said(count(n), n === 1)}</p>`;
}

/** "23 pages, 2 tables, 212 versions". */
function kindCounts({ units, revisions }: ImportReport): string {
  const kinds = KIND_ORDER.filter((kind) => (units[kind] ?? 0) > 0).map((kind) => {
    const { one, many } = kindWords(kind);
    return counted(units[kind] ?? 0, one, many);
  });
  return [...kinds, words.report.versions(count(revisions))].join(", ");
}

function merges(title: string, text: string, found: ImportReport["merges"]): Inside {
  if (found.length === 0) return "";
  return html`<section class="section"><h2>${title}</h2><p class="quiet">${text}</p>
  <ul class="things">${found.slice(0, LISTED_MAX).map(
    ({
      into,
      names,
      reason,
    }) => html`<li><span>${into}: ${names.join(", ")}</span> <span class="quiet">${reason}</span></li>
`,
  )}</ul></section>`;
}

function broken({ brokenLinks: { count: n, list } }: ImportReport): Html {
  return html`<section class="section"><h2>${words.report.broken}</h2>
  <p>${n === 0 ? words.report.brokenNone : words.report.brokenCount(count(n), n === 1)}</p>
  ${
    list.length === 0
      ? ""
      : html`<details class="up-2"><summary>${words.report.first(count(Math.min(LISTED_MAX, list.length)))}</summary><ul class="things">${list
          .slice(0, LISTED_MAX)
          .map(
            ({ page: path, href }) => html`<li><code>${href}</code> <span class="quiet">${path}</span></li>
`,
          )}</ul></details>`
  }</section>`;
}

function skipped({ skipped: items }: ImportReport): Html {
  return html`<section class="section"><h2>${words.report.skipped}</h2>
  <p>${items.length === 0 ? words.report.skippedNone : words.report.skippedCount(count(items.length), items.length === 1)}</p>
  ${
    items.length === 0
      ? ""
      : html`<details class="up-2"><summary>${words.report.first(count(Math.min(LISTED_MAX, items.length)))}</summary><ul class="things">${items
          .slice(0, LISTED_MAX)
          .map(
            ({ path, reason }) => html`<li><code>${path}</code> <span class="quiet">${reason}</span></li>
`,
          )}</ul></details>`
  }</section>`;
}
