import assert from "node:assert/strict";
import { describe, test } from "node:test";

import fc from "fast-check";

import { Analyser, WORD_CHARS_MAX } from "./tokenise.ts";

const CASES: readonly [language: string, text: string, terms: string][] = [
  ["en", "The policies on Running meetings", "polici run meet"],
  ["en", "It's John's book, we don't mind", "john book don mind"],
  ["en", "to the", "to the"],
  ["en", "IT support for US staff", "it support us staff"],
  ["en", "naïve café résumé", "naiv cafe resum"],
  ["en", "ＦＵＬＬ ﬁle x² 3.14 2026-07-28", "full file x2 3 14 2026 07 28"],
  ["en", "_emphasised_ words__", "emphasis word"],
  ["en", "readPartBytes", "readpartbyt read part byte"],
  ["en", "HTMLParser APIs sha256", "htmlparser html parser api sha256"],
  ["en", "snake_case_name MAX_SIZE", "snake_case_name snake case name max_size max size"],
  ["en", "l'homme O'Brien", "l homm o brien"],
  ["de", "Die Häuser und Straßen", "haus strass"],
  ["de", "hauser strassen", "haus strass"],
  ["fr", "L'élève étudie les règles", "elev etud regl"],
  ["fr", "l’eleve", "elev"],
  ["es", "las canciones españolas", "cancion espanol"],
  ["ru", "Книги о машинах", "книг машин"],
  ["ru", "ёлка linking pages", "елк link page"],
  ["en", "Книги", "книг"],
  ["ar", "الكتاب في المدينة", "كتاب مدين"],
  ["ar", "كِتَاب", "كتاب"],
  ["he", "הספרים עַל השולחן", "הספרים על השולחן"],
  ["zh", "北京大学", "北 北京 京 京大 大 大学 学"],
  ["zh", "书", "书"],
  ["ja", "東京タワー", "東 東京 京 京タ タ タワ ワ ワー ー"],
  ["ja", "ｶﾞﾗｽ", "ガ ガラ ラ ラス ス"],
  ["ko", "한국어를 배우다", "한 한국 국 국어 어 어를 를 배 배우 우 우다 다"],
  ["th", "ภาษา", "ภ ภา า าษ ษ ษา า"],
  ["en", "𠮷野 and 👍 emoji", "𠮷 𠮷野 野 emoji"],
  ["xx", "unstemmed words stay", "unstemmed words stay"],
  ["en", "", ""],
];

describe("the tokeniser", () => {
  for (const [language, text, terms] of CASES) {
    test(`reads ${JSON.stringify(text)} in ${language}`, () => {
      assert.equal(new Analyser().words(language).tokenise(text).join(" "), terms);
    });
  }

  test("cuts words longer than its limit, at the limit and not below", () => {
    const words = new Analyser().words("en");
    for (const length of [WORD_CHARS_MAX - 1, WORD_CHARS_MAX, WORD_CHARS_MAX + 1]) {
      const [term = ""] = words.tokenise("1".repeat(length));
      assert.equal(term.length, Math.min(length, WORD_CHARS_MAX));
    }
  });

  test("gives the same terms however often it has read a text", () => {
    const words = new Analyser().words("en");
    const text = "Reading the readings, 東京 again";
    assert.deepEqual(words.tokenise(text), words.tokenise(text));
  });

  test("never throws, stays inside the text, and makes terms that FTS5 keeps whole", () => {
    const analyser = new Analyser();
    const text = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }));
    fc.assert(
      fc.property(text, fc.constantFrom("en", "de", "ru", "ar", "ja", "th"), (source, language) => {
        analyser.words(language).each(source, (word, start, end) => {
          assert.ok(start >= 0 && start < end && end <= source.length);
          for (const term of word.terms) {
            assert.doesNotMatch(term, /[^a-z0-9_\u0080-\u{10ffff}]/u);
            assert.doesNotMatch(term, /[\p{Z}\p{Cc}\p{P}]/u.test(term.replaceAll("_", "")) ? /./ : /^$/);
          }
        });
      }),
      { numRuns: 300 },
    );
  });
});
