/** Revisions: how one enters the record, when it becomes its unit's head, and what reviews do. */
import { base32, encode, equal } from "../../bytes/index.ts";
import { type Contributor, type ReviewOp, type ReviseOp, revisionId, type Target, unitId } from "../../unit/index.ts";
import { isAccepted, isRejected, mayDirectly, type Question, requirementOfKind } from "./consent.ts";
import { claimCommitments, type Frame, logOf, partRows, type Said } from "./frame.ts";
import { isNotebook, requireQuorum } from "./members.ts";
import { broken, readRules } from "./rules.ts";
import type { RevisionRow } from "../../projection/contract.ts";
import type { StoredRevision, UnitRow } from "./rows.ts";

/** What all shares in a revision come to. */
const SHARES = 1_000_000;

/** Records a revision and, where its author may write directly, makes it the head. */
export function revise(frame: Frame, { op, place }: Said<ReviseOp>): void {
  const { rows, suite, entry } = frame;
  const id = revisionId(suite, { log: logOf(frame), author: entry.author, op });
  if (rows.revisionById(id) !== undefined) return;
  const unit = op.nonce === undefined ? knownUnit(frame, op) : newUnit(frame, op, op.nonce);
  if (op.kind === "charter") requireCharter(frame, op, unit);
  claimCommitments(frame, op);
  const { revision, parents } = insertRevision(frame, { op, place, id, unit });
  frame.effects.push({ type: "revision", revision });

  const needed = requirementOfKind(op.kind, frame.rules);
  if (op.propose === true || !signsFreely(frame) || !mayDirectly(rows, frame.author, needed)) return;
  // Nearly always it continues the head and nothing else.
  const continues = parents.length < 2 && (parents[0] ?? null) === unit.head;
  const chain = continues ? new Set([revision.n]) : rows.chain(unit.head, revision.n);
  if (chain !== undefined) accept(frame, { revision, unit }, chain);
  else if (frame.strict) throw stale(unit, rows.revision(unit.head ?? 0));
}

/** An assistant only suggests, but in a notebook, where its owner said so. */
function signsFreely(frame: Frame): boolean {
  return frame.key.kinds === null || (frame.key.direct === 1 && isNotebook(frame));
}

function knownUnit(frame: Frame, op: ReviseOp): UnitRow {
  const unit = frame.rows.unitById(op.unit);
  if (unit === undefined) throw broken("unit", `No unit has the id ${base32.encode(op.unit)} here.`, "NOT_FOUND");
  if (unit.kind !== op.kind)
    throw broken("kind", `This unit is a ${unit.kind} and stays one; the revision says ${op.kind}.`);
  return unit;
}

function newUnit(frame: Frame, op: ReviseOp, nonce: Uint8Array): UnitRow {
  const { rows, suite, entry } = frame;
  if (!equal(op.unit, unitId(suite, { log: logOf(frame), author: entry.author, nonce }))) {
    throw broken("unit", "The unit id of a first revision must be made of this log, its author and its nonce.");
  }
  if (rows.unitById(op.unit) !== undefined)
    throw broken("unit", "A unit with this id exists already; name its revision as parent.");
  const n = rows.db.insert("INSERT INTO unit (id, kind, idx) VALUES (?, ?, ?)", op.unit, op.kind, frame.index);
  return { n, id: op.unit, kind: op.kind, head: null, disputed: 0, superseded_by: null, retired: 0, redacted: 0 };
}

interface NewRevision {
  readonly op: ReviseOp;
  readonly place: number;
  readonly id: Uint8Array;
  readonly unit: UnitRow;
}

