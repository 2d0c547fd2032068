/** What a kind of unit is: one value, in one file of this folder. Adding a kind is adding a file. */
import { utf8 } from "../../bytes/index.ts";
import type { LinkRel } from "../common.ts";
import { PATH_BYTES_MAX } from "../limits.ts";
import { list, oneOf, record, refuse, type Shape, text } from "../shape.ts";

export interface Kind<Meta = object> {
  readonly name: string;
  /** How its body is read for showing, indexing and exporting. */
  readonly body: "markdown" | "table" | "html" | "text" | "bytes";
  /** Media type of a body that says nothing else. */
  readonly media: string;
  /** Suffix of its file when it has no path of its own. */
  readonly suffix: string;
  /** Links it may carry. */
  readonly links: readonly LinkRel[];
  /** Its revisions need a majority of stewards and are never a direct write (DESIGN.md 4). */
  readonly governed: boolean;
  /** What the op's `rules` may say; absent where this version does not read them. */
  readonly rules?: Shape<object>;
  /** Fields of the meta part that only this kind has. */
  readonly meta: Shape<Meta>;
}

/** Limited in bytes, as file systems do. */
const path: Shape<string> = (value, where) => {
  const read = text(PATH_BYTES_MAX)(value, where);
  if (utf8(read).length > PATH_BYTES_MAX) throw refuse(where, `a path of at most ${PATH_BYTES_MAX} bytes`, value);
  return read;
};

/** Fields of every unit's meta part. Free text is Unicode; `pathHex` is a path that is not UTF-8. */
const shared = {
  title: text(300),
  path,
  pathHex: text(2_048, /^([0-9a-f]{2})+$/),
  lang: text(35, /^[a-zA-Z]{2,8}(-[a-zA-Z0-9]{1,8})*$/),
  tags: list(text(60), 64),
  /** The words that came with the change: a commit message, an edit summary. */
  note: text(20_000),
  /** Where an import found it: repository commit, file mode, symbolic link target. */
  source: record({}, { commit: text(64, /^[0-9a-f]+$/), mode: oneOf("100644", "100755", "120000"), url: text(2_048) }),
  via: list(text(300), 16),
} as const;

/** The shape of a whole meta part: the shared fields and `own`. */
export function meta<F extends Record<string, Shape<unknown>>>(own: F) {
  return record({}, { ...shared, ...own });
}

export type Meta = ReturnType<ReturnType<typeof meta<Record<never, never>>>>;
