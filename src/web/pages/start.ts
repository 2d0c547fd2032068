/** "Start yours": the form, and what it is told when something is missing. Works without scripts. */
import { attribute, html, type Html } from "../html.ts";
import type { Site } from "../site.ts";
import { words } from "../words.ts";

export interface StartProblem {
  readonly message: string;
  readonly field?: "name" | "from" | "address" | "file" | undefined;
  readonly name?: string | undefined;
  readonly from?: string | undefined;
  readonly address?: string | undefined;
}

const SOURCES = ["zip", "folder", "address", "nothing"] as const;
const HINTS = {
  zip: words.start.zipHint,
  folder: words.start.folderHint,
  address: words.start.addressHint,
  nothing: words.start.nothingHint,
};

export function startForm(
  site: Site,
  { mayStart, problem }: { mayStart: boolean; problem?: StartProblem | undefined },
): Html {
  if (site.startImport === undefined) return html`<p>${words.start.cannot}</p>`;
  if (!mayStart) return html`<p>${words.start.notHere}</p>`;
  const chosen = problem?.from ?? "zip";
  const wrong = (field: StartProblem["field"]) =>
    problem?.field === field && problem !== undefined
      ? html`<span class="wrong" id="lore:wrong">${problem.message}</span>`
      : "";
  return html`<form action="/start" method="post" enctype="multipart/form-data">
    ${problem !== undefined && problem.field === undefined ? html`<div class="note bad down-5" role="alert">${problem.message}</div>` : ""}
    <div class="field">
      <label for="lore:name">${words.start.name}</label>
      <input id="lore:name" name="name" autocomplete="organization" maxlength="200" value="${problem?.name ?? ""}" required${described(problem, "name")}>
      ${wrong("name")}
    </div>
    <fieldset class="field">
      <legend>${words.start.where}</legend>
      ${SOURCES.map((source) => html`<label class="choice"><input type="radio" name="from" value="${source}"${attribute("checked", source === chosen)}> ${words.start[source]}<span class="hint">${HINTS[source]}</span></label>`)}
      ${wrong("from")}
    </fieldset>
    <div class="field reveal zip up-4">
      <label for="lore:zip">${words.start.chooseZip}</label>
      <input id="lore:zip" name="zip" type="file" accept=".zip,application/zip" aria-describedby="lore:hint">
    </div>
    <div class="field reveal folder up-4">
      <label for="lore:folder">${words.start.chooseFolder}</label>
      <input id="lore:folder" name="folder" type="file" webkitdirectory${attribute("multiple", true)} aria-describedby="lore:hint">
    </div>
    <div class="field reveal address up-4">
      <label for="lore:address">${words.start.chooseAddress}</label>
      <input id="lore:address" name="address" maxlength="2000" value="${problem?.address ?? ""}" spellcheck="false" autocapitalize="off"${described(problem, "address")}>
      ${wrong("address")}
    </div>
    ${problem?.field === "file" ? html`<div class="field">${wrong("file")}</div>` : ""}
    <p class="quiet up-4" id="lore:hint">${words.start.fileHint}</p>
    <div class="row up-4"><button class="btn main">${words.start.go}</button></div>
  </form>`;
}

function described(problem: StartProblem | undefined, field: StartProblem["field"]): Html | "" {
  return problem?.field === field ? html` aria-invalid="true" aria-describedby="lore:wrong"` : "";
}
