/** A page of 15,000 revisions, a gigabyte of text in all, tracked; prints what it took as JSON. A process of its own, for its memory. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import { TextHistory } from "../src/projection/authorship/index.ts";
import { editedPage } from "./edited-page.ts";

const REVISIONS = 15_000;
const PARAGRAPHS = 150;

const history = new TextHistory();
const known = new Map<string, number>();
let [chars, copies, spentMs, revision] = [0, 0, 0, 0];
for (const text of editedPage({ revisions: REVISIONS, paragraphs: PARAGRAPHS })) {
  const started = performance.now();
  const digest = createHash("sha256").update(text).digest("base64");
  const sameAs = known.get(digest);
  if (sameAs === undefined) known.set(digest, revision);
  else copies += 1;
  history.add(text, sameAs);
  spentMs += performance.now() - started;
  chars += text.length;
  revision += 1;
}
// Not resourceUsage(), which begins with what the process that started this one had.
const [, peakKb = "0"] = /VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
const memoryMb = Number(peakKb) / 1024;
process.stdout.write(JSON.stringify({ revisions: REVISIONS, chars, copies, spentMs, memoryMb }));
