/** The format pages: their examples are the vectors', and they leave out no rule, op or kind. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { KINDS } from "../../src/unit/index.ts";
import { vectorUrl } from "./lines.ts";

const PAGES = ["bytes", "entry", "ops", "ids", "sidecar", "rules", "proof", "authorship"];

function pageOf(name: string): string {
  return readFileSync(new URL(`../../docs/formats/${name}.md`, import.meta.url), "utf8");
}

const squeezed = (text: string) => text.replaceAll(/\s+/g, "");

for (const name of PAGES) {
  test(`docs/formats/${name}.md ends with examples that are in the vectors`, () => {
    const [, ending = ""] = pageOf(name).split("\n## Example\n");
    const blocks = [...ending.matchAll(/^```vectors\/([a-z.-]+)\.txt\n([^]*?)^```$/gm)];
    assert.ok(blocks.length > 0, "no example");
    for (const [, file = "", example = ""] of blocks) {
      // Long lines are wrapped in the page; what is not shown stands between two lines.
      const vectors = squeezed(readFileSync(vectorUrl(file), "utf8"));
      assert.ok(squeezed(example).length > 30);
      const starts = example.split(/\n(?=[a-z"]+ |"|[0-9a-f]+ #|did:)/).map(squeezed);
      for (const line of starts) assert.ok(vectors.includes(line), line.slice(0, 60));
    }
  });
}

test("the rules page names every rule by which an entry can be void", () => {
  const source = readFileSync(new URL("../../src/community/fold/rules.ts", import.meta.url), "utf8");
  const rules = [...(/type RuleName =([^;]+);/.exec(source)?.[1] ?? "").matchAll(/"([a-z-]+)"/g)].map(
    ([, rule]) => rule,
  );
  const listed = [...pageOf("rules").matchAll(/^\| `([a-z-]+)` \|[^|]+\|$/gm)].map(([, rule]) => rule);
  assert.ok(rules.length > 20);
  assert.deepEqual(listed.toSorted(), rules.toSorted());
});

test("the ops page names every op and every kind", () => {
  const source = readFileSync(new URL("../../src/unit/ops/index.ts", import.meta.url), "utf8");
  const ops = [...(/const name = oneOf\(([^)]+)\)/.exec(source)?.[1] ?? "").matchAll(/"([a-z]+)"/g)].map(
    ([, op]) => op ?? "",
  );
  const page = pageOf("ops");
  for (const op of ops) assert.match(page, new RegExp(`^## .*\\b${op}\\b`, "m"));
  for (const kind of KINDS.keys()) assert.ok(page.includes(`\`${kind}\``), kind);
});
