/** What of a source the system does not give to be read: left out and named, while the rest comes in. */
import { isLoreError } from "../bytes/index.ts";
import { systemCode } from "../store/index.ts";

/** Of one file or folder alone; whatever else goes wrong is no reason to go on without it. */
const OF_ONE_FILE: ReadonlySet<unknown> = new Set([
  "EACCES",
  "EPERM",
  "EIO",
  "EBUSY",
  "EISDIR",
  "ELOOP",
  "ENOENT",
  "ENXIO",
]);

/** Why something is left out that could not be read; undefined for an error that stops an import. */
export function unreadableReason(error: unknown): string | undefined {
  const code = systemCode(error);
  return !isLoreError(error) && OF_ONE_FILE.has(code) ? `it cannot be read (${String(code)})` : undefined;
}
