/**
 * Rights for programs: RSL 1.0 (https://rslstandard.org/rsl) for a community, ODRL 2.2 (https://www.w3.org/TR/odrl-model/) for a
 * unit. What is to be asked for first is not permitted in either.
 */
import { addressed } from "../community/queries/browse.ts";
import { communityUse, type Use, withOwnRights } from "../community/queries/rights.ts";
import { base32 } from "../bytes/index.ts";
import { encodePath, isMarkdownPath, unitPath } from "./addresses.ts";
import { html, type Html } from "./html.ts";
import { licenceWords } from "./licence.ts";
import { type Asking, rightsKnown, unitUse } from "./rights.ts";
import type { Visit } from "./site.ts";
import { amountText } from "./words-rights.ts";

/** Units with terms of their own that the file names; each says on its own page, too. */
export const RSL_UNITS_MAX = 1_000;

/** What programs do, in RSL's words, and how they pay for it. */
const RSL_USES = {
  search: { usage: "search", payment: "crawl" },
  answer: { usage: "ai-input", payment: "use" },
  train: { usage: "ai-train", payment: "training" },
} as const;

type ProgramUse = Use & { readonly action: keyof typeof RSL_USES };

function isProgramUse(use: Use): use is ProgramUse {
  return use.action in RSL_USES;
}

/** The terms of everything here, and of what has its own. `origin` is the address this site was asked at. */
export function rslXml(here: Visit, origin: string): Html {
  const { community, id } = here;
  const known = rightsKnown(here);
  const general = communityUse(community, known);
  const own = withOwnRights(community, known, RSL_UNITS_MAX).map((revision) => {
    const { rights, uses } = unitUse(here, revision);
    return addressesOf(here, rights.unit).map((url) => content(url, { origin, here, uses, licence: rights.licence }));
  });
  return html`<?xml version="1.0" encoding="utf-8"?>
<rsl xmlns="https://rslstandard.org/rsl">
${content(`/c/${id}`, { origin, here, ...general })}${content(`/api/c/${id}/`, { origin, here, ...general })}${own}</rsl>
`;
}

/** Every address at which the words of a unit are, as RFC 9309 writes patterns. */
function addressesOf(here: Visit, unit: string): string[] {
  const row = here.community.facts.unitById(base32.decode(unit));
  const path = row === undefined ? null : (addressed(here.community, row.n)?.path ?? null);
  const page = unitPath(here, { unit, path });
  const byId = [`/c/${here.id}/u/${unit}`, `/c/${here.id}/raw/~${unit}`, `/api/c/${here.id}/units/${unit}`];
  if (path === null || page.startsWith("/u/")) return byId;
  const text = isMarkdownPath(path) ? `${page}.md` : `/raw/${encodePath(path)}`;
  return [...byId, ...[page, text].map((each) => `/c/${here.id}${each.replaceAll("*", "%2A")}$`)];
}

interface ContentOptions {
  readonly origin: string;
  readonly here: Visit;
  readonly uses: readonly Use[];
  readonly licence: string | undefined;
}

function content(url: string, { origin, here, uses, licence }: ContentOptions): Html {
  const programs = uses.filter(isProgramUse);
  const closed = programs
    .filter(({ may }) => may === "ask" || may === "no")
    .map(({ action }) => RSL_USES[action].usage);
  const open = programs.filter(({ may }) => may !== "ask" && may !== "no");
  // Uses for which the same is asked stand in one licence.
  const groups = [...Map.groupBy(open, (use) => String(payment(use, licence))).values()];
  const prohibits =
    closed.length === 0
      ? ""
      : html`<prohibits type="usage">${open.length === 0 ? "all" : closed.join(" ")}</prohibits>`;
  const licences = groups.map(
    ([first, ...rest]) =>
      first !== undefined &&
      html`<license><permits type="usage">${[first, ...rest].map(({ action }) => RSL_USES[action].usage).join(" ")}</permits>${prohibits}${payment(first, licence)}</license>
`,
  );
  return html`<content url="${url}">
${licences.length === 0 ? html`<license>${prohibits}</license>\n` : licences}<terms>${origin}/c/${here.id}#lore:use</terms>
</content>
`;
}

