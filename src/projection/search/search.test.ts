import assert from "node:assert/strict";
import { describe, test } from "node:test";

import fc from "fast-check";

import { isLoreError } from "../../bytes/index.ts";
import { communityOf, type Draft } from "./fixture.ts";
import { QUERY_CHARS_MAX, QUERY_WORDS_MAX } from "./query-text.ts";
import { HITS_MAX } from "./search.ts";
import { SNIPPET_CHARS } from "./snippet.ts";

const PAGES: readonly Draft[] = [
  {
    unit: 1,
    title: "Parental leave",
    path: "leave/parental.md",
    body: "# Who may take it\n\nEveryone.\n\n# How long\n\nTwelve weeks of paid time off.",
  },
  {
    unit: 2,
    title: "Travel",
    body: "# Booking\n\nBook flights early.\n\n## Refunds\n\nA refund is paid when leave was approved.",
    tags: ["journeys"],
  },
  {
    unit: 3,
    title: "Öffnungszeiten",
    lang: "de",
    body: "Das Büro in den Häusern ist geöffnet. Terms of service gelten.",
  },
  { unit: 4, title: "図書館", lang: "ja", body: "東京の図書館は九時に開きます。" },
  { unit: 5, title: "API", kind: "program", body: "Call `readPartBytes` or read_part_bytes." },
  {
    unit: 6,
    title: "Openings",
    kind: "dataset",
    media: "text/csv",
    body: "eco,name\nB20,Sicilian Defence\nC50,Italian Game\n",
  },
  { unit: 7, title: "The Who", body: "A band from London." },
];

const units = (found: { hits: readonly { unit: number }[] }): number[] => found.hits.map((hit) => hit.unit);

