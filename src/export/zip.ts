/**
 * Writes a zip archive as a stream: each file stored or deflated, whichever is smaller, names in UTF-8, and the
 * 64-bit forms (APPNOTE 4.3.14, 4.5.3) where offsets or counts need them. Files that are large come as chunks
 * and carry their sums behind them (bit 3). Nothing is encrypted, nothing is spanned.
 */
import { crc32, createDeflateRaw, deflateRawSync } from "node:zlib";
import { Readable } from "node:stream";

import { concat, LoreError, utf8 } from "../bytes/index.ts";

const LOCAL = 0x04034b50;
const DESCRIPTOR = 0x08074b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const STORED = 0;
const DEFLATED = 8;
const SUMS_FOLLOW = 0x0008;
const UTF8_NAMES = 0x0800;
const MADE_ON_UNIX = 3;
const VERSION = 20;
const VERSION_64 = 45;
const UINT32_MAX = 0xffff_ffff;
const UINT16_MAX = 0xffff;
/** Years a zip can say. */
const YEAR_MIN = 1980;
const YEAR_MAX = 2107;

export interface ZipFile {
  readonly name: string;
  /** ms */
  readonly time: number;
  /** As of POSIX, with the type of file: 0o100644. */
  readonly mode: number;
  /** Whole, or in chunks; chunks may come to 4 GiB at most. */
  readonly content: Uint8Array | AsyncIterable<Uint8Array>;
}

export interface ZipOptions {
  /** Offsets and counts from which the 64-bit forms are used; smaller ones serve to test them. */
  readonly offsetMax?: number;
  readonly countMax?: number;
}

interface Written {
  readonly file: ZipFile;
  readonly name: Uint8Array;
  readonly offset: number;
  readonly flags: number;
  readonly method: number;
  readonly sums: Sums;
}

interface Sums {
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
}

/** The bytes of an archive of `files`, in their order. @throws LoreError TOO_LARGE for a file over 4 GiB. */
export async function* zipped(
  files: AsyncIterable<ZipFile> | Iterable<ZipFile>,
  options: ZipOptions = {},
): AsyncGenerator<Uint8Array> {
  const written: Written[] = [];
  let offset = 0;
  for await (const file of files) {
    const start = offset;
    const steps = file.content instanceof Uint8Array ? wholeFile(file, file.content) : streamedFile(file, file.content);
    for (;;) {
      const step = await steps.next();
      if (step.done === true) {
        written.push({ ...step.value, file, name: utf8(file.name), offset: start });
        break;
      }
      offset += step.value.length;
      yield step.value;
    }
  }
  yield* directory(written, offset, options);
}

type Packing = Pick<Written, "flags" | "method" | "sums">;

// Asynchronous only to be of one type with the other.
async function* wholeFile(file: ZipFile, bytes: Uint8Array): AsyncGenerator<Uint8Array, Packing> {
  const deflated = deflateRawSync(bytes);
  const [method, content] = deflated.length < bytes.length ? [DEFLATED, deflated] : [STORED, bytes];
  const packing = {
    flags: UTF8_NAMES,
    method,
    sums: { crc: crc32(bytes), packed: content.length, size: bytes.length },
  };
  yield localHeader(file, packing);
  yield content;
  return packing;
}

async function* streamedFile(file: ZipFile, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, Packing> {
  const packing = { flags: UTF8_NAMES | SUMS_FOLLOW, method: DEFLATED };
  yield localHeader(file, { ...packing, sums: { crc: 0, packed: 0, size: 0 } });
  let [crc, size, packed] = [0, 0, 0];
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      crc = crc32(chunk, crc);
      size += chunk.length;
      yield chunk;
    }
  }
  const deflate = createDeflateRaw();
  const source = Readable.from(counted());
  source.once("error", (error) => deflate.destroy(error));
  // What a stream of bytes gives is bytes.
  for await (const chunk of source.pipe(deflate) as AsyncIterable<Uint8Array>) {
    packed += chunk.length;
    yield chunk;
  }
  if (size > UINT32_MAX || packed > UINT32_MAX)
    throw new LoreError("TOO_LARGE", `Packing ${file.name}: it is larger than 4 GiB.`);
  const sums = { crc, packed, size };
  yield fields([4, DESCRIPTOR], ...sumFields(sums));
  return { ...packing, sums };
}

type Field = readonly [width: 2 | 4 | 8, value: number];

function fields(...list: readonly Field[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(list.reduce((length, [width]) => length + width, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [width, value] of list) {
    if (width === 2) view.setUint16(at, value, true);
    else if (width === 4) view.setUint32(at, value, true);
    else view.setBigUint64(at, BigInt(value), true);
    at += width;
  }
  return bytes;
}

function sumFields({ crc, packed, size }: Sums): Field[] {
  return [
    [4, crc],
    [4, packed],
    [4, size],
  ];
}

function localHeader(file: ZipFile, { flags, method, sums }: Packing): Uint8Array {
  const name = utf8(file.name);
  const head = fields(
    [4, LOCAL],
    [2, VERSION],
    [2, flags],
    [2, method],
    ...timeFields(file.time),
    ...sumFields(sums),
    [2, name.length],
    [2, 0],
  );
  return concat(head, name);
}

/** DOS time and date, read as UTC: a zip knows no zones. */
function timeFields(time: number): [Field, Field] {
  const at = new Date(time);
  const year = at.getUTCFullYear();
  if (year < YEAR_MIN || year > YEAR_MAX)
    return [
      [2, 0],
      [2, (1 << 5) | 1],
    ];
  const clock = (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
  return [
    [2, clock],
    [2, ((year - YEAR_MIN) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate()],
  ];
}

function* directory(written: readonly Written[], start: number, options: ZipOptions): Generator<Uint8Array> {
  const { offsetMax = UINT32_MAX, countMax = UINT16_MAX } = options;
  let size = 0;
  for (const entry of written) {
    const header = centralHeader(entry, entry.offset >= offsetMax);
    size += header.length;
    yield header;
  }
  const count = written.length;
  const large = count >= countMax || start >= offsetMax || size >= offsetMax;
  if (large) {
    yield fields(
      [4, END_64],
      [8, 44],
      [2, (MADE_ON_UNIX << 8) | VERSION_64],
      [2, VERSION_64],
      [4, 0],
      [4, 0],
      [8, count],
      [8, count],
      [8, size],
      [8, start],
    );
    yield fields([4, LOCATOR_64], [4, 0], [8, start + size], [4, 1]);
  }
  const [shownCount, shownSize, shownStart] = large ? [UINT16_MAX, UINT32_MAX, UINT32_MAX] : [count, size, start];
  yield fields([4, END], [2, 0], [2, 0], [2, shownCount], [2, shownCount], [4, shownSize], [4, shownStart], [2, 0]);
}

function centralHeader({ file, name, offset, flags, method, sums }: Written, large: boolean): Uint8Array {
  const extra = large ? fields([2, 1], [2, 8], [8, offset]) : new Uint8Array();
  const head = fields(
    ...([
      [4, CENTRAL],
      [2, (MADE_ON_UNIX << 8) | (large ? VERSION_64 : VERSION)],
      [2, large ? VERSION_64 : VERSION],
      [2, flags],
      [2, method],
    ] as const),
    ...timeFields(file.time),
    ...sumFields(sums),
    ...([
      [2, name.length],
      [2, extra.length],
      [2, 0],
      [2, 0],
      [2, 0],
      [4, (file.mode << 16) >>> 0],
      [4, large ? UINT32_MAX : offset],
    ] as const),
  );
  return concat(head, name, extra);
}
