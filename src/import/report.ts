/** What an import did, for people and for programs: the report of every importer. */

export interface PersonMerge {
  /** The name they now go by. */
  readonly into: string;
  readonly names: readonly string[];
  readonly reason: string;
}

export interface SkippedItem {
  readonly path: string;
  readonly reason: string;
  /** Where it was first met, for a repository. */
  readonly commit?: string;
}

export interface ImportReport {
  readonly community: { readonly id: string; readonly name: string };
  /** What was read: a path, an address, a file's name. */
  readonly source: string;
  /** Units now current, by kind. */
  readonly units: Readonly<Record<string, number>>;
  /** Revisions written by this run. */
  readonly revisions: number;
  readonly entries: number;
  /** Commits read: all, and those of the main line. Absent for a folder. */
  readonly commits?: { readonly all: number; readonly mainline: number };
  readonly people: number;
  readonly bots: readonly string[];
  readonly merges: readonly PersonMerge[];
  readonly suggestions: readonly PersonMerge[];
  /** Side versions: taken up by the main line, and closed because it never did. */
  readonly suggestionsAccepted: number;
  readonly suggestionsClosed: number;
  /** Hyperlinks in current pages that lead nowhere; at most 1,000 listed. `page`: its path, else its title. */
  readonly brokenLinks: {
    readonly count: number;
    readonly list: readonly { readonly page: string; readonly href: string }[];
  };
  readonly skipped: readonly SkippedItem[];
  /** Paths of current files that only point to a large one kept elsewhere (Git LFS); brought in as they are. */
  readonly pointers: readonly string[];
  /** Units retired because the source no longer has them. */
  readonly retired: number;
  /** Paths of pages edited here since the last import: their newer version waits as a suggestion. */
  readonly waiting: readonly string[];
  /** Set when the source's history was rewritten since the last run: what was done about it. */
  readonly rewritten?: string;
  readonly durationMs: number;
}

export interface ImportProgress {
  /** "Reading the history", "Writing versions", "Checking links". */
  readonly stage: string;
  readonly done: number;
  /** 0 when it is not known yet. */
  readonly of: number;
}