describe("a search", () => {
  const { record, db, find } = communityOf(...PAGES);

  test("finds words in any form, rarest first, all words or not", () => {
    assert.deepEqual(units(find({ text: "how many weeks of leave?" })), [1, 2]);
    assert.deepEqual(units(find({ text: "booked flight" })), [2]);
    assert.deepEqual(units(find({ text: "nonexistentword flights" })), [2]);
  });

  test("finds by title, path and tag, and shows what the page begins with", () => {
    const [hit] = find({ text: "parental" }).hits;
    assert.equal(hit?.unit, 1);
    assert.equal(hit?.title, "Parental leave");
    assert.equal(hit?.path, "leave/parental.md");
    assert.equal(hit?.snippet.text, "Everyone.");
    assert.deepEqual(units(find({ text: "journeys" })), [2]);
  });

  test("answers the heading, its anchor, the byte range and a marked snippet", () => {
    const [hit] = find({ text: "refund" }).hits;
    assert.ok(hit !== undefined);
    assert.equal(hit.heading, "Refunds");
    assert.equal(hit.anchor, "refunds");
    assert.equal(
      new TextDecoder().decode(record.body(hit.revision).subarray(...hit.range)),
      "A refund is paid when leave was approved.",
    );
    assert.deepEqual(
      hit.snippet.marks.map(([start, end]) => hit.snippet.text.slice(start, end)),
      ["refund"],
    );
  });

  test("reads the query in every language of the community", () => {
    assert.deepEqual(units(find({ text: "hauser" })), [3]);
    assert.deepEqual(units(find({ text: "OFFNUNGSZEITEN" })), [3]);
    const [hit] = find({ text: "図書" }).hits;
    assert.equal(hit?.unit, 4);
    assert.deepEqual(
      hit?.snippet.marks.map(([start, end]) => hit.snippet.text.slice(start, end)),
      ["図書"],
    );
    assert.deepEqual(units(find({ text: "京" })), [4]);
  });

  test("finds identifiers whole, in pieces and in another spelling", () => {
    for (const text of ["readPartBytes", "read_part_bytes", "bytes", "readpartbytes"]) {
      assert.deepEqual(units(find({ text })), [5], text);
    }
  });

  test("finds rows of a table under its header", () => {
    const [hit] = find({ text: "sicilian" }).hits;
    assert.equal(hit?.unit, 6);
    assert.equal(hit?.heading, "eco, name");
    assert.equal(hit?.anchor, undefined);
  });

  test("completes the last word while it is typed, and only then", () => {
    assert.deepEqual(units(find({ text: "sicil" })), [6]);
    assert.deepEqual(units(find({ text: "sicil " })), []);
    assert.deepEqual(units(find({ text: "si" })), []);
  });

  test("of stop words alone still finds what consists of them", () => {
    assert.deepEqual(units(find({ text: "the who" })), [7]);
  });

  test("obeys phrases and exclusions", () => {
    assert.deepEqual(units(find({ text: '"paid time off" leave' })), [1]);
    assert.deepEqual(units(find({ text: '"time paid"' })), []);
    assert.deepEqual(units(find({ text: "“terms of service”" })), [3]);
    assert.deepEqual(units(find({ text: "leave -refund" })), [1]);
    assert.deepEqual(units(find({ text: 'leave -"twelve weeks"' })), [2]);
    assert.deepEqual(units(find({ text: "leave -parental" })), [2]);
    assert.deepEqual(units(find({ text: "-leave" })), []);
    assert.deepEqual(units(find({ text: 'flights "' })), [2]);
    assert.deepEqual(units(find({ text: "--booking flights" })), [2]);
  });

  test("of nothing finds nothing", () => {
    for (const text of ["", "   ", "?!", '""', "-", "👍"]) assert.deepEqual(find({ text }), { hits: [], total: 0 });
  });

  test("is limited to kinds and to units the caller includes", () => {
    assert.deepEqual(units(find({ text: "leave", kinds: ["dataset"] })), []);
    assert.deepEqual(units(find({ text: "sicilian", kinds: ["dataset", "page"] })), [6]);
    assert.deepEqual(units(find({ text: "leave", include: (unit) => unit !== 1 })), [2]);
  });

  test("prefers what is known of a thing to a picture of it", () => {
    const { find } = communityOf(
      { unit: 1, title: "solder.svg", body: "", kind: "file", media: "image/svg+xml" },
      { unit: 2, title: "Joints", body: "Use lead-free solder for joints that carry little weight." },
    );
    assert.deepEqual(
      find({ text: "solder" }).hits.map(({ unit }) => unit),
      [2, 1],
    );
  });

  test("is answered in pages", () => {
    const all = units(find({ text: "leave paid" }));
    assert.deepEqual(units(find({ text: "leave paid", limit: 1 })), all.slice(0, 1));
    assert.deepEqual(units(find({ text: "leave paid", limit: 1, offset: 1 })), all.slice(1));
    assert.equal(find({ text: "leave paid", limit: 1, offset: 9 }).total, 2);
  });

  test("without the parts answers empty snippets", () => {
    const [hit] = find({ text: "flights", readPart: () => undefined }).hits;
    assert.deepEqual(hit?.snippet, { text: "", marks: [] });
  });

  test("takes text, limit and offset up to their limits and refuses more", () => {
    assert.equal(find({ text: "x".repeat(QUERY_CHARS_MAX - 1) }).total, 0);
    assert.equal(find({ text: "x".repeat(QUERY_CHARS_MAX) }).total, 0);
    assert.throws(
      () => find({ text: "x".repeat(QUERY_CHARS_MAX + 1) }),
      (error) => isLoreError(error, "TOO_LARGE"),
    );
    for (const limit of [1, HITS_MAX]) assert.ok(find({ text: "leave", limit }).total > 0);
    for (const limit of [0, HITS_MAX + 1, 1.5, Number.NaN]) {
      assert.throws(
        () => find({ text: "leave", limit }),
        (error) => isLoreError(error, "MALFORMED"),
      );
    }
    assert.throws(
      () => find({ text: "leave", offset: -1 }),
      (error) => isLoreError(error, "MALFORMED"),
    );
  });

  test("reads distinct words up to their limit", () => {
    for (const [before, count] of [
      [QUERY_WORDS_MAX - 2, 1],
      [QUERY_WORDS_MAX - 1, 1],
      [QUERY_WORDS_MAX, 0],
    ] as const) {
      const others = Array.from({ length: before }, (_, i) => `z${i}`).join(" ");
      assert.equal(find({ text: `${others} flights` }).total, count);
    }
  });

  test("answers any string, with marks inside the snippet and ranges inside the body", () => {
    const word = fc.constantFrom(
      '"',
      "-",
      "*",
      "leave",
      "paid",
      "NEAR(",
      "AND",
      "OR",
      "NOT",
      "heading:",
      "図書館",
      "refun",
      "^",
      "\0",
      "'",
      ")",
    );
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.string({ unit: "grapheme", maxLength: 60 }),
      fc.array(word, { maxLength: 12 }).map((words) => words.join(" ")),
      fc.array(word, { maxLength: 12 }).map((words) => words.join("")),
    );
    fc.assert(
      fc.property(text, fc.boolean(), (query, isPast) => {
        const found = find({ text: query, ...(isPast ? { asOf: { head: (unit: number) => unit } } : {}) });
        for (const { snippet, range, revision } of found.hits) {
          let last = 0;
          for (const [start, end] of snippet.marks) {
            assert.ok(start >= last && end > start && end <= snippet.text.length);
            last = end;
          }
          assert.ok(range[0] <= range[1] && range[1] <= record.body(revision).length);
        }
      }),
      { numRuns: 400 },
    );
  });

  test("keeps its limits on a database that holds nothing", () => {
    const empty = communityOf();
    assert.deepEqual(empty.find({ text: "anything" }), { hits: [], total: 0 });
    assert.equal(db.value("PRAGMA integrity_check"), "ok");
  });
});

