/** The charter's rules in force, and how a broken rule is said (docs/formats/rules.md). */
import { LoreError, type LoreErrorCode } from "../../bytes/index.ts";
import type { Role, Rules } from "../../unit/index.ts";
import { bytes, integer, oneOf, record, type Shaped } from "../../unit/shape.ts";

/** Every rule by which an entry can be void. */
export type RuleName =
  | "malformed"
  | "genesis"
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
  | "target"
  | "slot"
  | "head-redacted";

/** An entry that breaks `rule` is void as a whole; at admission it is refused with the same words. */
export function broken(rule: RuleName, message: string, code: LoreErrorCode = "REFUSED"): LoreError {
  return new LoreError(code, message, { data: { rule } });
}

export function ruleOf(error: unknown): RuleName | undefined {
  // `broken` alone sets data.rule.
  return error instanceof LoreError ? (error.data["rule"] as RuleName | undefined) : undefined;
}

const DAY_MS = 86_400_000;
export const REDACT_DELAY_MS = 14 * DAY_MS;
const APPROVALS_MAX = 100;

const shape = record(
  { logKey: bytes(32), visibility: oneOf("public", "members") },
  {
    /** Approvals that accept a suggestion. */
    approvals: integer(1, APPROVALS_MAX),
    /** The least role that writes without asking. */
    direct: oneOf("steward", "editor", "contributor"),
    join: oneOf("open", "approval", "invite"),
    redactDelay: integer(0, 365 * DAY_MS),
    term: integer(0),
    from: record({ size: integer(0), root: bytes(32) }),
  },
);

export interface CharterRules {
  readonly logKey: Uint8Array;
  readonly visibility: "public" | "members";
  readonly approvals: number;
  readonly direct: Role;
  readonly join: "open" | "approval" | "invite";
  readonly redactDelayMs: number;
  readonly term: number;
}

/** Reads a charter's rules, defaults filled in. @throws LoreError with rule "charter". */
export function readRules(rules: Rules | undefined): CharterRules {
  const read = checked(rules ?? {});
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

function checked(rules: Rules): Shaped<typeof shape> {
  try {
    return shape(rules, "rules");
  } catch (error) {
    if (error instanceof LoreError) throw broken("charter", `Reading a charter: ${error.message}`);
    throw error;
  }
}
