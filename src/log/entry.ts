/**
 * Entries: a canonical map followed by 64 bytes of signature (DESIGN.md 3, docs/formats/entry.md).
 * The bytes received are kept and hashed; nothing is ever re-encoded to be checked.
 * An `Entry` is well-formed, no more; `SealedEntry` is one whose signature was verified. Only `verifyEntry`
 * and `signEntry` make one.
 */
import {
  type AsyncSuite,
  type Cbor,
  type CborMap,
  concat,
  type Decoded,
  decodeFirst,
  encode,
  LoreError,
  SIGNATURE_BYTES,
  type Suite,
  utf8,
} from "../bytes/index.ts";
import { limits, type Op, opShape } from "../unit/index.ts";

/** What is signed over: everything an entry says. `log` and `prev` are null only where DESIGN.md 3 has it. */
export interface EntryDraft {
  /** Digest of the genesis entry; null in the genesis. */
  readonly log: Uint8Array | null;
  /** Member id. */
  readonly author: Uint8Array;
  readonly key: Uint8Array;
  /** Digest of the previous entry by this key in this log. */
  readonly prev: Uint8Array | null;
  /** Claimed time in ms. */
  readonly time: number;
  readonly ops: readonly Op[];
}

export interface Entry extends EntryDraft {
  /** Map and signature, as received. */
  readonly bytes: Uint8Array;
  /** SHA-256 of `bytes`. */
  readonly digest: Uint8Array;
  readonly signature: Uint8Array;
}

declare const verified: unique symbol;
/** An entry whose signature holds for its `key`; whether the key was the author's then is the rules' question. */
export type VerifiedEntry = Entry & { readonly [verified]: true };

const DOMAIN = utf8("lore-entry/v1\n");
const FIELDS = ["author", "key", "log", "ops", "prev", "time", "v"] as const;

/**
 * Signs with the private half of `draft.key`. What would not be read back as it is, is never signed.
 * @throws LoreError TOO_LARGE over 65,535 bytes; MALFORMED or UNSUPPORTED for what `decodeEntry` would refuse.
 */
export function signEntry(suite: Suite, draft: EntryDraft, sign: (message: Uint8Array) => Uint8Array): VerifiedEntry {
  const { log, author, key, prev, time, ops } = draft;
  const fields = { v: 1, log, author, key, prev, time, ops };
  const map = encode(fields);
  readMap(decodeFirst(map));
  const signature = sign(signedMessage(suite, map));
  const bytes = concat(map, signature);
  requireSize(bytes);
  // The signature was made just now with the key it names.
  return { log, author, key, prev, time, ops, bytes, signature, digest: suite.sha256(bytes) } as VerifiedEntry;
}

/**
 * Reads an entry's bytes; its signature is not checked.
 * @throws LoreError MALFORMED or TOO_LARGE; UNSUPPORTED when a newer version wrote it.
 */
export function decodeEntry(suite: Suite, bytes: Uint8Array): Entry {
  requireSize(bytes);
  const map = decodeFirst(bytes);
  const { length } = map;
  if (bytes.length !== length + SIGNATURE_BYTES) {
    throw malformed(
      `a map of ${length} bytes wants ${SIGNATURE_BYTES} bytes of signature after it, found ${bytes.length - length}`,
    );
  }
  return { ...readMap(map), bytes, signature: bytes.subarray(length), digest: suite.sha256(bytes) };
}

/** @throws LoreError BAD_SIGNATURE when the signature does not hold for the entry's key. */
export function verifyEntry(suite: Suite, entry: Entry): VerifiedEntry {
  return ifHolds(entry, signatureHolds(suite, entry));
}

/** The same, with the signature checked while this thread does something else. @throws LoreError BAD_SIGNATURE. */
export async function verifyEntryAsync(suite: AsyncSuite, entry: Entry): Promise<VerifiedEntry> {
  return ifHolds(entry, await suite.verifyAsync(signedBy(suite, entry), entry.signature, entry.key));
}

/** Whether an entry's signature holds for its key. */
export function signatureHolds(suite: Suite, entry: Entry): boolean {
  return suite.verify(signedBy(suite, entry), entry.signature, entry.key);
}

function ifHolds(entry: Entry, holds: boolean): VerifiedEntry {
  if (holds) return entry as VerifiedEntry;
  throw new LoreError(
    "BAD_SIGNATURE",
    "Checking an entry: its signature does not hold for the key it names. Sign it again.",
  );
}

function signedBy(suite: Suite, { bytes }: Entry): Uint8Array {
  return signedMessage(suite, bytes.subarray(0, bytes.length - SIGNATURE_BYTES));
}

/** The 47 bytes that are signed: a domain line and the SHA-256 of the map. */
function signedMessage(suite: Suite, map: Uint8Array): Uint8Array {
  return concat(DOMAIN, suite.sha256(map));
}

/** Text in entries is printable ASCII; what people wrote is in parts. */
function readMap({ value, isPrintable }: Decoded): EntryDraft {
  if (value === null || typeof value !== "object" || Array.isArray(value) || value instanceof Uint8Array) {
    throw malformed("it does not begin with a map");
  }
  // What is no array, bytes or null among CBOR's objects is a map.
  const map = value as CborMap;
  if (map["v"] !== 1) throw unsupported(`version ${JSON.stringify(map["v"] ?? null).slice(0, 20)}`);
  const extra = Object.keys(map).find((key) => !FIELDS.some((field) => field === key));
  if (extra !== undefined) throw unsupported(`the field "${extra.slice(0, 40)}"`);
  if (!isPrintable) throw malformed("it holds text that is not printable ASCII");
  return {
    log: digestOrNull(map, "log"),
    author: fixed(map, { field: "author", length: 20 }),
    key: fixed(map, { field: "key", length: 32 }),
    prev: digestOrNull(map, "prev"),
    time: time(map["time"]),
    ops: opsOf(map["ops"]),
  };
}

function opsOf(value: Cbor | undefined): readonly Op[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > limits.OPS_MAX) {
    throw malformed(`ops must be a list of 1 to ${limits.OPS_MAX}`);
  }
  return value.map((item, i) => opShape(item, `ops[${i}]`));
}

function fixed(map: CborMap, { field, length }: { field: string; length: number }): Uint8Array {
  const value = map[field];
  if (value instanceof Uint8Array && value.length === length) return value;
  throw malformed(`${field} must be ${length} bytes`);
}

function digestOrNull(map: CborMap, field: string): Uint8Array | null {
  return map[field] === null ? null : fixed(map, { field, length: 32 });
}

function time(value: Cbor | undefined): number {
  if (typeof value === "number" && value >= 0 && value <= limits.TIME_MS_MAX) return value;
  throw malformed("time must be milliseconds since 1970, within what a date can say");
}

function requireSize(bytes: Uint8Array): void {
  if (bytes.length <= limits.ENTRY_BYTES_MAX) return;
  const message = `An entry may take ${limits.ENTRY_BYTES_MAX} bytes, this one takes ${bytes.length}. Split its ops over several entries.`;
  throw new LoreError("TOO_LARGE", message, { limit: limits.ENTRY_BYTES_MAX });
}

function malformed(found: string): LoreError {
  return new LoreError("MALFORMED", `Reading an entry: ${found}.`);
}

function unsupported(found: string): LoreError {
  return new LoreError("UNSUPPORTED", `Reading an entry: ${found} needs a newer version of this program.`);
}
