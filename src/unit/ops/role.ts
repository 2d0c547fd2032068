/** `role`: grants or ends a role. A steward does all that an editor may, an editor all that a contributor may. */
import { id } from "../common.ts";
import { oneOf, record, type Shaped } from "../shape.ts";

export const ROLES = ["steward", "editor", "contributor"] as const;
export type Role = (typeof ROLES)[number];
/** How much each may; who has none of them, 0. */
export const RANK: Readonly<Record<Role, number>> = { contributor: 1, editor: 2, steward: 3 };

export const roleOp = record({ op: oneOf("role"), act: oneOf("grant", "end"), member: id, role: oneOf(...ROLES) });
export type RoleOp = Shaped<typeof roleOp>;
