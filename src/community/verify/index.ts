/** Verification of everything a community holds. Stops at the first mismatch and names the place. */
import type { Community } from "../community.ts";
import { hiddenSlots } from "../queries/hidden.ts";
import { nameOfSlot } from "./audit.ts";
import { mismatch, place } from "./mismatch.ts";
import { type RecordReport, verifyRecord, type VerifyProgress } from "./record.ts";
import { verifyRows } from "./rows.ts";

export interface VerifyReport extends Omit<RecordReport, "erased"> {
  readonly partsErased: number;
  readonly tables: number;
  /** What follows the rows, and could not: it was not compared. */
  readonly behind: readonly string[];
  readonly durationMs: number;
}

/** @throws LoreError INTEGRITY at the first thing that does not verify. */
export async function verifyCommunity(
  community: Community,
  onProgress?: (progress: VerifyProgress) => void,
): Promise<VerifyReport> {
  const started = performance.now();
  const { erased, ...record } = await verifyRecord(community.environment.suite, community.directory, onProgress);
  // Before the rows: without a part they would differ, too.
  requireAsked(community, erased);
  const rows = await verifyRows(community, onProgress);
  return { ...record, partsErased: erased.length, ...rows, durationMs: Math.round(performance.now() - started) };
}

/** What is not here must have been asked to be erased. @throws LoreError INTEGRITY. */
function requireAsked(community: Community, erased: readonly string[]): void {
  if (erased.length === 0) return;
  const asked = new Set(hiddenSlots(community).map(nameOfSlot));
  const odd = erased.find((name) => !asked.has(name));
  if (odd === undefined) return;
  const [index = "", , part = ""] = odd.split("/");
  place(`entry ${index}`, () => {
    throw mismatch(`its part "${part}" is not opened, and nobody asked for it to be erased`);
  });
}
