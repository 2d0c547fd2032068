/** Which licences mix: the table of the handbook, the one place where that is written down, read when it is first asked for. */
import { readFileSync } from "node:fs";

import { parse } from "csv-parse/sync";

import { LoreError } from "../bytes/index.ts";
import type { MixRow } from "../projection/credit/licences.ts";

const PATH = new URL("../../handbook/tables/which-licences-mix.csv", import.meta.url);
const MAY: ReadonlySet<string> = new Set(["yes", "one-way", "ask", "no"] satisfies MixRow["may"][]);

export class LicenceTable {
  #rows: readonly MixRow[] | undefined;

  /** @throws LoreError ENVIRONMENT when the handbook is not installed as it came. */
  get rows(): readonly MixRow[] {
    this.#rows ??= readTable();
    return this.#rows;
  }
}

function readTable(): MixRow[] {
  try {
    const rows: Partial<Record<string, string>>[] = parse(readFileSync(PATH, "utf8"), { columns: true });
    return rows.map(({ from = "", into = "", may = "", because = "", instead = "", source = "", section = "" }) => {
      if (from === "" || into === "" || !MAY.has(may)) throw new Error(`the row "${from},${into},${may}" is none`);
      // Looked up in the set of them just now.
      return { from, into, may: may as MixRow["may"], because, instead, source, section };
    });
  } catch (error) {
    const message = `Reading which licences mix, at ${PATH.pathname}: the table cannot be read. Install commonlore again.`;
    throw new LoreError("ENVIRONMENT", message, { cause: error });
  }
}
