/**
 * The fold: entries in, rows and effects out (DESIGN.md 4). It reads entries and the openings of their parts,
 * never the parts themselves, and no clock: the same log gives the same rows on every node.
 * An entry that breaks a rule is void as a whole: nothing of it is kept but the name of the rule.
 * Runs inside the caller's transaction; after that one is undone, `reload` says where the rows stand.
 */
import { readFileSync } from "node:fs";

import { base32, decode, encode, equal, LoreError, type Suite } from "../../bytes/index.ts";
import { type Entry, type Sidecar, verifyEntry } from "../../log/index.ts";
import type { Effect, Step } from "../../projection/contract.ts";
import type { Db } from "../../store/index.ts";
import {
  type AttestOp,
  memberId,
  type MemberOp,
  type Op,
  opShape,
  type PostOp,
  type UsageOp,
} from "../../unit/index.ts";
import { isAccepted, isRejected, mayDirectly, type Requirement, requirement } from "./consent.ts";
import { type Frame, keepParts, type Said, said } from "./frame.ts";
import { applyMark, markedUnit, redact, redactsOwn, requireShownHeads, requireWorthAsking, withdraw } from "./marks.ts";
import { addMember, aliasMembers, changeKey, changeRole, recoverMember } from "./members.ts";
import { review, revise } from "./revisions.ts";
import { broken, type CharterRules, ruleOf } from "./rules.ts";
import { type KeyRow, type ProposalRow, Rows } from "./rows.ts";

export const FOLD_SCHEMA = readFileSync(new URL("schema.sql", import.meta.url), "utf8");
/** Raised whenever the rows or their meaning change. */
export const FOLD_VERSION = 10;

export interface FoldOptions {
  readonly db: Db;
  readonly suite: Suite;
}

interface State {
  readonly size: number;
  readonly time: number;
  readonly log: Uint8Array | undefined;
  readonly rules: CharterRules | undefined;
  readonly newerFrom: number | undefined;
}

const EMPTY: State = { size: 0, time: 0, log: undefined, rules: undefined, newerFrom: undefined };

export class Fold {
  readonly rows: Rows;
  readonly #options: FoldOptions;
  #state: State = EMPTY;

  /** `db` holds the tables of FOLD_SCHEMA. */
  constructor(options: FoldOptions) {
    this.#options = options;
    this.rows = new Rows(options.db);
    this.reload();
  }

  /** Entries folded so far. */
  get size(): number {
    return this.#state.size;
  }

  /** Log time T of the last entry, ms. */
  get time(): number {
    return this.#state.time;
  }

  /** @throws when nothing was folded yet. */
  get rules(): CharterRules {
    const { rules } = this.#state;
    if (rules === undefined) throw new Error("a log without entries has no rules");
    return rules;
  }

  /** Digest of the genesis entry; undefined before it. */
  get log(): Uint8Array | undefined {
    return this.#state.log;
  }

  /** The first entry that needs a newer version of this program, if there is one. */
  get newerFrom(): number | undefined {
    return this.#state.newerFrom;
  }

  /** Takes up the state that the rows hold. */
  reload(): void {
    this.rows.forgetPeople();
    const row = this.rows.db.get<{ size: number; time: number; log: Uint8Array; newer_from: number | null }>(
      "SELECT size, time, log, newer_from FROM state",
    );
    if (row === undefined && this.rows.db.get("SELECT idx FROM entry_time LIMIT 1") !== undefined)
      throw new LoreError(
        "INTEGRITY",
        'The tables made from the record do not say how far they come; the record itself is not touched. "lore rebuild" makes them anew.',
      );
    this.#state =
      row === undefined
        ? EMPTY
        : {
            size: row.size,
            time: row.time,
            log: row.log,
            rules: this.rows.rulesInForce(),
            newerFrom: row.newer_from ?? undefined,
          };
  }

