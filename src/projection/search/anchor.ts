/**
 * Anchors of headings, made as everywhere in the record (see ../markdown.ts) so that a hit's anchor is one its
 * page really has. The index keeps a heading's text and its number among equal anchors, not the anchor.
 */
import { anchorOf } from "../markdown.ts";

/** The anchor of a heading whose text says nothing an address can hold. */
const NAMELESS = "section";

/** The anchor of the first heading of this text on a page. */
export function headingAnchor(text: string): string {
  return anchorOf(text) || NAMELESS;
}

/** The anchor of a heading before which `repeat` others had the same. */
export function numberedAnchor(text: string, repeat: number): string {
  return repeat === 0 ? headingAnchor(text) : `${headingAnchor(text)}-${repeat}`;
}

/** Numbers the headings of one page, in the order they stand. */
export class AnchorNumbers {
  readonly #counts = new Map<string, number>();

  take(text: string): number {
    const anchor = headingAnchor(text);
    const repeat = this.#counts.get(anchor) ?? 0;
    this.#counts.set(anchor, repeat + 1);
    return repeat;
  }
}
