/**
 * Receipts: a reader signs that they used a version, how, and for a citation which bytes of it (docs/formats/credit.md).
 * They are kept on the desk for a while and are never part of the record.
 */
import { concat, decodeFirst, encode, LoreError, SIGNATURE_BYTES, type Suite, utf8 } from "../../bytes/index.ts";
import type { Signer } from "../../bytes/node.ts";
import { type Use, USES } from "../../projection/credit/usage.ts";
import { bytes, integer, list, oneOf, record, type Shaped } from "../../unit/shape.ts";

const DOMAIN = utf8("lore-use/v1\n");
/** A map of at most this many bytes, and its signature. */
export const RECEIPT_BYTES_MAX = 1_024;

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
  const map = encode({
    v: 1,
    log,
    reader,
    key: signer.publicKey,
    revision,
    use,
    time,
    ...(quote === undefined ? {} : { quote }),
  });
  return concat(map, signer.sign(concat(DOMAIN, suite.sha256(map))));
}

/** @throws LoreError MALFORMED, TOO_LARGE, UNSUPPORTED; BAD_SIGNATURE. */
export function readUse(suite: Suite, receipt: Uint8Array): UseReceipt {
  if (receipt.length > RECEIPT_BYTES_MAX)
    throw new LoreError(
      "TOO_LARGE",
      `A receipt of use takes at most ${RECEIPT_BYTES_MAX} bytes, this one ${receipt.length}.`,
    );
  const { value, length } = decodeFirst(receipt);
  if (receipt.length !== length + SIGNATURE_BYTES)
    throw new LoreError(
      "MALFORMED",
      `Reading a receipt of use: ${SIGNATURE_BYTES} bytes of signature must follow its map.`,
    );
  const read = shape(value, "use");
  const map = receipt.subarray(0, length);
  if (suite.verify(concat(DOMAIN, suite.sha256(map)), receipt.subarray(length), read.key)) return read;
  throw new LoreError("BAD_SIGNATURE", "Reading a receipt of use: its signature does not hold for the key it names.");
}
