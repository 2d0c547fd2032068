/**
 * The parts decoded last, bounded by their bytes: writing revision after revision, and reading everything in
 * order, need each base again soon and must not decode its chain again.
 */

/** 64 to 1,000 pages. */
const RECENT_BYTES_MAX = 16 * 1024 * 1024;

export class Recent {
  /** A Map keeps insertion order: the first key is the one used longest ago. */
  readonly #parts = new Map<string, Uint8Array>();
  #bytes = 0;

  get(name: string): Uint8Array | undefined {
    const bytes = this.#parts.get(name);
    if (bytes === undefined) return undefined;
    this.#parts.delete(name);
    this.#parts.set(name, bytes);
    return bytes;
  }

  set(name: string, bytes: Uint8Array): void {
    this.delete(name);
    this.#parts.set(name, bytes);
    this.#bytes += bytes.length;
    for (const oldest of this.#parts.keys()) {
      if (this.#bytes <= RECENT_BYTES_MAX) break;
      this.delete(oldest);
    }
  }

  delete(name: string): void {
    this.#bytes -= this.#parts.get(name)?.length ?? 0;
    this.#parts.delete(name);
  }

  clear(): void {
    this.#parts.clear();
    this.#bytes = 0;
  }
}
