/** `redact`: hides parts at once and erases them after the charter's delay. */
import { digest, parts } from "../common.ts";
import { SLOTS_MAX } from "../limits.ts";
import { list, oneOf, record, type Shaped, text } from "../shape.ts";

const slot = record({ op: digest, part: text(32) });
/** One part of one op: the op's id (a revision's is its revision id) and the part's name. */
export type Slot = Shaped<typeof slot>;

export const redactOp = record({ op: oneOf("redact"), slots: list(slot, SLOTS_MAX, 1) }, { parts });
/** `parts` may hold the reason (`text`) and a `residue`: run lengths of token origins, no text. */
export type RedactOp = Shaped<typeof redactOp>;
