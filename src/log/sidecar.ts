/**
 * Sidecars: for each entry the salt and digest behind every part commitment, apart from the entry so that
 * they can be erased while the log still verifies (DESIGN.md 3, docs/formats/sidecar.md).
 * Canonical CBOR: a list per op, in it `[salt16, digest32]` per part, or null once erased.
 */
import { type Cbor, decode, encode, LoreError } from "../bytes/index.ts";

export interface Opening {
  readonly salt: Uint8Array;
  /** SHA-256 of the part's bytes. */
  readonly digest: Uint8Array;
}

/** Per op, per part; undefined once erased. */
export type Sidecar = readonly (readonly (Opening | undefined)[])[];

export function encodeSidecar(sidecar: Sidecar): Uint8Array {
  return encode(
    sidecar.map((op) => op.map((opening) => (opening === undefined ? null : [opening.salt, opening.digest]))),
  );
}

/** @throws LoreError MALFORMED. */
export function decodeSidecar(bytes: Uint8Array): Sidecar {
  return listOf(decode(bytes)).map((op) => listOf(op).map(readOpening));
}

function readOpening(value: Cbor): Opening | undefined {
  if (value === null) return undefined;
  const [salt, digest, more] = listOf(value);
  if (
    salt instanceof Uint8Array &&
    salt.length === 16 &&
    digest instanceof Uint8Array &&
    digest.length === 32 &&
    more === undefined
  ) {
    return { salt, digest };
  }
  throw new LoreError("MALFORMED", "Reading a sidecar: an opening is not a salt of 16 and a digest of 32 bytes.");
}

const isList: (value: Cbor) => value is readonly Cbor[] = Array.isArray;

function listOf(value: Cbor): readonly Cbor[] {
  if (isList(value)) return value;
  throw new LoreError("MALFORMED", "Reading a sidecar: it is not lists of lists.");
}
