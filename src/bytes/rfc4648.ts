/**
 * Hex, base32 and base64 as RFC 4648 has them, with one spelling only: a wrong character, wrong padding or
 * bits set past the last byte is refused, so a text form and its bytes name each other one to one.
 */
import { LoreError } from "./error.ts";

export interface TextCodec {
  encode(bytes: Uint8Array): string;
  /** @throws LoreError MALFORMED for anything `encode` would not have written. */
  decode(text: string): Uint8Array<ArrayBuffer>;
}

function codec(name: string, alphabet: string, padded: boolean): TextCodec {
  const bits = Math.log2(alphabet.length);
  const digits = new Int8Array(128).fill(-1);
  for (let i = 0; i < alphabet.length; i++) digits[alphabet.charCodeAt(i)] = i;
  const group = padded ? (bits === 6 ? 4 : 8) : 1;

  function encode(bytes: Uint8Array): string {
    let text = "";
    let held = 0;
    let heldBits = 0;
    for (const byte of bytes) {
      held = (held << 8) | byte;
      heldBits += 8;
      while (heldBits >= bits) {
        heldBits -= bits;
        text += alphabet[(held >> heldBits) & (alphabet.length - 1)];
      }
      held &= (1 << heldBits) - 1;
    }
    if (heldBits > 0) text += alphabet[(held << (bits - heldBits)) & (alphabet.length - 1)];
    return padded ? text.padEnd(Math.ceil(text.length / group) * group, "=") : text;
  }

  function decode(text: string): Uint8Array<ArrayBuffer> {
    const body = padded ? text.replace(/={1,6}$/, "") : text;
    const bytes = new Uint8Array(Math.floor((body.length * bits) / 8));
    let held = 0;
    let heldBits = 0;
    let at = 0;
    for (let i = 0; i < body.length; i++) {
      const digit = digits[body.charCodeAt(i)] ?? -1;
      if (digit < 0) throw new LoreError("MALFORMED", `Reading ${name}: character ${i + 1} is not in its alphabet.`);
      held = (held << bits) | digit;
      heldBits += bits;
      if (heldBits >= 8) {
        heldBits -= 8;
        bytes[at++] = held >> heldBits;
        held &= (1 << heldBits) - 1;
      }
    }
    const length = padded
      ? Math.ceil((Math.ceil((bytes.length * 8) / bits) || 0) / group) * group
      : Math.ceil((bytes.length * 8) / bits);
    if (held !== 0 || text.length !== length) {
      throw new LoreError("MALFORMED", `Reading ${name}: the text does not end as its encoding would end it.`);
    }
    return bytes;
  }

  return { encode, decode };
}

const HEX = "0123456789abcdef";
const HEX_PAIRS = Array.from({ length: 256 }, (_, byte) => `${HEX[byte >> 4]}${HEX[byte & 15]}`);

/** Lower-case hex. Digests are named in it on every path, so it is written by the byte. */
export const hex: TextCodec = {
  ...codec("hex", HEX, false),
  encode: (bytes) => {
    let text = "";
    for (const byte of bytes) text += HEX_PAIRS[byte];
    return text;
  },
};
/** Lower-case base32 without padding: the text form of every id. */
export const base32 = codec("base32", "abcdefghijklmnopqrstuvwxyz234567", false);
/** Standard base64 with padding: signed notes and proof files. */
export const base64 = codec("base64", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", true);
