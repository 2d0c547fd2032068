/**
 * What the tokeniser knows of each language: its Snowball algorithm, its script, and a short list of stop words.
 * Lists are short on purpose: a word dropped here cannot be found in running text, and frequent words cost
 * little because a query looks its rarest words up first. Languages without an entry are indexed unstemmed.
 */

export const DEFAULT_LANGUAGE = "en";

export type Script = "latin" | "cyrillic" | "arabic" | "other";

/** ISO 639-1 code to the algorithm's name in `snowball-stemmers`. */
const ALGORITHMS = new Map([
  ["ar", "arabic"],
  ["ca", "catalan"],
  ["cs", "czech"],
  ["da", "danish"],
  ["de", "german"],
  ["en", "english"],
  ["es", "spanish"],
  ["eu", "basque"],
  ["fi", "finnish"],
  ["fr", "french"],
  ["ga", "irish"],
  ["hu", "hungarian"],
  ["hy", "armenian"],
  ["it", "italian"],
  ["nb", "norwegian"],
  ["nl", "dutch"],
  ["nn", "norwegian"],
  ["no", "norwegian"],
  ["pt", "portuguese"],
  ["ro", "romanian"],
  ["ru", "russian"],
  ["sl", "slovene"],
  ["sv", "swedish"],
  ["ta", "tamil"],
  ["tr", "turkish"],
]);

/** Languages whose own words are not in Latin letters; the rest are taken to be. */
const SCRIPTS = new Map<string, Script>([
  ...["ar", "fa", "ur", "ps", "ckb"].map((code): [string, Script] => [code, "arabic"]),
  ...["ru", "uk", "bg", "sr", "mk", "be", "kk", "mn"].map((code): [string, Script] => [code, "cyrillic"]),
  ...["el", "he", "hi", "hy", "ja", "ko", "ta", "th", "zh"].map((code): [string, Script] => [code, "other"]),
]);

/** What a word in a script foreign to the page is taken for. */
const LANGUAGE_OF_SCRIPT: Readonly<Record<Script, string>> = {
  latin: DEFAULT_LANGUAGE,
  cyrillic: "ru",
  arabic: "ar",
  other: "",
};

const STOP_WORDS: Readonly<Record<string, string>> = {
  ar: "في من على إلى عن أن إن هذا هذه ذلك التي الذي ما لا كان هو هي و أو ثم قد كل مع",
  ca: "el la els les un una i o de del a en que és per amb no es al com",
  cs: "a i v na je se z k s o že to do po za pro by jako ale ve od",
  da: "og i at det en den til er som på de med han af for ikke der var et har om vi",
  de: "der die das den dem des ein eine einen einem einer eines und oder aber ist sind war in im an am auf zu zum zur von vom mit für nicht es sich er sie wir ihr ich als auch dass wie was wird bei aus",
  en: "a an and are as at be been but by can did do does for from had has have he her his how i if in into is it its me my of on or our she so than that the their them then there these they this those to us was we were what when where which who why will with would you your",
  es: "el la los las un una unos unas y o pero de del a al en que es son por para con no se su lo como más qué",
  fi: "ja on ei se että hän oli tai kun niin mutta myös ovat joka mitä",
  fr: "le la les un une des et ou mais de du d l à au aux en dans que qu qui est sont pour par avec ne n pas se s ce c cette il elle on nous vous je j sur comment",
  hu: "a az és hogy nem is egy ez azt van de csak meg",
  it: "il lo la i gli le un uno una e o ma di del della dei a al alla in nel che è sono per con non si l d come cosa",
  nl: "de het een en of maar van in is dat op te zijn met voor niet aan er om ik je we wat hoe",
  no: "og i det en et den til er som på de med han av for ikke der var har om vi å",
  pt: "o a os as um uma e ou mas de do da dos das em no na nos nas que é são por para com não se como",
  ro: "și în de la cu o un pe nu este că din pentru care sau ce",
  ru: "и в во не на я он она они мы вы что как это с со а но по к ко у из за от о об для или же бы так то",
  sv: "och i att det en ett den till är som på de med han av för inte var har om vi",
  tr: "ve bir bu da de için ile mi ne o çok ama gibi",
};

/** Stop words of languages that share another's list. */
const SAME_STOP_WORDS: Readonly<Record<string, string>> = { nb: "no", nn: "no" };

/** The primary subtag of a BCP 47 tag, in lower case; the default where the tag says nothing usable. */
export function languageOf(tag: unknown): string {
  const found = typeof tag === "string" ? /^[a-z]{2,3}(?=$|[-_])/i.exec(tag) : null;
  return found === null ? DEFAULT_LANGUAGE : found[0].toLowerCase();
}

/** The Snowball algorithm for a word of `script` on a page in `language`; undefined: leave it unstemmed. */
export function algorithmOf(language: string, script: Script): string | undefined {
  const own = SCRIPTS.get(language) ?? "latin";
  return ALGORITHMS.get(own === script ? language : LANGUAGE_OF_SCRIPT[script]);
}

export function stopWordsOf(language: string): ReadonlySet<string> {
  const list = STOP_WORDS[SAME_STOP_WORDS[language] ?? language] ?? "";
  return new Set(list.split(" "));
}
