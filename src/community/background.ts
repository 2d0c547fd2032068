/**
 * What needs no answer before the next entry is written is done on a thread of its own, for all communities of a
 * node: bringing up what follows the rows, and moving write-ahead logs into their databases. The thread is started when there is first
 * something to do; alone it does not keep the process alive.
 */
import { Worker } from "node:worker_threads";

import { LoreError, type LoreErrorCode } from "../bytes/index.ts";
import type { Following } from "./followed-tables.ts";

export type Order =
  /** Search or authorship of the community there is brought up to the rows that are committed. */
  | { readonly act: "follow"; readonly directory: string; readonly following: Following }
  /** What is in a database's write-ahead log is moved into it. */
  | { readonly act: "move"; readonly directory: string; readonly path: string }
  /** The files there are let go of, and what follows in them is left where it is. */
  | { readonly act: "release"; readonly directory: string };

/**
 * What the thread may keep in its heap; the longest history measured (bench/authorship-page.ts) takes an eighth of it.
 * Where the heap may grow to more than this, V8 clears garbage only when it is four times what is in use.
 */
export const BACKGROUND_HEAP_MB = 1_024;
/** Of it for what is new, MB. Long texts are made and dropped there: more room lets more of them pile up. */
export const BACKGROUND_YOUNG_MB = 24;

export type NumberedOrder = Order & { readonly id: number };

export interface Done {
  readonly id: number;
  readonly failure?: { readonly code: LoreErrorCode; readonly message: string };
}

export class Background {
  #worker: Worker | undefined;
  readonly #waiting = new Map<number, PromiseWithResolvers<void>>();
  #orders = 0;

  /** Resolves when it is done, after all that was ordered before. @throws LoreError, or what ended the thread. */
  order(order: Order): Promise<void> {
    if (order.act === "release" && this.#worker === undefined) return Promise.resolve();
    const id = this.#orders++;
    const waiting = Promise.withResolvers<void>();
    this.#waiting.set(id, waiting);
    this.#worker ??= this.#start();
    this.#worker.ref();
    this.#worker.postMessage({ ...order, id } satisfies NumberedOrder);
    return waiting.promise;
  }

  #start(): Worker {
    const worker = new Worker(new URL("./background-worker.ts", import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: BACKGROUND_HEAP_MB, maxYoungGenerationSizeMb: BACKGROUND_YOUNG_MB },
    });
    worker.on("message", ({ id, failure }: Done) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (this.#waiting.size === 0) worker.unref();
      if (failure === undefined) waiting?.resolve();
      else waiting?.reject(new LoreError(failure.code, failure.message));
    });
    worker.on("error", (error) => this.#fail(worker, error));
    worker.on("exit", () => this.#fail(worker, new Error("the thread ended")));
    return worker;
  }

  /** What it had committed stays; the next order starts a new thread. */
  #fail(worker: Worker, cause: unknown): void {
    if (worker !== this.#worker) return;
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) reject(cause);
    this.#waiting.clear();
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}
