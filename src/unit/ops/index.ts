/** The ops: everything that can be said in an entry (docs/formats/ops.md). */
import { isRecord, oneOf, type Shape } from "../shape.ts";
import { type AttestOp, attestOp } from "./attest.ts";
import { type PostOp, postOp, type UsageOp, usageOp } from "./credit.ts";
import { type KeyOp, keyOp } from "./key.ts";
import { type MarkOp, markOp } from "./mark.ts";
import { type AliasOp, aliasOp, type MemberOp, memberOp } from "./member.ts";
import { type RedactOp, redactOp } from "./redact.ts";
import { type ReviewOp, reviewOp } from "./review.ts";
import { type ReviseOp, reviseOp } from "./revise.ts";
import { type RoleOp, roleOp } from "./role.ts";

export type Op =
  | MemberOp
  | AliasOp
  | KeyOp
  | RoleOp
  | ReviseOp
  | ReviewOp
  | MarkOp
  | RedactOp
  | UsageOp
  | PostOp
  | AttestOp;

const shapes: { readonly [N in Op["op"]]: Shape<Extract<Op, { op: N }>> } = {
  member: (value, where) => (isRecord(value) && "alias" in value ? aliasOp(value, where) : memberOp(value, where)),
  key: keyOp,
  role: roleOp,
  revise: reviseOp,
  review: reviewOp,
  mark: markOp,
  redact: redactOp,
  usage: usageOp,
  post: postOp,
  attest: attestOp,
};

const name = oneOf("member", "key", "role", "revise", "review", "mark", "redact", "usage", "post", "attest");

/** Reads one op. @throws LoreError MALFORMED, or UNSUPPORTED for an op or field of a newer format. */
export const op: Shape<Op> = (value, where) => {
  const found = name(isRecord(value) ? value["op"] : undefined, `${where}.op`);
  return shapes[found](value, where);
};

/** The parts an op names, in their order; none for ops that carry no content. */
export function partsOf(of: Op) {
  return "parts" in of ? (of.parts ?? []) : [];
}
