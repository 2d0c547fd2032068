/** What changed between any two versions of a unit: words in a text, rows in a table. */
import { LoreError, textOf } from "../../bytes/index.ts";
import { findUnit, partBytes, type RevisionDetail, revisionDetail } from "../../community/queries/units.ts";
import { contributorsOf, type PersonRef } from "../../community/queries/people.ts";
import { kindOf, limits, parseDigest } from "../../unit/index.ts";
import { at, revisionHref, unitHref } from "../addresses.ts";
import { span } from "../format.ts";
import { html, type Html } from "../html.ts";
import { page } from "../layout.ts";
import type { DiffBlock, Difference, Piece } from "../markdown/diff.ts";
import { byline, titleOf } from "../parts.ts";
import { bytesOf, PART_BYTES, partOf, piecesOf, startsOf, turnParts } from "./parts.ts";
import type { Visit } from "../site.ts";
import { reviewButtons } from "./voice.ts";
import { words } from "../words.ts";

export interface Compared {
  readonly n: number;
  readonly id: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** Of a long difference, which part. */
  readonly part: string | undefined;
}

const REVISION = /^([a-z2-7]{6,52}|[1-9]\d{0,6})$/;

/** `to` is the current version where absent, `from` its first parent. */
export async function diffPage(here: Visit, { n, id, from, to, part }: Compared): Promise<Html> {
  const { community } = here;
  const head = community.facts.unit(n)?.head ?? undefined;
  const later = versionNamed(here, id, to) ?? head;
  if (later === undefined) throw new LoreError("NOT_FOUND", "There is no version to compare.");
  const earlier = versionNamed(here, id, from) ?? community.facts.parents(later).toSorted((a, b) => a - b)[0];
  const detail = revisionDetail(community, later);
  const before = earlier === undefined ? undefined : revisionDetail(community, earlier);
  const title = titleOf(detail);
  // A note says why one version followed another, not what came between two that lie apart.
  const isNext = before?.version == null || detail.version == null || detail.version === before.version + 1;
  const heading = words.diff.title(span(before?.time ?? detail.time, detail.time));
  return page({
    site: here.site,
    here,
    shows: "versions",
    title: heading,
    lang: detail.lang ?? undefined,
    isHidden: true,
    crumbs: [
      { text: here.profile.name, href: at(here, "") },
      { text: title, href: unitHref(here, detail) },
      { text: words.diff.crumb },
    ],
    body: html`<div class="sheet">
  <h1>${heading}</h1>
  <p class="byline"><a href="${unitHref(here, detail)}">${title}</a>${before === undefined ? "" : html`, ${words.diff.between(words.diff.version(before), words.diff.version(detail))}`}
    <span class="quiet">${byline(here, authorsBetween(here, before, detail), at(here, `/history/${id}`))}</span></p>
  ${isNext && detail.note !== null && detail.note.trim() !== "" ? html`<p class="reason lines">${detail.note.trim().slice(0, 2_000)}</p>` : ""}
  ${await changes(here, { before, after: detail, earlier, later, part, turn: (next) => at(here, `/diff/${id}`, { from, to, part: next }) })}
  ${detail.state === "proposed" || detail.state === "needs-merge" ? reviewButtons(here, parseDigest(detail.revision, "a revision")) : ""}
  <p class="tools"><a class="btn" href="${revisionHref(here, detail)}">${words.diff.version(detail)}</a> ${before === undefined ? "" : html`<a class="btn" href="${revisionHref(here, before)}">${words.diff.version(before)}</a>`} <a class="btn bare" href="${at(here, `/history/${id}`)}">${words.diff.all}</a></p>
</div>`,
  });
}

/** Everyone who made one of the versions after the first up to the second. */
function authorsBetween(
  { community }: Visit,
  before: RevisionDetail | undefined,
  after: RevisionDetail,
): readonly PersonRef[] {
  if (before?.version == null || after.version == null || after.version <= before.version) return after.authors;
  return contributorsOf(community, community.facts.revisionById(parseDigest(after.revision, "a revision"))?.unit ?? 0, {
    from: before.version,
    to: after.version,
  });
}

function versionNamed({ community }: Visit, id: string, revision: string | undefined): number | undefined {
  if (revision === undefined || revision === "") return undefined;
  if (!REVISION.test(revision))
    throw new LoreError(
      "USAGE",
      "Reading an address: a version is named by its number, or by at least 6 letters of its id.",
      {
        field: "revision",
      },
    );
  return findUnit(community, `${id}@${revision}`).revision;
}

interface Versions {
  readonly before: RevisionDetail | undefined;
  readonly after: RevisionDetail;
  readonly earlier: number | undefined;
  readonly later: number;
  readonly part: string | undefined;
  readonly turn: (part: string) => string;
}

