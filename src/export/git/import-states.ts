/**
 * What imports left in the record: which size the log had after each commit of a source's main line
 * (docs/formats/import.md). Anyone may put such a state on record, so only those of members who may write
 * directly count, and only what they say of entries before their own; what cannot be read counts as absent.
 */
import { type Cbor, type CborMap, decode, hex, isLoreError } from "../../bytes/index.ts";
import type { Community } from "../../community/index.ts";

export interface CommitSize {
  /** Lower-case hex. */
  readonly commit: string;
  /** Log size after it. */
  readonly size: number;
}

/** One write of an import. */
export interface ImportWrite {
  readonly branch: string;
  readonly commits: readonly CommitSize[];
}

/** Every write of an import, oldest first. */
export function importWrites({ rows, store }: Community): ImportWrite[] {
  const found = rows.all<{ idx: number; digest: Uint8Array }>(
    `SELECT a.idx, a.digest FROM attestation a WHERE a.about = 'import' AND a.digest IS NOT NULL AND EXISTS
       (SELECT 1 FROM role r WHERE r.member = a.member AND r.role IN ('steward', 'editor') AND r.from_idx <= a.idx)
     ORDER BY a.n`,
  );
  return found.flatMap(({ idx, digest }) => readWrite(store.parts.get(digest), idx) ?? []);
}

function readWrite(part: Uint8Array | undefined, index: number): ImportWrite | undefined {
  try {
    const state = mapOf(part === undefined ? null : decode(part));
    const commits = listOf(state?.["commits"] ?? null).flatMap((item) => readCommit(item, index) ?? []);
    return { branch: typeof state?.["branch"] === "string" ? state["branch"] : "", commits };
  } catch (error) {
    if (isLoreError(error, "MALFORMED")) return undefined;
    throw error;
  }
}

function readCommit(item: Cbor, sizeMax: number): CommitSize | undefined {
  const [id, size] = listOf(item);
  const fits = id instanceof Uint8Array && typeof size === "number" && size >= 0 && size <= sizeMax;
  return fits ? { commit: hex.encode(id), size } : undefined;
}

const isList: (value: Cbor) => value is readonly Cbor[] = Array.isArray;

function listOf(value: Cbor): readonly Cbor[] {
  return isList(value) ? value : [];
}

function mapOf(value: Cbor): CborMap | undefined {
  const isMap = value !== null && typeof value === "object" && !isList(value) && !(value instanceof Uint8Array);
  return isMap ? value : undefined;
}
