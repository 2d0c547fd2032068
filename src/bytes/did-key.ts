/**
 * did:key for Ed25519: the text form of a public key outside a log (W3C CCG did:key method).
 * "did:key:z" + base58btc of 0xed 0x01 and the 32 key bytes.
 */
import { isProperPoint, PUBLIC_KEY_BYTES } from "./ed25519.ts";
import { LoreError } from "./error.ts";

const PREFIX = "did:key:z";
const MULTICODEC = [0xed, 0x01] as const;
const ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/** The did:key of a 32-byte Ed25519 public key. */
export function didKey(publicKey: Uint8Array): string {
  return PREFIX + base58(Uint8Array.of(...MULTICODEC, ...publicKey));
}

/** The public key of a did:key. @throws LoreError MALFORMED unless it is one of an Ed25519 key, spelled canonically. */
export function parseDidKey(text: string): Uint8Array {
  const bytes = text.startsWith(PREFIX) && text.length < 80 ? unbase58(text.slice(PREFIX.length)) : undefined;
  const key = bytes?.subarray(MULTICODEC.length);
  const named = bytes?.[0] === MULTICODEC[0] && bytes[1] === MULTICODEC[1];
  if (!named || key?.length !== PUBLIC_KEY_BYTES || !isProperPoint(key) || didKey(key) !== text) {
    throw new LoreError("MALFORMED", `Reading "${text.slice(0, 80)}" as did:key: it is not that of an Ed25519 key.`);
  }
  return key;
}

function base58(bytes: Uint8Array): string {
  const digits: number[] = [];
  for (const byte of bytes) {
    let carry = byte;
    for (let i = 0; i < digits.length || carry > 0; i++) {
      carry += (digits[i] ?? 0) * 256;
      digits[i] = carry % 58;
      carry = Math.floor(carry / 58);
    }
  }
  const zeros = bytes.findIndex((byte) => byte !== 0);
  return (
    "1".repeat(zeros === -1 ? bytes.length : zeros) +
    digits
      .reverse()
      .map((d) => ALPHABET[d])
      .join("")
  );
}

function unbase58(text: string): Uint8Array | undefined {
  const bytes: number[] = [];
  for (const letter of text) {
    let carry = ALPHABET.indexOf(letter);
    if (carry < 0) return undefined;
    for (let i = 0; i < bytes.length || carry > 0; i++) {
      carry += (bytes[i] ?? 0) * 58;
      bytes[i] = carry & 0xff;
      carry >>= 8;
    }
  }
  const zeros = text.length - text.replace(/^1+/, "").length;
  return Uint8Array.of(...new Uint8Array(zeros), ...bytes.reverse());
}
