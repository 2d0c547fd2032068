/** Search as a community that is written to needs it: what follows the rows, here or on another thread. */
import type { Db, Store } from "../store/index.ts";
import type { Rows } from "./fold/rows.ts";
import { changedHeads } from "./fold/steps.ts";
import { SearchIndex } from "./search-index.ts";
import type { Background } from "./background.ts";

/** Changed heads that are followed on this thread: about 20 ms of work. */
const HERE_MAX = 64;

export interface SearchFollowerOptions {
  readonly store: Store;
  readonly directory: string;
  readonly readOnly: boolean;
  /** Takes what is more; without it this thread does. */
  readonly background: Background | undefined;
}

export class SearchFollower {
  readonly #options: SearchFollowerOptions;
  readonly #index: SearchIndex;
  #size: number;
  /** Settled once everything that was on record at the start can be found, or cannot be. */
  #started: Promise<void> = Promise.resolve();
  /** While the other thread is at it. */
  #under: Promise<void> | undefined;

  constructor(options: SearchFollowerOptions) {
    this.#options = options;
    this.#index = SearchIndex.open(options.directory, options.store, options);
    this.#size = this.#index.size;
  }

  /** For searching. */
  get db(): Db {
    return this.#index.db;
  }

  /** Follows what is on record at the start. What fails is said by whoever searches. */
  start(rows: Rows): void {
    this.#started = this.follow(rows).catch(() => undefined);
  }

  /** To be awaited before searching: after a crash or an update the first search waits for what is not there yet. */
  get started(): Promise<void> {
    return this.#started;
  }

  /** Entries that can be found now. */
  get reached(): number {
    return this.#index.size;
  }

  /** Entries that could be found when following last came to a rest. */
  get size(): number {
    return this.#size;
  }

  /** Follows `rows`, all that is committed now; opened for reading, nothing. @throws LoreError when that cannot be written. */
  async follow(rows: Rows): Promise<void> {
    const size = rows.size();
    while (!this.#options.readOnly && this.#index.size < size) {
      if (this.#under === undefined && this.#isLittle(rows)) this.#index.follow(rows);
      else await this.#followThere();
      this.#size = this.#index.size;
    }
  }

  #isLittle(rows: Rows): boolean {
    return this.#options.background === undefined || changedHeads(rows, this.#index.size) <= HERE_MAX;
  }

  #followThere(): Promise<void> {
    const { background, directory } = this.#options;
    this.#under ??= background?.order({ act: "follow", directory }).finally(() => (this.#under = undefined));
    return this.#under ?? Promise.resolve();
  }

  async close(): Promise<void> {
    await this.#under?.catch(() => undefined);
    this.#index.close();
  }
}
