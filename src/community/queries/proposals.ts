/** What waits for somebody: suggestions that nobody has decided, with what each would do. */
import { base32, decode, textOf } from "../../bytes/index.ts";
import { type MarkName, type MarkOp, type Op, opShape, type Role, type Slot } from "../../unit/index.ts";
import type { Community } from "../community.ts";
import { type PersonRef, personRef } from "./people.ts";
import { escapedPath, type RevisionDetail, revisionDetail, unitAt } from "./units.ts";

/** A unit as whoever decides can tell it from others of the same title. */
export interface UnitNamed {
  /** Unit id, base32. */
  readonly unit: string;
  readonly title: string;
  readonly path: string | null;
}

/** What an op asks for, as far as it says; an id that is nothing here is left out. */
export interface Asks {
  /** What would be said of `target`; with "supersede", what takes its place is `replacement`, where it is named. */
  readonly mark?: MarkName;
  readonly target?: UnitNamed;
  readonly replacement?: UnitNamed;
  /** Of a role, grant or end; of members, add, merge or unmerge; of a key, what it does. */
  readonly act?: string;
  readonly role?: Role;
  /** Whose role or key it is; who `names` are, or are no longer. */
  readonly person?: PersonRef;
  readonly names?: readonly PersonRef[];
  /** Of a new member. */
  readonly name?: string;
  /** Parts that would be hidden. */
  readonly slots?: readonly HiddenPart[];
  /** Number of the period that would be closed. */
  readonly epoch?: number;
}

export interface HiddenPart {
  /** Id of the op that holds it: of a version, its revision id. */
  readonly op: string;
  readonly part: string;
  readonly target?: UnitNamed;
}

/** An op other than a revision that waits for consent. */
export interface WaitingOp extends Asks {
  /** Op id, base32. */
  readonly id: string;
  /** Its name: "role", "key", "member" … */
  readonly op: string;
  readonly by: PersonRef;
  readonly index: number;
}

export interface OpenProposal extends WaitingOp {
  /** For a revision, whose id is `id`. */
  readonly revision: RevisionDetail | undefined;
}

/** Oldest first. */
export function openProposals(community: Community): OpenProposal[] {
  const revisions = community.rows.all<{ n: number; id: Uint8Array; idx: number; author: number }>(
    "SELECT n, id, idx, author FROM revision WHERE state = 'proposed' ORDER BY n",
  );
  const all = [
    ...revisions.map(({ n, id, idx, author }) => ({
      id: base32.encode(id),
      op: "revise",
      by: personRef(community, author),
      index: idx,
      revision: revisionDetail(community, n),
    })),
    ...waitingOps(community).map((op) => ({ ...op, revision: undefined })),
  ];
  return all.toSorted((a, b) => a.index - b.index);
}

/** Ops other than revisions that wait for consent, oldest first; all of them without `limit`. */
export function waitingOps(community: Community, limit = -1): WaitingOp[] {
  const found = community.rows.all<{ id: Uint8Array; op: string; idx: number; author: number; body: Uint8Array }>(
    "SELECT id, op, idx, author, body FROM proposal WHERE state = 'proposed' ORDER BY n LIMIT ?",
    limit,
  );
  return found.map(({ id, op, idx, author, body }) => ({
    id: base32.encode(id),
    op,
    by: personRef(community, author),
    index: idx,
    ...asksOf(community, opShape(decode(body), "proposal"), id),
  }));
}

function asksOf(community: Community, op: Op, id: Uint8Array): Asks {
  switch (op.op) {
    case "mark":
      return { mark: op.mark, ...marked(community, op) };
    case "role":
      return { act: op.act, role: op.role, ...personOf(community, op.member) };
    case "key":
      return { act: op.act, ...("member" in op ? personOf(community, op.member) : {}) };
    case "member": {
      if (!("alias" in op)) return { act: "add", ...nameOf(community, id) };
      const names = op.alias.flatMap((alias) => personOf(community, alias).person ?? []);
      return { act: op.end === true ? "unmerge" : "merge", names, ...personOf(community, op.into) };
    }
    case "redact":
      return { slots: op.slots.map((slot) => hiddenPart(community, slot)) };
    case "usage":
      return { epoch: op.epoch };
    case "attest":
    case "post":
    case "review":
    case "revise":
      return {};
    default:
      return op satisfies never;
  }
}

function marked(community: Community, { on, by }: MarkOp): Pick<Asks, "target" | "replacement"> {
  const { facts } = community;
  const target = on instanceof Uint8Array ? facts.revisionById(on)?.unit : facts.unitById(on.unit)?.n;
  const replacement = by === undefined ? undefined : facts.unitById(by)?.n;
  return {
    ...(target === undefined ? {} : { target: unitNamed(community, target) }),
    ...(replacement === undefined ? {} : { replacement: unitNamed(community, replacement) }),
  };
}

/** What its current version is called, else its last one. */
function unitNamed(community: Community, n: number): UnitNamed {
  const unit = base32.encode(community.facts.unit(n)?.id ?? new Uint8Array());
  const listing = unitAt(community, n);
  if (listing !== undefined) {
    const { title, path, pathHex } = listing;
    return { unit, title, path: path ?? (pathHex === undefined ? null : escapedPath(pathHex)) };
  }
  const last = community.rows.get<{ n: number }>("SELECT max(n) AS n FROM revision WHERE unit = ?", n);
  const { title, path } = revisionDetail(community, last?.n ?? 0);
  return { unit, title, path };
}

function personOf(community: Community, member: Uint8Array): Pick<Asks, "person"> {
  const row = community.facts.memberById(member);
  return row === undefined ? {} : { person: personRef(community, row.n) };
}

function nameOf({ rows, store }: Community, id: Uint8Array): Pick<Asks, "name"> {
  const row = rows.get<{ digest: Uint8Array | null }>("SELECT digest FROM op_part WHERE op = ? AND name = 'name'", id);
  const bytes = row?.digest == null ? undefined : store.parts.get(row.digest);
  const name = bytes === undefined ? undefined : textOf(bytes);
  return name === undefined ? {} : { name };
}

function hiddenPart(community: Community, { op, part }: Slot): HiddenPart {
  const revision = community.facts.revisionById(op);
  const target = revision === undefined ? {} : { target: unitNamed(community, revision.unit) };
  return { op: base32.encode(op), part, ...target };
}
