/**
 * Where an import stands: which unit and revision of the community each number of a plan is. A plan numbers
 * units and revisions in log order and an older plan is a prefix of a newer one, so for what was written by an
 * earlier run the numbers are found again by (commit, path), which every imported revision carries.
 */
import { equal, hex, textOf } from "../bytes/index.ts";
import type { Community } from "../community/index.ts";
import type { Group, PlanOp } from "./git/planner.ts";

export interface KnownUnit {
  readonly id: Uint8Array;
  readonly kind: string;
  /** Digest of the body last written, for the store to build on. */
  readonly body: Uint8Array | undefined;
  /** The same of the facts; undefined for one that an earlier run wrote. */
  readonly meta: Uint8Array | undefined;
}

interface FoundRevision {
  readonly revision: Uint8Array;
  readonly unit: Uint8Array;
  readonly kind: string;
  readonly body: Uint8Array | null;
}

type Revise = Extract<PlanOp, { op: "revise" }>;

export class Standing {
  readonly #community: Community;
  readonly #units = new Map<number, KnownUnit>();
  readonly #revisions = new Map<number, Uint8Array>();
  readonly #unitOfRevision = new Map<number, number>();
  /** The revision that this import last made a unit's head. */
  readonly #heads = new Map<number, Uint8Array>();
  /** Units whose head on record, when this run began, was not the one that earlier runs had put there. */
  readonly #edited = new Set<number>();

  constructor(community: Community) {
    this.#community = community;
  }

  unit(unit: number): KnownUnit | undefined {
    return this.#units.get(unit);
  }

  revision(revision: number): Uint8Array | undefined {
    return this.#revisions.get(revision);
  }

  add(op: Revise, made: { unit: KnownUnit; revision: Uint8Array; accepted: boolean }): void {
    this.#units.set(op.unit, made.unit);
    this.#revisions.set(op.revision, made.revision);
    this.#unitOfRevision.set(op.revision, op.unit);
    if (made.accepted) this.#heads.set(op.unit, made.revision);
  }

  accept(revision: number): void {
    const unit = this.#unitOfRevision.get(revision);
    const id = this.#revisions.get(revision);
    if (unit !== undefined && id !== undefined) this.#heads.set(unit, id);
  }

  /** The unit's head on record, as the only parent of a revision whose own parents are not known here. */
  headOf(unit: number): Uint8Array[] {
    const id = this.#units.get(unit)?.id;
    const head = id === undefined ? undefined : this.#community.facts.unitById(id)?.head;
    const revision = head == null ? undefined : this.#community.facts.revision(head);
    return revision === undefined ? [] : [revision.id];
  }

  /** Whether somebody edited the unit here since the last run. What is edited during a run is left to the rules. */
  isEdited(unit: number): boolean {
    return this.#edited.has(unit);
  }

  /** Finds again what earlier runs wrote for these groups. */
  replay(groups: readonly Group[]): void {
    if (groups.length === 0) return;
    const found = this.#imported();
    const last = new Map<number, Revise>();
    for (const { steps } of groups) {
      for (const step of steps) {
        for (const op of step.ops) {
          if (op.op === "accept") this.accept(op.revision);
          if (op.op !== "revise") continue;
          this.#recall(op, found.get(`${step.oid}\0${pathKey(op.path)}`));
          if (!op.propose) last.set(op.unit, op);
        }
      }
    }
    for (const op of last.values()) if (!this.#units.has(op.unit)) this.#recallByPath(op);
    for (const [unit, expected] of this.#heads) {
      const [head] = this.headOf(unit);
      if (head !== undefined && !equal(head, expected)) this.#edited.add(unit);
    }
  }

  /** After a rewritten history the versions before are not on record under their commits, only their outcome. */
  #recallByPath(op: Revise): void {
    const row = this.#community.rows.get<FoundRevision>(
      `SELECT r.id AS revision, u.id AS unit, u.kind, p.digest AS body
       FROM catalog_fact f JOIN unit u ON u.head = f.revision JOIN revision r ON r.n = u.head
       LEFT JOIN part p ON p.revision = r.n AND p.name = 'body'
       WHERE coalesce(f.path_hex, f.path) = ? ORDER BY u.retired, u.n LIMIT 1`,
      pathKey(op.path),
    );
    this.#recall(op, row);
  }

  #recall(op: Revise, found: FoundRevision | undefined): void {
    if (found === undefined) return;
    const unit = { id: found.unit, kind: found.kind, body: found.body ?? undefined, meta: undefined };
    this.add(op, { unit, revision: found.revision, accepted: !op.propose });
  }

  #imported(): Map<string, FoundRevision> {
    const rows = this.#community.rows.all<
      FoundRevision & { source: string; path: string | null; path_hex: string | null }
    >(
      `SELECT f.source, f.path, f.path_hex, r.id AS revision, u.id AS unit, u.kind, p.digest AS body
       FROM catalog_fact f JOIN revision r ON r.n = f.revision JOIN unit u ON u.n = r.unit
       LEFT JOIN part p ON p.revision = r.n AND p.name = 'body' WHERE f.source IS NOT NULL`,
    );
    return new Map(rows.map((row) => [`${row.source}\0${row.path_hex ?? row.path ?? ""}`, row]));
  }
}

function pathKey(path: Uint8Array): string {
  return textOf(path) ?? hex.encode(path);
}
