/**
 * Recovery keys: a second key that a member names in advance and keeps apart, on paper if they like. Whoever has it can
 * end all other keys of that member and go on with it; it signs nothing else. One line: "lore-recovery-" and the seed.
 */
import { rmSync } from "node:fs";

import { base32, LoreError } from "../../bytes/index.ts";
import { createSigner } from "../../bytes/node.ts";
import { nextKeyDigest } from "../../unit/index.ts";
import { type Invocation, option, readGivenText, text, writeResult } from "../command.ts";

export const RECOVERY_OPTION = { recovery: text } as const;

/** docs/formats/ids.md: the algorithm before the key. */
const ED25519 = 1;
const SEED_BYTES = 32;

/**
 * Runs `write` with the digest of a new recovery key, which is in the file that `--recovery` names before anything
 * names it; without the option with none. Where `write` fails, the file goes again.
 */
export async function withRecovery<T>(
  invocation: Invocation,
  write: (next: { readonly next?: Uint8Array }) => Promise<T>,
): Promise<T> {
  const path = option(invocation, "recovery");
  if (path === undefined) return write({});
  const seed = invocation.environment.random(SEED_BYTES);
  writeResult(path, `lore-recovery-${base32.encode(seed)}\n`, { isNew: true });
  try {
    return await write({ next: digestOf(invocation, seed) });
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
}

/** A recovery key from a file, with the digest by which its member named it. @throws LoreError NOT_FOUND, MALFORMED. */
export function readRecovery(invocation: Invocation, path: string): { seed: Uint8Array; next: Uint8Array } {
  const [, written] = /^lore-recovery-([a-z2-7]{52})\s*$/.exec(readGivenText(path)) ?? [];
  if (written === undefined)
    throw new LoreError(
      "MALFORMED",
      `Reading ${path}: it holds no recovery key, one line that begins with "lore-recovery-".`,
    );
  const seed = base32.decode(written);
  return { seed, next: digestOf(invocation, seed) };
}

function digestOf({ environment }: Invocation, seed: Uint8Array): Uint8Array {
  return nextKeyDigest(environment.suite, ED25519, createSigner(seed).publicKey);
}
