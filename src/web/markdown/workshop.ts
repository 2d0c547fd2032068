/**
 * Lays texts out in a worker thread, one after the other, each within its time: a text that takes longer ends
 * the thread and is answered with undefined; the next text gets a new one. Answers are kept by content.
 */
import { Worker } from "node:worker_threads";

import { LoreError } from "../../bytes/index.ts";
import type { Answer, Task } from "./tasks.ts";

/** DESIGN.md 12. */
export const LAYOUT_TIMEOUT_MS = 2_000;
/** Texts waiting; beyond it the next is refused. */
const WAITING_MAX = 64;
const KEPT_CHARS_MAX = 48_000_000;

interface Waiting {
  readonly id: number;
  readonly task: Task;
  readonly done: (answer: Answer | undefined) => void;
}

export interface WorkshopOptions {
  readonly timeoutMs?: number;
}

export class Workshop {
  readonly #timeoutMs: number;
  readonly #waiting: Waiting[] = [];
  readonly #kept = new Map<string, { readonly answer: Promise<Answer | undefined>; readonly chars: number }>();
  #keptChars = 0;
  #worker: Worker | undefined;
  #current: Waiting | undefined;
  #timer: NodeJS.Timeout | undefined;
  #next = 0;

  constructor(options: WorkshopOptions = {}) {
    this.#timeoutMs = options.timeoutMs ?? LAYOUT_TIMEOUT_MS;
  }

  /** Answers a task, from before where `key` was asked already. undefined: it took too long or cannot be done. @throws LoreError BUSY. */
  run(key: string, make: () => Task): Promise<Answer | undefined> {
    const kept = this.#kept.get(key);
    if (kept !== undefined) {
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return kept.answer;
    }
    if (this.#waiting.length >= WAITING_MAX)
      throw new LoreError("BUSY", "Too many pages are being laid out at once. Try again in a second.");
    const task = make();
    const chars = 2 * (task.type === "diff" ? task.from.length + task.to.length : task.text.length) + 1_000;
    const answer = this.#ask(task);
    this.#keep(key, { answer, chars });
    return answer;
  }

  #keep(key: string, entry: { answer: Promise<Answer | undefined>; chars: number }): void {
    this.#kept.set(key, entry);
    this.#keptChars += entry.chars;
    for (const [oldest, { chars }] of this.#kept) {
      if (this.#keptChars <= KEPT_CHARS_MAX) break;
      this.#kept.delete(oldest);
      this.#keptChars -= chars;
    }
  }

  #ask(task: Task): Promise<Answer | undefined> {
    const { promise, resolve } = Promise.withResolvers<Answer | undefined>();
    this.#waiting.push({ id: this.#next++, task, done: resolve });
    this.#work();
    return promise;
  }

  #work(): void {
    if (this.#current !== undefined) return;
    const current = this.#waiting.shift();
    if (current === undefined) return;
    this.#current = current;
    this.#worker ??= this.#start();
    this.#worker.ref();
    this.#timer = setTimeout(() => {
      const worker = this.#worker;
      this.#worker = undefined;
      void worker?.terminate();
      this.#finish(undefined);
    }, this.#timeoutMs);
    this.#worker.postMessage({ id: current.id, task: current.task });
  }

  #start(): Worker {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: 512, stackSizeMb: 8 },
    });
    worker.on("message", ({ id, answer }: { id: number; answer: Answer | undefined }) => {
      if (id === this.#current?.id) this.#finish(answer);
    });
    const gone = () => {
      if (worker !== this.#worker) return;
      this.#worker = undefined;
      this.#finish(undefined);
    };
    worker.on("error", gone);
    worker.on("exit", gone);
    return worker;
  }

  #finish(answer: Answer | undefined): void {
    clearTimeout(this.#timer);
    const { done } = this.#current ?? {};
    this.#current = undefined;
    // An idle thread must not keep the process alive.
    this.#worker?.unref();
    done?.(answer);
    this.#work();
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }
}
