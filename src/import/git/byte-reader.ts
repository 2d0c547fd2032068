/**
 * Reads lines and counted bytes from a stream of chunks: the framing of `git cat-file --batch`.
 * Bytes handed out may share memory with their neighbours in the same chunk. Only what is asked for
 * is buffered, so the stream's backpressure reaches git.
 */

import { LoreError } from "../../bytes/index.ts";

const NEWLINE = 0x0a;
/** `<object id> <type> <size>` is far shorter; a longer line is not that. */
const LINE_BYTES_MAX = 4_096;
const EMPTY = Buffer.alloc(0);

export class ByteReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #held: Buffer = EMPTY;

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** The next line without its newline, or undefined at the end of the stream. */
  async line(): Promise<string | undefined> {
    for (let from = 0; ;) {
      const end = this.#held.indexOf(NEWLINE, from);
      if (end >= 0) return this.#take(end + 1).toString("latin1", 0, end);
      from = this.#held.length;
      if (from > LINE_BYTES_MAX) throw brokenStream("a line without an end");
      if (!(await this.#more())) {
        if (from > 0) throw brokenStream("half a line");
        return undefined;
      }
    }
  }

  /** Exactly this many bytes. */
  async exactly(sizeBytes: number): Promise<Buffer> {
    if (this.#held.length >= sizeBytes) return this.#take(sizeBytes);
    const pieces: Buffer[] = [];
    for (let left = sizeBytes; left > 0; left -= pieces.at(-1)?.length ?? 0) pieces.push(await this.upTo(left));
    return Buffer.concat(pieces, sizeBytes);
  }

  /** At least one byte and at most this many, whatever is there. */
  async upTo(sizeBytes: number): Promise<Buffer> {
    if (this.#held.length === 0 && !(await this.#more())) throw brokenStream("an object cut short");
    return this.#take(Math.min(sizeBytes, this.#held.length));
  }

  async skip(sizeBytes: number): Promise<void> {
    for (let left = sizeBytes; left > 0;) left -= (await this.upTo(left)).length;
  }

  /** Ends the stream early, and with it whoever writes to it. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  #take(sizeBytes: number): Buffer {
    const taken = this.#held.subarray(0, sizeBytes);
    this.#held = this.#held.subarray(sizeBytes);
    return taken;
  }

  async #more(): Promise<boolean> {
    const { value, done } = await this.#chunks.next();
    if (done === true) return false;
    this.#held = this.#held.length === 0 ? value : Buffer.concat([this.#held, value]);
    return true;
  }
}

function brokenStream(found: string): LoreError {
  return new LoreError(
    "REFUSED",
    `git's answer ended with ${found}. The repository is damaged; run git fsck on the source.`,
  );
}
