/** Verification of everything a community holds. Stops at the first mismatch and names the place. */
import type { Community } from "../community.ts";
import { type RecordReport, verifyRecord, type VerifyProgress } from "./record.ts";
import { verifyRows } from "./rows.ts";

export interface VerifyReport extends RecordReport {
  readonly tables: number;
  readonly durationMs: number;
}

/** @throws LoreError INTEGRITY at the first thing that does not verify. */
export async function verifyCommunity(
  community: Community,
  onProgress?: (progress: VerifyProgress) => void,
): Promise<VerifyReport> {
  const started = performance.now();
  await community.seal();
  const record = await verifyRecord(community.environment.suite, community.directory, onProgress);
  const tables = await verifyRows(community, onProgress);
  return { ...record, tables, durationMs: Math.round(performance.now() - started) };
}
