/** One entry while it is being folded: what every rule may look at, and where it says what changed. */
import { type Suite } from "../../bytes/index.ts";
import type { Entry, Opening, Sidecar } from "../../log/index.ts";
import type { Effect, PartRow } from "../../projection/contract.ts";
import { GENESIS_LOG, type Op, opId, partsOf } from "../../unit/index.ts";
import { broken, type CharterRules } from "./rules.ts";
import type { KeyRow, ProposalRow, Rows } from "./rows.ts";

export interface Frame {
  readonly rows: Rows;
  readonly suite: Suite;
  readonly index: number;
  /** Log time T, ms. */
  readonly time: number;
  readonly entry: Entry;
  readonly sidecar: Sidecar;
  /** Member number. */
  readonly author: number;
  readonly key: KeyRow;
  readonly rules: CharterRules;
  readonly effects: Effect[];
  /** Whether a write that can only become a proposal, against its author's wish, is refused as stale. */
  readonly strict: boolean;
  /** Decides a proposal other than a revision, after one more review of it. */
  readonly decide: (proposal: ProposalRow, verdict: "approve" | "reject") => void;
}

/** An op with the entry place it was said at, which for an accepted proposal is an earlier one. */
export interface Said<O extends Op = Op> {
  readonly op: O;
  readonly id: Uint8Array;
  readonly index: number;
  readonly place: number;
  readonly author: number;
}

/** `log` as ids are made of it: zeros inside the genesis. */
export function logOf(frame: Frame): Uint8Array {
  return frame.entry.log ?? GENESIS_LOG;
}

export function said<O extends Op>(frame: Frame, op: O, place: number): Said<O> {
  const id = opId(frame.suite, frame.entry.digest, place);
  return { op, id, index: frame.index, place, author: frame.author };
}

/** The parts of the entry's op at `place`, opened by the sidecar. */
export function partRows(frame: Frame, op: Op, place: number): PartRow[] {
  const openings: readonly (Opening | undefined)[] = frame.sidecar[place] ?? [];
  return partsOf(op).map(({ name, media, size }, i) => ({ name, media, size, digest: openings[i]?.digest }));
}

/** Takes the slots of an op's parts; a commitment fills one slot per log. */
export function claimCommitments(frame: Frame, op: Op): void {
  for (const { commit, name } of partsOf(op)) {
    const taken = frame.rows.db.run("INSERT OR IGNORE INTO commitment (commit_id) VALUES (?)", commit);
    if (taken === 0)
      throw broken("commitment", `The part "${name}" has the commitment of another part. Choose a new salt.`);
  }
}

/** Takes the parts of an op that is no revision: from here on they are found under its id, and can be redacted. */
export function keepParts(frame: Frame, { op, id, place, author }: Said): void {
  claimCommitments(frame, op);
  for (const { name, media, size, digest } of partRows(frame, op, place)) {
    frame.rows.db.run(
      "INSERT INTO op_part (op, name, media, size, author, idx, place, digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      ...[id, name, media, size, author, frame.index, place, digest ?? null],
    );
  }
}
