/** What a community is, for people: its name, its sentence about itself, its charter, its terms. */
import { base32, textOf } from "../../bytes/index.ts";
import { readMeta } from "../../unit/index.ts";
import type { Community } from "../community.ts";
import { communityUse, rightsAt } from "./rights.ts";
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
  /** Paths to start reading with, in order. */
  readonly start: readonly string[];
  /** Approvals that accept a suggestion. */
  readonly approvals: number;
  /** Entries, and how many of them a signed checkpoint covers. */
  readonly size: number;
  readonly sealed: number;
  /** Log time of the last entry, ms. */
  readonly changed: number;
}

/** Whether anyone may read: fixed in the genesis. */
export function isPublic(community: Community): boolean {
  return community.size > 0 && community.projections.fold.rules.visibility === "public";
}

export function profile(community: Community): CommunityProfile {
  const { projections, store, about } = community;
  const { rules, time } = projections.fold;
  return {
    ...about,
    licence: communityUse(community, rightsAt(community)).licence,
    id: community.id,
    visibility: rules.visibility,
    charter: base32.encode(community.charter.id),
    approvals: rules.approvals,
    size: community.size,
    sealed: store.log.sealedSize(),
    changed: time,
  };
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
