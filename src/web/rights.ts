/** Rights as pages and headers need them, worked out once until the next entry. */
import type { Community } from "../community/community.ts";
import type { Moment } from "../community/queries/moment.ts";
import { mayUse, type Rights, rightsAt, rightsOf, type UnitRights, type Use } from "../community/queries/rights.ts";
import type { Site } from "./site.ts";

export interface Asking {
  readonly site: Site;
  readonly community: Community;
  readonly moment: Moment;
}

/** What all agreements come to. */
export function rightsKnown({ site, community, moment }: Asking): Rights {
  const key = moment.at === "now" ? "" : moment.at === "size" ? moment.size : `on ${moment.ms}`;
  return site.memo(community, `rights ${key}`, () => rightsAt(community, moment));
}

export interface UnitUse {
  readonly rights: UnitRights;
  readonly uses: readonly Use[];
}

export function unitUse(asking: Asking, revision: number): UnitUse {
  const rights = rightsOf(asking.community, revision, { known: rightsKnown(asking) });
  return { rights, uses: mayUse(rights) };
}

/** Names of the IETF's vocabulary for preferences (draft-ietf-aipref-vocab), by what we call it. */
const PREFERENCES = [
  ["train", "train-ai"],
  ["search", "search"],
] as const;

/** The header that tells programs what was agreed on; nothing where nothing was. A licence alone says nothing of this kind. */
export function usageHeaders(asking: Asking, revision: number): { readonly "content-usage"?: string } {
  // Nearly always nothing was agreed, and nothing more need be looked up.
  const hasTerms = [...rightsKnown(asking).licences.values()].some(({ rules }) => rules.terms !== undefined);
  if (!hasTerms) return {};
  const { uses } = unitUse(asking, revision);
  const said = PREFERENCES.flatMap(([action, name]) => {
    const use = uses.find((each) => each.action === action);
    if (use?.by !== "terms") return [];
    return [`${name}=${use.may === "pay" || use.may === "ask" || use.may === "no" ? "n" : "y"}`];
  });
  return said.length === 0 ? {} : { "content-usage": said.join(", ") };
}
