/** `mark`: says something about a unit, a revision or a passage, once, without changing it. */
import { id, parts, subject, time } from "../common.ts";
import { oneOf, record, type Shaped } from "../shape.ts";

export const MARKS = ["confirm", "dispute", "supersede", "retire", "restore", "withdraw", "thank"] as const;
export type MarkName = (typeof MARKS)[number];

export const markOp = record(
  { op: oneOf("mark"), mark: oneOf(...MARKS), on: subject },
  { verdict: oneOf("holds", "fails"), by: id, parts, source: record({ time }) },
);
/**
 * `verdict` with confirm: still true, or did not work. `by` with supersede: the unit that
 * takes its place. `source.time`: when it happened where it was imported from, in ms.
 */
export type MarkOp = Shaped<typeof markOp>;
