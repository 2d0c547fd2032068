/** Whose words a text is: one long page, and the whole history of a real community against its import. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { BACKGROUND_HEAP_MB, BACKGROUND_YOUNG_MB } from "../src/community/background.ts";
import { FollowedTables } from "../src/community/followed-tables.ts";
import { Rows } from "../src/community/fold/rows.ts";
import { openRows } from "../src/community/rows-file.ts";
import { openSqliteStore } from "../src/store/index.ts";
import type { Figure } from "./world.ts";

const bundle = fileURLToPath(new URL("../../shared/corpora/18f-handbook.bundle", import.meta.url));
const main = fileURLToPath(new URL("../src/cli/main.ts", import.meta.url));
const page = fileURLToPath(new URL("authorship-page.ts", import.meta.url));

export function benchAuthorship(): Figure[] {
  return existsSync(bundle) ? [benchPage(), benchHistory()] : [benchPage()];
}

interface PageReport {
  readonly revisions: number;
  readonly chars: number;
  readonly copies: number;
  readonly spentMs: number;
  readonly memoryMb: number;
}

function benchPage(): Figure {
  // As the thread that follows authorship has it.
  const heap = [
    `--max-old-space-size=${BACKGROUND_HEAP_MB}`,
    // The young generation is three of these.
    `--max-semi-space-size=${BACKGROUND_YOUNG_MB / 3}`,
  ];
  const report = JSON.parse(execFileSync(process.execPath, [...heap, page], { encoding: "utf8" })) as PageReport;
  const { revisions, chars, copies, spentMs, memoryMb } = report;
  return {
    what: `authorship of a page: ${revisions} revisions, ${(chars / 1e9).toFixed(2)} G characters, ${copies} exact copies`,
    figure: `${Math.round(revisions / (spentMs / 1000))} revisions/s, ${Math.round(chars / 1000 / spentMs)} MB/s, ${Math.round(memoryMb)} MB`,
  };
}

function benchHistory(): Figure {
  const home = mkdtempSync(join(tmpdir(), "lore-bench-"));
  try {
    const started = performance.now();
    execFileSync(process.execPath, [main, "--home", home, "import", "git", bundle, "--json"], { stdio: "ignore" });
    const importMs = performance.now() - started;
    const directory = join(home, "communities", readdirSync(join(home, "communities"))[0] ?? "");
    const { texts, spentMs } = track(directory);
    return {
      ratio: spentMs / importMs,
      what: `authorship of 18f-handbook: ${texts} texts, from nothing`,
      figure: `${Math.round(spentMs)} ms`,
      against: `its import ${Math.round(importMs)} ms`,
    };
  } finally {
    rmSync(home, { recursive: true });
  }
}

function track(directory: string): { texts: number; spentMs: number } {
  const store = openSqliteStore(directory, { readOnly: true });
  const rows = openRows(directory, { readOnly: true });
  const started = performance.now();
  const tables = FollowedTables.replay("authorship", new Rows(rows), store);
  const spentMs = performance.now() - started;
  const texts = tables.db.get<{ texts: number }>("SELECT count(*) AS texts FROM authorship_text")?.texts ?? 0;
  tables.close();
  rows.close();
  store.close();
  return { texts, spentMs };
}
