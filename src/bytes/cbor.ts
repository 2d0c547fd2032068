/**
 * Canonical DAG-CBOR, the subset in which entries are written (docs/formats/bytes.md; RFC 8949 4.2, the
 * DAG-CBOR key order). Every value has exactly one encoding, and the decoder accepts only that one:
 * definite lengths, shortest heads, integers within ±(2^53-1), valid UTF-8, map keys of text in order of
 * length then bytes, no repeated key, no floats, tags or undefined, depth at most 32.
 */
import { LoreError } from "./error.ts";
import { compare, textOf, utf8 } from "./octets.ts";

export type Cbor = null | boolean | number | string | Uint8Array | readonly Cbor[] | CborMap;
export interface CborMap {
  readonly [key: string]: Cbor | undefined;
}

export const CBOR_DEPTH_MAX = 32;

const UINT = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const SIMPLE = 7;

/** Text of at most this many UTF-16 units is tried as ASCII first. */
const SHORT_TEXT = 64;

const FAMILIAR_TEXTS = 256;
/** The short printable texts decoded last, each at its slot. */
const familiar: (string | undefined)[] = Array.from({ length: FAMILIAR_TEXTS }, () => undefined);

const FALSE = 0xf4;
const TRUE = 0xf5;
const NULL = 0xf6;

/**
 * The canonical bytes of `value`. A map field that is undefined is absent.
 * @throws LoreError MALFORMED for a value outside the subset or deeper than 32.
 */
export function encode(value: Cbor): Uint8Array<ArrayBuffer> {
  const writer = new Writer();
  writer.value(value, 0);
  return writer.finish();
}

