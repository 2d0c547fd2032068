/** `member`: a new identity, or the claiming and merging of identities. */
import { ALIASES_MAX } from "../limits.ts";
import { digest, id, nonce, parts } from "../common.ts";
import { bytes, flag, list, oneOf, record, type Shaped } from "../shape.ts";

export const memberOp = record(
  { op: oneOf("member"), type: oneOf("person", "bot", "tool"), nonce },
  { key: bytes(32), next: digest, parts },
);
/** Without a key: a person named in history, whom nobody has claimed. */
export type MemberOp = Shaped<typeof memberOp>;

export const aliasOp = record({ op: oneOf("member"), alias: list(id, ALIASES_MAX, 1), into: id }, { end: flag, parts });
/** These identities are one person: `into`. With `end`, they are so no longer. */
export type AliasOp = Shaped<typeof aliasOp>;
