/** Units: ops, kinds, links, targets and ids. Pure. */
export type { Contributor, Link, LinkRel, PartRef, Rules, Subject, Target } from "./common.ts";
export {
  commitment,
  GENESIS_LOG,
  memberId,
  nextKeyDigest,
  opId,
  parseDigest,
  parseId,
  revisionId,
  unitId,
} from "./ids.ts";
export { type Kind, type Meta } from "./kinds/kind.ts";
export * as kindRules from "./kinds/rules.ts";
export { kindOf, KINDS, parseMeta, readMeta } from "./kinds/index.ts";
export * as limits from "./limits.ts";
export { op as opShape, type Op, partsOf } from "./ops/index.ts";
export type { AttestOp } from "./ops/attest.ts";
export type { PostOp, UsageOp } from "./ops/credit.ts";
export type { KeyOp } from "./ops/key.ts";
export type { MarkName, MarkOp } from "./ops/mark.ts";
export type { AliasOp, MemberOp } from "./ops/member.ts";
export type { RedactOp, Slot } from "./ops/redact.ts";
export type { ReviewOp } from "./ops/review.ts";
export type { ReviseOp } from "./ops/revise.ts";
export { RANK, type Role, type RoleOp, ROLES } from "./ops/role.ts";
