/** What several ops share: part references, links, targets, contributors (docs/formats/ops.md). */
import { encode, type Cbor, LoreError } from "../bytes/index.ts";
import { BY_MAX, LINKS_MAX, PART_BYTES_MAX, PARTS_MAX, RULES_BYTES_MAX, TIME_MS_MAX } from "./limits.ts";
import {
  bytes,
  either,
  integer,
  isRecord,
  list,
  oneOf,
  record,
  refuse,
  type Shape,
  type Shaped,
  text,
} from "./shape.ts";

export const id = bytes(20);
export const digest = bytes(32);
export const nonce = bytes(16);
export const time = integer(0, TIME_MS_MAX);

/** A part named by its commitment; `size` in bytes, `media` an Internet media type. */
const part = record({
  name: text(32, /^[a-z][a-z0-9-]*$/),
  commit: digest,
  size: integer(0, PART_BYTES_MAX),
  media: text(100, /^[a-z0-9.+-]+\/[a-z0-9.+-]+(; ?[a-z0-9.+-]+=[a-zA-Z0-9.+-]+)*$/),
});
export type PartRef = Shaped<typeof part>;

/** The parts of an op; a name stands once. */
export const parts: Shape<readonly PartRef[]> = (value, where) => {
  const read = list(part, PARTS_MAX)(value, where);
  if (new Set(read.map(({ name }) => name)).size !== read.length) throw refuse(where, "each part name once", value);
  return read;
};

export const LINK_RELS = [
  "derivedFrom",
  "uses",
  "cites",
  "partOf",
  "answers",
  "translates",
  "governs",
  "generatedBy",
  "sameAs",
] as const;
export type LinkRel = (typeof LINK_RELS)[number];

/** `lore:<community>/<unit>[@<revision>]`: a unit of another community. */
const foreign = text(150, /^lore:[a-z2-7]{32}\/[a-z2-7]{32}(@[a-z2-7]{52})?$/);

const link = record(
  { rel: oneOf(...LINK_RELS), to: either((value) => typeof value === "string", foreign, id) },
  { at: digest },
);
export type Link = Shaped<typeof link>;
export const links = list(link, LINKS_MAX);

const contributor = record({ member: id }, { share: integer(0, 1_000_000) });
export type Contributor = Shaped<typeof contributor>;
export const by = list(contributor, BY_MAX, 1);

const target = record(
  { unit: id },
  { at: digest, part: text(32, /^[a-z][a-z0-9-]*$/), range: list(integer(0, PART_BYTES_MAX), 2, 2) },
);
/** A unit, one of its revisions, a part of that, or a range of bytes `[start, end)` of the part. */
export type Target = Shaped<typeof target>;

const checkedTarget: Shape<Target> = (value, where) => {
  const read = target(value, where);
  if (read.range === undefined) return read;
  const [start = 0, end = 0] = read.range;
  if (read.at === undefined || read.part === undefined || start > end) {
    throw refuse(where, "a range with its revision and part, start not after end", value);
  }
  return read;
};

/** What a review or mark is about: an op or revision by its 32-byte id, or a target. */
export const subject = either((value) => value instanceof Uint8Array, digest, checkedTarget);
export type Subject = Shaped<typeof subject>;

/** Machine-readable terms of a charter, policy or right: ids, integers, ASCII enums; at most 4 KiB encoded. */
export const rules: Shape<Rules> = (value, where) => {
  if (!isRecord(value)) throw refuse(where, "a map", value);
  // It was decoded from CBOR, so it is CBOR.
  const map = value as Rules;
  if (encode(map).length > RULES_BYTES_MAX) {
    throw new LoreError("TOO_LARGE", `Reading ${where}: rules may take ${RULES_BYTES_MAX} bytes.`, {
      limit: RULES_BYTES_MAX,
    });
  }
  return map;
};
export interface Rules {
  readonly [key: string]: Cbor | undefined;
}
