/** Marks and redactions: what is said about a unit, and what is hidden of it. */
import { base32, decode, equal, LoreError } from "../../bytes/index.ts";
import type { UnitFlag } from "../../projection/contract.ts";
import { type MarkOp, opShape, type RedactOp, type Slot } from "../../unit/index.ts";
import type { Frame, Said } from "./frame.ts";
import { closeRevision, requireTarget } from "./revisions.ts";
import { broken } from "./rules.ts";
import type { UnitRow } from "./rows.ts";

/** The unit a mark is about, by target or revision. */
export function markedUnit(frame: Frame, op: MarkOp): UnitRow {
  const { rows } = frame;
  const unit = rows.unit(
    op.on instanceof Uint8Array ? (rows.revisionById(op.on)?.unit ?? 0) : requireTarget(frame, op.on),
  );
  if (unit === undefined) throw broken("target", "The mark names no revision that is here.", "NOT_FOUND");
  return unit;
}

/** Takes back one's own proposal or mark. */
export function withdraw(frame: Frame, { op }: Said<MarkOp>): void {
  const { rows } = frame;
  const subject = op.on instanceof Uint8Array ? op.on : undefined;
  const revision = subject && rows.revisionById(subject);
  const proposal = subject && rows.proposalById(subject);
  const mark = subject && markById(frame, subject);
  const found = revision ?? proposal ?? mark;
  if (found === undefined) throw broken("subject", "To withdraw, name a suggestion or mark by its id.", "NOT_FOUND");
  if (mark === undefined && (revision ?? proposal)?.state !== "proposed") {
    throw broken("decided", "This was decided already and cannot be withdrawn.");
  }
  const owner = mark?.member ?? revision?.author ?? proposal?.author ?? 0;
  if (rows.person(owner) !== rows.person(frame.author)) throw broken("author", "Only its author can withdraw it.");
  if (mark !== undefined && changesUnit(mark.mark))
    throw broken("subject", "What it changed is changed back by restoring the unit.");
  if (revision !== undefined) closeRevision(frame, revision.n, "withdrawn");
  if (proposal !== undefined) rows.db.run("UPDATE proposal SET state = 'withdrawn' WHERE n = ?", proposal.n);
  if (mark !== undefined && mark.until_idx === null) {
    rows.db.run("UPDATE mark SET until_idx = ? WHERE n = ?", frame.index, mark.n);
    if (mark.mark === "dispute") countDispute(frame, mark.unit, -1);
  }
}

/** Marks that raise or lower a unit's flags for good. */
function changesUnit(mark: string): boolean {
  return mark === "supersede" || mark === "retire" || mark === "restore";
}

interface MarkRow {
  readonly n: number;
  readonly member: number;
  readonly mark: string;
  readonly unit: number;
  readonly until_idx: number | null;
}

function markById(frame: Frame, id: Uint8Array): MarkRow | undefined {
  return frame.rows.db.get("SELECT n, member, mark, unit, until_idx FROM mark WHERE id = ?", id);
}

