/**
 * Runs the benches and prints their table; `--write` keeps it in bench/RESULTS.md. `--sizes 1000,10000` chooses
 * the log sizes, `--only import` one part. Ratios compare things measured in the same run; machines differ.
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";

import { benchAppend } from "./append.bench.ts";
import { benchAuthorship } from "./authorship.bench.ts";
import { benchFlow } from "./flow.bench.ts";
import { benchImport } from "./import.bench.ts";
import { benchReading } from "./reading.bench.ts";
import { createWorld, type Figure } from "./world.ts";

const { values } = parseArgs({
  options: { sizes: { type: "string" }, only: { type: "string" }, write: { type: "boolean" } },
});
const sizes = (values.sizes ?? "1000,10000,100000").split(",").map(Number);
const figures: Figure[] = [];

function add(rows: readonly Figure[]): void {
  figures.push(...rows);
  for (const row of rows) process.stderr.write(`${line(row)}\n`);
}

function line({ ratio, what, figure, against }: Figure): string {
  return `| ${ratio === undefined ? "" : `${ratio.toFixed(2)}×`} | ${what} | ${figure} | ${against ?? ""} |`;
}

if (values.only === undefined || values.only === "import") add(benchImport());
if (values.only === undefined || values.only === "authorship") add(benchAuthorship());
if (values.only === undefined || values.only === "flow") add(benchFlow());
if (!["import", "authorship", "flow"].includes(values.only ?? "")) {
  const world = await createWorld();
  for (const size of sizes) {
    if (values.only === undefined || values.only === "append") add(await benchAppend(world, size));
  }
  await world.close();
  const reading = await createWorld();
  for (const size of sizes) {
    if (values.only === undefined || values.only === "reading") add(await benchReading(reading, size));
  }
  await reading.close();
}

const [cpu] = cpus();
const table = `# Results

\`npm run bench -- --write\` makes this page. Medians of one run on ${cpus().length} shared cores (${cpu?.model ?? "unknown"}), Node ${process.version}.
Read the ratios; the absolute figures are this machine's on that day.

| ratio | what | figure | against, in the same run |
|---|---|---|---|
${figures.map(line).join("\n")}
`;
if (values.write === true) writeFileSync(new URL("RESULTS.md", import.meta.url), table);
else process.stdout.write(table);
