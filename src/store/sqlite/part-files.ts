/**
 * Large parts: `parts/<first two hex digits>/<SHA-256 in hex>`, the bytes as they are, so that `sha256sum`
 * checks them. A file is fsynced under its final name before the row that names it is committed, and removed
 * after the row is gone; so the only trace of a crash is a file without a row, which `clean` removes.
 * Unlinking is all that erasing a file can do: what the disk keeps of freed blocks is beyond a program.
 */
import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { open, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

import { hex } from "../../bytes/index.ts";
import {
  makeDirectory,
  PRIVATE_DIRECTORY_MODE,
  PRIVATE_FILE_MODE,
  renameDurably,
  syncDirectory,
  writeDurablySync,
} from "../durable-file.ts";
import { systemCode } from "../failure.ts";

const CHUNK_BYTES = 256 * 1024;
const INCOMING = "incoming-";

/** A large part on its way in, under a temporary name. */
export interface Incoming {
  write(chunk: Uint8Array): Promise<void>;
  /** Makes it durable under `digest`. */
  keep(digest: Uint8Array): Promise<void>;
  /** Removes what was written, as far as the disk lets it. */
  drop(): Promise<void>;
}

export class PartFiles {
  readonly #folder: string;
  #incoming = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  #pathOf(digest: Uint8Array): string {
    const name = hex.encode(digest);
    return join(this.#folder, name.slice(0, 2), name);
  }

  #temporary(): string {
    makeDirectory(this.#folder);
    this.#incoming += 1;
    return join(this.#folder, `${INCOMING}${this.#incoming}`);
  }

  #place(digest: Uint8Array): string {
    const path = this.#pathOf(digest);
    if (mkdirSync(dirname(path), { recursive: true, mode: PRIVATE_DIRECTORY_MODE }) !== undefined)
      syncDirectory(this.#folder);
    return path;
  }

  /** undefined when the file is missing. */
  read(digest: Uint8Array): Uint8Array | undefined {
    try {
      const bytes = readFileSync(this.#pathOf(digest));
      return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    } catch (error) {
      if (systemCode(error) === "ENOENT") return undefined;
      throw error;
    }
  }

  stream(digest: Uint8Array): AsyncIterable<Uint8Array> {
    return createReadStream(this.#pathOf(digest), { highWaterMark: CHUNK_BYTES });
  }

  /** Durable on return. */
  write(digest: Uint8Array, bytes: Uint8Array): void {
    writeDurablySync(this.#place(digest), bytes, this.#temporary());
  }

  async receive(): Promise<Incoming> {
    const temporary = this.#temporary();
    const file = await open(temporary, "wx", PRIVATE_FILE_MODE);
    let at = 0;
    return {
      write: async (chunk) => {
        for (let done = 0; done < chunk.length;) {
          const { bytesWritten } = await file.write(chunk, done, chunk.length - done, at);
          done += bytesWritten;
          at += bytesWritten;
        }
      },
      keep: async (digest) => {
        await file.sync();
        await file.close();
        renameDurably(temporary, this.#place(digest));
      },
      drop: async () => {
        // What cannot be closed or removed now is removed at the next open.
        await file.close().catch(() => undefined);
        await rm(temporary, { force: true }).catch(() => undefined);
      },
    };
  }

  /** Removes files of parts no row names any more; durable on return. */
  remove(digests: readonly Uint8Array[]): void {
    const directories = new Set<string>();
    for (const digest of digests) {
      const path = this.#pathOf(digest);
      rmSync(path, { force: true });
      directories.add(dirname(path));
    }
    for (const directory of directories) if (existsSync(directory)) syncDirectory(directory);
  }

  /** Removes what a crash left: half-written files, and whole ones that `isNamed` does not know. */
  clean(isNamed: (digest: Uint8Array) => boolean): void {
    if (!existsSync(this.#folder)) return;
    for (const item of readdirSync(this.#folder)) {
      if (item.startsWith(INCOMING)) rmSync(join(this.#folder, item), { force: true });
      else if (/^[0-9a-f]{2}$/.test(item)) this.#cleanDirectory(join(this.#folder, item), isNamed);
    }
  }

  #cleanDirectory(directory: string, isNamed: (digest: Uint8Array) => boolean): void {
    for (const name of readdirSync(directory)) {
      if (/^[0-9a-f]{64}$/.test(name) && !isNamed(hex.decode(name))) rmSync(join(directory, name), { force: true });
    }
  }
}