  /** Folds the next entry in, as it came. One that breaks a rule is void. @throws LoreError when it is no genesis and should be. */
  apply(entry: Entry, sidecar: Sidecar): Step {
    const { size } = this;
    try {
      return this.rows.db.transaction(() => this.#apply(verifyEntry(this.#options.suite, entry), sidecar, false));
    } catch (error) {
      this.reload();
      const rule = ruleOf(error);
      if (rule === undefined || size === 0) throw error;
      return this.void(rule, entry.time);
    }
  }

  /** Folds the next entry in, its signature verified, or refuses it with nothing changed. @throws LoreError saying the rule it breaks. */
  admit(entry: Entry, sidecar: Sidecar): Step {
    try {
      return this.rows.db.transaction(() => this.#apply(entry, sidecar, true));
    } catch (error) {
      this.reload();
      throw error;
    }
  }

  /** Records that the next entry is void under `rule`; its claimed time still moves log time. */
  void(rule: string, claimedTime: number): Step {
    const { size: index, time } = this.#state;
    this.rows.db.run("INSERT INTO void (idx, rule) VALUES (?, ?)", index, rule);
    return this.#finish({ index, time: Math.max(time, claimedTime), effects: [] });
  }

  /** Stops here: entry `size` and all after it need a newer version. @throws LoreError UNSUPPORTED when that is all there is. */
  stop(): void {
    if (this.size === 0)
      throw new LoreError("UNSUPPORTED", "This record needs a newer version of this program from its first entry on.");
    this.rows.db.run("UPDATE state SET newer_from = ?", this.size);
    this.reload();
  }

  #apply(entry: Entry, sidecar: Sidecar, strict: boolean): Step {
    if (this.#state.newerFrom !== undefined) {
      const message = `Entry ${this.#state.newerFrom} needs a newer version of this program; nothing can be added until it is updated.`;
      throw new LoreError("UNSUPPORTED", message);
    }
    const index = this.size;
    const time = Math.max(this.time, entry.time);
    const effects: Effect[] = [];
    if (entry.ops.every(leavesPeople)) this.rows.keepPeople();
    else this.rows.forgetPeople();
    if (entry.log === null) this.#begin(entry, index);
    const frame = this.#frame({ entry, sidecar, strict, index, time, effects });
    const skipped = this.#skipsFirstOp(entry) ? 1 : 0;
    for (const [place, op] of entry.ops.entries()) if (place >= skipped) this.#dispatch(frame, said(frame, op, place));
    requireShownHeads(frame);
    this.rows.db.run(
      "INSERT INTO key_tip (key, digest) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET digest = excluded.digest",
      entry.key,
      entry.digest,
    );
    return this.#finish({ index, time, effects });
  }

  /** The author's own first op (their `member`, or a recovery) took effect before there was a frame. */
  #skipsFirstOp(entry: Entry): boolean {
    const [first] = entry.ops;
    return this.#joins(entry) || (first?.op === "key" && first.act === "recover");
  }

