/**
 * What is made from what: links that were signed, and words that stand in one unit and came with another, found by
 * comparing. Where there is little of both, also what texts point at.
 */
import type { Hyperlink } from "../../projection/markdown.ts";
import type { LinkRel } from "../../unit/index.ts";
import type { Community } from "../community.ts";
import { COPIED_WORDS_SHOWN, pointedUnit } from "./links.ts";
import { unitAt, type UnitListing } from "./units.ts";

const MADE_MAX = 200;
/** With fewer than this, what texts point at is told as well. */
const MADE_FEW = 4;

const SIGNED = ["derivedFrom", "generatedBy", "translates", "answers", "uses"] as const satisfies readonly LinkRel[];

/** `copied`: words of the one came along, whether it has them still or not. `linked`: its text points there. */
export type HowMade = (typeof SIGNED)[number] | "copied" | "linked";

/** How a link of `madeFrom` or `usedIn` is told; what is no making is a link. */
export function howMade(rel: string): HowMade {
  return rel === "copied" ? rel : (SIGNED.find((known) => known === rel) ?? "linked");
}

export interface Made {
  readonly from: UnitListing;
  readonly to: UnitListing;
  readonly how: HowMade;
  /** How many words; 0 unless they were copied. */
  readonly words: number;
}

/** Units by row number. */
interface Pair {
  readonly from: number;
  readonly to: number;
  readonly how: HowMade;
  readonly words: number;
}

/** Current units and what they are made from, each pair once: signed links first, then by the words they share. */
export function madeIn(community: Community): Made[] {
  const made = unique([...signed(community), ...copied(community)]);
  const pairs = made.length < MADE_FEW ? unique([...made, ...linked(community)]) : made;
  return pairs.slice(0, MADE_MAX).flatMap(({ from, to, how, words }) => {
    const [source, target] = [unitAt(community, from), unitAt(community, to)];
    return source === undefined || target === undefined ? [] : [{ from: source, to: target, how, words }];
  });
}

/** The first of those between two units, whichever way. */
function unique(pairs: readonly Pair[]): Pair[] {
  const first = new Map<string, Pair>();
  for (const pair of pairs) {
    const key = `${Math.min(pair.from, pair.to)} ${Math.max(pair.from, pair.to)}`;
    if (!first.has(key)) first.set(key, pair);
  }
  return [...first.values()];
}

function signed({ rows }: Community): Pair[] {
  const rels = SIGNED.map((rel) => `'${rel}'`).join(", ");
  return rows.all<Pair>(
    `SELECT f.n AS "from", t.n AS "to", l.rel AS how, 0 AS words FROM unit t JOIN link l ON l.revision = t.head
     JOIN unit f ON f.id = l.to_id WHERE l.rel IN (${rels}) AND f.n <> t.n AND t.retired = 0 AND t.superseded_by IS NULL
     ORDER BY t.n, f.n`,
  );
}

interface Named {
  readonly title: string;
  readonly file: string;
  readonly isCurrent: boolean;
}

function copied(community: Community): Pair[] {
  const names = namesOf(community);
  return sharedWords(community)
    .filter(({ from, to, words }) => {
      const [source, target] = [names.get(from), names.get(to)];
      if (source === undefined || target?.isCurrent !== true || words < COPIED_WORDS_SHOWN) return false;
      // One that went away under the same name was moved; nothing was made from it.
      return source.isCurrent || (source.title !== target.title && source.file !== target.file);
    })
    .toSorted((a, b) => b.words - a.words);
}

function namesOf({ rows }: Community): Map<number, Named> {
  const current = rows.all<{ unit: number; title: string; path: string | null; gone: number }>(
    `SELECT c.unit, c.title, c.path, u.retired OR u.superseded_by IS NOT NULL AS gone
     FROM catalog_current c JOIN unit u ON u.n = c.unit WHERE u.kind <> 'charter'`,
  );
  return new Map(
    current.map(({ unit, title, path, gone }) => [
      unit,
      { title, file: path?.slice(path.lastIndexOf("/") + 1) ?? `${unit}`, isCurrent: gone === 0 },
    ]),
  );
}

/** Words that stand in the head of one unit and came with a version of another. */
function sharedWords({ rows, authorship }: Community): Pair[] {
  const revisions = rows.all<{ n: number; unit: number }>("SELECT n, unit FROM revision");
  const unitOf = new Map(revisions.map(({ n, unit }) => [n, unit]));
  const pairs = new Map<string, Pair>();
  for (const { unit: to, origin, words } of authorship.db.all<{ unit: number; origin: number; words: number }>(
    "SELECT unit, origin, words FROM authorship_standing ORDER BY unit, origin",
  )) {
    const from = unitOf.get(origin) ?? to;
    if (from === to) continue;
    const key = `${from} ${to}`;
    pairs.set(key, { from, to, how: "copied", words: (pairs.get(key)?.words ?? 0) + words });
  }
  return [...pairs.values()];
}

/** What current pages point at; first what most point at. */
function linked(community: Community): Pair[] {
  const hrefs = community.rows.all<{ unit: number; path: string; form: Hyperlink["form"] }>(
    `SELECT DISTINCT h.unit, h.path, h.form FROM catalog_href h JOIN unit u ON u.n = h.unit
     WHERE h.path IS NOT NULL AND h.form NOT IN ('image', 'wiki-image') AND u.retired = 0 AND u.superseded_by IS NULL ORDER BY h.unit, h.seq`,
  );
  const targets = new Map<string, number | undefined>();
  for (const { path, form } of hrefs) {
    const link = `${form} ${path}`;
    if (!targets.has(link)) targets.set(link, pointedUnit(community, { path, form })?.unit);
  }
  const pairs = hrefs.flatMap(({ unit: to, path, form }): Pair[] => {
    const from = targets.get(`${form} ${path}`);
    return from === undefined || from === to ? [] : [{ from, to, how: "linked", words: 0 }];
  });
  const asked = Map.groupBy(pairs, ({ from }) => from);
  return pairs.toSorted((a, b) => (asked.get(b.from)?.length ?? 0) - (asked.get(a.from)?.length ?? 0));
}
