/**
 * What the pure layers need from a cryptography library, injected so that the same code runs in Node, in a
 * browser and in the one-file verifier.
 */
export interface Suite {
  /** SHA-256 of the chunks, one after the other: 32 bytes. */
  sha256(...chunks: readonly Uint8Array[]): Uint8Array;
  /** Whether an Ed25519 signature holds under the one rule of `ed25519.ts`. Never throws. */
  verify(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): boolean;
}

/** A suite that can also check a signature while this thread does something else. */
export interface AsyncSuite extends Suite {
  /** The same answer as `verify`. Never rejects. */
  verifyAsync(message: Uint8Array, signature: Uint8Array, publicKey: Uint8Array): Promise<boolean>;
}
