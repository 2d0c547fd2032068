import assert from "node:assert/strict";
import { test } from "node:test";

import { isBot } from "./bots.ts";
import { findPeople, type People, parseMessage } from "./index.ts";
import { COAUTHORS_MAX } from "./message.ts";
import { parseAddress } from "./names.ts";
import type { PeopleOptions } from "./people.ts";

/** People from `Name <email>` lines. */
function found(lines: readonly string[], options?: PeopleOptions): People {
  const signatures = lines.map((line) => {
    const open = line.indexOf("<");
    return { name: line.slice(0, open).trim(), email: line.slice(open + 1, -1), count: 1 };
  });
  return findPeople(signatures, options);
}

const names = ({ people }: People): string[] => people.map(({ name }) => name);

for (const [why, lines] of [
  ["a nickname at the same address", ["sinker <d@x.org>", "Daniel Sinker <d@x.org>"]],
  ["spaces left out", ["KatherineMichel <k@x.org>", "Katherine Michel <k@x.org>"]],
  ["accents, case and a middle name", ["josé núñez <j@x.org>", "Jose M. Nunez <j@x.org>"]],
  ["upper case in the address", ["Ada Example <Ada@x.org>", "Ada Example <ada@x.org>"]],
  ["an address that begins the same", ["Aria Stewart <aredridel@x.org>", "Aria Stewart <aredridel+git@y.net>"]],
  [
    "a GitHub account called after the name",
    ["Chris McAvoy <chris@x.org>", "Chris McAvoy <12+cmcavoy@users.noreply.github.com>"],
  ],
  [
    "one GitHub account with and without its number",
    [
      "Alma <alma7@users.noreply.github.com>",
      "alma7 <3+alma7@users.noreply.github.com>",
      "Mrs M <3+alma7@users.noreply.github.com>",
    ],
  ],
] as const) {
  test(`signatures are one person: ${why}`, () => assert.equal(found(lines).people.length, 1));
}

for (const [why, lines, suggestions] of [
  ["different names at one address", ["Moe <m@x.org>", "Sam Sasi <m@x.org>"], 1],
  ["one full name at two addresses", ["Jan Smith <js@x.org>", "Jan Smith <other@y.org>"], 1],
  ["one first name", ["Jan <jan@x.org>", "Jan <jan@y.org>"], 0],
  [
    "a placeholder address",
    [
      "A <none@none>",
      "B <none@none>",
      "C <>",
      "D <>",
      "E <root@h.local>",
      "F <root@h.local>",
      "G <x@y.(none)>",
      "H <x@y.(none)>",
    ],
    0,
  ],
  ["a placeholder address and one full name", ["Jan Smith <none@none>", "Jan Smith <>"], 1],
  ["a shared mailbox", ["Ann <info@x.org>", "Anna <info@x.org>"], 1],
  ["the host's own address", ["Ann Lee <noreply@github.com>", "Bo Lee <noreply@github.com>"], 0],
  ["a bot with a person's address", ["Changelog-bot <f@x.org>", "Frank <f@x.org>"], 0],
] as const) {
  test(`signatures stay apart: ${why}`, () => {
    const people = found(lines);
    assert.equal(people.people.length, lines.length);
    assert.equal(people.suggestions.length, suggestions);
    assert.deepEqual(people.merges, []);
  });
}

test("the fullest name is shown, people keep the order of their first appearance and their signatures", () => {
  const people = found(["sinker <d@x.org>", "Bo <bo@x.org>", "sinker <D@x.org>", "Daniel Sinker <d@x.org>"]);
  assert.deepEqual(names(people), ["Daniel Sinker", "Bo"]);
  assert.deepEqual(people.people[0]?.signatures, [
    { name: "sinker", email: "d@x.org", count: 2 },
    { name: "Daniel Sinker", email: "d@x.org", count: 1 },
  ]);
});

