/**
 * What is signed beside the record: a canonical map and 64 bytes of signature over its domain and the map's hash
 * (docs/formats/credit.md, docs/formats/desk.md). The map names the key that signs it.
 */
import { type Cbor, type CborMap, decodeFirst, encode } from "./cbor.ts";
import { SIGNATURE_BYTES } from "./ed25519.ts";
import { LoreError } from "./error.ts";
import { concat, utf8 } from "./octets.ts";
import type { Suite } from "./suite.ts";

export interface SignedMap {
  /** As in "lore-use/v1\n". */
  readonly domain: string;
  /** What it is called in errors: "a receipt of use". */
  readonly name: string;
  /** Most bytes of map and signature. */
  readonly bytesMax: number;
}

/** The bytes of a map with its signature. */
export function signMap(
  suite: Suite,
  { domain }: SignedMap,
  { fields, sign }: { readonly fields: CborMap; readonly sign: (message: Uint8Array) => Uint8Array },
): Uint8Array<ArrayBuffer> {
  const map = encode(fields);
  return concat(map, sign(concat(utf8(domain), suite.sha256(map))));
}

/**
 * Reads a map with `shape` and checks its signature with the `key` in it.
 * @throws LoreError MALFORMED, TOO_LARGE, UNSUPPORTED; BAD_SIGNATURE.
 */
export function readSignedMap<T extends { readonly key: Uint8Array }>(
  suite: Suite,
  { domain, name, bytesMax }: SignedMap,
  { bytes, shape }: { readonly bytes: Uint8Array; readonly shape: (value: Cbor) => T },
): T {
  if (bytes.length > bytesMax)
    throw new LoreError("TOO_LARGE", `${capital(name)} takes at most ${bytesMax} bytes, this one ${bytes.length}.`, {
      limit: bytesMax,
    });
  const { value, length } = decodeFirst(bytes);
  if (bytes.length !== length + SIGNATURE_BYTES)
    throw new LoreError("MALFORMED", `Reading ${name}: ${SIGNATURE_BYTES} bytes of signature must follow its map.`);
  const read = shape(value);
  const map = bytes.subarray(0, length);
  if (suite.verify(concat(utf8(domain), suite.sha256(map)), bytes.subarray(length), read.key)) return read;
  throw new LoreError("BAD_SIGNATURE", `Reading ${name}: its signature does not hold for the key it names.`);
}

function capital(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
