/**
 * A tool: one HTML file in a frame of opaque origin, closed off by sandbox and by the policy of the route it
 * comes from. The page around it lends it the tables it declares, over messages (client/tool.ts), nothing else.
 */
import { linkedUnit } from "../../community/queries/links.ts";
import { metaOf } from "../../community/queries/profile.ts";
import { unitAt, type UnitListing } from "../../community/queries/units.ts";
import { at, unitHref } from "../addresses.ts";
import { listed } from "../format.ts";
import { html, type Html } from "../html.ts";
import { titleOf } from "../parts.ts";
import type { Visit } from "../site.ts";
import { words } from "../words.ts";
import { type Body, bytesHref, type Shown } from "./shown.ts";
import { isText, shownText } from "./unit-text.ts";

const READS_MAX = 8;

export function toolBody(shown: Shown): Body {
  const { here, detail, unit } = shown;
  const text = shownText(shown);
  const source = bytesHref(shown);
  const tools = source === undefined ? [] : [html`<a class="btn" href="${source}">${words.tool.source}</a>`];
  if (!isText(text)) return { body: text, tools };
  const frame = toolFrame(here, { unit, id: detail.unit, revision: detail.revision, title: titleOf(detail) });
  return { body: html`${frame}${howMade(shown)}`, tools, scripts: ["tool"] };
}

export interface FramedTool {
  /** Row number. */
  readonly unit: number;
  readonly id: string;
  readonly revision: string;
  readonly title: string;
  /** Its own page, when it is shown on another. */
  readonly href?: string;
}

/** A table the tool declares: by the name it asks with, and what that is here. */
interface Lent {
  readonly name: string;
  readonly table: UnitListing | undefined;
}

function tablesOf(here: Visit, unit: number): Lent[] {
  const head = here.community.facts.unit(unit)?.head;
  const reads = head == null ? undefined : metaOf(here.community, head)["reads"];
  const names = Array.isArray(reads)
    ? reads.filter((name): name is string => typeof name === "string").slice(0, READS_MAX)
    : [];
  return names.map((name) => {
    const found = linkedUnit(here.community, name, here.moment);
    const listing = found === undefined ? undefined : unitAt(here.community, found.unit, here.moment);
    return { name, table: listing?.kind === "dataset" ? listing : undefined };
  });
}

export function toolFrame(here: Visit, { unit, id, revision, title, href }: FramedTool): Html {
  const lent = tablesOf(here, unit);
  const grants = lent.flatMap(({ name, table }) =>
    table === undefined ? [] : [{ name, href: at(here, `/rows/${table.unit}@${table.revision}`) }],
  );
  const names = lent.map(({ name, table }) =>
    table === undefined
      ? html`${words.tool.missing(name)}`
      : html`<a href="${unitHref(here, table)}">${titleOf(table)}</a>`,
  );
  return html`<div class="tool up-5" data-grants="${JSON.stringify(grants)}">
  <header><h2>${href === undefined ? title : html`<a class="plain" href="${href}">${title}</a>`}</h2></header>
  <iframe title="${title}" sandbox="allow-scripts" data-src="/c/${here.id}/tool/${id}@${revision}" referrerpolicy="no-referrer"></iframe>
  <noscript><p class="note care">${words.tool.needsScript}</p></noscript>
  <footer><span>${words.tool.closed} ${lent.length === 0 ? words.tool.readsNothing : html`${words.tool.reads} ${listed(names)} ${words.tool.onlyThese}`}</span></footer>
</div>`;
}

/** Its prompt, or that a hand wrote it; never nothing. */
function howMade({ here, revision }: Shown): Html {
  const meta = metaOf(here.community, revision);
  const [prompt, madeBy] = [meta["prompt"], meta["madeBy"]].map((value) =>
    typeof value === "string" ? value : undefined,
  );
  const by =
    madeBy === undefined
      ? undefined
      : /^written by hand$/i.test(madeBy)
        ? words.tool.handMade
        : words.tool.madeBy(madeBy);
  const said = by ?? (prompt === undefined ? words.tool.unknown : "");
  return html`<section class="section" aria-labelledby="lore:made">
  <h2 id="lore:made">${words.tool.made}</h2>
  ${prompt === undefined ? "" : html`<p class="prompt lines">${prompt}</p>`}
  <p class="${prompt === undefined ? "" : "quiet up-2"}">${said}</p>
</section>`;
}
