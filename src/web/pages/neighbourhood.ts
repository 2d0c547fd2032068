/** What a unit is made from and what is built on it, as a small picture. */
import type { UnitLink } from "../../community/queries/links.ts";
import { type Made, howMade } from "../../community/queries/made.ts";
import type { UnitListing } from "../../community/queries/units.ts";
import { html, type Html } from "../html.ts";
import { words } from "../words.ts";
import { madePicture, shapeKey } from "./portrait-pictures.ts";
import type { Shown } from "./shown.ts";

/** On each side. */
const SHOWN_MAX = 6;
/** Fewer are said as well in a list. */
const SHOWN_LEAST = 2;

/** `from` and `into` as the lists beside it have them. */
export function neighbourhood(
  { here, listing }: Shown,
  from: readonly UnitLink[],
  into: readonly UnitLink[],
): Html | "" {
  if (listing === undefined) return "";
  const made = [
    ...sides(from).map((link): Made => ({ ...madeBy(link), from: link.unit, to: listing })),
    ...sides(into).map((link): Made => ({ ...madeBy(link), from: listing, to: link.unit })),
  ];
  if (made.length < SHOWN_LEAST) return "";
  return html`<details class="neighbours"><summary>${words.page.picture}</summary><figure>${madePicture(here, made)}<figcaption class="key">${shapeKey(made)}</figcaption></figure></details>`;
}

type LinkHere = UnitLink & { readonly unit: UnitListing };

/** Each unit here once, the first way it is linked. */
function sides(links: readonly UnitLink[]): LinkHere[] {
  const first = new Map<string, LinkHere>();
  for (const link of links) {
    const { unit } = link;
    if (unit !== undefined && !first.has(unit.unit)) first.set(unit.unit, { ...link, unit });
  }
  return [...first.values()].slice(0, SHOWN_MAX);
}

function madeBy({ rel, words: copied = 0 }: UnitLink): Pick<Made, "how" | "words"> {
  return { how: howMade(rel), words: copied };
}
