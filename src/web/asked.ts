/** What an address asks beyond its path. A question that is not as it must be is refused, never guessed at. */
import { LoreError } from "../bytes/index.ts";

export interface Bounds {
  /** As it stands in the address. */
  readonly name: string;
  readonly least: number;
  readonly most: number;
}

const PLAIN = /^(?:0|[1-9]\d{0,8})$/;

/** A whole number; undefined where nothing was asked. @throws LoreError USAGE. */
export function askedNumber(text: string | undefined, { name, least, most }: Bounds): number | undefined {
  if (text === undefined || text === "") return undefined;
  const number = PLAIN.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new LoreError(
    "USAGE",
    `Reading the address: "${name}" is "${text.slice(0, 40)}"; here it is a whole number from ${least} to ${most}. Leave it out to begin at the beginning.`,
    { field: name },
  );
}
