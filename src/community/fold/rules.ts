/** The charter's rules in force, and how a broken rule is said (docs/formats/rules.md). */
import { isLoreError, LoreError, type LoreErrorCode } from "../../bytes/index.ts";
import { kindRules, type Role, type Rules } from "../../unit/index.ts";

/** Every rule by which an entry can be void. */
export type RuleName =
  | "malformed"
  | "genesis"
  | "signature"
  | "log"
  | "author"
  | "key"
  | "banned"
  | "prev"
  | "agent-scope"
  | "member"
  | "unit"
  | "kind"
  | "parent"
  | "contributor"
  | "commitment"
  | "subject"
  | "decided"
  | "charter"
  | "too-few-stewards"
  | "too-few-reviewers"
  | "epoch"
  | "target"
  | "slot"
  | "head-redacted";

/** An entry that breaks `rule` is void as a whole; at admission it is refused with the same words. */
export function broken(rule: RuleName, message: string, code: LoreErrorCode = "REFUSED"): LoreError {
  return new LoreError(code, message, { data: { rule } });
}

export function ruleOf(error: unknown): RuleName | undefined {
  if (isLoreError(error, "BAD_SIGNATURE")) return "signature";
  // `broken` alone sets data.rule.
  return error instanceof LoreError ? (error.data["rule"] as RuleName | undefined) : undefined;
}

const DAY_MS = 86_400_000;
export const REDACT_DELAY_MS = 14 * DAY_MS;
export interface CharterRules {
  readonly logKey: Uint8Array;
  readonly visibility: "public" | "members";
  readonly approvals: number;
  readonly direct: Role;
  readonly join: "open" | "approval" | "invite";
  readonly redactDelayMs: number;
  readonly term: number;
}

/** Reads a charter's rules, defaults filled in. @throws LoreError MALFORMED. */
export function readRules(rules: Rules): CharterRules {
  const read = kindRules.charterRules(rules, "rules");
  return {
    logKey: read.logKey,
    visibility: read.visibility,
    approvals: read.approvals ?? 1,
    direct: read.direct ?? "editor",
    join: read.join ?? "approval",
    redactDelayMs: read.redactDelay ?? REDACT_DELAY_MS,
    term: read.term ?? 0,
  };
}
