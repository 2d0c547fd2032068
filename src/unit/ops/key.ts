/** `key`: adding, ending, recovering and lending keys. */
import { digest, id, time } from "../common.ts";
import { bytes, flag, list, oneOf, record, type Shape, type Shaped, isRecord, text } from "../shape.ts";

const key = bytes(32);
const op = oneOf("key");

const acts = {
  /** One more key of the author. */
  add: record({ op, act: oneOf("add"), key }),
  /** A key of the author signs no longer, from the next entry on. */
  revoke: record({ op, act: oneOf("revoke"), key }),
  /** Signed by the key whose hash `next` named: it takes the place of all others. */
  recover: record({ op, act: oneOf("recover") }, { next: digest }),
  /** A steward gives a plain contributor a new key in place of all others. */
  rekey: record({ op, act: oneOf("rekey"), member: id, key }, { next: digest }),
  /** Lends signing to an agent's key: kinds it may write, until when; `direct` only in a notebook. */
  lend: record(
    { op, act: oneOf("lend"), agent: key, kinds: list(text(20, /^[a-z]+$/), 16), until: time },
    { direct: flag },
  ),
};
type Act = keyof typeof acts;
export type KeyOp = { [A in Act]: Shaped<(typeof acts)[A]> }[Act];

const act = oneOf("add", "revoke", "recover", "rekey", "lend");

export const keyOp: Shape<KeyOp> = (value, where) =>
  acts[act(isRecord(value) ? value["act"] : undefined, `${where}.act`)](value, where);