/** Records a mark and lets it have its effect. */
export function applyMark(frame: Frame, said: Said<MarkOp>): void {
  const { op } = said;
  const unit = markedUnit(frame, op);
  const target = op.on instanceof Uint8Array ? { at: op.on, part: undefined, range: undefined } : op.on;
  frame.rows.db.run(
    `INSERT INTO mark (id, idx, place, member, mark, verdict, unit, at, part, range_start, range_end)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[said.id, said.index, said.place, said.author, op.mark, op.verdict ?? null, unit.n, target.at ?? null],
    ...[target.part ?? null, target.range?.[0] ?? null, target.range?.[1] ?? null],
  );
  const time = Math.min(op.source?.time ?? frame.time, frame.time);
  switch (op.mark) {
    case "dispute":
      return countDispute(frame, unit.n, 1);
    case "retire":
      return setFlag(frame, unit.n, { flag: "retired", on: true, time });
    case "supersede": {
      const replacement = op.by === undefined ? undefined : frame.rows.unitById(op.by);
      if (op.by !== undefined && replacement === undefined)
        throw broken("target", "The unit that is to take its place is not here.", "NOT_FOUND");
      requireNoRing(frame, unit, replacement);
      frame.rows.db.run("UPDATE unit SET superseded_by = ? WHERE n = ?", replacement?.n ?? 0, unit.n);
      return setFlag(frame, unit.n, { flag: "superseded", on: true, time });
    }
    case "restore":
      frame.rows.db.run("UPDATE unit SET superseded_by = NULL WHERE n = ?", unit.n);
      if (unit.superseded_by !== null) setFlag(frame, unit.n, { flag: "superseded", on: false, time });
      if (unit.retired === 1) setFlag(frame, unit.n, { flag: "retired", on: false, time });
      return;
    case "confirm":
    case "thank":
    case "withdraw":
      return;
    default:
      return op.mark satisfies never;
  }
}

/** What replaces it is followed to its end: where that is the unit itself, nothing of the ring would be shown any more. */
function requireNoRing({ rows }: Frame, unit: UnitRow, replacement: UnitRow | undefined): void {
  if (replacement?.n === unit.n) throw broken("target", "A unit cannot take its own place.");
  // Ends: no mark that closed a ring ever had force.
  for (let next = replacement; next !== undefined; next = rows.unit(next.superseded_by ?? 0)) {
    if (next.superseded_by === unit.n)
      throw broken(
        "target",
        "What is to take its place was itself replaced by it, at once or by way of others: nobody would find either. Restore that one first.",
      );
  }
}

/**
 * At admission, a mark that is to wait for consent: it must be one that could have its effect now, and not be what the same person
 * suggested already. In a log it waits all the same; its approval is void then.
 * @throws LoreError REFUSED, `target`; REFUSED, naming the id under which it waits.
 */
export function requireWorthAsking(frame: Frame, { op }: Said<MarkOp>): void {
  const { rows } = frame;
  const unit = markedUnit(frame, op);
  if (op.by !== undefined) requireNoRing(frame, unit, rows.unitById(op.by));
  const person = rows.person(frame.author);
  const waiting = rows.db.all<{ id: Uint8Array; author: number; body: Uint8Array }>(
    "SELECT id, author, body FROM proposal WHERE state = 'proposed' AND op = 'mark' ORDER BY n",
  );
  for (const { id, author, body } of waiting) {
    if (rows.person(author) !== person) continue;
    const before = opShape(decode(body), "proposal");
    const isSame =
      before.op === "mark" &&
      before.mark === op.mark &&
      markedUnit(frame, before).n === unit.n &&
      (before.by === undefined ? op.by === undefined : op.by !== undefined && equal(before.by, op.by));
    if (isSame)
      throw new LoreError(
        "REFUSED",
        `You suggested this already: it waits for consent under the id ${base32.encode(id)}. Withdraw that one first to say it anew.`,
        { field: "mark", data: { waiting: base32.encode(id) } },
      );
  }
}

function countDispute(frame: Frame, unit: number, change: number): void {
  const before = frame.rows.unit(unit)?.disputed ?? 0;
  frame.rows.db.run("UPDATE unit SET disputed = ? WHERE n = ?", before + change, unit);
  const on = before + change > 0;
  if (before > 0 !== on) setFlag(frame, unit, { flag: "disputed", on, time: frame.time });
}

const COLUMNS: Readonly<Partial<Record<UnitFlag, string>>> = { retired: "retired", redacted: "redacted" };

function setFlag(frame: Frame, unit: number, { flag, on, time }: { flag: UnitFlag; on: boolean; time: number }): void {
  const { db } = frame.rows;
  const column = COLUMNS[flag];
  if (column !== undefined) db.run(`UPDATE unit SET ${column} = ? WHERE n = ?`, on ? 1 : 0, unit);
  db.run(
    "INSERT INTO flag (unit, seq, idx, flag, raised, time) SELECT ?, coalesce(max(seq), 0) + 1, ?, ?, ?, ? FROM flag WHERE unit = ?",
    ...[unit, frame.index, flag, on ? 1 : 0, time, unit],
  );
  frame.effects.push({ type: "flag", unit, flag, on });
}

/** Where a slot is: in a revision, or in another op, which may be the one that named a member. */
interface Holder {
  readonly author: number;
  readonly revision: number | undefined;
  readonly member: number | undefined;
}

function holderOf(frame: Frame, { op: id, part }: Slot): Holder {
  const { rows } = frame;
  const revision = rows.revisionById(id);
  if (revision !== undefined && rows.parts(revision.n).some(({ name }) => name === part)) {
    return { author: revision.author, revision: revision.n, member: undefined };
  }
  const row = rows.db.get<{ author: number }>("SELECT author FROM op_part WHERE op = ? AND name = ?", id, part);
  if (row === undefined) throw broken("slot", `No part "${part}" of ${base32.encode(id)} is here.`, "NOT_FOUND");
  requireNoPosting(frame, id);
  const member = rows.db.get<{ n: number }>("SELECT n FROM member WHERE op = ?", id);
  return { author: row.author, revision: undefined, member: member?.n };
}

/** What was shared out is told by usage tables and postings alone. They name no text of anybody. */
function requireNoPosting({ rows }: Frame, id: Uint8Array): void {
  const found =
    rows.db.get("SELECT 1 FROM credit WHERE id = ?", id) ??
    rows.db.get("SELECT 1 FROM proposal WHERE id = ? AND op IN ('usage', 'post')", id);
  if (found !== undefined)
    throw broken("slot", "Usage tables and postings are never changed. Correct one with a posting of its own.");
}

/** Whether every slot is the author's own. */
export function redactsOwn(frame: Frame, op: RedactOp, author: number): boolean {
  const person = frame.rows.person(author);
  return op.slots.every((slot) => {
    const holder = holderOf(frame, slot);
    return [holder.author, holder.member].some((n) => n !== undefined && frame.rows.person(n) === person);
  });
}

/**
 * Hides the slots at once; their bytes are erased once log time passes `due`. A slot is hidden once only and
 * never filled again.
 */
export function redact(frame: Frame, { op, id }: Said<RedactOp>): void {
  const { rows } = frame;
  const due = frame.time + frame.rules.redactDelayMs;
  for (const slot of op.slots) {
    const { revision, member } = holderOf(frame, slot);
    const hidden = rows.db.run(
      "INSERT OR IGNORE INTO slot (op, part, revision, idx, due, by) VALUES (?, ?, ?, ?, ?, ?)",
      ...[slot.op, slot.part, revision ?? null, frame.index, due, id],
    );
    if (hidden === 0) throw broken("slot", `The part "${slot.part}" is hidden already.`);
    if (member !== undefined && slot.part === "name") frame.effects.push({ type: "member", member, name: undefined });
    if (revision === undefined) {
      rows.db.run("UPDATE op_part SET digest = NULL WHERE op = ? AND name = ?", slot.op, slot.part);
      if (slot.part === "state") rows.db.run("UPDATE attestation SET digest = NULL WHERE id = ?", slot.op);
      continue;
    }
    rows.db.run("UPDATE part SET digest = NULL WHERE revision = ? AND name = ?", revision, slot.part);
    const unit = rows.revision(revision)?.unit ?? 0;
    frame.effects.push({ type: "redacted", unit, revision, part: slot.part });
    if (rows.unit(unit)?.redacted === 0) setFlag(frame, unit, { flag: "redacted", on: true, time: frame.time });
  }
}

/** Redacting a head needs a new head in the same entry: called once all ops have had their effect. */
export function requireShownHeads({ rows, effects }: Pick<Frame, "rows" | "effects">): void {
  for (const effect of effects) {
    if (effect.type === "redacted" && rows.unit(effect.unit)?.head === effect.revision) {
      throw broken(
        "head-redacted",
        "This is the current version: a new one must take its place in the same entry, and be accepted by it. Whoever may not write directly asks an editor, or suggests a new version first.",
      );
    }
  }
}
