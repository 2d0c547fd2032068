/** `revise`: a new revision of a unit, or the first of a new one. */
import { by, digest, id, links, nonce, parts, rules, time } from "../common.ts";
import { kindOf } from "../kinds/index.ts";
import { PARENTS_MAX } from "../limits.ts";
import { flag, list, oneOf, record, refuse, type Shape, type Shaped, text } from "../shape.ts";

const shape = record(
  { op: oneOf("revise"), unit: id, kind: text(20, /^[a-z]+$/), parents: list(digest, PARENTS_MAX), parts },
  {
    nonce,
    propose: flag,
    source: record({ time }),
    rules,
    links,
    by,
    licence: text(200),
  },
);
/**
 * `parents` are earlier revisions of the same unit, none iff `nonce` stands (it makes the unit's id).
 * `propose`: never taken as a direct write. `licence`: an SPDX expression.
 */
export type ReviseOp = Shaped<typeof shape>;

export const reviseOp: Shape<ReviseOp> = (value, where) => {
  const read = shape(value, where);
  if ((read.nonce === undefined) === (read.parents.length === 0)) {
    throw refuse(where, "a nonce for a new unit or else at least one parent", value);
  }
  // The facts that say what it is called; nothing could be shown without them.
  if (!read.parts.some(({ name }) => name === "meta")) throw refuse(`${where}.parts`, "a part called meta", read.parts);
  kindOf(read.kind).rules?.(read.rules ?? {}, `${where}.rules`);
  return read;
};
