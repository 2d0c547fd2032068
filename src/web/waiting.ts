/** What waits at the desk, as the site tells it to a member (docs/formats/desk.md). Ids in base32, times in ms. */
import type { DiffBlock } from "./markdown/diff.ts";

export interface SuggestionShown {
  readonly revision: string;
  readonly unit: string;
  readonly isNew: boolean;
  readonly title: string | null;
  readonly path: string | null;
  readonly note: string | null;
  /** The whole text; null where it is none. */
  readonly text: string | null;
  /** What it changes in the version it began from; all of it where it is new. */
  readonly difference: readonly DiffBlock[];
}

export interface WaitingShown {
  readonly entry: string;
  readonly name: string;
  readonly time: number;
  readonly suggestions: readonly SuggestionShown[];
  /** What else is said with them. */
  readonly others: number;
}