function payment({ action, may, price, currency }: ProgramUse, licence: string | undefined): Html {
  const { href } = licenceWords(licence);
  if (may === "yes") return html`<payment type="free"/>`;
  if (may !== "pay")
    return html`<payment type="attribution">${href === undefined ? "" : html`<standard>${href}</standard>`}</payment>`;
  // RSL knows currencies of ISO 4217 only.
  const amount =
    price === undefined || currency === undefined || !/^[A-Z]{3}$/.test(currency)
      ? ""
      : html`<amount currency="${currency}">${amountText(price, currency)}</amount>`;
  return html`<payment type="${RSL_USES[action].payment}">${amount}</payment>`;
}

/** Actions of ODRL's vocabulary; the last is of the W3C's reservation protocol for text and data mining. */
const ODRL_ACTIONS: Readonly<Record<Use["action"], string>> = {
  read: "read",
  copy: "distribute",
  change: "derive",
  sell: "sell",
  search: "index",
  answer: "extract",
  train: "tdm:mine",
};

/** An ODRL offer of one unit, as JSON-LD. */
export function odrlJson(asking: Asking & Pick<Visit, "id">, revision: number, origin: string): string {
  const { rights, uses } = unitUse(asking, revision);
  const home = `${origin}/c/${asking.id}`;
  const target = `${home}/u/${rights.unit}`;
  const rule = (use: Use) => ({ target, action: ODRL_ACTIONS[use.action] });
  const { href } = licenceWords(rights.licence);
  return `${JSON.stringify(
    {
      "@context": [
        "http://www.w3.org/ns/odrl.jsonld",
        {
          tdm: "http://www.w3.org/ns/tdmrep#",
          cc: "http://creativecommons.org/ns#",
          dct: "http://purl.org/dc/terms/",
        },
      ],
      "@type": "Offer",
      uid: `${target}/odrl.jsonld`,
      profile: "http://www.w3.org/ns/tdmrep",
      assigner: home,
      ...(rights.licence === undefined ? {} : { "dct:license": href === undefined ? rights.licence : { "@id": href } }),
      permission: uses.filter(({ may }) => may !== "no").map((use) => ({ ...rule(use), ...dutiesOf(use, home) })),
      prohibition: uses.filter(({ may }) => may === "no").map(rule),
    },
    undefined,
    2,
  )}\n`;
}

function dutiesOf({ may, price, currency }: Use, home: string): { duty?: readonly object[] } {
  const attribute = { action: "attribute" };
  switch (may) {
    case "yes":
    case "no":
      return {};
    case "credit":
      return { duty: [attribute] };
    case "alike":
      return { duty: [attribute, { action: "cc:ShareAlike" }] };
    case "ask":
      return { duty: [{ action: "obtainConsent", consentingParty: home }] };
    case "pay":
      return { duty: [{ action: [compensation(home, { price, currency })], compensatedParty: home }] };
    default:
      return may satisfies never;
  }
}

/** Currencies of ISO 4217 by the list the EU keeps of them; others are the community's own. */
function compensation(home: string, { price, currency }: Pick<Use, "price" | "currency">): object {
  const named = { "rdf:value": { "@id": "odrl:compensate" } };
  if (price === undefined || currency === undefined) return named;
  const rightOperand = {
    "@value": amountText(price, currency),
    "@type": "http://www.w3.org/2001/XMLSchema#decimal",
  };
  const unit = /^[A-Z]{3}$/.test(currency) ? `${CURRENCIES}${currency}` : `${home}#${currency}`;
  return { ...named, refinement: [{ leftOperand: "payAmount", operator: "eq", rightOperand, unit }] };
}

const CURRENCIES = "http://publications.europa.eu/resource/authority/currency/";
