/**
 * Ids and commitments (DESIGN.md 3-4, docs/formats/ids.md). All are SHA-256 over a domain line and fixed
 * fields; 20-byte ids are names, 32-byte ones carry trust. `log` is the digest of the genesis entry, and
 * 32 zero bytes inside the genesis itself.
 */
import { base32, encode, LoreError, type Suite, utf8 } from "../bytes/index.ts";
import type { Op } from "./ops/index.ts";

export const ID_BYTES = 20;
export const DIGEST_BYTES = 32;
/** `log` inside the genesis, whose digest is not known yet. */
export const GENESIS_LOG = new Uint8Array(DIGEST_BYTES);

const MEMBER = utf8("lore-member/v1\n");
const NEXT = utf8("lore-next/v1\n");
const UNIT = utf8("lore-unit/v1\n");
const REVISION = utf8("lore-rev/v1\n");
const OP = utf8("lore-op/v1\n");
const PART = utf8("lore-part/v1\n");

/** What makes a member's id: a key (with a recovery commitment, if any), or the log for a name in history. */
export type MemberSeed =
  | { readonly key: Uint8Array; readonly nonce: Uint8Array; readonly next?: Uint8Array | undefined }
  | { readonly log: Uint8Array; readonly nonce: Uint8Array };

export function memberId(suite: Suite, seed: MemberSeed): Uint8Array {
  return suite.sha256(MEMBER, encode({ ...seed })).slice(0, ID_BYTES);
}

/** Commits to a recovery key; `algorithm` 1 is Ed25519. */
export function nextKeyDigest(suite: Suite, algorithm: number, key: Uint8Array): Uint8Array {
  return suite.sha256(NEXT, Uint8Array.of(algorithm), key);
}

export interface UnitSeed {
  readonly log: Uint8Array;
  readonly author: Uint8Array;
  readonly nonce: Uint8Array;
}

export function unitId(suite: Suite, { log, author, nonce }: UnitSeed): Uint8Array {
  return suite.sha256(UNIT, log, author, nonce).slice(0, ID_BYTES);
}

export interface RevisionSeed {
  readonly log: Uint8Array;
  readonly author: Uint8Array;
  readonly op: Op;
}

/** Computable before the entry exists, so ops of one entry may name each other. */
export function revisionId(suite: Suite, { log, author, op }: RevisionSeed): Uint8Array {
  return suite.sha256(REVISION, log, author, encode(op));
}

/** `entry` is the entry's digest, `index` the op's place in it. */
export function opId(suite: Suite, entry: Uint8Array, index: number): Uint8Array {
  const place = Uint8Array.of(index >>> 24, index >>> 16, index >>> 8, index);
  return suite.sha256(OP, entry, place);
}

/** The commitment by which an entry names a part; unguessable once salt and digest are erased. */
export function commitment(suite: Suite, salt: Uint8Array, partDigest: Uint8Array): Uint8Array {
  return suite.sha256(PART, salt, partDigest);
}

/** The bytes of a 20-byte id in base32. @throws LoreError MALFORMED, naming `what`. */
export function parseId(text: string, what: string): Uint8Array {
  return parseFixed(text, { what, length: ID_BYTES });
}

/** The bytes of a 32-byte id in base32. @throws LoreError MALFORMED, naming `what`. */
export function parseDigest(text: string, what: string): Uint8Array {
  return parseFixed(text, { what, length: DIGEST_BYTES });
}

function parseFixed(text: string, { what, length }: { what: string; length: number }): Uint8Array {
  const letters = Math.ceil((length * 8) / 5);
  if (text.length !== letters || !/^[a-z2-7]+$/.test(text)) {
    const message = `Reading "${text.slice(0, 60)}" as ${what}: wanted ${letters} letters a-z and digits 2-7.`;
    throw new LoreError("MALFORMED", message);
  }
  return base32.decode(text);
}
