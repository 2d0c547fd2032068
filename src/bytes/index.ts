/** Bytes: canonical CBOR, text forms, SHA-256 and Ed25519 behind a `Suite`, and the one error class. Pure. */
export { type Cbor, type CborMap, decode, type Decoded, decodeFirst, encode } from "./cbor.ts";
export { didKey, parseDidKey } from "./did-key.ts";
export { ERRORS, isLoreError, LoreError, type LoreErrorCode } from "./error.ts";
export { SIGNATURE_BYTES } from "./ed25519.ts";
export { concat, equal, parseDecimal, textOf, utf8 } from "./octets.ts";
export { base32, base64, hex } from "./rfc4648.ts";
export { readSignedMap, type SignedMap, signMap } from "./signed-map.ts";
export type { AsyncSuite, Suite } from "./suite.ts";
