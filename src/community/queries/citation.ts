/** What a citation of a version needs: what it is called, who wrote what stands in it, when, and on which terms. */
import type { Community } from "../community.ts";
import { standingIn } from "./authorship.ts";
import { type Moment, NOW } from "./moment.ts";
import { rightsOf } from "./rights.ts";
import { revisionDetail } from "./units.ts";

export interface Citation {
  /** `lore:<community>/<unit>@<revision>`: means these very words wherever they are kept. */
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  /** Those whose words stand in it, most first; where nobody's can be told, those the version names. */
  readonly authors: readonly string[];
  readonly community: string;
  /** Place among the unit's accepted versions; null when it is none of them. */
  readonly version: number | null;
  /** ms */
  readonly time: number;
  readonly lang: string | undefined;
  /** SPDX expression: its own, else the one that was agreed on, else the community's. */
  readonly licence: string | undefined;
}

/** As of a moment, but for the name of the community: under that it is found today. */
export function citationOf(community: Community, revision: number, moment: Moment = NOW): Citation {
  const { unit, revision: id, kind, title, version, time, lang, authors } = revisionDetail(community, revision, moment);
  const standing = standingIn(community, revision, moment);
  return {
    id: `lore:${community.id}/${unit}@${id}`,
    kind,
    title,
    authors: (standing.length > 0 ? standing : authors).map(({ name }) => name),
    community: community.name,
    version,
    time,
    lang: lang ?? undefined,
    licence: rightsOf(community, revision, { moment }).licence,
  };
}
