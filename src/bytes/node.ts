/**
 * The suite for Node, and signing. node:crypto decides first because it is fast; where it refuses, the
 * cofactored equation decides, so that this suite and `nobleSuite` never differ.
 */
import { createPrivateKey, createPublicKey, hash, sign, verify, type KeyObject } from "node:crypto";

import { isWellFormed } from "./ed25519.ts";
import { cofactored } from "./noble.ts";
import type { AsyncSuite } from "./suite.ts";

/** How many imported public keys a suite keeps; importing costs about a quarter of a verification. */
const KEYS_KEPT_MAX = 4096;
const SHA256_BYTES = 32;

export function createNodeSuite(): AsyncSuite {
  const keys = new Map<string, KeyObject | undefined>();

  function keyOf(publicKey: Uint8Array): KeyObject | undefined {
    const name = Buffer.from(publicKey.buffer, publicKey.byteOffset, publicKey.length).toString("latin1");
    if (!keys.has(name)) {
      if (keys.size >= KEYS_KEPT_MAX) keys.clear();
      keys.set(name, importPublicKey(publicKey));
    }
    return keys.get(name);
  }

  return {
    sha256: sha256Node,
    verify(message, signature, publicKey) {
      if (!isWellFormed(signature, publicKey)) return false;
      const key = keyOf(publicKey);
      if (key !== undefined && verify(null, message, key, signature)) return true;
      return cofactored(message, signature, publicKey);
    },
    async verifyAsync(message, signature, publicKey) {
      if (!isWellFormed(signature, publicKey)) return false;
      const key = keyOf(publicKey);
      if (key !== undefined && (await verifyInPool(message, key, signature))) return true;
      return cofactored(message, signature, publicKey);
    },
  };
}

function verifyInPool(message: Uint8Array, key: KeyObject, signature: Uint8Array): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  verify(null, message, key, signature, (error, holds) => resolve(error === null && holds));
  return promise;
}

/** SHA-256 with node:crypto. By way of text, one character per byte: making a Buffer takes longer than the hash. */
export function sha256Node(bytes: Uint8Array): Uint8Array {
  const text = hash("sha256", bytes, "binary");
  const digest = new Uint8Array(SHA256_BYTES);
  for (let i = 0; i < SHA256_BYTES; i++) digest[i] = text.charCodeAt(i);
  return digest;
}

/** undefined when the bytes are no point of the curve as OpenSSL sees it. */
function importPublicKey(publicKey: Uint8Array): KeyObject | undefined {
  try {
    const x = Buffer.from(publicKey).toString("base64url");
    return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
  } catch {
    return undefined;
  }
}

/** An Ed25519 key pair that signs; `seed` is the 32-byte private key of RFC 8032. */
export interface Signer {
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/** The signer of a 32-byte seed. */
export function createSigner(seed: Uint8Array): Signer {
  // PKCS #8 of RFC 8410 is this prefix and the seed.
  const pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
  const privateKey = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
  const spki = createPublicKey(privateKey).export({ format: "der", type: "spki" });
  const publicKey = new Uint8Array(spki.subarray(-32));
  return { publicKey, sign: (message) => new Uint8Array(sign(null, message, privateKey)) };
}
