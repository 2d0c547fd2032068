/**
 * The suite for Node, and signing. node:crypto decides first because it is fast; where it refuses, the
 * cofactored equation decides, so that this suite and `nobleSuite` never differ.
 */
import { createPrivateKey, createPublicKey, hash, sign, verify, type KeyObject } from "node:crypto";

import { isWellFormed } from "./ed25519.ts";
import { cofactored } from "./noble.ts";
import { concat, equal } from "./octets.ts";
import type { AsyncSuite } from "./suite.ts";

/** How many imported public keys a suite keeps; importing costs about a quarter of a verification. */
const KEYS_KEPT_MAX = 4096;
const SHA256_BYTES = 32;

interface ImportedKey {
  readonly publicKey: Uint8Array;
  readonly key: KeyObject | undefined;
}

export function createNodeSuite(): AsyncSuite {
  /** By the first bytes of the public key. */
  const keys = new Map<number, ImportedKey>();

  function keyOf(publicKey: Uint8Array): KeyObject | undefined {
    let name = 0;
    for (let i = 0; i < 4; i++) name = name * 256 + (publicKey[i] ?? 0);
    const known = keys.get(name);
    if (known !== undefined && equal(known.publicKey, publicKey)) return known.key;
    if (keys.size >= KEYS_KEPT_MAX) keys.clear();
    const key = importPublicKey(publicKey);
    keys.set(name, { publicKey: publicKey.slice(), key });
    return key;
  }

  return {
    sha256: sha256Node,
    verify(message, signature, publicKey) {
      if (!isWellFormed(signature, publicKey)) return false;
      const key = keyOf(publicKey);
      if (key !== undefined && verify(null, joined([message]), key, signature)) return true;
      return cofactored(message, signature, publicKey);
    },
    verifyAsync(message, signature, publicKey) {
      if (!isWellFormed(signature, publicKey)) return Promise.resolve(false);
      const key = keyOf(publicKey);
      if (key === undefined) return Promise.resolve(cofactored(message, signature, publicKey));
      const { promise, resolve } = Promise.withResolvers<boolean>();
      verify(null, message, key, signature, (error, holds) =>
        resolve((error === null && holds) || cofactored(message, signature, publicKey)),
      );
      return promise;
    },
  };
}

/** V8 keeps arrays up to this long inside their object. */
const IN_OBJECT_BYTES = 64;
/** Where short bytes are put for native code: V8 would move them to memory of their own, which takes longer than hashing. */
const desk = new Uint8Array(4_096);

/** All chunks as one; good until the next call. */
function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const [first] = chunks;
  if (first !== undefined && chunks.length === 1 && first.length > IN_OBJECT_BYTES) return first;
  let length = 0;
  for (const chunk of chunks) {
    if (length + chunk.length > desk.length) return concat(...chunks);
    desk.set(chunk, length);
    length += chunk.length;
  }
  return desk.subarray(0, length);
}

/** SHA-256 with node:crypto. By way of text, one character per byte: making a Buffer takes longer than the hash. */
export function sha256Node(...chunks: readonly Uint8Array[]): Uint8Array {
  const text = hash("sha256", joined(chunks), "binary");
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
