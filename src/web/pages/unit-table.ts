/** A table: each row has an address, long ones are turned over, phones stack the cells. */
import { usedIn } from "../../community/queries/links.ts";
import { base32 } from "../../bytes/index.ts";
import { addressedById } from "../../community/queries/browse.ts";
import { parseId } from "../../unit/index.ts";
import { askedNumber } from "../asked.ts";
import { at, unitHref, unitPath } from "../addresses.ts";
import { count } from "../format.ts";
import { html, type Html } from "../html.ts";
import type { ParsedTable } from "../markdown/table.ts";
import { titleOf } from "../parts.ts";
import type { Visit } from "../site.ts";
import { words } from "../words.ts";
import { type Body, bytesHref, type Shown } from "./shown.ts";
import { isText, notice, shownText } from "./unit-text.ts";
import { toolFrame } from "./unit-tool.ts";

export const ROWS_SHOWN = 200;
/** Tables larger than this are offered for download only. */
export const TABLE_BYTES_MAX = 4_000_000;

export async function tableBody(shown: Shown): Promise<Body> {
  const text = shownText(shown, TABLE_BYTES_MAX);
  if (!isText(text)) return { body: text };
  const table = await parsedTable(shown.here, text.sha256, () => text.read());
  const tools = [downloadLink(shown)];
  if (table === undefined)
    return {
      body: html`<div class="wide">${notice(words.table.unreadable, undefined, bytesHref(shown))}</div>`,
      tools,
    };
  const tool = shown.isPinned ? undefined : readingTool(shown);
  return {
    about: words.table.rows(count(table.rows.length), table.rows.length === 1),
    tools,
    body: html`${rowsOf(shown, table)}${tool ?? ""}`,
    ...(tool === undefined ? {} : { scripts: ["tool" as const] }),
  };
}

/** undefined when it cannot be read as a table. */
export async function parsedTable(
  { site }: Pick<Visit, "site">,
  sha256: string,
  read: () => string | undefined,
): Promise<ParsedTable | undefined> {
  const answer = await site.workshop.run(`table ${sha256}`, () => ({ type: "table", text: read() ?? "" }));
  return answer?.type === "table" ? answer.table : undefined;
}

function downloadLink(shown: Shown): Html {
  const href = bytesHref(shown);
  return href === undefined ? html`` : html`<a class="btn" href="${href}">${words.table.download}</a>`;
}

/** The first row to show, from 1. */
function firstRow({ row }: Shown, rows: number): number {
  const wanted = askedNumber(row, { name: "row", least: 1, most: Math.max(1, rows) }) ?? 1;
  return wanted - ((wanted - 1) % ROWS_SHOWN);
}

function rowsOf(shown: Shown, { columns, rows }: ParsedTable): Html {
  if (rows.length === 0) return html`<div class="wide">${notice(words.table.empty)}</div>`;
  const first = firstRow(shown, rows.length);
  const visible = rows.slice(first - 1, first - 1 + ROWS_SHOWN);
  const widths = columns.map((name, at) =>
    widthOf(
      name,
      visible.map((row) => row[at] ?? ""),
    ),
  );
  return html`<div class="sheet-table stack wide up-6" tabindex="0" role="region" aria-labelledby="lore:caption">
    <table>
      <caption class="hide" id="lore:caption">${words.table.caption(titleOf(shown.detail))}</caption>
      <thead><tr>${columns.map((name) => (name === "" ? html`<td></td>` : html`<th scope="col">${name}</th>`))}</tr></thead>
      <tbody>
        ${visible.map(
          (
            row,
            i,
          ) => html`<tr id="row-${first + i}">${row.map((cell, at) => (at === 0 ? html`<th scope="row">${cellText(cell)}</th>` : html`<td data-label="${columns[at] ?? ""}"${cellClass(cell, widths[at])}>${cellText(cell)}</td>`))}</tr>
`,
        )}
      </tbody>
    </table>
  </div>${rows.length > ROWS_SHOWN ? turn(shown, { first, shown: visible.length, all: rows.length }) : ""}`;
}

/** Short columns keep to one line, columns of sentences get room; what is empty takes none on a phone. */
function cellClass(cell: string, width: Width): Html | "" {
  const name = cell === "" ? "none" : width;
  return name === undefined ? "" : html` class="${name}"`;
}

type Width = "short" | "long" | "address" | undefined;
const SHORT_CHARS = 18;
const LONG_CHARS = 45;

function widthOf(name: string, cells: readonly string[]): Width {
  if (cells.some((cell) => /^https?:/.test(cell))) return "address";
  const longest = Math.max(name.length, ...cells.map(({ length }) => length));
  return longest <= SHORT_CHARS ? "short" : longest > LONG_CHARS ? "long" : undefined;
}

/** An address alone in a cell can be followed. */
function cellText(cell: string): Html {
  const isAddress = /^https?:\/\/[^\s"<>]{3,2000}$/.test(cell);
  if (!isAddress) return html`${cell}`;
  const text = cell.replace(/^https?:\/\/(www\.)?/, "").replace(/\/$/, "");
  const [host = ""] = text.split("/", 1);
  const shown = text.length <= 24 ? text : host;
  return html`<a href="${cell}" rel="nofollow ugc noopener noreferrer">${shown}</a>`;
}

function turn({ here, detail, isPinned }: Shown, rows: { first: number; shown: number; all: number }): Html {
  const path = isPinned ? `/u/${detail.unit}@${detail.revision}` : unitPath(here, detail);
  const last = rows.first + rows.shown - 1;
  return html`<nav class="turn wide" aria-label="${words.table.shown(count(rows.first), count(last), count(rows.all))}">
  <span>${rows.first > 1 ? html`<a rel="prev" href="${at(here, path, { row: String(rows.first - ROWS_SHOWN) })}">${words.table.earlier}</a>` : ""}</span>
  <span class="quiet">${words.table.shown(count(rows.first), count(last), count(rows.all))}</span>
  <span>${last < rows.all ? html`<a rel="next" href="${at(here, path, { row: String(last + 1) })}">${words.table.later}</a>` : ""}</span>
</nav>`;
}

/** The first current tool that says it uses this table, shown below it. */
function readingTool({ here, unit }: Shown): Html | undefined {
  const tool = usedIn(here.community, unit).find((link) => link.rel === "uses" && link.unit?.kind === "program")?.unit;
  const row = tool === undefined ? undefined : addressedById(here.community, parseId(tool.unit, "a unit id"));
  if (tool === undefined || row === undefined) return undefined;
  return html`<section class="section wide" aria-labelledby="lore:reader">
    <h2 id="lore:reader">${words.table.toolTitle}</h2>
    ${toolFrame(here, { unit: row.unit, id: base32.encode(row.id), revision: tool.revision, title: titleOf(tool), href: unitHref(here, tool) })}
  </section>`;
}
