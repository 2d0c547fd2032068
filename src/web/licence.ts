/** "May I use this?" in a sentence, for the licences that communities use most. Not legal advice, and says no more than the licence. */
import { words } from "./words.ts";

const { licence } = words;

const SENTENCES: readonly (readonly [pattern: RegExp, sentence: string])[] = [
  [/^(CC0-|Unlicense|PDDL|WTFPL|0BSD|MIT-0)/i, licence.public],
  [/^CC-BY-\d/i, licence.credit],
  [/^(CC-BY-SA-|ODbL|GFDL)/i, licence.alike],
  [/^CC-BY-ND-/i, licence.unchanged],
  [/^CC-BY-NC-\d/i, licence.notForMoney],
  [/^(MIT|Apache-|BSD-|ISC|ODC-By)/i, licence.notice],
  [/^(A?GPL|LGPL|MPL)/i, licence.source],
];

export interface LicenceWords {
  readonly sentence: string;
  /** SPDX expression, when there is one. */
  readonly id: string | undefined;
  /** Where its text is, for a single licence of SPDX's list. */
  readonly href: string | undefined;
}

export function licenceWords(id: string | undefined): LicenceWords {
  if (id === undefined) return { sentence: licence.unknown, id, href: undefined };
  const isSingle = /^[A-Za-z0-9.+-]{2,60}$/.test(id) && !/^LicenseRef-/i.test(id);
  const known = isSingle ? SENTENCES.find(([pattern]) => pattern.test(id))?.[1] : undefined;
  return {
    sentence: known ?? licence.other(id),
    id,
    href: isSingle ? `https://spdx.org/licenses/${encodeURIComponent(id)}.html` : undefined,
  };
}
