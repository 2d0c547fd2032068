/** What the record says that a repository can hold: each entry's hand, each change of a unit's head or flags. */
import { hex, LoreError } from "../../bytes/index.ts";
import type { Community } from "../../community/index.ts";
import { decodeEntry, type Entry } from "../../log/index.ts";
import type { Op } from "../../unit/index.ts";

/** An entry without its content. */
export interface EntryFacts {
  /** Log time T, ms. */
  readonly time: number;
  /** Member id of the signer. */
  readonly author: Uint8Array | undefined;
  /** Whether something was written here by hand, not by an import. */
  readonly isLocal: boolean;
  /** Those whom an approval names: who merged, where it was imported. */
  readonly approvedBy: readonly Uint8Array[];
  /** Those whom each revision names, by the op's place. */
  readonly by: ReadonlyMap<number, readonly Uint8Array[]>;
}

export function readEntries({ store, environment }: Community): EntryFacts[] {
  const facts: EntryFacts[] = [];
  let time = 0;
  for (const { bytes } of store.log.read(0, store.log.size())) {
    const entry = decoded(() => decodeEntry(environment.suite, bytes));
    time = Math.max(time, entry?.time ?? 0);
    facts.push(
      entry === undefined
        ? { time, author: undefined, isLocal: false, approvedBy: [], by: new Map() }
        : entryFacts(entry, time),
    );
  }
  return facts;
}

/** undefined for an entry that is void because it cannot be read; it has no effect. */
function decoded(decode: () => Entry): Entry | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof LoreError) return undefined;
    throw error;
  }
}

function entryFacts({ author, ops }: Entry, time: number): EntryFacts {
  const by = new Map<number, readonly Uint8Array[]>();
  for (const [place, op] of ops.entries())
    if (op.op === "revise" && op.by !== undefined)
      by.set(
        place,
        op.by.map(({ member }) => member),
      );
  const approvedBy = ops
    .flatMap((op) => (op.op === "review" && op.verdict === "approve" ? (op.by ?? []) : []))
    .map(({ member }) => member);
  return { time, author, isLocal: ops.some(isLocal), approvedBy, by };
}

/** An import names the source's time with all it changes, and with an approval who merged. */
function isLocal(op: Op): boolean {
  if (op.op === "revise" || op.op === "mark") return op.source === undefined;
  return op.op === "review" && op.by === undefined;
}

export interface RevisionFacts {
  readonly n: number;
  readonly unit: number;
  readonly index: number;
  readonly place: number;
  /** Shown time, ms. */
  readonly time: number;
  readonly title: string;
  /** One character per byte. */
  readonly path: string | undefined;
  readonly mode: string | undefined;
  readonly note: string | undefined;
  /** The commit it was imported from. */
  readonly source: string | undefined;
  readonly body: { readonly digest: string; readonly sizeBytes: number } | undefined;
  /** Whether there is, or was, a body. */
  readonly hasBody: boolean;
}

interface RevisionRow {
  readonly n: number;
  readonly unit: number;
  readonly idx: number;
  readonly place: number;
  readonly time: number;
  readonly title: string | null;
  readonly path: string | null;
  readonly path_hex: string | null;
  readonly mode: string | null;
  readonly note: string | null;
  readonly source: string | null;
  readonly digest: Uint8Array | null;
  readonly size: number | null;
}

/** Every accepted revision by its number. */
export function readRevisions({ rows }: Community): Map<number, RevisionFacts> {
  const found = rows.all<RevisionRow>(
    `SELECT r.n, r.unit, r.idx, r.place, r.time, f.title, f.path, f.path_hex, f.mode, f.note, f.source, p.digest, p.size
     FROM revision r LEFT JOIN catalog_fact f ON f.revision = r.n LEFT JOIN part p ON p.revision = r.n AND p.name = 'body'
     WHERE r.state = 'accepted' ORDER BY r.n`,
  );
  return new Map(found.map((row) => [row.n, revisionFacts(row)]));
}

function revisionFacts({
  n,
  unit,
  idx,
  place,
  time,
  title,
  path,
  path_hex,
  mode,
  note,
  source,
  digest,
  size,
}: RevisionRow): RevisionFacts {
  const bytes = path_hex !== null ? hex.decode(path_hex) : path !== null ? Buffer.from(path) : undefined;
  return {
    ...{ n, unit, index: idx, place, time },
    title: title ?? "Untitled",
    path: bytes === undefined ? undefined : Buffer.from(bytes).toString("latin1"),
    mode: mode ?? undefined,
    note: note ?? undefined,
    source: source ?? undefined,
    body: digest === null ? undefined : { digest: hex.encode(digest), sizeBytes: size ?? 0 },
    hasBody: size !== null,
  };
}

/** A change of a unit's head, or of a flag that hides it. */
export type Effect =
  | { readonly index: number; readonly unit: number; readonly revision: number }
  | {
      readonly index: number;
      readonly unit: number;
      readonly flag: "retired" | "superseded";
      readonly raised: boolean;
      readonly time: number;
    };

/** Every such change by the index of its entry, each unit's in order. */
export function readEffects({ rows }: Community): Map<number, Effect[]> {
  const heads = rows.all<{ index: number; unit: number; revision: number }>(
    "SELECT idx AS 'index', unit, revision FROM head ORDER BY unit, seq",
  );
  const flags = rows.all<{ index: number; unit: number; flag: "retired" | "superseded"; raised: number; time: number }>(
    "SELECT idx AS 'index', unit, flag, raised, time FROM flag WHERE flag IN ('retired', 'superseded') ORDER BY unit, seq",
  );
  const effects = new Map<number, Effect[]>();
  for (const effect of [...heads, ...flags.map((flag) => ({ ...flag, raised: flag.raised === 1 }))]) {
    const list = effects.get(effect.index);
    if (list === undefined) effects.set(effect.index, [effect]);
    else list.push(effect);
  }
  return effects;
}

/** Parents of each revision, by number. */
export function readParents({ rows }: Community): Map<number, number[]> {
  const parents = new Map<number, number[]>();
  for (const { revision, parent } of rows.all<{ revision: number; parent: number }>(
    "SELECT revision, parent FROM parent",
  )) {
    const list = parents.get(revision);
    if (list === undefined) parents.set(revision, [parent]);
    else list.push(parent);
  }
  return parents;
}
