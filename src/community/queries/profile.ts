/** What a community is, for people: its name, its sentence about itself, its charter, its terms. */
import { base32, textOf } from "../../bytes/index.ts";
import { readMeta } from "../../unit/index.ts";
import type { Community } from "../community.ts";
import { readEntry } from "../projections.ts";
import { partBytes } from "./units.ts";

export interface CommunityProfile {
  readonly id: string;
  readonly name: string;
  /** One sentence, as its founder wrote it. */
  readonly about: string | undefined;
  readonly lang: string | undefined;
  readonly visibility: "public" | "members";
  /** Unit id of the charter, base32. */
  readonly charter: string;
  /** SPDX expression that applies where a unit says nothing else. */
  readonly licence: string | undefined;
  /** Approvals that accept a suggestion. */
  readonly approvals: number;
  /** Entries, and how many of them a signed checkpoint covers. */
  readonly size: number;
  readonly sealed: number;
  /** Log time of the last entry, ms. */
  readonly changed: number;
}

interface CharterRow {
  readonly n: number;
  readonly id: Uint8Array;
  readonly head: number;
  readonly first: number;
}

/** Whether anyone may read: fixed in the genesis. */
export function isPublic(community: Community): boolean {
  return community.size > 0 && community.projections.fold.rules.visibility === "public";
}

export function profile(community: Community): CommunityProfile {
  const { rows, projections, store } = community;
  const charter = rows.get<CharterRow>(
    `SELECT u.n, u.id, u.head, (SELECT min(r.n) FROM revision r WHERE r.unit = u.n) AS first
     FROM state s JOIN unit u ON u.n = s.charter`,
  );
  if (charter === undefined) throw new Error("a community has a charter");
  const now = readMeta(partBytes(community, charter.head, "meta"));
  const first = readMeta(partBytes(community, charter.first, "meta"));
  const { rules, time } = projections.fold;
  return {
    id: community.id,
    name: words(now["title"]) ?? words(first["title"]) ?? "A community without a name",
    about: words(first["note"]),
    lang: words(now["lang"]),
    visibility: rules.visibility,
    charter: base32.encode(charter.id),
    licence: ownLicence(community, charter.head) ?? ownLicence(community, charter.first),
    approvals: rules.approvals,
    size: community.size,
    sealed: store.log.sealedSize(),
    changed: time,
  };
}

/** The SPDX expression a revision was signed with, or undefined. */
export function ownLicence(community: Community, revision: number): string | undefined {
  const row = community.facts.revision(revision);
  if (row === undefined) return undefined;
  const op = readEntry(community.environment.suite, community.store, row.idx).ops[row.place];
  return op?.op === "revise" ? op.licence : undefined;
}

/** The text of a revision's part; undefined when it is absent, erased or no UTF-8. */
export function partText(community: Community, revision: number, name = "body"): string | undefined {
  const bytes = partBytes(community, revision, name);
  return bytes === undefined ? undefined : textOf(bytes);
}

/** A revision's facts as its author wrote them. */
export function metaOf(community: Community, revision: number): Partial<Record<string, unknown>> {
  return readMeta(partBytes(community, revision, "meta"));
}

function words(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}