/** Answers the revision as projections see it, and its parents' row numbers. */
function insertRevision(
  frame: Frame,
  { op, place, id, unit }: NewRevision,
): { revision: RevisionRow; parents: number[] } {
  const { db } = frame.rows;
  // A source cannot be later than the record that names it: a false date would hide every later version.
  const time = Math.min(op.source?.time ?? frame.time, frame.time);
  const n = db.insert(
    `INSERT INTO revision (id, unit, idx, place, author, key, state, time, sourced, licence, rules)
     VALUES (?, ?, ?, ?, ?, ?, 'proposed', ?, ?, ?, ?)`,
    ...[id, unit.n, frame.index, place, frame.author, frame.key.n],
    ...[time, op.source === undefined ? 0 : 1, op.licence ?? null],
    op.rules === undefined ? null : encode(op.rules),
  );
  const parents: number[] = [];
  for (const parentId of op.parents) {
    const parent = frame.rows.revisionById(parentId);
    if (parent?.unit !== unit.n || parent.n === n) {
      throw broken("parent", `The parent ${base32.encode(parentId)} is no earlier revision of this unit.`);
    }
    db.run("INSERT OR IGNORE INTO parent (revision, parent) VALUES (?, ?)", n, parent.n);
    parents.push(parent.n);
  }
  insertContributors(frame, n, op.by ?? []);
  const parts = partRows(frame, op, place);
  for (const { name, media, size, digest } of parts) {
    db.run(
      "INSERT INTO part (revision, name, media, size, digest) VALUES (?, ?, ?, ?, ?)",
      n,
      name,
      media,
      size,
      digest ?? null,
    );
  }
  for (const { rel, to, at } of op.links ?? []) {
    if (at !== undefined && typeof to !== "string") requireTarget(frame, { unit: to, at });
    const [toId, toText] = typeof to === "string" ? [null, to] : [to, null];
    db.run(
      "INSERT INTO link (revision, rel, to_id, to_text, at) VALUES (?, ?, ?, ?, ?)",
      n,
      rel,
      toId,
      toText,
      at ?? null,
    );
  }
  const revision = { n, unit: unit.n, kind: op.kind, index: frame.index, time, licence: op.licence, parts };
  return { revision, parents };
}

/** Each member stands once, and the shares are parts of a whole. */
function insertContributors({ rows }: Frame, revision: number, by: readonly Contributor[]): void {
  for (const { member, share } of by) {
    const n = rows.memberById(member)?.n;
    if (n === undefined) throw broken("contributor", `No member has the id ${base32.encode(member)} here.`);
    const added = rows.db.run(
      "INSERT OR IGNORE INTO contributor (revision, member, share) VALUES (?, ?, ?)",
      revision,
      n,
      share ?? null,
    );
    if (added === 0) throw broken("contributor", "A version names each of its authors once.");
  }
  if (by.reduce((sum, { share = 0 }) => sum + share, 0) > SHARES)
    throw broken("contributor", `The authors' shares come to more than ${SHARES}.`);
}

/** Makes a revision the head of its unit; everything in `chain`, back to the old head, is accepted with it. */
function accept(
  frame: Frame,
  { revision, unit }: { revision: RevisionRow; unit: UnitRow },
  chain: ReadonlySet<number>,
): void {
  const { rows } = frame;
  const last =
    unit.head === null
      ? undefined
      : rows.db.get<{ seq: number; shown: number }>(
          "SELECT seq, shown FROM head WHERE unit = ? ORDER BY seq DESC LIMIT 1",
          unit.n,
        );
  const seq = (last?.seq ?? 0) + 1;
  for (const n of chain) rows.db.run("UPDATE revision SET state = 'accepted', accepted = ? WHERE n = ?", seq, n);
  rows.db.run(
    "INSERT INTO head (unit, seq, idx, revision, shown) VALUES (?, ?, ?, ?, ?)",
    ...[unit.n, seq, frame.index, revision.n, Math.max(last?.shown ?? 0, revision.time)],
  );
  rows.db.run("UPDATE unit SET head = ? WHERE n = ?", revision.n, unit.n);
  frame.effects.push({ type: "head", revision, previous: unit.head ?? undefined });
  if (unit.kind === "charter") adoptCharter(frame, revision.n);
}

/** The charter, once accepted, is in force from the next entry on; what it asks for must be there at once. */
function adoptCharter({ rows }: Frame, tip: number): void {
  rows.db.run("UPDATE state SET rules = (SELECT rules FROM revision WHERE n = ?)", tip);
  requireQuorum(rows);
}

function requireCharter(frame: Frame, op: ReviseOp, unit: UnitRow): void {
  const rules = readRules(op.rules ?? {});
  if (rules.visibility !== frame.rules.visibility)
    throw broken("charter", "Who may read is fixed when a community begins.");
  const state = frame.rows.db.get<{ charter: number }>("SELECT charter FROM state");
  if (state?.charter !== unit.n) throw broken("charter", "A community has one charter; revise that one.");
  if (!equal(rules.logKey, frame.rules.logKey) || rules.term !== frame.rules.term) {
    throw broken("charter", "Changing the log key takes a succession, which this version does not know.");
  }
}

function stale(unit: UnitRow, head: StoredRevision | undefined): Error {
  const current = head === undefined ? "" : base32.encode(head.id);
  const message = `The page changed meanwhile: its current revision is ${current}. Build on that one, or send yours as a suggestion.`;
  const error = broken("parent", message, "STALE");
  Object.assign(error.data, { unit: base32.encode(unit.id), head: current });
  return error;
}

