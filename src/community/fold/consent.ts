/**
 * The one consent mechanism (DESIGN.md 4): who may do what directly, what accepts a proposal, and whether the
 * approvals given so far do. Approvals count when their giver was eligible on giving and is so now.
 */
import { kindOf, type Op, type Role } from "../../unit/index.ts";
import type { CharterRules } from "./rules.ts";
import { RANK, type Rows } from "./rows.ts";

/** What it takes to let one op have its effect. */
export interface Requirement {
  /** Needs the consent of a majority of stewards, and is never a direct write. */
  readonly governed: boolean;
  /** The least role that may do it directly; undefined: nobody may. */
  readonly direct: Role | undefined;
}

const GOVERNED: Requirement = { governed: true, direct: undefined };
const OPEN: Requirement = { governed: false, direct: undefined };

const by = (direct: Role): Requirement => ({ governed: false, direct });

/** `kind` is that of the unit a revision or mark is about; `own` whether the author acts on their own. */
export function requirement(op: Op, rules: CharterRules, about: { kind?: string | undefined; own: boolean }): Requirement {
  switch (op.op) {
    case "revise":
      return kindOf(op.kind).governed ? GOVERNED : by(rules.direct);
    case "mark":
      if (about.kind !== undefined && kindOf(about.kind).governed) return GOVERNED;
      return by(rules.direct === "contributor" ? "contributor" : "editor");
    case "member":
      return "alias" in op ? by("steward") : by("editor");
    case "role":
      return op.role === "steward" ? (about.own && op.act === "end" ? by("steward") : GOVERNED) : by("steward");
    case "key":
      return by("steward");
    case "redact":
      return about.own ? by("contributor") : GOVERNED;
    case "usage":
    case "post":
      return GOVERNED;
    case "review":
    case "attest":
      return OPEN;
    default:
      return op satisfies never;
  }
}

/** Whether `member` may do it without asking. A single steward decides alone. */
export function mayDirectly(rows: Rows, member: number, needed: Requirement): boolean {
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
}

/** Whether the reviews so far accept the proposal, under the rules now in force. */
export function isAccepted(rows: Rows, rules: CharterRules, { subject, needed, authors }: Question): boolean {
  const approvers = standing(rows, subject, "approve");
  if (needed.governed) return hasMajority(rows, [...authors, ...approvers]);
  if (approvers.some((member) => mayDirectly(rows, member, needed))) return true;
  const others = approvers.filter((member) => !authors.has(rows.person(member)));
  return others.length >= rules.approvals;
}

/** Whether a rejection closes the proposal: a majority of stewards where they decide, else one who may accept it. */
export function isRejected(rows: Rows, { subject, needed }: Question): boolean {
  const against = standing(rows, subject, "reject");
  return needed.governed ? hasMajority(rows, against) : against.some((member) => mayDirectly(rows, member, needed));
}

function hasMajority(rows: Rows, members: readonly number[]): boolean {
  const stewards = new Set(rows.holders("steward"));
  const consenting = new Set(members.filter((member) => stewards.has(member)));
  return consenting.size >= Math.floor(stewards.size / 2) + 1;
}

/** Members whose latest review of `subject` says `verdict`, eligible (editor or steward) when giving it and now. */
function standing(rows: Rows, subject: Uint8Array, verdict: "approve" | "reject"): number[] {
  const latest = new Map<number, { idx: number; verdict: string }>();
  for (const review of rows.db.all<{ member: number; idx: number; verdict: string }>(
    "SELECT member, idx, verdict FROM review WHERE subject = ? AND verdict <> 'comment' ORDER BY n",
    subject,
  )) {
    latest.set(rows.person(review.member), review);
  }
  return [...latest]
    .filter(([member, review]) => {
      const eligible = rows.rank(member, review.idx) >= RANK.editor && rows.rank(member) >= RANK.editor;
      return eligible && review.verdict === verdict;
    })
    .map(([member]) => member);
}
