/** A thread that takes part in an audit (`record.ts`). Runs only there; of the files it opens it changes none. */
import { parentPort } from "node:worker_threads";

import { isLoreError } from "../../bytes/index.ts";
import { createNodeSuite } from "../../bytes/node.ts";
import { openSqliteStore } from "../../store/index.ts";
import { type Audit, type AuditResult, takePart } from "./audit.ts";
import type { Part } from "./record.ts";

const suite = createNodeSuite();

function part(audit: Audit): AuditResult {
  const store = openSqliteStore(audit.directory, { readOnly: true });
  try {
    const ranges = takePart(suite, store, audit);
    for (;;) {
      const { done, value } = ranges.next();
      if (done === true) return value;
    }
  } finally {
    store.close();
  }
}

parentPort?.on("message", (audit: Audit) => {
  try {
    parentPort?.postMessage(part(audit) satisfies Part);
  } catch (error) {
    // What is no error of the files ends the thread.
    if (!isLoreError(error)) throw error;
    parentPort?.postMessage({ code: error.code, message: error.message } satisfies Part);
  }
});
