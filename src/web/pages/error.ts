/** The page of an error: what did not work, in a sentence; for a missing address, the way to search. */
import { html, type Html } from "../html.ts";
import { bigSearch, page } from "../layout.ts";
import { isLoreError } from "../../bytes/index.ts";
import { type Site, type Visit, visit } from "../site.ts";
import { words } from "../words.ts";

export interface PageError {
  readonly status: number;
  readonly message: string;
  readonly requestId: string;
  /** What of the request is at fault, where that is known. */
  readonly field: string | undefined;
  /** Path of the request: tells which community to search. */
  readonly path: string;
}

export function errorPage(site: Site, { status, message, field, requestId, path }: PageError): Html {
  const here = visitOf(site, path);
  const isMissing = status === 404;
  const title = isMissing ? words.error.notFound : status === 410 ? words.error.gone : words.error.title;
  return page({
    site,
    here,
    title,
    isHidden: true,
    hasOwnSearch: isMissing,
    body: html`<div class="sheet"><h1>${title}</h1>
  <p class="lead up-3">${isMissing && field === undefined ? words.error.notFoundText : message}</p>
  ${isMissing ? bigSearch({ action: here === undefined ? "/search" : `/c/${here.id}/search`, label: words.nav.ask, placeholder: words.nav.askPlaceholder(here?.profile.name ?? words.search.everywhere.toLowerCase()) }) : html`<p class="quiet up-5">${words.error.requestId} <code>${requestId}</code></p>`}
  <p class="up-5"><a href="${here === undefined ? "/" : `/c/${here.id}`}">${words.error.home}</a></p></div>`,
  });
}

function visitOf(site: Site, path: string): Visit | undefined {
  const id = /^\/c\/([a-z2-7]{32})(?:\/|$)/.exec(path)?.[1];
  if (id === undefined) return undefined;
  try {
    return visit(site, id);
  } catch (error) {
    if (isLoreError(error)) return undefined;
    throw error;
  }
}
