/** Search as readers see it: only what is true now, unless another moment or state is asked for. */
import { base32 } from "../../bytes/index.ts";
import { search as searchIndex, type Snippet } from "../../projection/search/index.ts";
import type { Community } from "../community.ts";
import { type Moment, NOW } from "./moment.ts";
import { headAt, unitAt, type UnitListing, type UnitState } from "./units.ts";

export interface SearchRequest {
  readonly text: string;
  readonly limit: number;
  readonly offset?: number;
  readonly kinds?: readonly string[] | undefined;
  readonly moment?: Moment;
  /** Also what was replaced or retired. */
  readonly all?: boolean;
}

export interface SearchRow {
  readonly unit: string;
  readonly title: string;
  readonly path: string | null;
  readonly revision: string;
  readonly kind: string;
  readonly state: UnitState;
  readonly disputed: boolean;
  /** The words around what was found, plain text. */
  readonly snippet: string;
  /** Where the words of the query stand in `snippet`, in UTF-16 units. */
  readonly marks: Snippet["marks"];
  readonly heading: string | null;
  readonly anchor: string | null;
  readonly score: number;
}

/** Best first. @throws LoreError TOO_LARGE or MALFORMED for a query or limit out of bounds. */
export function searchCommunity(community: Community, request: SearchRequest): SearchRow[] {
  const { moment = NOW } = request;
  const listings = new Map<number, UnitListing | undefined>();
  const listing = (unit: number): UnitListing | undefined => {
    if (!listings.has(unit)) listings.set(unit, unitAt(community, unit, moment));
    return listings.get(unit);
  };
  const { hits } = searchIndex(community.rows, {
    text: request.text,
    limit: request.limit,
    ...(request.offset === undefined ? {} : { offset: request.offset }),
    ...(request.kinds === undefined ? {} : { kinds: request.kinds }),
    ...(moment.at === "now" ? {} : { asOf: { head: (unit: number) => headAt(community, unit, moment) } }),
    include: (unit) => request.all === true || listing(unit)?.state === "current",
    readPart: (digest) => community.store.parts.get(digest),
    analyser: community.analyser,
  });
  return hits.flatMap((hit) => {
    const unit = listing(hit.unit);
    if (unit === undefined) return [];
    const revision = community.facts.revision(hit.revision);
    return {
      unit: unit.unit,
      title: unit.title,
      path: unit.path,
      revision: revision === undefined ? unit.revision : base32.encode(revision.id),
      kind: unit.kind,
      state: unit.state,
      disputed: unit.disputed,
      snippet: hit.snippet.text,
      marks: hit.snippet.marks,
      heading: hit.heading ?? null,
      anchor: hit.anchor ?? null,
      score: hit.score,
    };
  });
}
