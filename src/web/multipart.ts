/**
 * multipart/form-data (RFC 7578) read as it arrives: fields into memory, files onto the disk, so that an upload
 * of a gigabyte needs no gigabyte. File names are kept as sent; whoever uses one must not trust it.
 */
import type { FileHandle } from "node:fs/promises";

import { LoreError } from "../bytes/index.ts";

const BOUNDARY = /^multipart\/form-data\s*;.*?\bboundary=(?:"([^"\r\n]{1,70})"|([^\s;"]{1,70}))/i;
const HEADER_BYTES_MAX = 16_384;
const FIELD_BYTES_MAX = 16_384;
const PARTS_MAX = 100_200;
const CRLF2 = Buffer.from("\r\n\r\n");

export interface FormPart {
  readonly name: string;
  /** As sent; undefined for a field. */
  readonly fileName: string | undefined;
}

export interface FormOptions {
  readonly contentType: string;
  readonly bytesMax: number;
  /** Where a file's bytes go, closed here; undefined drops them. */
  readonly place: (part: FormPart) => Promise<FileHandle | undefined>;
}

/** Fields by name. @throws LoreError MALFORMED, UNSUPPORTED or TOO_LARGE. */
export async function readForm(
  chunks: AsyncIterable<Uint8Array>,
  options: FormOptions,
): Promise<ReadonlyMap<string, string>> {
  const found = BOUNDARY.exec(options.contentType);
  const boundary = found?.[1] ?? found?.[2];
  if (boundary === undefined) throw new LoreError("UNSUPPORTED", "Reading a form: it is not multipart/form-data.");
  const reader = new FormReader(chunks, Buffer.from(`\r\n--${boundary}`), options.bytesMax);
  const fields = new Map<string, string>();
  let parts = 0;
  for (let part = await reader.next(); part !== undefined; part = await reader.next()) {
    if (++parts > PARTS_MAX)
      throw new LoreError("TOO_LARGE", `Reading a form: it has more than ${PARTS_MAX} parts.`, { limit: PARTS_MAX });
    if (part.fileName === undefined) fields.set(part.name, await reader.text());
    else await reader.toFile(await options.place(part));
  }
  return fields;
}

class FormReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #mark: Buffer;
  readonly #bytesMax: number;
  /** Starts with a line break so that the first boundary looks like the others. */
  #buffer: Buffer = Buffer.from("\r\n");
  #bytes = 0;
  #isFirst = true;

  constructor(chunks: AsyncIterable<Uint8Array>, mark: Buffer, bytesMax: number) {
    this.#chunks = chunks[Symbol.asyncIterator]();
    this.#mark = mark;
    this.#bytesMax = bytesMax;
  }

  async #more(): Promise<void> {
    const { value, done } = await this.#chunks.next();
    if (done === true) throw malformed("it ends inside a part");
    this.#bytes += value.length;
    if (this.#bytes > this.#bytesMax)
      throw new LoreError("TOO_LARGE", `Reading a form: it is larger than ${this.#bytesMax} bytes.`, {
        limit: this.#bytesMax,
      });
    this.#buffer = Buffer.concat([this.#buffer, value]);
  }

  /** Hands out the bytes before the next boundary, then stands after it. */
  async *#body(): AsyncGenerator<Buffer> {
    for (;;) {
      const at = this.#buffer.indexOf(this.#mark);
      if (at >= 0) {
        if (at > 0) yield this.#buffer.subarray(0, at);
        this.#buffer = this.#buffer.subarray(at + this.#mark.length);
        return;
      }
      const safe = this.#buffer.length - this.#mark.length;
      if (safe > 0) {
        yield this.#buffer.subarray(0, safe);
        this.#buffer = this.#buffer.subarray(safe);
      }
      await this.#more();
    }
  }

  /** The next part's head; undefined after the last. */
  async next(): Promise<FormPart | undefined> {
    if (this.#isFirst) for await (const _ of this.#body()) void _;
    this.#isFirst = false;
    while (this.#buffer.length < 2) await this.#more();
    if (this.#buffer.subarray(0, 2).toString("latin1") === "--") return undefined;
    while (!this.#buffer.includes(CRLF2)) {
      if (this.#buffer.length > HEADER_BYTES_MAX) throw malformed("the head of a part is too long");
      await this.#more();
    }
    const end = this.#buffer.indexOf(CRLF2);
    const head = this.#buffer.subarray(0, end).toString("utf8");
    this.#buffer = this.#buffer.subarray(end + CRLF2.length);
    return partOf(head);
  }

  async text(): Promise<string> {
    const pieces: Buffer[] = [];
    let length = 0;
    for await (const piece of this.#body()) {
      length += piece.length;
      if (length > FIELD_BYTES_MAX)
        throw new LoreError("TOO_LARGE", `Reading a form: a field is longer than ${FIELD_BYTES_MAX} bytes.`, {
          limit: FIELD_BYTES_MAX,
        });
      pieces.push(Buffer.from(piece));
    }
    return Buffer.concat(pieces).toString("utf8");
  }

  async toFile(file: FileHandle | undefined): Promise<void> {
    try {
      for await (const piece of this.#body()) await file?.writeFile(piece);
    } finally {
      await file?.close();
    }
  }
}

function partOf(head: string): FormPart {
  const disposition = /^content-disposition:\s*form-data;(.*)$/im.exec(head)?.[1] ?? "";
  const name = /\bname="([^"]*)"/i.exec(disposition)?.[1];
  if (name === undefined) throw malformed("a part has no name");
  const fileName = /\bfilename="([^"]*)"/i.exec(disposition)?.[1];
  return { name, fileName: fileName?.replaceAll("%22", '"').replaceAll(/%0[dD]|%0[aA]/g, "") };
}

function malformed(found: string): LoreError {
  return new LoreError("MALFORMED", `Reading a form: ${found}.`);
}
