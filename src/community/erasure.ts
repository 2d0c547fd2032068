/**
 * Erasure: once the charter's delay is over, the bytes of redacted parts, their salts and digests leave the raw
 * files. Parts go first: a crash then leaves a sidecar that still says what to erase, and the next run goes on.
 * The log itself is untouched and still verifies.
 */
import type { Db, Store } from "../store/index.ts";
import type { Environment } from "./environment.ts";
import { type HiddenSlot, hiddenSlots, isNamed, withoutOpenings } from "./queries/hidden.ts";

export interface Erasing {
  readonly environment: Environment;
  readonly store: Store;
  readonly rows: Db;
  /** Log time, ms. */
  readonly time: number;
  /** Slots known to be erased, by name; grows here. */
  readonly known: Set<string>;
}

/** Erases what is due; answers how many parts that were. */
export async function eraseDue({ environment, store, rows, time, known }: Erasing): Promise<number> {
  const due = hiddenSlots({ rows }).filter((slot) => slot.due <= time && !known.has(nameOf(slot)));
  const sidecars = new Map<number, Uint8Array>();
  const digests: Uint8Array[] = [];
  for (const [index, slots] of Map.groupBy(due, (slot) => slot.index)) {
    const [stored] = store.log.read(index, index + 1);
    if (stored === undefined) continue;
    const without = withoutOpenings({ environment }, stored, slots);
    if (without.digests.length === 0) continue;
    sidecars.set(index, without.sidecar);
    digests.push(...without.digests);
  }
  if (digests.length > 0) {
    await store.parts.erase(digests.filter((digest) => !isNamed(rows, digest)));
    await store.log.replaceSidecars(sidecars);
    // The old sidecars' bytes leave the raw files too.
    await store.parts.erase([]);
  }
  for (const slot of due) known.add(nameOf(slot));
  return digests.length;
}

function nameOf({ index, place, part }: HiddenSlot): string {
  return `${index}/${place}/${part}`;
}
