import assert from "node:assert/strict";
import { test } from "node:test";

import { relinked } from "./relink.ts";

const COMMUNITY = "c".repeat(32);
const UNIT = "u".repeat(32);
const PLACE = { community: COMMUNITY, from: "notes/x.md", isMadeUp: true, pathOf: new Map([[UNIT, "a b (1).md"]]) };

test("links by id lead to the file, relative ones out of the folder that was made up; all else stays", () => {
  const cases = [
    [`[a](/c/${COMMUNITY}/u/${UNIT})`, "[a](../a%20b%20%281%29.md)"],
    [`[a](<lore:${COMMUNITY}/${UNIT}> "t")`, '[a](<../a%20b%20%281%29.md> "t")'],
    [`<https://example.org/c/${COMMUNITY}/u/${UNIT}>`, "<../a%20b%20%281%29.md>"],
    ["![b](x.png) <img src='q.png'>", "![b](../x.png) <img src='../q.png'>"],
    ["[r]: z.md", "[r]: ../z.md"],
    ["[c](#d) [e](http://x/y) [f](/g) [h]({{ i }}) j.md", "[c](#d) [e](http://x/y) [f](/g) [h]({{ i }}) j.md"],
    [`[a](/c/${COMMUNITY}/u/${UNIT}@abc)`, `[a](/c/${COMMUNITY}/u/${UNIT}@abc)`],
    [`[a](/c/${COMMUNITY}/u/${"w".repeat(32)})`, `[a](/c/${COMMUNITY}/u/${"w".repeat(32)})`],
  ] as const;
  for (const [text, expected] of cases) assert.equal(relinked(text, PLACE), expected);
});

test("no text of a megabyte takes more than a moment", { timeout: 20_000 }, () => {
  for (const piece of [" ", "[", "a", "](  x ", "[a]: ", "]: y", "\"'=", "<", "http:", "lore:", "src=  "]) {
    const text = piece.repeat(Math.ceil(1_000_000 / piece.length));
    relinked(`${text}${COMMUNITY}/`, PLACE);
  }
});
