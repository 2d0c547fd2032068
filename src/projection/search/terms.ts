/** A text as the index takes it: the string handed to FTS5, and the hash of every term in it. */
import { type Words } from "./tokenise.ts";

export interface IndexText {
  readonly text: string;
  readonly hashes: readonly number[];
}

/** Terms of `text`; its stop words only where there is nothing else. */
export function indexText(words: Words, text: string): IndexText {
  let kept = "";
  let stopped = "";
  const keptHashes: number[] = [];
  const stoppedHashes: number[] = [];
  words.each(text, (word) => {
    if (word.role === "stop") {
      stopped += word.text;
      for (const hash of word.hashes) stoppedHashes.push(hash);
    } else {
      kept += word.text;
      for (const hash of word.hashes) keptHashes.push(hash);
    }
  });
  return kept === "" ? { text: stopped, hashes: stoppedHashes } : { text: kept, hashes: keptHashes };
}
