/**
 * What a new text says of itself and nobody could read or find: a licence that is none, and in the rules of a right
 * whoever is not here, for whom it would wait for ever. Looked at when it is admitted; what is on record stays.
 */
import { base32, LoreError } from "../bytes/index.ts";
import type { Entry } from "../log/index.ts";
import { readExpression } from "../projection/credit/licences.ts";
import { kindRules, type Op } from "../unit/index.ts";
import type { Rows } from "./fold/rows.ts";

/** @throws LoreError REFUSED naming what is not here. */
export function requireTerms(rows: Rows, { ops }: Entry): void {
  for (const op of ops) {
    if (op.op === "revise" && op.licence !== undefined) requireLicence(op.licence);
    if (op.op === "revise" && op.kind === "policy")
      for (const { member } of kindRules.policyRules(op.rules ?? {}, "rules").fixed ?? [])
        requireMember(rows, ops, member);
    if (op.op !== "revise" || op.kind !== "right") continue;
    const rules = kindRules.rightRules(op.rules ?? {}, "rules");
    if ("licence" in rules) requireLicence(rules.licence);
    requireUnit(rows, ops, "of" in rules ? rules.of : undefined);
    for (const member of membersIn(rules)) requireMember(rows, ops, member);
  }
}

/** @throws LoreError REFUSED for what is no SPDX expression. */
function requireLicence(licence: string): void {
  if (readExpression(licence) === undefined)
    throw refused(
      `its licence "${licence}" is no SPDX expression. Write it as in "CC-BY-4.0" or "MIT OR Apache-2.0", or "LicenseRef-Ours" for one of your own`,
    );
}

function membersIn(rules: kindRules.RightRules): string[] {
  switch (rules.form) {
    case "shares":
      return rules.holders.map(({ member }) => member);
    case "transfer":
      return [rules.from, rules.to];
    case "grant":
      return [rules.to];
    case "licence":
    case undefined:
      return [];
    default:
      return rules satisfies never;
  }
}

function requireUnit(rows: Rows, ops: readonly Op[], unit: string | undefined): void {
  if (unit === undefined || rows.unitById(base32.decode(unit)) !== undefined) return;
  if (ops.some((op) => op.op === "revise" && base32.encode(op.unit) === unit)) return;
  throw refused(`it is about ${unit}, and no unit here has that id. "lore rights UNIT" shows the id of one`);
}

/** An entry that brings members may name them. */
function requireMember(rows: Rows, ops: readonly Op[], member: string): void {
  if (rows.memberById(base32.decode(member)) !== undefined || ops.some(({ op }) => op === "member")) return;
  throw refused(`it names ${member}, and nobody here has that id. "lore people" lists them`);
}

function refused(found: string): LoreError {
  return new LoreError("REFUSED", `Taking these terms: ${found}.`, { field: "rules" });
}
