/**
 * What a projection is: tables that are a pure function of the entries, the sidecars and the parts held. Dropping
 * every table and replaying gives identical rows (DESIGN.md 3, the replay law).
 * A projection sees each entry once, in log order, after the rules have been applied to it, as a `Step`.
 * It reads other projections' tables never, the clock never, and writes only through the handle it is given.
 */
import type { Db } from "../store/sqlite/db.ts";

/** A part as one revision names it. `digest` is SHA-256 of the bytes; absent once the part is erased. */
export interface PartRow {
  readonly name: string;
  readonly media: string;
  /** Length in bytes. */
  readonly size: number;
  readonly digest: Uint8Array | undefined;
}

/** A revision as the rows know it. `n` and `unit` are row numbers, given in log order: 1, 2, 3 … */
export interface RevisionRow {
  readonly n: number;
  readonly unit: number;
  /** Kind of the unit: "page", "dataset", … */
  readonly kind: string;
  /** Index of the entry that carries it. */
  readonly index: number;
  /** Time shown, in ms: the source's own where it names one, else log time. */
  readonly time: number;
  /** SPDX expression the revision carries. */
  readonly licence: string | undefined;
  readonly parts: readonly PartRow[];
}

/** A revision that was accepted. */
export interface AcceptedRevision extends RevisionRow {
  /** Row numbers of the revisions it was made from, all of them accepted. */
  readonly parents: readonly number[];
}

/** What one entry changed, in the order it happened. */
export type Effect =
  /** A revision entered the record (proposed or not). */
  | { readonly type: "revision"; readonly revision: RevisionRow }
  /**
   * The unit's current revision is now this one. `previous` is the row number of the one before. Accepted with it is
   * whatever of its making was not yet: oldest first, itself last. Only a projection that follows the rows is told.
   */
  | {
      readonly type: "head";
      readonly revision: RevisionRow;
      readonly previous: number | undefined;
      readonly accepted?: readonly AcceptedRevision[];
    }
  /** A flag of a unit was set or cleared. */
  | { readonly type: "flag"; readonly unit: number; readonly flag: UnitFlag; readonly on: boolean }
  /** A member was named: its `name` part, when it has one. `member` is the row number. */
  | { readonly type: "member"; readonly member: number; readonly name: PartRow | undefined }
  /** A part of a revision was erased; every text derived from it must go. */
  | {
      readonly type: "redacted";
      readonly unit: number;
      readonly revision: number;
      readonly part: string;
      readonly residue?: ResidueRow | undefined;
    };

/** What was said to stay of an erased text: the part's digest, and which row a revision id named in it is. */
export interface ResidueRow {
  readonly digest: Uint8Array;
  readonly revision: (id: Uint8Array) => number | undefined;
}

/** Flags of a unit; `retired` and `superseded` take it out of what is shown by default. */
export type UnitFlag = "disputed" | "superseded" | "retired" | "redacted";

/** One entry with its effects. `time` is log time T(index) in ms. A void entry has no effects. */
export interface Step {
  readonly index: number;
  readonly time: number;
  readonly effects: readonly Effect[];
}

/** Reads the bytes of a part by digest; undefined when it is not held (erased, or not yet fetched). */
export type ReadPart = (digest: Uint8Array) => Uint8Array | undefined;

/** One running projection, bound to its database. */
export interface Projector {
  /** Folds one entry in. Called in log order, inside the caller's transaction. */
  apply(step: Step): void;
  /**
   * Finishes work that is cheaper in a batch; called before the transaction that holds the applied steps
   * commits, so rows on disk are always those of a whole prefix of the log. Where `more` follows at once, what only
   * the last state needs may wait for it, if the tables say what waits.
   */
  flush(more?: boolean): void;
}

export interface Projection {
  /** Names its tables' prefix too: the projection `search` owns `search_…`. */
  readonly name: string;
  /** Raised whenever the tables or their meaning change; a different number on disk means: drop and replay. */
  readonly version: number;
  /** Creates its tables; STRICT where SQLite allows. */
  readonly schema: string;
  open(db: Db, readPart: ReadPart): Projector;
}
