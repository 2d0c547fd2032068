/**
 * The keys of one person, all from one secret (docs/formats/person-key.md): another key for each community, so that
 * nobody can tell by them that two members are one person; and one secret to be kept, by a passkey or in a file.
 */
import { ed25519 } from "@noble/curves/ed25519.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";

import { utf8 } from "./octets.ts";

export const PERSON_SECRET_BYTES = 32;
const SALT = utf8("lore-person/v1");

export interface PersonKey {
  readonly publicKey: Uint8Array;
  /** 16 bytes for the `member` op, so that the member's id follows from the secret too. */
  readonly nonce: Uint8Array;
  readonly sign: (message: Uint8Array) => Uint8Array;
}

/** The key that the holder of `secret`, 32 bytes, has in a community; `id` is the community's, base32. */
export function personKey(secret: Uint8Array, id: string): PersonKey {
  const seed = hkdf(sha256, secret, SALT, utf8(`key ${id}`), 32);
  return {
    publicKey: ed25519.getPublicKey(seed),
    nonce: hkdf(sha256, secret, SALT, utf8(`nonce ${id}`), 16),
    sign: (message) => ed25519.sign(message, seed),
  };
}