class Writer {
  #bytes = new Uint8Array(512);
  #at = 0;

  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#at);
  }

  value(value: Cbor, depth: number): void {
    if (depth > CBOR_DEPTH_MAX) throw malformed("encoding a value", `it nests deeper than ${CBOR_DEPTH_MAX}`);
    if (value === null) this.#byte(NULL);
    else if (typeof value === "boolean") this.#byte(value ? TRUE : FALSE);
    else if (typeof value === "number") this.#integer(value);
    else if (typeof value === "string") this.#text(value);
    else if (value instanceof Uint8Array) this.#string(BYTES, value);
    else if (isArray(value)) this.#array(value, depth);
    else if (typeof value === "object") this.#map(value, depth);
    else throw malformed("encoding a value", `a ${typeof value} has no encoding`);
  }

  #array(items: readonly Cbor[], depth: number): void {
    this.#head(ARRAY, items.length);
    for (const item of items) this.value(item, depth + 1);
  }

  #map(map: CborMap, depth: number): void {
    const keys = Object.keys(map).filter((key) => map[key] !== undefined);
    keys.sort(keyOrder);
    this.#head(MAP, keys.length);
    for (const key of keys) {
      this.#text(key);
      this.value(map[key] ?? null, depth + 1);
    }
  }

  #integer(value: number): void {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
      throw malformed("encoding a number", `${value} is not an integer within ±(2^53-1)`);
    }
    if (value < 0) this.#head(NEGATIVE, -1 - value);
    else this.#head(UINT, value);
  }

  #text(text: string): void {
    if (text.length <= SHORT_TEXT && this.#ascii(text)) return;
    if (!text.isWellFormed()) throw malformed("encoding text", "it holds half of a surrogate pair");
    this.#string(TEXT, utf8(text));
  }

  /** Short text is nearly always ASCII: cheaper than an encoder call. False, with nothing written, if it is not. */
  #ascii(text: string): boolean {
    const start = this.#at;
    this.#head(TEXT, text.length);
    this.#room(text.length);
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) {
        this.#at = start;
        return false;
      }
      this.#bytes[this.#at++] = code;
    }
    return true;
  }

  #string(major: number, bytes: Uint8Array): void {
    this.#head(major, bytes.length);
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #head(major: number, value: number): void {
    this.#room(9);
    const first = major << 5;
    if (value < 24) this.#byte(first | value);
    else if (value < 0x100) this.#raw(first | 24, value, 1);
    else if (value < 0x10000) this.#raw(first | 25, value, 2);
    else if (value < 0x100000000) this.#raw(first | 26, value, 4);
    else this.#raw(first | 27, value, 8);
  }

  #raw(first: number, value: number, width: number): void {
    this.#byte(first);
    let rest = value;
    for (let i = this.#at + width - 1; i >= this.#at; i--) {
      this.#bytes[i] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    this.#at += width;
  }

  #byte(byte: number): void {
    this.#room(1);
    this.#bytes[this.#at++] = byte;
  }

  #room(more: number): void {
    if (this.#at + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + more));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}

/** The value that `bytes` encode, all of them. @throws LoreError MALFORMED, with the byte offset in `data.at`. */
export function decode(bytes: Uint8Array): Cbor {
  const { value, length } = decodeFirst(bytes);
  if (length !== bytes.length) throw malformed("decoding", `${bytes.length - length} bytes follow the value`, length);
  return value;
}

export interface Decoded {
  readonly value: Cbor;
  /** In bytes. */
  readonly length: number;
  /** Whether all its text, keys too, is printable ASCII. */
  readonly isPrintable: boolean;
}

/** The first value in `bytes`; what follows is the caller's. @throws LoreError MALFORMED, as `decode`. */
export function decodeFirst(bytes: Uint8Array): Decoded {
  const reader = new Reader(bytes);
  const value = reader.value(0);
  return { value, length: reader.at, isPrintable: reader.isPrintable };
}

class Reader {
  at = 0;
  isPrintable = true;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    // Of a Buffer, `slice` would share memory with the caller.
    this.#bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  value(depth: number): Cbor {
    if (depth > CBOR_DEPTH_MAX) throw this.#refuse(`nesting deeper than ${CBOR_DEPTH_MAX}`);
    const first = this.#byte();
    const major = first >> 5;
    if (major === SIMPLE) return this.#simple(first);
    const argument = this.#argument(first & 31);
    switch (major) {
      case UINT:
        return argument;
      case NEGATIVE:
        if (argument === Number.MAX_SAFE_INTEGER) throw this.#refuse("an integer below -(2^53-1)");
        return -1 - argument;
      case BYTES:
        return this.#bytes.slice(this.#skip(argument), this.at);
      case TEXT:
        return this.#text(argument);
      case ARRAY:
        return this.#array(argument, depth);
      case MAP:
        return this.#map(argument, depth);
      default:
        throw this.#refuse("a tag");
    }
  }

  #array(length: number, depth: number): Cbor[] {
    if (length > this.#bytes.length - this.at) throw this.#refuse("an array longer than the input");
    const items: Cbor[] = [];
    for (let i = 0; i < length; i++) items.push(this.value(depth + 1));
    return items;
  }

  #map(length: number, depth: number): CborMap {
    if (length > this.#bytes.length - this.at) throw this.#refuse("a map longer than the input");
    const map: Record<string, Cbor> = {};
    let [previous, previousLength] = [0, 0];
    for (let i = 0; i < length; i++) {
      const keyLength = this.#keyLength();
      const start = this.at;
      const key = this.#text(keyLength);
      if (i > 0 && (keyLength - previousLength || this.#compare(previous, start, keyLength)) <= 0) {
        throw this.#refuse(`the key "${key}" out of order`);
      }
      [previous, previousLength] = [start, keyLength];
      const value = this.value(depth + 1);
      // Plain assignment would set the prototype instead.
      if (key === "__proto__") Object.defineProperty(map, key, { value, enumerable: true });
      else map[key] = value;
    }
    return map;
  }

  #keyLength(): number {
    const first = this.#byte();
    if (first >> 5 !== TEXT) throw this.#refuse("a map key that is not text");
    return this.#argument(first & 31);
  }

  /** Above 0 when `length` bytes here are greater than as many at `before`. */
  #compare(before: number, here: number, length: number): number {
    for (let i = 0; i < length; i++) {
      const difference = (this.#bytes[here + i] ?? 0) - (this.#bytes[before + i] ?? 0);
      if (difference !== 0) return difference;
    }
    return 0;
  }

  #text(length: number): string {
    const start = this.#skip(length);
    return this.#familiar(start, length) ?? this.#printable(start, length) ?? this.#utf8(start);
  }

  /** A text met before: most are the keys and words of a format. */
  #familiar(start: number, length: number): string | undefined {
    const text = familiar[this.#slot(start, length)];
    if (text?.length !== length) return undefined;
    for (let i = 0; i < length; i++) if (this.#bytes[start + i] !== text.charCodeAt(i)) return undefined;
    return text;
  }

  /** Short printable ASCII: cheaper than a decoder call, where it will do. */
  #printable(start: number, length: number): string | undefined {
    if (length > SHORT_TEXT) return undefined;
    let text = "";
    for (let i = start; i < start + length; i++) {
      const byte = this.#bytes[i] ?? 0;
      if (!isPrintable(byte)) return undefined;
      text += String.fromCharCode(byte);
    }
    familiar[this.#slot(start, length)] = text;
    return text;
  }

  #slot(start: number, length: number): number {
    return (length * 37 + (this.#bytes[start] ?? 0) * 5 + (this.#bytes[start + length - 1] ?? 0)) % FAMILIAR_TEXTS;
  }

  #utf8(start: number): string {
    const text = textOf(this.#bytes.subarray(start, this.at));
    if (text === undefined) throw this.#refuse("text that is not UTF-8");
    for (let i = start; i < this.at; i++) this.isPrintable &&= isPrintable(this.#bytes[i] ?? 0);
    return text;
  }

  #simple(first: number): boolean | null {
    if (first === NULL) return null;
    if (first === TRUE) return true;
    if (first === FALSE) return false;
    throw this.#refuse("a float, undefined or another simple value");
  }

  /** The number in a head, refused unless it is in its shortest form and safe. */
  #argument(low: number): number {
    if (low < 24) return low;
    if (low > 27) throw this.#refuse("an indefinite length");
    const width = 1 << (low - 24);
    let value = 0;
    for (let i = this.#skip(width); i < this.at; i++) value = value * 256 + (this.#bytes[i] ?? 0);
    if (!Number.isSafeInteger(value)) throw this.#refuse("an integer beyond ±(2^53-1)");
    const least = width === 1 ? 24 : 2 ** (width * 4);
    if (value < least) throw this.#refuse("an integer not in its shortest form");
    return value;
  }

  #byte(): number {
    const byte = this.#bytes[this.at];
    if (byte === undefined) throw this.#refuse("the end of the input");
    this.at += 1;
    return byte;
  }

  /** Goes past `length` bytes; answers where they begin. */
  #skip(length: number): number {
    const start = this.at;
    const end = start + length;
    if (end > this.#bytes.length) throw this.#refuse("the end of the input");
    this.at = end;
    return start;
  }

  #refuse(found: string): LoreError {
    return malformed("decoding", `found ${found}`, this.at);
  }
}

const isArray: (value: unknown) => value is readonly Cbor[] = Array.isArray;

/** DAG-CBOR's order of map keys: by length in bytes, then bytewise. */
function keyOrder(a: string, b: string): number {
  if (isAscii(a) && isAscii(b)) return a.length - b.length || (a < b ? -1 : Number(a > b));
  const x = utf8(a);
  const y = utf8(b);
  return x.length - y.length || compare(x, y);
}

function isPrintable(byte: number): boolean {
  return byte >= 0x20 && byte <= 0x7e;
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

function malformed(attempted: string, found: string, at?: number): LoreError {
  const where = at === undefined ? "" : ` at byte ${at}`;
  return new LoreError(
    "MALFORMED",
    `Canonical CBOR, ${attempted}: ${found}${where}.`,
    at === undefined ? {} : { data: { at } },
  );
}
