/**
 * Brings search tables up on a thread of its own, for all communities of a node: writing and indexing use a core
 * each. Started when there is first enough to do; alone it does not keep the process alive.
 */
import { Worker } from "node:worker_threads";

import { LoreError, type LoreErrorCode } from "../bytes/index.ts";

export interface Order {
  readonly id: number;
  readonly act: "follow" | "release";
  readonly directory: string;
}

export interface Done {
  readonly id: number;
  readonly failure?: { readonly code: LoreErrorCode; readonly message: string };
}

export class SearchThread {
  #worker: Worker | undefined;
  readonly #waiting = new Map<number, PromiseWithResolvers<void>>();
  #orders = 0;

  /** Brings up the tables of the community in `directory` to what is committed there. @throws LoreError. */
  follow(directory: string): Promise<void> {
    return this.#order("follow", directory);
  }

  /** Lets go of its files. */
  async release(directory: string): Promise<void> {
    if (this.#worker !== undefined) await this.#order("release", directory);
  }

  #order(act: Order["act"], directory: string): Promise<void> {
    const id = this.#orders++;
    const waiting = Promise.withResolvers<void>();
    this.#waiting.set(id, waiting);
    this.#worker ??= this.#start();
    this.#worker.ref();
    this.#worker.postMessage({ id, act, directory } satisfies Order);
    return waiting.promise;
  }

  #start(): Worker {
    const worker = new Worker(new URL("./search-worker.ts", import.meta.url));
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

  /** The tables are as the last committed batch left them; the next order starts a new thread. */
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
