/**
 * Where a record's missing tail can be had: an archive's folder, or a node's address on the web. Nothing that
 * comes from either is trusted; sizes are bounded while it comes.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { concat, hex, LoreError } from "../bytes/index.ts";
import { tiles } from "../log/index.ts";
import { PAYLOAD } from "./archive/bag.ts";
import { CHECKPOINT, decodeSidecars, entriesPath, partPath, sidecarsPath } from "./archive/layout.ts";

const { decodeBundle, TILE_WIDTH } = tiles;
const REQUEST_TIMEOUT_MS = 60_000;
const CHECKPOINT_BYTES_MAX = 100_000;
const BUNDLE_BYTES_MAX = TILE_WIDTH * (65_535 + 2);
const SIDECAR_BYTES_MAX = 2 ** 20;
/** Larger parts are handed on in chunks. */
const WHOLE_BYTES_MAX = 4 * 2 ** 20;

export interface RecordSource {
  /** For messages. */
  readonly name: string;
  checkpoint(): Promise<Uint8Array>;
  /** Entries `[256 number, …)` of a tree of `size`. */
  bundle(number: number, size: number): Promise<readonly Uint8Array[]>;
  sidecar(index: number): Promise<Uint8Array>;
  part(digest: Uint8Array, sizeBytes: number): Promise<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** `from`: a folder, or an http(s) address with or without the community's own path. */
export function recordSource(from: string, community: string): RecordSource {
  return /^https?:\/\//i.test(from) ? new WebSource(from, community) : new FolderSource(from);
}

class FolderSource implements RecordSource {
  readonly name: string;
  #sidecars: { readonly number: number; readonly list: readonly Uint8Array[] } | undefined;

  constructor(directory: string) {
    this.name = directory;
  }

  #read(path: string): Uint8Array {
    try {
      return new Uint8Array(readFileSync(join(this.name, PAYLOAD, path)));
    } catch (cause) {
      throw new LoreError(
        "NOT_FOUND",
        `Reading ${PAYLOAD}/${path} of the archive at ${this.name}: it is missing or cannot be read.`,
        { cause },
      );
    }
  }

  async checkpoint(): Promise<Uint8Array> {
    return this.#read(CHECKPOINT);
  }

  async bundle(number: number, size: number): Promise<readonly Uint8Array[]> {
    return decodeBundle(this.#read(entriesPath(number, size)));
  }

  async sidecar(index: number): Promise<Uint8Array> {
    const number = Math.floor(index / TILE_WIDTH);
    if (this.#sidecars?.number !== number)
      this.#sidecars = { number, list: decodeSidecars(this.#read(sidecarsPath(number))) };
    return this.#sidecars.list[index % TILE_WIDTH] ?? new Uint8Array();
  }

  async part(digest: Uint8Array): Promise<Uint8Array> {
    return this.#read(partPath(hex.encode(digest)));
  }
}

class WebSource implements RecordSource {
  readonly name: string;

  constructor(address: string, community: string) {
    const bare = address.replace(/\/+$/, "");
    this.name = bare.endsWith(`/c/${community}`) ? bare : `${bare}/c/${community}`;
  }

  /** The body in chunks; an error once it is longer than `most`. */
  async *#stream(path: string, most: number): AsyncGenerator<Uint8Array> {
    const address = `${this.name}/${path}`;
    let sizeBytes = 0;
    try {
      const answer = await fetch(address, { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
      if (!answer.ok)
        throw new LoreError(
          "UNREACHABLE",
          `Fetching ${address}: the answer was ${answer.status}. Check the address, or try another copy.`,
        );
      for await (const chunk of answer.body ?? []) {
        sizeBytes += chunk.length;
        if (sizeBytes > most)
          throw new LoreError("TOO_LARGE", `Fetching ${address}: it is longer than ${most} bytes.`, { limit: most });
        yield chunk;
      }
    } catch (error) {
      if (error instanceof LoreError) throw error;
      throw new LoreError(
        "UNREACHABLE",
        `Fetching ${address}: it did not answer. Check the address, or try again later.`,
        { cause: error },
      );
    }
  }

  async #read(path: string, most: number): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.#stream(path, most)) chunks.push(chunk);
    return concat(...chunks);
  }

  checkpoint(): Promise<Uint8Array> {
    return this.#read(CHECKPOINT, CHECKPOINT_BYTES_MAX);
  }

  async bundle(number: number, size: number): Promise<readonly Uint8Array[]> {
    return decodeBundle(await this.#read(entriesPath(number, size), BUNDLE_BYTES_MAX));
  }

  sidecar(index: number): Promise<Uint8Array> {
    return this.#read(`sidecar/${index}`, SIDECAR_BYTES_MAX);
  }

  part(digest: Uint8Array, sizeBytes: number): Promise<Uint8Array> | AsyncIterable<Uint8Array> {
    const path = `part/${hex.encode(digest)}`;
    return sizeBytes <= WHOLE_BYTES_MAX ? this.#read(path, sizeBytes) : this.#stream(path, sizeBytes);
  }
}
