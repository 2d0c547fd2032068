/** What the charter in force says: of the community, for people; its rules, for programs. */
import { decode } from "../bytes/index.ts";
import type { Db } from "../store/index.ts";
import type { Rules } from "../unit/index.ts";
import type { Rows } from "./fold/rows.ts";

/** Facts of a community, from its charter's meta part. */
export interface CommunityFacts {
  readonly name: string;
  readonly about: string | undefined;
  readonly lang: string | undefined;
  /** SPDX expression that holds where a unit says nothing else. */
  readonly licence: string | undefined;
  /** Paths, in reading order. */
  readonly start: readonly string[];
}

interface FactsRow {
  readonly name: string;
  readonly about: string | null;
  readonly start: string | null;
  readonly lang: string | null;
  readonly licence: string | null;
}

export function communityFacts(rows: Db): CommunityFacts {
  const row = rows.get<FactsRow>("SELECT name, about, start, lang, licence FROM catalog_community");
  return {
    name: row?.name ?? "Untitled",
    about: row?.about ?? undefined,
    lang: row?.lang ?? undefined,
    licence: row?.licence ?? undefined,
    // Written by the catalog from a list of text.
    start: row?.start == null ? [] : (JSON.parse(row.start) as string[]),
  };
}

export interface CharterInForce {
  /** Unit id. */
  readonly id: Uint8Array;
  /** Revision id. */
  readonly head: Uint8Array;
  readonly rules: Rules;
  /** Digest of its words; undefined once erased. */
  readonly body: Uint8Array | undefined;
}

export function charterInForce(facts: Rows): CharterInForce {
  const row = facts.db.get<{ id: Uint8Array; revision: number; head: Uint8Array; rules: Uint8Array }>(
    "SELECT u.id, r.n AS revision, r.id AS head, s.rules FROM state s JOIN unit u ON u.n = s.charter JOIN revision r ON r.n = u.head",
  );
  if (row === undefined) throw new Error("an empty community has no charter");
  const body = facts.parts(row.revision).find(({ name }) => name === "body")?.digest;
  // The fold wrote these bytes from a map.
  return { id: row.id, head: row.head, rules: decode(row.rules) as Rules, body };
}
