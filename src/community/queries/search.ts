/** Search as readers see it: only what is true now, unless another moment or state is asked for. */
import { base32 } from "../../bytes/index.ts";
import { search as searchIndex, type Snippet } from "../../projection/search/index.ts";
import type { Community } from "../community.ts";
import { type Moment, NOW } from "./moment.ts";
import { headAt, unitAt, type UnitState } from "./units.ts";

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

/**
 * Best first; after a crash or an update, once search has caught up. What was redacted since it last followed is not
 * found. @throws LoreError TOO_LARGE or MALFORMED for a query or limit out of bounds. */
export async function searchCommunity(community: Community, request: SearchRequest): Promise<SearchRow[]> {
  await community.search.started;
  return community.rows.reading(() => search(community, request));
}

function search(community: Community, request: SearchRequest): SearchRow[] {
  const { moment = NOW, all = false } = request;
  const hidden = hiddenSince(community, community.search.reached);
  const { hits } = searchIndex(community.search.db, {
    text: request.text,
    limit: request.limit,
    ...(request.offset === undefined ? {} : { offset: request.offset }),
    ...(request.kinds === undefined ? {} : { kinds: request.kinds }),
    ...(moment.at === "now" ? {} : { asOf: { head: (unit: number) => headAt(community, unit, moment) } }),
    include: (unit) => all || isTrueAt(community, unit, moment),
    readPart: (digest) => community.store.parts.get(digest),
    analyser: community.analyser,
  });
  return hits.flatMap((hit) => {
    const unit = unitAt(community, hit.unit, moment);
    if (unit === undefined || hidden.has(hit.revision)) return [];
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

/** Revisions of which a part was redacted at entry `size` or later. */
function hiddenSince({ rows }: Community, size: number): ReadonlySet<number> {
  const slots = rows.all<{ revision: number }>(
    "SELECT revision FROM slot WHERE idx >= ? AND revision IS NOT NULL",
    size,
  );
  return new Set(slots.map(({ revision }) => revision));
}

/** Whether a unit stood at the moment, neither replaced nor retired. Asked of every candidate, so it asks little. */
function isTrueAt(community: Community, unit: number, moment: Moment): boolean {
  if (moment.at !== "now") return unitAt(community, unit, moment)?.state === "current";
  const sql = "SELECT 1 AS stands FROM unit WHERE n = ? AND retired = 0 AND superseded_by IS NULL";
  return community.rows.get(sql, unit) !== undefined;
}