async function changes(here: Visit, { before, after, earlier, later, part, turn }: Versions): Promise<Html> {
  const isTable = kindOf(after.kind).body === "table";
  const [from, to] = [earlier === undefined ? "" : textFor(here, earlier), textFor(here, later)];
  if (from === undefined || to === undefined) return html`<p class="up-5">${words.diff.cannot}</p>`;
  const key = `diff ${bodyOf(before)} ${bodyOf(after)} ${String(isTable)}`;
  const answer = await here.site.workshop.run(key, () => ({ type: "diff", isTable, from, to }));
  if (answer?.type !== "diff") return html`<p class="up-5">${words.diff.cannot}</p>`;
  return difference(answer.difference, { isTable, isFirst: before === undefined, part, turn });
}

function bodyOf(detail: RevisionDetail | undefined): string {
  return detail?.parts.find(({ name }) => name === "body")?.sha256 ?? "none";
}

/** undefined when it is no text, too long, or erased. */
function textFor({ community }: Visit, revision: number): string | undefined {
  const size = community.rows.get<{ size: number }>(
    "SELECT size FROM part WHERE revision = ? AND name = 'body'",
    revision,
  )?.size;
  if (size === undefined) return "";
  if (size > limits.PAGE_BYTES_MAX) return undefined;
  const bytes = partBytes(community, revision);
  const text = bytes === undefined ? undefined : textOf(bytes);
  return text?.includes("\0") === true ? undefined : text;
}

function difference(
  { blocks, columns, isSame, isWhole }: Difference,
  { isTable, isFirst, part, turn }: { isTable: boolean; isFirst: boolean } & Pick<Versions, "part" | "turn">,
): Html {
  if (isSame) return html`<p class="up-5">${words.diff.same}</p>`;
  const shown = partOf(blocks.flatMap(inPieces), { asked: part, sizeOf });
  const intro = isFirst ? words.diff.isNew : isWhole ? words.diff.whole : undefined;
  return html`${intro === undefined ? "" : html`<p class="quiet up-5">${intro}</p>`}${isTable ? rowsOf(shown.items, columns) : html`<div class="prose diff up-6">${shown.items.map(block)}</div>`}${turnParts(shown, turn)}`;
}

/** A paragraph may be as long as a page. */
function inPieces(shown: DiffBlock): DiffBlock[] {
  if (shown.type !== "text" || sizeOf(shown) <= PART_BYTES) return [shown];
  const pieces = shown.pieces.flatMap(({ kind, text }) =>
    piecesOf(text).map((piece): Piece => ({ kind, text: piece })),
  );
  const starts = startsOf(pieces, pieceSize);
  return starts.map((start, i): DiffBlock => ({ ...shown, pieces: pieces.slice(start, starts[i + 1]) }));
}

/** Around each changed word stands an element. */
const PIECE_BYTES = 12;

function sizeOf(shown: DiffBlock): number {
  const pieces = shown.type === "text" ? shown.pieces : shown.type === "row" ? shown.cells.flat() : [];
  return pieces.reduce((sum, piece) => sum + pieceSize(piece), PIECE_BYTES);
}

function pieceSize({ text }: Piece): number {
  return bytesOf(text) + PIECE_BYTES;
}

function block(shown: DiffBlock): Html {
  if (shown.type === "gap")
    return html`<p class="gap">${shown.at === "start" ? words.diff.gapStart(shown.count) : shown.at === "end" ? words.diff.gapEnd : words.diff.gapMiddle(shown.count)}</p>
`;
  if (shown.type === "row") return html``;
  switch (shown.form) {
    case "heading":
      return html`<p class="h">${shown.pieces.map((one) => piece({ ...one, text: one.text.replace(/^#{1,6}\s+/, "").replace(/\n[=-]+[ \t]*$/, "") }))}</p>
`;
    case "code":
      return html`<pre tabindex="0"><code>${shown.pieces.map(piece)}</code></pre>
`;
    case "prose":
      return html`<p class="lines">${shown.pieces.map(piece)}</p>
`;
    default:
      return shown.form satisfies never;
  }
}

function piece({ kind, text }: Piece): Html {
  return kind === "same" ? html`${text}` : kind === "gone" ? html`<del>${text}</del>` : html`<ins>${text}</ins>`;
}

function rowsOf(blocks: readonly DiffBlock[], columns: readonly string[]): Html {
  const width = Math.max(1, columns.length);
  return html`<div class="sheet-table stack wide up-6" tabindex="0" role="region" aria-label="${words.diff.crumb}"><table class="diff">
<thead><tr>${columns.map((name) => (name === "" ? html`<td></td>` : html`<th scope="col">${name}</th>`))}</tr></thead>
<tbody>
${blocks.map((shown) => {
  if (shown.type === "gap")
    return html`<tr class="gap"><td colspan="${width}">${words.diff.gapRows(shown.count)}</td></tr>\n`;
  if (shown.type !== "row") return html``;
  return html`<tr${shown.change === "gone" || shown.change === "new" ? html` class="${shown.change}"` : ""}>${shown.cells.map((cell, at) => html`<td data-label="${columns[at] ?? ""}">${cell.map(piece)}</td>`)}</tr>\n`;
})}
</tbody></table></div>`;
}
