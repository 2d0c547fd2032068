/** Passages: which bytes of a version's text somebody means, by their place or by quoting them. */
import { LoreError, utf8 } from "../../bytes/index.ts";
import { type Community, units } from "../../community/index.ts";
import type { Target } from "../../unit/index.ts";
import { type Invocation, option, text } from "../command.ts";

export const PASSAGE_OPTIONS = { quote: text, range: text } as const;

export function namesPassage(invocation: Invocation): boolean {
  return option(invocation, "quote") !== undefined || option(invocation, "range") !== undefined;
}

/** The passage that `--quote` or `--range` names in the text of a unit's version, else of its head. @throws LoreError. */
export function passageNamed(invocation: Invocation, community: Community, ref: units.UnitRef): Target {
  const [quote, range] = [option(invocation, "quote"), option(invocation, "range")];
  if (quote !== undefined && range !== undefined) throw new LoreError("USAGE", "Give --quote or --range, not both.");
  const revision = units.resolve(community, ref);
  const bytes = units.partBytes(community, revision);
  const at = community.facts.revision(revision)?.id;
  if (bytes === undefined || at === undefined)
    throw new LoreError("NOT_FOUND", "Naming a passage: this version has no text that is here.");
  return { unit: ref.id, at, part: "body", range: quote === undefined ? placeOf(range ?? "") : placeIn(bytes, quote) };
}

/** Bytes START up to END, without it. What lies beyond the text is refused by the rules. @throws LoreError USAGE. */
function placeOf(range: string): readonly number[] {
  const [, start, end] = /^(\d{1,10})-(\d{1,10})$/.exec(range) ?? [];
  if (start !== undefined && end !== undefined && Number(start) <= Number(end)) return [Number(start), Number(end)];
  throw new LoreError("USAGE", `--range takes two counts of bytes, as in 12-40, not "${range.slice(0, 40)}".`);
}

/** @throws LoreError NOT_FOUND for what does not stand there; USAGE for what stands there more than once, or is nothing. */
function placeIn(bytes: Uint8Array, quote: string): readonly number[] {
  const wanted = utf8(quote);
  const held = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = held.indexOf(wanted);
  if (wanted.length === 0) throw new LoreError("USAGE", "--quote needs some words of the text.");
  if (start < 0)
    throw new LoreError("NOT_FOUND", `"${quote.slice(0, 100)}" does not stand in this version, letter for letter.`);
  if (held.indexOf(wanted, start + 1) >= 0)
    throw new LoreError("USAGE", `"${quote.slice(0, 100)}" stands there more than once; quote more of it.`);
  return [start, start + wanted.length];
}
