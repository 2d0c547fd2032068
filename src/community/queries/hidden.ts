/**
 * What somebody asked to erase. From that moment nothing hands it out: not the rows, which forget it, and not
 * what is published from the store itself, which still holds it until the charter's delay is over.
 */
import { equal } from "../../bytes/index.ts";
import { decodeEntry, decodeSidecar, encodeSidecar } from "../../log/index.ts";
import type { StoredEntry } from "../../store/index.ts";
import { partsOf } from "../../unit/index.ts";
import type { Community } from "../community.ts";

export interface HiddenSlot {
  /** Index of the entry, place of the op in it, name of the part. */
  readonly index: number;
  readonly place: number;
  readonly part: string;
  /** Log time, in ms, from which on its bytes are erased. */
  readonly due: number;
}

/** Every redacted slot, by entry. */
export function hiddenSlots({ rows }: Pick<Community, "rows">): HiddenSlot[] {
  return rows.all<HiddenSlot>(
    `SELECT coalesce(r.idx, o.idx) AS "index", coalesce(r.place, o.place) AS place, s.part, s.due
     FROM slot s LEFT JOIN revision r ON r.n = s.revision LEFT JOIN op_part o ON o.op = s.op AND o.name = s.part ORDER BY 1, 2, 3`,
  );
}

/** A sidecar as it may be published: without the openings of hidden slots. */
export function shownSidecar(community: Community, index: number, { bytes, sidecar }: StoredEntry): Uint8Array {
  const hidden = hiddenSlots(community).filter((slot) => slot.index === index);
  return hidden.length === 0 ? sidecar : withoutOpenings(community, { bytes, sidecar }, hidden).sidecar;
}

/** Takes openings out of a sidecar; answers it, and the digests that stood in them with the sizes of what they name. */
export function withoutOpenings(
  { environment }: Pick<Community, "environment">,
  { bytes, sidecar }: StoredEntry,
  slots: readonly Pick<HiddenSlot, "place" | "part">[],
): { readonly sidecar: Uint8Array; readonly taken: readonly { readonly digest: Uint8Array; readonly size: number }[] } {
  const { ops } = decodeEntry(environment.suite, bytes);
  const taken: { digest: Uint8Array; size: number }[] = [];
  const kept = decodeSidecar(sidecar).map((openings, place) => {
    const op = ops[place];
    const parts = op === undefined ? [] : partsOf(op);
    return openings.map((opening, i) => {
      if (!slots.some((slot) => slot.place === place && slot.part === parts[i]?.name)) return opening;
      if (opening !== undefined) taken.push({ digest: opening.digest, size: parts[i]?.size ?? 0 });
      return undefined;
    });
  });
  return { sidecar: encodeSidecar(kept), taken };
}

/** Whether a part may be handed out: the same bytes may stand in a slot that nobody asked to erase. */
export function isShown(community: Community, digest: Uint8Array): boolean {
  const { rows, store } = community;
  const isHidden = hiddenSlots(community).some((slot) => {
    const [stored] = store.log.read(slot.index, slot.index + 1);
    return (
      stored !== undefined &&
      withoutOpenings(community, stored, [slot]).taken.some((each) => equal(each.digest, digest))
    );
  });
  return !isHidden || isNamed(rows, digest);
}

/** Whether rows still name a digest: hidden slots name none. */
export function isNamed(rows: Community["rows"], digest: Uint8Array): boolean {
  return ["part", "op_part"].some(
    (table) => rows.get(`SELECT 1 AS found FROM ${table} WHERE digest = ? LIMIT 1`, digest) !== undefined,
  );
}

/** A part of an op that anybody can read. `revision`: row number, of a version. */
export interface ShownSlot {
  readonly op: Uint8Array;
  readonly part: string;
  readonly revision: number | null;
}

/** Every part with these bytes that nobody hid, in the order of the record: who hides one of them mostly means all. */
export function slotsWith({ rows }: Pick<Community, "rows">, digest: Uint8Array): ShownSlot[] {
  return rows.all<ShownSlot>(
    `SELECT r.id AS op, p.name AS part, r.n AS revision, r.idx, r.place FROM part p JOIN revision r ON r.n = p.revision WHERE p.digest = ?1
     UNION ALL SELECT op, name, NULL, idx, place FROM op_part WHERE digest = ?1 ORDER BY 4, 5, 2`,
    digest,
  );
}