  #joins(entry: Entry): boolean {
    const [first] = entry.ops;
    return first?.op === "member" && "type" in first && first.key !== undefined && equal(first.key, entry.key);
  }

  /** Who signs, with which key, from where on: everything about an entry but its ops. */
  #frame(open: Pick<Frame, "entry" | "sidecar" | "strict" | "index" | "time" | "effects">): Frame {
    const { entry } = open;
    const base = { ...open, rows: this.rows, suite: this.#options.suite, rules: this.rules };
    const shared = {
      ...base,
      decide: (proposal: ProposalRow, verdict: "approve" | "reject") => this.#decide(frame, proposal, verdict),
    };
    if (entry.log !== null && !(this.log !== undefined && equal(entry.log, this.log))) {
      throw broken("log", "The entry was signed for another community.");
    }
    const tip = this.rows.db.get<{ digest: Uint8Array }>("SELECT digest FROM key_tip WHERE key = ?", entry.key);
    if (tip === undefined ? entry.prev !== null : entry.prev === null || !equal(tip.digest, entry.prev)) {
      const error = broken(
        "prev",
        "The entry does not follow the last one of its key. Read that one and sign again.",
        "STALE",
      );
      Object.assign(error.data, { prev: tip === undefined ? null : base32.encode(tip.digest) });
      throw error;
    }
    const frame: Frame = { ...shared, ...this.#signer(shared) };
    return frame;
  }

  #signer(open: Omit<Frame, "author" | "key">): { author: number; key: KeyRow } {
    const { entry } = open;
    const [first] = entry.ops;
    if (this.#joins(entry) && first?.op === "member" && "type" in first) this.#join(open, first);
    recoverMember(open);
    const member = this.rows.memberById(entry.author);
    if (member === undefined) throw broken("author", "The entry's author is no member here. Join first.", "FORBIDDEN");
    const key = this.rows.activeKey(entry.key);
    if (key?.member !== member.n)
      throw broken("key", "The entry's key is not, or no longer, one of its author.", "FORBIDDEN");
    if (key.until_time !== null && open.time > key.until_time)
      throw broken("key", "The assistant's key has expired.", "FORBIDDEN");
    if (this.rows.rank(member.n) === 0 && entry.log !== null)
      throw broken("banned", "This member may not write here any more.", "FORBIDDEN");
    return { author: member.n, key };
  }

  /** A newcomer's own `member` op, before they are anybody here. */
  #join(open: Omit<Frame, "author" | "key">, op: MemberOp): void {
    const { entry, suite } = open;
    if (
      op.key === undefined ||
      !equal(entry.author, memberId(suite, { key: op.key, nonce: op.nonce, next: op.next }))
    ) {
      throw broken("author", "A newcomer's entry must be by the member its first op makes.");
    }
    const nobody: KeyRow = { n: 0, key: entry.key, member: 0, kinds: null, until_time: null, direct: 0 };
    const frame: Frame = { ...open, author: this.rows.memberById(entry.author)?.n ?? 0, key: nobody };
    const it = { ...said(frame, op, 0), op };
    keepParts(frame, it);
    addMember(frame, it);
  }

  /** The genesis: exactly a member, their role of steward and the charter, in force without a rule. */
  #begin(entry: Entry, index: number): void {
    const [member, role, charter, more] = entry.ops;
    const formed =
      index === 0 &&
      member?.op === "member" &&
      role?.op === "role" &&
      charter?.op === "revise" &&
      more === undefined &&
      role.act === "grant" &&
      role.role === "steward" &&
      equal(role.member, entry.author) &&
      charter.kind === "charter" &&
      charter.propose === undefined;
    if (!formed)
      throw broken("genesis", "A record begins with exactly a member, their role of steward and the charter.");
    this.rows.db.run(
      "INSERT INTO state (id, size, time, log, charter, rules) VALUES (1, 0, 0, ?, 1, ?)",
      ...[entry.digest, encode(charter.rules ?? {})],
    );
    this.reload();
  }

  #dispatch(frame: Frame, it: Said): void {
    const { op } = it;
    requireAgentScope(frame, op);
    if (op.op === "revise") return revise(frame, { ...it, op });
    keepParts(frame, it);
    if (frame.entry.log === null || mayDirectly(this.rows, frame.author, this.#requirement(frame, it)))
      return this.#perform(frame, it);
    if (frame.strict && op.op === "mark") requireWorthAsking(frame, { ...it, op });
    this.rows.db.run(
      "INSERT INTO proposal (id, idx, place, author, op, body, state) VALUES (?, ?, ?, ?, ?, ?, 'proposed')",
      ...[it.id, it.index, it.place, it.author, op.op, encode(op)],
    );
  }

  #requirement(frame: Frame, { op, author }: Said): Requirement | undefined {
    const kind = op.op === "mark" && op.mark !== "withdraw" ? markedUnit(frame, op).kind : undefined;
    const own =
      op.op === "redact"
        ? redactsOwn(frame, op, author)
        : op.op === "role" && this.rows.memberById(op.member)?.n === author;
    return requirement(op, frame.rules, { kind, own });
  }

  /** Lets an op have its effect: at once, or at the approval that completes what it needs. */
  #perform(frame: Frame, it: Said): void {
    const { op } = it;
    switch (op.op) {
      case "member":
        return "alias" in op ? aliasMembers(frame, { ...it, op }) : addMember(frame, { ...it, op });
      case "role":
        return changeRole(frame, { ...it, op });
      case "key":
        return changeKey(frame, { ...it, op });
      case "review":
        return review(frame, { ...it, op });
      case "mark":
        return op.mark === "withdraw" ? withdraw(frame, { ...it, op }) : applyMark(frame, { ...it, op });
      case "redact":
        return redact(frame, { ...it, op });
      case "attest":
        return attest(frame, { ...it, op });
      case "usage":
      case "post":
        return keepCredit(frame, { ...it, op });
      case "revise":
        return;
      default:
        return op satisfies never;
    }
  }

  #decide(frame: Frame, proposal: ProposalRow, verdict: "approve" | "reject"): void {
    const { id, idx: index, place, author } = proposal;
    const it: Said = { op: opShape(decode(proposal.body), "proposal"), id, index, place, author };
    const needed = this.#requirement(frame, it);
    if (needed === undefined) throw new Error(`a ${proposal.op} needs no consent`);
    const question = {
      subject: id,
      needed,
      authors: new Set([this.rows.person(author)]),
      proposed: { member: author, idx: index },
    };
    const decided =
      verdict === "reject" ? isRejected(this.rows, question) : isAccepted(this.rows, frame.rules, question);
    if (!decided) return;
    this.rows.db.run(
      "UPDATE proposal SET state = ? WHERE n = ?",
      verdict === "reject" ? "rejected" : "accepted",
      proposal.n,
    );
    if (verdict === "approve") this.#perform(frame, it);
  }

  #finish(step: Step): Step {
    this.rows.db.run("UPDATE state SET size = ?, time = ?", step.index + 1, step.time);
    this.rows.db.run("INSERT INTO entry_time (idx, time) VALUES (?, ?)", step.index, step.time);
    const newRules = step.effects.some((effect) => effect.type === "head" && effect.revision.kind === "charter");
    if (newRules) this.reload();
    else this.#state = { ...this.#state, size: step.index + 1, time: step.time };
    return step;
  }
}

