/** What follows the rows of a community that is written to: kept up here, or on another thread where there is much to do. */
import type { Db, Store } from "../store/index.ts";
import type { Rows } from "./fold/rows.ts";
import { changesSince } from "./fold/steps.ts";
import { FollowedTables, type Following } from "./followed-tables.ts";
import type { Background } from "./background.ts";

/** Changed heads and bytes of text that are followed on this thread: some 20 ms of work. */
const HEADS_HERE_MAX = 64;
const BYTES_HERE_MAX = 512 * 1024;

/**
 * Much is followed once nothing was written for `calmMs`: before, it would only be in the way of whoever writes. Where it
 * never is calm, `mostMs` after all. A record is sealed, and following asked for, each half second that something is written.
 */
const PATIENCE = {
  search: { calmMs: 750, mostMs: 5_000 },
  authorship: { calmMs: 3_000, mostMs: 60_000 },
} as const satisfies Record<Following, unknown>;

export interface FollowerOptions {
  readonly following: Following;
  readonly store: Store;
  readonly directory: string;
  readonly readOnly: boolean;
  /** Takes what is more; without it this thread does. */
  readonly background: Background | undefined;
}

export class Follower {
  readonly #options: FollowerOptions;
  readonly #tables: FollowedTables;
  #size: number;
  /** Settled once everything that was on record at the start was taken in, or cannot be. */
  #started: Promise<void> = Promise.resolve();
  #isStopped = false;
  #timer: NodeJS.Timeout | undefined;
  /** When following begins at the latest, on the clock of `performance`. */
  #until: number | undefined;
  /** While the other thread is at it. */
  #under: Promise<void> | undefined;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#tables = FollowedTables.open(options.following, options.directory, options.store, options);
    this.#size = this.#tables.size;
  }

  /** For reading. */
  get db(): Db {
    return this.#tables.db;
  }

  /** Follows what is on record at the start. What fails is said by whoever reads. */
  start(rows: Rows): void {
    this.#started = this.follow(rows).catch(() => undefined);
  }

  /** To be awaited before reading: after a crash or an update the first reader waits for what is not there yet. */
  get started(): Promise<void> {
    return this.#started;
  }

  /** Entries taken in by now. */
  get reached(): number {
    return this.#tables.size;
  }

  /** Entries taken in when following last came to a rest. */
  get size(): number {
    return this.#size;
  }

  /** Follows `rows`, all that is committed now; opened for reading, nothing. @throws LoreError when that cannot be written. */
  async follow(rows: Rows): Promise<void> {
    const size = rows.size();
    while (!this.#options.readOnly && !this.#isStopped && this.#tables.size < size) {
      if (this.#under === undefined && this.#isLittle(rows)) this.#tables.follow(rows);
      else await this.#followThere();
      this.#size = this.#tables.size;
    }
  }

  /**
   * Follows a little now, and much once this was not called for a while. What fails is said by whoever reads.
   */
  followInTime(rows: () => Rows): void {
    const follow = () => void this.follow(rows()).catch(() => undefined);
    clearTimeout(this.#timer);
    if (this.#isLittle(rows())) return follow();
    const { calmMs, mostMs } = PATIENCE[this.#options.following];
    const now = performance.now();
    this.#until ??= now + mostMs;
    this.#timer = setTimeout(
      () => {
        this.#until = undefined;
        follow();
      },
      Math.max(0, Math.min(calmMs, this.#until - now)),
    ).unref();
  }

  #isLittle(rows: Rows): boolean {
    if (this.#options.background === undefined) return true;
    const { heads, bytes, erasures } = changesSince(rows, this.#tables.size, HEADS_HERE_MAX + 1);
    return heads <= HEADS_HERE_MAX && bytes <= BYTES_HERE_MAX && erasures === 0;
  }

  #followThere(): Promise<void> {
    const { background, directory, following } = this.#options;
    this.#under ??= background?.order({ act: "follow", directory, following }).finally(() => (this.#under = undefined));
    return this.#under ?? Promise.resolve();
  }

  /** Leaves what follows where it is after the batch at hand. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  async close(): Promise<void> {
    this.stop();
    await this.#under?.catch(() => undefined);
    this.#tables.close();
  }
}
