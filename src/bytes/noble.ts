/** The suite for browsers and the one-file verifier, in plain JavaScript. */
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 } from "@noble/hashes/sha2.js";

import { isWellFormed } from "./ed25519.ts";
import { concat } from "./octets.ts";
import type { Suite } from "./suite.ts";

/** The cofactored equation alone. Lax about encodings, which `isWellFormed` has checked. */
export function cofactored(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean {
  return ed25519.verify(signature, message, publicKey, { zip215: true });
}

export const nobleSuite: Suite = {
  sha256: (...chunks) => sha256(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : concat(...chunks)),
  verify: (message, signature, publicKey) =>
    isWellFormed(signature, publicKey) && cofactored(message, signature, publicKey),
};
