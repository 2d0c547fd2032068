/** The thread in which texts are laid out: whoever asked may end it when a text takes too long. Runs only there. */
import { parentPort } from "node:worker_threads";

import { diffTables, diffTexts } from "./diff.ts";
import type { Answer, Task } from "./tasks.ts";
import { createRenderer } from "./render.ts";
import { parseTable } from "./table.ts";

const render = createRenderer();

function answer(task: Task): Answer {
  switch (task.type) {
    case "markdown":
      return { type: "markdown", rendered: render(task.text, task.runs) };
    case "table":
      return { type: "table", table: parseTable(task.text) };
    case "diff":
      return {
        type: "diff",
        difference: task.isTable ? diffTables(task.from, task.to) : diffTexts(task.from, task.to),
      };
    default:
      return task satisfies never;
  }
}

parentPort?.on("message", ({ id, task }: { id: number; task: Task }) => {
  try {
    parentPort?.postMessage({ id, answer: answer(task) });
  } catch {
    // A text that cannot be laid out is shown as it was written.
    parentPort?.postMessage({ id, answer: undefined });
  }
});
