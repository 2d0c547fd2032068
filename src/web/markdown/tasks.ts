/** What is asked of the worker, and what it answers. */
import type { Difference } from "./diff.ts";
import type { Rendered } from "./render.ts";
import type { SaidRun } from "./said.ts";
import type { ParsedTable } from "./table.ts";

export type Task =
  | { readonly type: "markdown"; readonly text: string; readonly runs?: readonly SaidRun[] }
  | { readonly type: "table"; readonly text: string }
  | { readonly type: "diff"; readonly isTable: boolean; readonly from: string; readonly to: string };

export type Answer =
  | { readonly type: "markdown"; readonly rendered: Rendered }
  | { readonly type: "table"; readonly table: ParsedTable }
  | { readonly type: "diff"; readonly difference: Difference };
