/**
 * BM25F over the packed terms of a passage, its heading and its page's title.
 * Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), section 3.6, with one
 * length norm, that of the body: headings and titles are too short for theirs to say anything.
 */
import type { TermCounts } from "./rows.ts";

/** Weights of one occurrence, against one in the body. */
const TITLE_WEIGHT = 3;
const HEADING_WEIGHT = 2.5;
const PATH_WEIGHT = 1;
/** Below this mean, passages are chat-like: a long one is then not a diluted one. */
const PROSE_TOKENS_MIN = 40;
const PROSE = { k1: 1.2, b: 0.75 };
const CHAT = { k1: 0.9, b: 0.4 };

/** Sizes of the index that is searched. */
export interface IndexSize {
  readonly passages: number;
  /** Passages that are no titles, and their tokens. */
  readonly bodies: number;
  readonly tokens: number;
}

export interface WeightedGroup {
  readonly hashes: readonly number[];
  readonly weight: number;
}

/** Inverse document frequency; never negative, however frequent the term. */
export function termWeight(documents: number, size: IndexSize): number {
  return Math.log(1 + (Math.max(0, size.passages - documents) + 0.5) / (documents + 0.5));
}

export class Ranking {
  readonly #groups: readonly WeightedGroup[];
  readonly #k1: number;
  readonly #b: number;
  readonly #meanTokens: number;

  constructor(groups: readonly WeightedGroup[], size: IndexSize) {
    this.#groups = groups;
    this.#meanTokens = size.bodies > 0 ? Math.max(1, size.tokens / size.bodies) : 1;
    ({ k1: this.#k1, b: this.#b } = this.#meanTokens >= PROSE_TOKENS_MIN ? PROSE : CHAT);
  }

  /** What each group adds to the score of a passage on a page with this title. */
  scores(passage: TermCounts | undefined, title: TermCounts): number[] {
    const tokens = passage?.bodyTokens ?? 0;
    const norm = this.#k1 * (1 - this.#b + (this.#b * tokens) / this.#meanTokens);
    return this.#groups.map(({ hashes, weight }) => {
      let count = 0;
      for (const hash of hashes) {
        count += TITLE_WEIGHT * title.inHeading(hash) + PATH_WEIGHT * title.inBody(hash);
        if (passage !== undefined) count += HEADING_WEIGHT * passage.inHeading(hash) + passage.inBody(hash);
      }
      return (weight * count * (this.#k1 + 1)) / (count + norm);
    });
  }
}
