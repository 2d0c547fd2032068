/** What an import leaves out because it was erased here: the rest of a history goes on without it. */
import type { Community, DraftOp } from "../community/index.ts";

/** Whether the community refuses any of these parts. */
export function wasErased({ erased, rows, environment }: Community, content: DraftOp["content"] = []): boolean {
  if (erased.isEmpty) return false;
  return content.some((part) =>
    erased.has(part.digest ?? environment.suite.sha256("bytes" in part ? part.bytes : new Uint8Array()), rows),
  );
}
