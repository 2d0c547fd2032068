/**
 * The one consent mechanism (DESIGN.md 4): who may do what directly, what accepts a proposal, and whether the
 * approvals given so far do. Approvals count when their giver was eligible on giving and is so now.
 */
import { kindOf, type Op, RANK, type Role } from "../../unit/index.ts";
import type { CharterRules } from "./rules.ts";
import type { Rows } from "./rows.ts";

/** What it takes to let one op have its effect. */
export interface Requirement {
  /** Needs the consent of a majority of stewards, and is never a direct write. */
  readonly governed: boolean;
  /** The least role that may do it directly; undefined: nobody may. */
  readonly direct: Role | undefined;
  /** The least role whose reviews count. */
  readonly reviewer: Role;
}

const GOVERNED: Requirement = { governed: true, direct: undefined, reviewer: "steward" };
const BY_STEWARD_ALONE: Requirement = { governed: false, direct: "steward", reviewer: "steward" };

const by = (direct: Role): Requirement => ({
  governed: false,
  direct,
  reviewer: direct === "contributor" ? direct : "editor",
});

/**
 * `kind` is that of the unit a revision or mark is about; `own` whether the author acts on their own.
 * undefined: it is its author's word alone, or a matter of their own keys, and takes effect as it is said.
 */
export function requirement(
  op: Op,
  rules: CharterRules,
  about: { kind?: string | undefined; own: boolean },
): Requirement | undefined {
  switch (op.op) {
    case "revise":
      return requirementOfKind(op.kind, rules);
    case "mark":
      if (op.mark !== "supersede" && op.mark !== "retire" && op.mark !== "restore") return undefined;
      if (about.kind !== undefined && kindOf(about.kind).governed) return GOVERNED;
      return by(rules.direct === "contributor" ? "contributor" : "editor");
    case "member":
      return "alias" in op ? by("steward") : by("editor");
    case "role":
      return op.role === "steward" ? (about.own && op.act === "end" ? by("steward") : GOVERNED) : by("steward");
    case "key":
      return op.act === "rekey" ? BY_STEWARD_ALONE : undefined;
    case "redact":
      return about.own ? by("contributor") : GOVERNED;
    case "usage":
    case "post":
      return GOVERNED;
    case "review":
    case "attest":
      return undefined;
    default:
      return op satisfies never;
  }
}

/** What a revision of a unit of this kind takes. */
export function requirementOfKind(kind: string, rules: CharterRules): Requirement {
  return kindOf(kind).governed ? GOVERNED : by(rules.direct);
}

/** Whether `member` may do it without asking. A single steward decides alone. */
export function mayDirectly(rows: Rows, member: number, needed: Requirement | undefined): boolean {
  if (needed === undefined) return true;
  const rank = rows.rank(member);
  if (needed.governed) return rank === RANK.steward && rows.holders("steward").length === 1;
  return needed.direct !== undefined && rank >= RANK[needed.direct];
}

export interface Question {
  /** Op id or revision id. */
  readonly subject: Uint8Array;
  readonly needed: Requirement;
  /** Authors and sponsors of everything that would be newly accepted. */
  readonly authors: ReadonlySet<number>;
  /** Who proposed it with a key of their own, and where: their consent, where stewards decide. */
  readonly proposed: { readonly member: number; readonly idx: number } | undefined;
}

/** Whether the reviews so far accept the proposal, under the rules now in force. */
export function isAccepted(rows: Rows, rules: CharterRules, question: Question): boolean {
  const { needed, authors } = question;
  const approvers = standing(rows, question, "approve");
  if (needed.governed) return isMajority(rows, approvers);
  if (approvers.some((member) => mayDirectly(rows, member, needed))) return true;
  return approvers.filter((member) => !authors.has(member)).length >= rules.approvals;
}

/** Whether a rejection closes the proposal: a majority of stewards where they decide, else one who may accept it. */
export function isRejected(rows: Rows, question: Question): boolean {
  const against = standing(rows, question, "reject");
  return question.needed.governed
    ? isMajority(rows, against)
    : against.some((member) => mayDirectly(rows, member, question.needed));
}

function isMajority(rows: Rows, stewards: readonly number[]): boolean {
  return stewards.length * 2 > rows.holders("steward").length;
}

/** Persons whose latest word on the subject is `verdict`, and who were eligible on saying it and are so now. */
function standing(rows: Rows, { subject, needed, proposed }: Question, verdict: "approve" | "reject"): number[] {
  const latest = new Map<number, { idx: number; verdict: string }>();
  if (needed.governed && proposed !== undefined)
    latest.set(rows.person(proposed.member), { idx: proposed.idx, verdict: "approve" });
  for (const review of rows.db.all<{ member: number; idx: number; verdict: string }>(
    "SELECT member, idx, verdict FROM review WHERE subject = ? AND verdict <> 'comment' ORDER BY n",
    subject,
  )) {
    latest.set(rows.person(review.member), review);
  }
  const least = RANK[needed.reviewer];
  return [...latest]
    .filter(
      ([member, review]) =>
        review.verdict === verdict && rows.rank(member, review.idx) >= least && rows.rank(member) >= least,
    )
    .map(([member]) => member);
}