/** Records a review; an approval may complete what a proposal needs, a rejection may close it. */
export function review(frame: Frame, said: Said<ReviewOp>): void {
  const { op } = said;
  const { rows } = frame;
  const subject = op.on instanceof Uint8Array ? op.on : undefined;
  const target = op.on instanceof Uint8Array ? undefined : op.on;
  if (subject === undefined && op.verdict !== "comment")
    throw broken("subject", "Only a comment may be about a passage.");
  const revision = subject === undefined ? undefined : rows.revisionById(subject);
  const proposal = subject === undefined || revision !== undefined ? undefined : rows.proposalById(subject);
  if (subject !== undefined && revision === undefined && proposal === undefined) {
    throw broken("subject", `Nothing here has the id ${base32.encode(subject)}.`, "NOT_FOUND");
  }
  const { state } = revision ?? proposal ?? { state: "void" };
  // A later word replaces an earlier one: what was declined may still be taken up. Parties to a right may consent to it
  // when the stewards have accepted it (docs/formats/rights.md).
  const consents = state === "accepted" && revision !== undefined && rows.unit(revision.unit)?.kind === "right";
  const open = state === "proposed" || (state === "rejected" && op.verdict === "approve") || consents;
  if (op.verdict !== "comment" && !open) throw broken("decided", "This was decided already; suggest a change instead.");
  rows.db.run(
    `INSERT INTO review (id, idx, place, member, verdict, subject, unit, at, part, range_start, range_end)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[said.id, frame.index, said.place, frame.author, op.verdict, subject ?? null],
    ...[target === undefined ? null : requireTarget(frame, target), target?.at ?? null, target?.part ?? null],
    ...[target?.range?.[0] ?? null, target?.range?.[1] ?? null],
  );
  if (subject === undefined || op.verdict === "comment" || consents) return;
  if (revision !== undefined) decideRevision(frame, op.verdict, revision);
  else if (proposal !== undefined) frame.decide(proposal, op.verdict);
}

function decideRevision(frame: Frame, verdict: "approve" | "reject", revision: StoredRevision): void {
  const { rows } = frame;
  const unit = rows.unit(revision.unit);
  if (unit === undefined) throw new Error(`unit ${revision.unit} has no row`);
  const chain = rows.chain(unit.head, revision.n);
  const question: Question = {
    subject: revision.id,
    needed: requirementOfKind(unit.kind, frame.rules),
    authors: new Set([...(chain ?? [revision.n])].map((n) => rows.person(rows.revision(n)?.author ?? 0))),
    proposed: rows.signedByAuthor(revision) ? { member: revision.author, idx: revision.idx } : undefined,
  };
  if (verdict === "reject") {
    if (isRejected(rows, question)) closeRevision(frame, revision.n, "rejected");
  } else if (isAccepted(rows, frame.rules, question)) {
    const view = chain === undefined ? undefined : rows.view(revision.n);
    if (chain !== undefined && view !== undefined) accept(frame, { revision: view, unit }, chain);
    else if (frame.strict) throw stale(unit, rows.revision(unit.head ?? 0));
  }
}

/** Declined or withdrawn, and since when: whoever looks at an earlier moment sees it waiting. */
export function closeRevision({ rows, index }: Frame, revision: number, state: "rejected" | "withdrawn"): void {
  rows.db.run("UPDATE revision SET state = ? WHERE n = ?", state, revision);
  rows.db.run("INSERT OR REPLACE INTO closed (revision, idx, state) VALUES (?, ?, ?)", revision, index, state);
}

/** The number of a target's unit, once everything else the target names is known to be there. */
export function requireTarget({ rows }: Pick<Frame, "rows">, { unit: id, at, part, range }: Target): number {
  const unit = rows.unitById(id);
  if (unit === undefined) throw broken("target", `No unit has the id ${base32.encode(id)} here.`, "NOT_FOUND");
  if (at === undefined) return unit.n;
  const revision = rows.revisionById(at);
  if (revision?.unit !== unit.n)
    throw broken("target", `This unit has no revision ${base32.encode(at)} yet.`, "NOT_FOUND");
  const found = part === undefined ? undefined : rows.parts(revision.n).find(({ name }) => name === part);
  if (part !== undefined && found === undefined)
    throw broken("target", `This revision has no part "${part}".`, "NOT_FOUND");
  const [, end = 0] = range ?? [];
  if (found !== undefined && end > found.size)
    throw broken("target", `The part "${found.name}" has ${found.size} bytes, and the passage ends at ${end}.`);
  return unit.n;
}
