/** A table: each row has an address, long ones are turned over, phones stack the cells. */
import { usedIn } from "../../community/queries/links.ts";
import { base32 } from "../../bytes/index.ts";
import { addressedById } from "../../community/queries/browse.ts";
import { parseId } from "../../unit/index.ts";
import { askedNumber } from "../asked.ts";
import { unitHref } from "../addresses.ts";
import { count } from "../format.ts";
import { html, type Html } from "../html.ts";
import type { ParsedTable } from "../markdown/table.ts";
import { titleOf } from "../parts.ts";
import type { Visit } from "../site.ts";
import { words } from "../words.ts";
import { bytesOf, PART_BYTES, startsOf } from "./parts.ts";
import { type Body, bytesHref, type Shown, shownHref } from "./shown.ts";
import { isText, notice, shownText } from "./unit-text.ts";
import { toolFrame } from "./unit-tool.ts";

const ROWS_SHOWN = 200;
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

/** Around each cell stands an element with the name of its column. */
const CELL_BYTES = 20;

/** A row weighs at least so much that there are `ROWS_SHOWN` at most. */
function rowSize(row: readonly string[]): number {
  const bytes = row.reduce((sum, cell) => sum + bytesOf(cell.slice(0, CELL_CHARS)) + CELL_BYTES, 0);
  return Math.max(PART_BYTES / ROWS_SHOWN, bytes);
}

function rowsOf(shown: Shown, { columns, rows }: ParsedTable): Html {
  if (rows.length === 0) return html`<div class="wide">${notice(words.table.empty)}</div>`;
  const wanted = askedNumber(shown.row, { name: "row", least: 1, most: rows.length }) ?? 1;
  const starts = startsOf(rows, rowSize);
  const part = starts.findLastIndex((start) => start < wanted);
  const first = (starts[part] ?? 0) + 1;
  const visible = rows.slice(first - 1, starts[part + 1]);
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
  </div>${starts.length > 1 ? turn(shown, { first, before: (starts[part - 1] ?? 0) + 1, shown: visible.length, all: rows.length }) : ""}`;
}

/** Short columns keep to one line, columns of sentences get room; what is empty takes none on a phone. */
function cellClass(cell: string, width: Width): Html | "" {
  const name = cell === "" ? "none" : width;
  return name === undefined ? "" : html` class="${name}"`;
}

type Width = "short" | "long" | "address" | undefined;
const SHORT_CHARS = 18;
const LONG_CHARS = 45;
/** The rest of a longer cell is in the download. */
const CELL_CHARS = 10_000;

function widthOf(name: string, cells: readonly string[]): Width {
  if (cells.some((cell) => /^https?:/.test(cell))) return "address";
  const longest = Math.max(name.length, ...cells.map(({ length }) => length));
  return longest <= SHORT_CHARS ? "short" : longest > LONG_CHARS ? "long" : undefined;
}

/** An address alone in a cell can be followed. */
function cellText(whole: string): Html {
  const cell = whole.length > CELL_CHARS ? `${whole.slice(0, CELL_CHARS)}…` : whole;
  const isAddress = /^https?:\/\/[^\s"<>]{3,2000}$/.test(cell);
  if (!isAddress) return html`${cell}`;
  const text = cell.replace(/^https?:\/\/(www\.)?/, "").replace(/\/$/, "");
  const [host = ""] = text.split("/", 1);
  const shown = text.length <= 24 ? text : host;
  return html`<a href="${cell}" rel="nofollow ugc noopener noreferrer">${shown}</a>`;
}

function turn(shown: Shown, rows: { first: number; before: number; shown: number; all: number }): Html {
  const href = (row: number) => shownHref(shown, { row: String(row) });
  const last = rows.first + rows.shown - 1;
  return html`<nav class="turn wide" aria-label="${words.table.shown(count(rows.first), count(last), count(rows.all))}">
  <span>${rows.first > 1 ? html`<a rel="prev" href="${href(rows.before)}">${words.table.earlier}</a>` : ""}</span>
  <span class="quiet">${words.table.shown(count(rows.first), count(last), count(rows.all))}</span>
  <span>${last < rows.all ? html`<a rel="next" href="${href(last + 1)}">${words.table.later}</a>` : ""}</span>
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
