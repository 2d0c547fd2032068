/** Imports that run: one at a time, their progress, and what became of the last few. Lives as long as the process. */
import { rm } from "node:fs/promises";

import { base32, isLoreError, LoreError } from "../bytes/index.ts";
import type { ImportProgress, ImportReport, SkippedItem } from "../import/report.ts";
import type { ImportRequest, Site } from "./site.ts";
import { words } from "./words.ts";

const KEPT_MAX = 20;

export type JobState =
  | { readonly is: "running"; readonly progress: ImportProgress | undefined }
  | { readonly is: "done"; readonly report: ImportReport }
  | { readonly is: "failed"; readonly message: string };

export interface ImportJob {
  readonly id: string;
  readonly name: string;
  readonly state: JobState;
}

/** What was uploaded for it. */
export interface Uploaded {
  /** Removed when the import ends. */
  readonly scratch: string;
  /** What had no place there: listed in the report with what the import itself leaves out. */
  readonly leftOut: readonly SkippedItem[];
}

interface Running {
  id: string;
  name: string;
  state: JobState;
}

export class ImportJobs {
  readonly #site: Site;
  readonly #jobs = new Map<string, Running>();
  readonly #onError: (error: unknown) => void;

  constructor(site: Site, onError: (error: unknown) => void) {
    this.#site = site;
    this.#onError = onError;
  }

  all(): ImportJob[] {
    return [...this.#jobs.values()];
  }

  /** @throws LoreError NOT_FOUND. */
  get(id: string): ImportJob {
    const job = this.#jobs.get(id);
    if (job === undefined)
      throw new LoreError("NOT_FOUND", "Nothing is being brought in under this address, or it was long ago.");
    return job;
  }

  /** Whether another may start. */
  get isBusy(): boolean {
    return this.all().some(({ state }) => state.is === "running");
  }

  /** @throws LoreError BUSY. */
  start(request: ImportRequest, uploaded: Uploaded): ImportJob {
    const { startImport, node } = this.#site;
    if (startImport === undefined) throw new LoreError("FORBIDDEN", words.start.cannot);
    if (this.isBusy) throw new LoreError("BUSY", words.start.busy);
    const job: Running = {
      id: base32.encode(node.environment.random(10)),
      name: request.name,
      state: { is: "running", progress: undefined },
    };
    this.#jobs.set(job.id, job);
    for (const oldest of [...this.#jobs.keys()].slice(0, -KEPT_MAX)) this.#jobs.delete(oldest);
    const onProgress = (progress: ImportProgress) => {
      if (job.state.is === "running") job.state = { is: "running", progress };
    };
    void this.#run(job, startImport(request, onProgress), uploaded).catch(this.#onError);
    return job;
  }

  async #run(job: Running, report: Promise<ImportReport>, { scratch, leftOut }: Uploaded): Promise<void> {
    try {
      const done = await report;
      // Where uploads are put is nobody's business; what they were called is.
      const source = done.source.startsWith(scratch) ? words.report.uploaded : done.source;
      job.state = { is: "done", report: { ...done, source, skipped: [...leftOut, ...done.skipped] } };
    } catch (error) {
      job.state = { is: "failed", message: this.#said(error).replaceAll(`${scratch}/`, "") };
    }
    await rm(scratch, { recursive: true, force: true });
  }

  #said(error: unknown): string {
    if (isLoreError(error) && error.code !== "INTERNAL") return error.message;
    this.#onError(error);
    return "Something went wrong inside this program; its log says more.";
  }
}
