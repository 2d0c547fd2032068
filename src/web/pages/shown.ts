/** A unit about to be shown, and what its kind makes of it. */
import type { AttributedText } from "../../community/queries/authorship.ts";
import type { RevisionDetail, UnitListing } from "../../community/queries/units.ts";
import { at, rawHref, unitPath } from "../addresses.ts";
import type { Html } from "../html.ts";
import type { Visit } from "../site.ts";

export interface Shown {
  readonly here: Visit;
  /** Row numbers. */
  readonly unit: number;
  readonly revision: number;
  readonly detail: RevisionDetail;
  /** The unit at the visit's moment; undefined while nothing of it was accepted. */
  readonly listing: UnitListing | undefined;
  /** Whether this very version was asked for, not the unit. */
  readonly isPinned: boolean;
  /** An anchor of the section to show, a row to begin with. */
  readonly section: string | undefined;
  readonly row: string | undefined;
  /** Of a long text that has no sections, which part. */
  readonly part: string | undefined;
  /** Whose words the text is, where that was asked. */
  readonly words: AttributedText | undefined;
}

/** As it is asked for in an address: `?who=wrote`. */
export const WHO = "wrote";

/** What a kind's body adds to the page. */
export interface Body {
  /** Replaces the title of the facts: the text's own first heading. */
  readonly title?: string | undefined;
  readonly titleAnchor?: string | undefined;
  /** Stands in the header, below the byline. */
  readonly contents?: Html | undefined;
  readonly body: Html;
  /** A few words about what it is: "table of 7 rows". */
  readonly about?: string | undefined;
  readonly tools?: readonly Html[];
  readonly scripts?: readonly "tool"[];
}

/** The address of what is shown, with more questions. */
export function shownHref(
  { here, detail, isPinned }: Shown,
  query: Readonly<Record<string, string | undefined>>,
): string {
  return at(here, isPinned ? `/u/${detail.unit}@${detail.revision}` : unitPath(here, detail), query);
}

/** The bytes of what is shown: of the current version at its path, of another at its part. */
export function bytesHref({ here, detail, isPinned }: Shown): string | undefined {
  const body = detail.parts.find(({ name }) => name === "body");
  if (body?.sha256 == null) return undefined;
  return isPinned ? at({ ...here, asOf: undefined }, `/raw/~${detail.unit}@${detail.revision}`) : rawHref(here, detail);
}
