/**
 * What an import leaves in the record so that a later run, here or elsewhere, knows where it stood: with each
 * write an `attest` op about "import" whose `state` part says which mainline commit the log ended with, and at
 * which log size each of them did (docs/formats/import.md). Anyone may put such a state on record, so only those
 * of members who may write directly count; what cannot be read counts as absent.
 */
import { type Cbor, decode, encode, hex, isLoreError, LoreError } from "../../bytes/index.ts";
import { bytes, either, integer, isRecord, list, record, type Shape, type Shaped, text } from "../../unit/shape.ts";
import type { Community } from "../community.ts";
import type { DraftOp } from "../draft.ts";

const commit: Shape<Uint8Array> = either(
  (value) => value instanceof Uint8Array && value.length === 32,
  bytes(32),
  bytes(20),
);

const NOTE_LENGTH_MAX = 20_000;

/** Who made a commit that no version is from, when, ms, and what it said. */
const told = record({ by: bytes(20) }, { time: integer(0), note: text(NOTE_LENGTH_MAX) });
export type CommitTold = Shaped<typeof told>;

const shape = record(
  {
    v: integer(1, 1),
    /** Commits of this write, oldest first, each with the log size after it, and what no version tells. */
    commits: list(
      list(
        either((value) => typeof value === "number", integer(0), either(isRecord, told, commit)),
        3,
        2,
      ),
      1_000_000,
    ),
  },
  { branch: text(255), prefix: text(1_024), rewritten: integer(1, 1) },
);

export interface CommitSize {
  /** Lower-case hex. */
  readonly commit: string;
  /** Log size after it. */
  readonly size: number;
  /** Where no version is from it: a merge, a deletion, a change of what is not kept here. */
  readonly told?: CommitTold;
}

export interface ImportState {
  readonly branch: string;
  readonly prefix: string | undefined;
  readonly commits: readonly CommitSize[];
  /** The source's history no longer contains the commits recorded before. */
  readonly rewritten: boolean;
}

export function stateOp({ branch, prefix, commits, rewritten }: ImportState): DraftOp {
  const state: Cbor = {
    v: 1,
    branch,
    ...(prefix === undefined ? {} : { prefix }),
    ...(rewritten ? { rewritten: 1 } : {}),
    commits: commits.map(({ commit: id, size, told: facts }) => [
      hex.decode(id),
      size,
      ...(facts === undefined ? [] : [{ ...facts }]),
    ]),
  };
  return {
    op: "attest",
    about: "import",
    content: [{ name: "state", media: "application/cbor", bytes: encode(state) }],
  };
}

function readState(part: Uint8Array): ImportState {
  const state = shape(decode(part), "import state");
  return {
    branch: state.branch ?? "",
    prefix: state.prefix,
    rewritten: state.rewritten === 1,
    commits: state.commits.map(([id, size, facts]) => {
      if (
        !(id instanceof Uint8Array) ||
        typeof size !== "number" ||
        typeof facts === "number" ||
        facts instanceof Uint8Array
      )
        throw new LoreError("MALFORMED", "Reading an import state: a commit and a size were expected.");
      return { commit: hex.encode(id), size, ...(facts === undefined ? {} : { told: facts }) };
    }),
  };
}

/** Every import state on record, oldest first. */
export function importStates({ rows, store }: Community): ImportState[] {
  const found = rows.all<{ idx: number; digest: Uint8Array }>(
    `SELECT a.idx, a.digest FROM attestation a WHERE a.about = 'import' AND a.digest IS NOT NULL AND EXISTS
       (SELECT 1 FROM role r WHERE r.member = a.member AND r.role IN ('steward', 'editor') AND r.from_idx <= a.idx)
     ORDER BY a.n`,
  );
  return found.flatMap(({ idx, digest }) => {
    const part = store.parts.get(digest);
    const state = part === undefined ? undefined : readable(part);
    return state === undefined || state.commits.some(({ size }) => size > idx) ? [] : [state];
  });
}

function readable(part: Uint8Array): ImportState | undefined {
  try {
    return readState(part);
  } catch (error) {
    if (isLoreError(error)) return undefined;
    throw error;
  }
}