describe("a search as of an earlier size", () => {
  const { find } = communityOf(
    { unit: 1, title: "Tea", body: "# Water\n\nboil it\n\n# Leaves\n\ngreen ones" },
    { unit: 1, title: "Coffee", body: "# Lead\n\nnew\n\n# Leaves\n\nblack ones\n\n# Water\n\nboil it" },
    { unit: 1, title: "Tea", body: "# Leaves\n\ngreen ones" },
    { unit: 2, title: "Milk", body: "boil it too" },
  );
  const asOf = (n: number): { head(unit: number): number | undefined } => ({
    head: (unit) => (unit === 1 ? n : undefined),
  });

  test("finds what stood then and nothing else", () => {
    assert.deepEqual(units(find({ text: "green", asOf: asOf(1) })), [1]);
    assert.deepEqual(units(find({ text: "black", asOf: asOf(1) })), []);
    assert.deepEqual(units(find({ text: "black", asOf: asOf(2) })), [1]);
    assert.deepEqual(units(find({ text: "black" })), []);
    assert.deepEqual(units(find({ text: "boil" })), [2]);
    assert.deepEqual(units(find({ text: "boil", asOf: asOf(3) })), []);
    assert.deepEqual(units(find({ text: "milk", asOf: asOf(3) })), []);
  });

  test("answers title, range and revision as they were", () => {
    const [first] = find({ text: "boil", asOf: asOf(1) }).hits;
    const [second] = find({ text: "boil", asOf: asOf(2) }).hits;
    assert.deepEqual([first?.title, first?.revision, first?.heading], ["Tea", 1, "Water"]);
    assert.deepEqual([second?.title, second?.revision, second?.heading], ["Coffee", 2, "Water"]);
    assert.notDeepEqual(first?.range, second?.range);
    assert.equal(first?.snippet.text, second?.snippet.text);
  });
});

describe("a snippet", () => {
  test("of a long passage shows the part with most of the words, cut between words", () => {
    const filler = "some other words stand here and say little ".repeat(9);
    const { find } = communityOf({
      unit: 1,
      title: "Long",
      body: `kettle ${filler}the kettle whistles loudly ${filler}`,
      lang: "en",
    });
    const [hit] = find({ text: "kettle whistle loud" }).hits;
    assert.ok(hit !== undefined);
    const { text, marks } = hit.snippet;
    assert.deepEqual(
      marks.map(([start, end]) => text.slice(start, end)),
      ["kettle", "whistles", "loudly"],
    );
    assert.ok(text.length <= SNIPPET_CHARS + 2 && text.startsWith("…") && text.endsWith("…"), text);
    assert.match(text, /^…\w+ .* \w+…$/);
  });
});
