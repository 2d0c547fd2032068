/**
 * Receipts: a reader signs that they used a version, how, and for a citation which bytes of it (docs/formats/credit.md).
 * They are kept on the desk for a while and are never part of the record.
 */
import { readSignedMap, type SignedMap, signMap, type Suite } from "../../bytes/index.ts";
import type { Signer } from "../../bytes/node.ts";
import { type Use, USES } from "../../projection/credit/usage.ts";
import { bytes, integer, list, oneOf, record, type Shaped } from "../../unit/shape.ts";

/** A map of at most this many bytes, and its signature. */
export const RECEIPT_BYTES_MAX = 1_024;
const RECEIPT: SignedMap = { domain: "lore-use/v1\n", name: "a receipt of use", bytesMax: RECEIPT_BYTES_MAX };

const shape = record(
  {
    v: integer(1, 1),
    /** Digest of the genesis entry. */
    log: bytes(32),
    /** Member id. */
    reader: bytes(20),
    key: bytes(32),
    revision: bytes(32),
    use: oneOf(...USES),
    /** ms */
    time: integer(0),
  },
  /** Bytes `[start, end)` of the version's body, and their SHA-256. */
  { quote: record({ range: list(integer(0), 2, 2), digest: bytes(32) }) },
);

export type UseReceipt = Shaped<typeof shape>;
export type UseDraft = Omit<UseReceipt, "v" | "key"> & { readonly use: Use };

/** The receipt's bytes: its canonical map and a signature. */
export function signUse(suite: Suite, draft: UseDraft, signer: Signer): Uint8Array {
  const { log, reader, revision, use, time, quote } = draft;
  const fields = { v: 1, log, reader, key: signer.publicKey, revision, use, time };
  return signMap(suite, RECEIPT, {
    fields: quote === undefined ? fields : { ...fields, quote },
    sign: (message) => signer.sign(message),
  });
}

/** @throws LoreError MALFORMED, TOO_LARGE, UNSUPPORTED; BAD_SIGNATURE. */
export function readUse(suite: Suite, receipt: Uint8Array): UseReceipt {
  return readSignedMap(suite, RECEIPT, { bytes: receipt, shape: (value) => shape(value, "use") });
}