test("a merge can be undone, even where a third signature would join the two, and a suggestion confirmed", () => {
  const lines = ["Jan Smith <jan@x.org>", "Jan Smith <jan@y.org>", "Jan Smith <jan@z.org>"];
  const { merges } = found(lines);
  assert.equal(merges.length, 2);
  const undone = found(lines, { undone: [merges[0]?.key ?? ""] });
  assert.equal(undone.people.length, 2);
  const apart = ["Moe <m@x.org>", "Sam Sasi <m@x.org>"];
  const confirmed = found(apart, { confirmed: found(apart).suggestions.map(({ key }) => key) });
  assert.deepEqual(names(confirmed), ["Sam Sasi"]);
});

test("fifty thousand names at one address are sorted in bounded time", () => {
  const signatures = Array.from({ length: 50_000 }, (_, index) => ({
    name: `Person ${index} Name${index}`,
    email: "a@x.org",
    count: 1,
  }));
  assert.equal(findPeople(signatures).people.length, 50_000);
});

test("programs are known by their marks and people are not taken for them", () => {
  for (const [name, email] of [
    ["dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com"],
    ["tacobot", "taco@x.org"],
    ["Changelog-bot", "f@x.org"],
    ["github-actions", "x@y.org"],
    ["Handbook Sync", "bot@x.org"],
    ["Claude Opus 4.5", "noreply@anthropic.com"],
    ["Copilot", "198982749+Copilot@users.noreply.github.com"],
    ["GitHub", "noreply@github.com"],
    ["Renovate Bot", "r@x.org"],
  ] as const)
    assert(isBot({ name, email }), name);
  for (const [name, email] of [
    ["Ben Kehoe", "bkehoe@irobot.com"],
    ["Silvia Botros", "silvia.botros@x.com"],
    ["femmebot", "femmebot@users.noreply.github.com"],
    ["talbot", "t@x.org"],
    ["Claude Monet", "claude@x.org"],
    ["Devin", "devin@x.org"],
    ["", ""],
  ] as const)
    assert(!isBot({ name, email }), name);
});

test("an address says whether it can stand for somebody", () => {
  for (const email of [
    "",
    "none@none",
    "ITdesk01",
    "john",
    "anon",
    "nite.(none)",
    "root@x.org",
    "a@mac.local",
    "a@b",
    "noreply@github.com",
    "you@example.com",
    "u@ip-10.ec2.internal",
  ]) {
    assert.equal(parseAddress(email).usable, false, email);
  }
  for (const email of ["a@x.org", "7+ada@users.noreply.github.com", "é@münchen.de"])
    assert(parseAddress(email).usable, email);
});

test("a message gives its first line, its authors and the rest", () => {
  const message = [
    "\n\nAdd a page (#12)\r",
    "",
    "* first try",
    "",
    "Co-authored-by: Ada Example <ada@x.org>",
    "* second",
    "",
    "",
    "Reviewed-by: Bo <bo@x.org>",
    "Signed-off-by: Ada Example <ada@x.org>",
    "co-authored-BY: ada@y.org",
    "Co-Authored-By: Ada Example <ADA@x.org>",
    'CO-AUTHORED-BY: "Cy" ',
    "Co-Authored-By: Claude <noreply@anthropic.com>",
    "Co-authored-by:",
    "",
  ].join("\n");
  assert.deepEqual(parseMessage(message), {
    subject: "Add a page (#12)",
    note: "* first try\n\n* second\n\nReviewed-by: Bo <bo@x.org>\nCo-authored-by:",
    coauthors: [
      { name: "Ada Example", email: "ada@x.org", type: "person" },
      { name: "", email: "ada@y.org", type: "person" },
      { name: "Cy", email: "", type: "person" },
      { name: "Claude", email: "noreply@anthropic.com", type: "bot" },
    ],
  });
  assert.deepEqual(parseMessage(""), { subject: "", note: "", coauthors: [] });
});

test("co-authors are read up to their limit and the rest stay in the note", () => {
  const trailers = (size: number): string =>
    `x\n\n${Array.from({ length: size }, (_, index) => `Co-authored-by: P${index} <p${index}@x.org>`).join("\n")}`;
  assert.equal(parseMessage(trailers(COAUTHORS_MAX)).note, "");
  assert.equal(parseMessage(trailers(COAUTHORS_MAX + 1)).coauthors.length, COAUTHORS_MAX);
  assert.match(parseMessage(trailers(COAUTHORS_MAX + 1)).note, /^Co-authored-by: P200/);
});
