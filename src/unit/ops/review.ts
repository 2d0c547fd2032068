/** `review`: one member's word on a proposal, or a comment on anything. */
import { by, parts, subject } from "../common.ts";
import { oneOf, record, type Shaped } from "../shape.ts";

export const reviewOp = record(
  { op: oneOf("review"), verdict: oneOf("approve", "reject", "comment"), on: subject },
  { by, parts },
);
/** `on`: the op id or revision id; a comment may also name a target. The words are in the part `text`. */
export type ReviewOp = Shaped<typeof reviewOp>;
