/**
 * The one signature rule (DESIGN.md 3), identical in Node, browser and archive: S < L; A and R canonical
 * encodings; A not of small order; then the cofactored equation 8sB = 8R + 8hA.
 * Encodings are checked here once for all engines, since engines disagree on hostile signatures.
 */

export const PUBLIC_KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;

/** The topmost bit of an encoded point is the sign of x; the others are y. */
const Y_MASK = 0x7f;

/** The group order L = 2^252 + 27742317777372353535851937790883648493, little-endian. */
const L = littleEndian("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed");
/** The field prime p = 2^255 - 19, little-endian. */
const P = littleEndian("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed");

/** y-coordinates of the two points with x = 0: 1 and -1. */
const X_ZERO_Y = [
  "0000000000000000000000000000000000000000000000000000000000000001",
  "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec",
].map(littleEndian);

/** y-coordinates of the eight points of small order: 1, -1, 0 and the two of order eight. */
const SMALL_ORDER_Y = [
  "0000000000000000000000000000000000000000000000000000000000000001",
  "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec",
  "0000000000000000000000000000000000000000000000000000000000000000",
  "05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826",
  "7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7",
].map(littleEndian);

/** Whether a signature and key are encoded as the rule demands; the equation is still to be checked. */
export function isWellFormed(signature: Uint8Array, publicKey: Uint8Array): boolean {
  return (
    signature.length === SIGNATURE_BYTES &&
    isProperPoint(publicKey) &&
    isCanonical(signature.subarray(0, 32)) &&
    isBelow(signature.subarray(32), L)
  );
}

/** Whether 32 bytes are a canonical y-coordinate, with sign, of a point not of small order (if of a point). */
export function isProperPoint(encoded: Uint8Array): boolean {
  return isCanonical(encoded) && !SMALL_ORDER_Y.some((small) => hasY(encoded, small));
}

/** Whether 32 bytes are the one encoding of a point (if of a point): y below p, and no sign where x is 0. */
function isCanonical(encoded: Uint8Array): boolean {
  if (encoded.length !== PUBLIC_KEY_BYTES) return false;
  const isSigned = (encoded[31] ?? 0) >= 0x80;
  return isBelow(encoded, P, Y_MASK) && !(isSigned && X_ZERO_Y.some((zero) => hasY(encoded, zero)));
}

function hasY(encoded: Uint8Array, y: Uint8Array): boolean {
  for (let i = 0; i < 31; i++) if (encoded[i] !== y[i]) return false;
  return ((encoded[31] ?? 0) & Y_MASK) === y[31];
}

/** Compares 32 little-endian bytes, the topmost of `value` under a mask. */
function isBelow(value: Uint8Array, bound: Uint8Array, topMask = 0xff): boolean {
  for (let i = 31; i >= 0; i--) {
    const byte = value[i] ?? 0;
    const difference = (i === 31 ? byte & topMask : byte) - (bound[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function littleEndian(bigEndianHex: string): Uint8Array {
  const bytes = new Uint8Array(32);
  for (let i = 0; i < 32; i++) bytes[31 - i] = Number(`0x${bigEndianHex.slice(i * 2, i * 2 + 2)}`);
  return bytes;
}
