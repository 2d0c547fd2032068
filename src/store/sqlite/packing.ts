/**
 * How a small part is packed: zstd (RFC 8878) with a part much like it as dictionary, or raw where that is
 * smaller. Packing is only storage: what comes out is checked against the part's digest by who asked.
 */
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib";

/** `FILE`: the bytes are a file of their own. The numbers are on disk. */
export const CODEC = { RAW: 0, ZSTD: 1, FILE: 2 } as const;

/**
 * Work to decode one part, in bytes: its own, those of every base under it, and `STEP_COST` for each. A read
 * decodes at most COST_MAX / STEP_COST = 96 parts, typically 13, in well under a millisecond.
 */
export const COST_MAX = 768 * 1024;
export const STEP_COST = 8 * 1024;
/** A chain of parts so large that it passes COST_MAX may still have this many. */
export const STEPS_ALWAYS = 8;

const LEVEL = 3;
/** Packing less saves fewer bytes than it costs time: a compressor takes as long to set up as to run. */
const PACK_BYTES_MIN = 200;
/** The same without a dictionary, where so little repeats nothing. */
const PACK_ALONE_BYTES_MIN = 1_200;
/** No row unpacks to more. */
const UNPACKED_MAX = 2 * 2 ** 20;
const CHUNK_BYTES = 16 * 1024;
/** A dictionary that starts like this would be read as a trained one (RFC 8878, 5). */
const DICTIONARY_MAGIC = [0x37, 0xa4, 0x30, 0xec];

/** The smaller of `bytes` and its packed form. */
export function pack(
  bytes: Uint8Array,
  dictionary?: Uint8Array,
): { readonly codec: 0 | 1; readonly packed: Uint8Array } {
  if (bytes.length < (dictionary === undefined ? PACK_ALONE_BYTES_MIN : PACK_BYTES_MIN))
    return { codec: CODEC.RAW, packed: bytes };
  const packed = zstdCompressSync(bytes, {
    ...(dictionary === undefined ? {} : { dictionary }),
    chunkSize: CHUNK_BYTES,
    // Tables sized for these bytes alone: without it setting them up takes five times as long as packing.
    pledgedSrcSize: bytes.length,
    params: { [constants.ZSTD_c_compressionLevel]: LEVEL, [constants.ZSTD_c_contentSizeFlag]: 0 },
  });
  return packed.length < bytes.length ? { codec: CODEC.ZSTD, packed } : { codec: CODEC.RAW, packed: bytes };
}

/** Undoes `pack` for a part of `size` bytes; undefined when `packed` is damaged. */
export function unpack(packed: Uint8Array, size: number, dictionary?: Uint8Array): Uint8Array | undefined {
  // A damaged size must not ask for memory; more than `size` bytes are damage too.
  const chunkSize = Math.min(Math.max(size, 64), UNPACKED_MAX);
  try {
    const bytes = zstdDecompressSync(packed, {
      ...(dictionary === undefined ? {} : { dictionary }),
      chunkSize,
      maxOutputLength: chunkSize,
    });
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  } catch {
    // Whatever zlib found wrong, the bytes on disk are not what was written.
    return undefined;
  }
}

export function isDictionary(bytes: Uint8Array): boolean {
  return bytes.length > 0 && !DICTIONARY_MAGIC.every((byte, i) => bytes[i] === byte);
}
