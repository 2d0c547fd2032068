/**
 * 52-bit fingerprints that tell the passages of one unit apart: two lanes of MurmurHash3 (32-bit, by Austin
 * Appleby) read four bytes at a time. Not cryptographic: whoever forges a collision hides a passage of their
 * own page from search and nothing else.
 */

/** Of `bytes` below a `seed`, which tells equal bytes in different contexts apart. */
export function fingerprint(bytes: Uint8Array, seed: number): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.length - (bytes.length % 4);
  let a = seed;
  let b = seed ^ 0x9e3779b9;
  for (let i = 0; i < whole; i += 4) {
    const word = view.getUint32(i, true);
    a = mixed(a, word, 0xcc9e2d51);
    b = mixed(b, word, 0x239b961b);
  }
  let tail = bytes.length;
  for (let i = whole; i < bytes.length; i++) tail = Math.imul(tail, 0x101) ^ (bytes[i] ?? 0);
  a = finished(mixed(a, tail, 0xcc9e2d51) ^ bytes.length);
  b = finished(mixed(b, tail, 0x239b961b) ^ bytes.length);
  return a * 2 ** 20 + (b >>> 12);
}

function mixed(hash: number, word: number, factor: number): number {
  let k = Math.imul(word, factor);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const next = hash ^ k;
  return (Math.imul((next << 13) | (next >>> 19), 5) + 0xe6546b64) | 0;
}

function finished(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
