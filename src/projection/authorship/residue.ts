/**
 * What stays of texts that are erased: whose words they were, and whose words stand in what was made from them, as far
 * as that could not be found without them (docs/formats/authorship.md). No text, and no hash of one.
 */
import { type Cbor, decode, encode, LoreError } from "../../bytes/index.ts";
import { decodeOrigins, encodeOrigins } from "./runs.ts";

/** Of one revision. */
export interface Remains {
  /** Its id. */
  readonly revision: Uint8Array;
  /** By token, the number of a revision in the order of the log, from 1 on; 0 for this one. */
  readonly origins: Uint32Array;
  /** Words by origin: of an erased text, which cannot be counted any more. */
  readonly words?: ReadonlyMap<number, number> | undefined;
}

export function encodeResidue(residue: readonly Remains[]): Uint8Array {
  return encode(
    residue.map(({ revision, origins, words }) => [
      revision,
      encodeOrigins(origins),
      words === undefined ? null : [...words].flat(),
    ]),
  );
}

/** @throws LoreError MALFORMED. */
export function decodeResidue(bytes: Uint8Array): readonly Remains[] {
  return listOf(decode(bytes)).map((each) => {
    const [revision, runs, words, more] = listOf(each);
    if (!isId(revision) || !(runs instanceof Uint8Array) || words === undefined || more !== undefined)
      throw malformed("a version is not its id, its runs and its words");
    return { revision, origins: originsIn(runs), words: words === null ? undefined : wordsIn(listOf(words)) };
  });
}

/** No text that is tracked has more. */
const TOKENS_MAX = 2 * 1024 * 1024;

function originsIn(runs: Uint8Array): Uint32Array {
  try {
    return decodeOrigins(runs, TOKENS_MAX);
  } catch {
    throw malformed("its runs make no sense");
  }
}

function wordsIn(list: readonly Cbor[]): Map<number, number> {
  const numbers = list.map((each) => (isNumber(each) ? each : 0));
  if (list.length % 2 === 1 || numbers.includes(0)) throw malformed("words are pairs of numbers from 1 on");
  return new Map(
    Array.from({ length: list.length / 2 }, (_, i) => [numbers[i * 2] ?? 0, numbers[i * 2 + 1] ?? 0] as const),
  );
}

function isId(value: Cbor | undefined): value is Uint8Array {
  return value instanceof Uint8Array && value.length === 32;
}

function isNumber(value: Cbor | undefined): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}

const isList: (value: Cbor) => value is readonly Cbor[] = Array.isArray;

function listOf(value: Cbor): readonly Cbor[] {
  if (isList(value)) return value;
  throw malformed("it is not lists of lists");
}

function malformed(found: string): LoreError {
  return new LoreError("MALFORMED", `Reading a residue: ${found}.`);
}