/** Ops that cannot change who is a member, with which key and role: a review can, by accepting an op that does. */
function leavesPeople({ op }: Op): boolean {
  return op === "revise" || op === "mark" || op === "attest";
}

/** Puts evidence on record; what it means is its readers' matter. */
function attest(frame: Frame, { op, id }: Said<AttestOp>): void {
  frame.rows.db.run(
    "INSERT INTO attestation (id, idx, about, member, digest) VALUES (?, ?, ?, ?, ?)",
    ...[id, frame.index, op.about, frame.author, frame.rows.opPart(id, "state")?.digest ?? null],
  );
}

/** Puts a usage table or postings on record; periods are closed once, one after the other. */
function keepCredit(frame: Frame, { op, id, index }: Said<UsageOp | PostOp>): void {
  const { db } = frame.rows;
  const next = db.get<{ n: number }>("SELECT count(*) AS n FROM credit WHERE op = 'usage'")?.n ?? 0;
  if (op.op === "usage" && op.epoch !== next)
    throw broken(
      "epoch",
      `Closing period ${op.epoch}: the one to be closed next is ${next}. Look at it again.`,
      "STALE",
    );
  db.run(
    "INSERT INTO credit (id, idx, said, op, body) VALUES (?, ?, ?, ?, ?)",
    ...[id, frame.index, index, op.op, encode(op)],
  );
}

/** An assistant proposes kinds it was lent and comments; nothing else (DESIGN.md 4, `key`). */
function requireAgentScope(frame: Frame, op: Op): void {
  const { kinds } = frame.key;
  if (kinds === null) return;
  const allowed =
    op.op === "revise" ? kinds.split(" ").includes(op.kind) : op.op === "review" && op.verdict === "comment";
  if (!allowed)
    throw broken("agent-scope", `This assistant may suggest ${kinds} and comment, nothing else.`, "FORBIDDEN");
}
