/** The community as a shelf: folders, what lies in them, and which unit an address on the web means. */
import type { Community } from "../community.ts";
import { flagSql, headSql, type Moment, NOW } from "./moment.ts";
import { listUnits, type UnitListing } from "./units.ts";

export interface FolderListing {
  readonly path: string;
  readonly name: string;
  /** Units in it, at any depth. */
  readonly units: number;
}

export interface Shelf {
  readonly folders: readonly FolderListing[];
  /** Units directly in the folder, by path; in the topmost also those without a path. */
  readonly units: readonly UnitListing[];
}

/** What stands directly in `folder` ("" for the topmost) among `listings`. */
export function shelfOf(listings: readonly UnitListing[], folder: string): Shelf {
  const prefix = folder === "" ? "" : `${folder}/`;
  const counts = new Map<string, number>();
  const units: UnitListing[] = [];
  for (const listing of listings) {
    if (listing.path === null) {
      if (folder === "") units.push(listing);
      continue;
    }
    if (!listing.path.startsWith(prefix)) continue;
    const slash = listing.path.indexOf("/", prefix.length);
    if (slash < 0) units.push(listing);
    else {
      const name = listing.path.slice(prefix.length, slash);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  const folders = [...counts].map(([name, count]) => ({ path: prefix + name, name, units: count }));
  return { folders, units };
}

/** Every unit that is shown at a moment. */
export function shownUnits(community: Community, moment: Moment): UnitListing[] {
  return listUnits(community, { moment });
}

/** How many units of each kind are current. */
export function kindCounts({ rows }: Community): ReadonlyMap<string, number> {
  const counts = rows.all<{ kind: string; count: number }>(
    `SELECT u.kind, count(*) AS count FROM unit u WHERE u.head IS NOT NULL AND u.retired = 0 AND u.superseded_by IS NULL
     GROUP BY u.kind ORDER BY 2 DESC`,
  );
  return new Map(counts.map(({ kind, count }) => [kind, count]));
}

export interface Addressed {
  readonly unit: number;
  readonly id: Uint8Array;
  readonly kind: string;
  readonly path: string | null;
  readonly title: string;
  readonly retired: number;
}

const ADDRESSED =
  "SELECT u.n AS unit, u.id, u.kind, u.retired, c.path, c.title FROM unit u LEFT JOIN catalog_current c ON c.unit = u.n";

/** The unit that stands at exactly this path, or stood there then; the older of two keeps it. A retired one where nothing else is. */
export function unitStandingAt({ rows }: Community, path: string, moment: Moment = NOW): Addressed | undefined {
  if (moment.at !== "now")
    return rows.get<Addressed>(
      `SELECT u.n AS unit, u.id, u.kind, ${flagSql(moment, "u.n", "retired")} AS retired, c.path, c.title
       FROM catalog_fact c JOIN unit u ON u.n = c.unit WHERE c.path = ? AND c.revision = ${headSql(moment, "c.unit")}
       ORDER BY 4, u.n LIMIT 1`,
      path,
    );
  return rows.get<Addressed>(
    `${ADDRESSED} WHERE c.path = ? AND u.head IS NOT NULL ORDER BY u.retired, u.n LIMIT 1`,
    path,
  );
}

/** A unit as addresses know it. */
export function addressed({ rows }: Community, unit: number): Addressed | undefined {
  return rows.get<Addressed>(`${ADDRESSED} WHERE u.n = ?`, unit);
}

/** A unit by its id's bytes. */
export function addressedById({ rows }: Community, id: Uint8Array): Addressed | undefined {
  return rows.get<Addressed>(`${ADDRESSED} WHERE u.id = ?`, id);
}

/** The current units that most others link to in their texts, most linked first. */
export function mostLinked({ rows }: Community, limit: number): number[] {
  const found = rows.all<{ unit: number }>(
    `WITH linked (unit, source) AS (
       SELECT c.unit, h.unit FROM catalog_href h JOIN catalog_current c ON c.path = h.path
       UNION SELECT c.unit, h.unit FROM catalog_href h JOIN catalog_current c ON c.path = h.path || '.md'
       UNION SELECT c.unit, h.unit FROM catalog_href h JOIN catalog_current c ON c.name = h.name)
     SELECT l.unit, count(*) AS links FROM linked l JOIN unit u ON u.n = l.unit
     WHERE l.source <> l.unit AND u.retired = 0 AND u.kind = 'page' GROUP BY l.unit ORDER BY links DESC, l.unit LIMIT ?`,
    limit,
  );
  return found.map(({ unit }) => unit);
}
