/** How a verification says what it found, and where. */
import { LoreError } from "../../bytes/index.ts";

/** Runs a check; what it finds is said of `where`. */
export function place(where: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof LoreError)) throw error;
    throw new LoreError("INTEGRITY", `Verifying ${where}: ${error.message}`, { cause: error, data: { where } });
  }
}

export function mismatch(found: string): LoreError {
  return new LoreError("INTEGRITY", `${found}.`);
}
