/**
 * Who waits to write. Whatever arrives while a group is being written, or while signatures of its own group are being
 * checked, is written together, in the order of arrival, so that many share one sync of the disk. One write runs at
 * a time.
 */
import { setImmediate } from "node:timers/promises";

import { base32 } from "../bytes/index.ts";
import type { Submission } from "./draft.ts";
import { Turns } from "./turns.ts";

/** What an acknowledged write became. */
export interface Acknowledgement {
  readonly index: number;
  /** Digest of the entry, base32. */
  readonly digest: string;
  readonly level: "stored";
}

/**
 * Writes a group; answers the index of each submission written. `onRefused` hears of the others, and may throw to
 * give up the whole group.
 */
export type WriteGroup = (
  submissions: readonly Submission[],
  onRefused: (error: unknown, submission: Submission) => void,
) => Promise<ReadonlyMap<Submission, number>>;

/** Arrivals that no group waits for any longer. */
const GROUP_MAX = 64;

interface Waiting {
  readonly submission: Promise<Submission>;
  readonly resolve: (acknowledgement: Acknowledgement) => void;
  readonly reject: (error: unknown) => void;
}

export class WriteQueue {
  readonly #writeGroup: WriteGroup;
  readonly #turns = new Turns();
  #waiting: Waiting[] = [];
  #draining = false;

  constructor(writeGroup: WriteGroup) {
    this.#writeGroup = writeGroup;
  }

  /** Takes its place at once; `submission` may still be being checked. @throws LoreError what it was refused for. */
  append(submission: Submission | Promise<Submission>): Promise<Acknowledgement> {
    const { promise, resolve, reject } = Promise.withResolvers<Acknowledgement>();
    const checked = Promise.resolve(submission);
    // It may fail before its turn to be looked at comes.
    checked.catch(() => undefined);
    this.#waiting.push({ submission: checked, resolve, reject });
    if (!this.#draining) void this.#drain();
    return promise;
  }

  /** Writes all or none. @throws LoreError the first refusal. */
  async appendAll(submissions: readonly Submission[]): Promise<void> {
    const giveUp = (error: unknown) => {
      throw error;
    };
    await this.exclusively(() => this.#writeGroup(submissions, giveUp));
  }

  /** Runs `work` when no write runs. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns.take(work);
  }

  async #drain(): Promise<void> {
    this.#draining = true;
    while (this.#waiting.length > 0) {
      const checked = await this.#checked();
      const group = this.#waiting.splice(0, checked.length);
      await this.exclusively(() => this.#answer(group, checked));
    }
    this.#draining = false;
  }

  /** What became of checking those who wait, in their order. */
  async #checked(): Promise<PromiseSettledResult<Submission>[]> {
    for (;;) {
      const results = await Promise.allSettled(this.#waiting.map(({ submission }) => submission));
      // Whatever has reached this machine meanwhile is heard.
      await setImmediate();
      if (results.length === this.#waiting.length || results.length >= GROUP_MAX) return results;
    }
  }

  /** Writes a group and tells each of its writers what became of theirs. Never throws. */
  async #answer(group: readonly Waiting[], results: readonly PromiseSettledResult<Submission>[]): Promise<void> {
    const submissions = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    const refused = new Map<Submission, unknown>();
    try {
      const indexes = await this.#writeGroup(submissions, (error, submission) => refused.set(submission, error));
      for (const [i, { resolve, reject }] of group.entries()) {
        const result = results[i];
        if (result?.status !== "fulfilled") {
          reject(result?.reason);
          continue;
        }
        const index = indexes.get(result.value);
        if (index === undefined) reject(refused.get(result.value));
        else resolve({ index, digest: base32.encode(result.value.entry.digest), level: "stored" });
      }
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
}
