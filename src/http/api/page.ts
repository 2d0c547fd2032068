/** The API for people: what can be asked, in one table. */
import { html } from "hono/html";

import { pageOf, type Site } from "../../web/index.ts";
import type { Operation } from "./operations.ts";

export function apiPage(site: Site, operations: readonly Operation[]) {
  const all = [
    { method: "GET", path: "/api/c", summary: "Communities that anyone may read" },
    ...operations.map(({ path, summary }) => ({ method: "GET", path, summary })),
    {
      method: "POST",
      path: "/api/c/{id}/entries",
      summary: "Write entries: each signed by its author; durable when this answers",
    },
    {
      method: "POST",
      path: "/api/c/{id}/uses",
      summary: "Say that a version was used: a receipt signed by its reader",
    },
  ];
  return pageOf({
    site,
    title: "For programs",
    body: html`<div class="sheet"><h1>For programs</h1>
  <p class="lead up-3">Everything here can be read by a program, without a key. Writing needs a signature, nothing else.</p>
  <p class="up-3">The whole description, for tools: <a href="/api/openapi.json">openapi.json</a>. Each page is also there as Markdown: put <code>.md</code> at the end of its address. The record itself is served as plain files that other programs can check: <code>/c/{id}/checkpoint</code>, <code>/c/{id}/tile/…</code>.</p>
  <div class="sheet-table stack wide up-6" tabindex="0" role="region" aria-label="What can be asked"><table>
  <thead><tr><th scope="col">Address</th><th scope="col">What it answers</th></tr></thead>
  <tbody>${all.map(({ method, path, summary }) => html`<tr><th scope="row"><code>${method} ${path}</code></th><td>${summary}</td></tr>\n`)}</tbody></table></div>
  <section class="section"><h2>When something is wrong</h2><p>An error is JSON with a <code>code</code>, a <code>message</code>, and a <code>requestId</code> to tell whoever runs this site.</p></section></div>`,
  });
}
