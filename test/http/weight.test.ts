/** No page weighs more than 30 kB compressed, whatever a community holds, and each part of it has an address. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";

import { authorship } from "../../src/community/index.ts";
import { openSite, type Pen, type TestSite, type WrittenUnit } from "./site.ts";

const HTML_GZ_BYTES_MAX = 30_000;

let site: TestSite;
let pen: Pen;
let home: string;

/** Words that do not compress. */
function noise(words: number, seed: string): string[] {
  return Array.from({ length: words }, (_, i) =>
    createHash("sha256").update(`${seed} ${i}`).digest("base64").replaceAll(/[^A-Za-z0-9]/g, "x").slice(0, 24),
  );
}

before(async () => {
  site = openSite();
  pen = await site.community("Repair Guild");
  home = `/c/${pen.community.id}`;
});

after(() => site.close());

/** Every part of a page, turned over by its links; each within the weight. */
async function walk(path: string): Promise<string> {
  const texts: string[] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const { status, text } = await site.get(next);
    assert.equal(status, 200, next);
    assert.ok(gzipSync(text).length <= HTML_GZ_BYTES_MAX, `${next}: ${gzipSync(text).length} bytes`);
    texts.push(text);
    assert.ok(texts.length < 200, path);
    next = /rel="next" href="([^"]+)"/.exec(text)?.[1]?.replaceAll("&amp;", "&");
  }
  return texts.join("");
}

function requireEach(text: string, words: readonly string[]): void {
  let at = 0;
  for (const word of words) {
    const found = text.indexOf(word, at);
    assert.ok(found >= 0, `${word} is missing, or not in its place`);
    at = found;
  }
}

const WRITTEN: readonly (readonly [name: string, kind: string, write: (words: readonly string[]) => string])[] = [
  ["list.md", "page", (words) => `# L\n\n${words.map((word) => `- ${word}`).join("\n")}\n`],
  ["ordered.md", "page", (words) => `# O\n\n${words.map((word, i) => `${i + 1}. ${word}`).join("\n")}\n`],
  ["cells.md", "page", (words) => `# C\n\n| Word |\n|---|\n${words.map((word) => `| ${word} |`).join("\n")}\n`],
  ["code.md", "page", (words) => `# C\n\n\`\`\`\n${words.join("\n")}\n\`\`\`\n`],
  ["prose.md", "page", (words) => `# P\n\n${words.join("\n\n")}\n`],
  ["keys.txt", "file", (words) => words.join("\n")],
];

for (const [name, kind, write] of WRITTEN)
  test(`all of a long ${name} is shown, by part, and so is what changed in it and who wrote it`, async () => {
    const [old, fresh] = [noise(4_000, `${name} old`), noise(4_000, `${name} new`)];
    const first = await pen.write({ path: name, title: name, kind, media: "text/plain", body: write(old) });
    requireEach(await walk(`${home}/page/${name.replace(/\.md$/, "")}`), old);
    await pen.write({ path: name, title: name, kind, media: "text/plain", body: write(fresh), of: first });
    const changes = await walk(`${home}/diff/${first.text}`);
    for (const words of [old, fresh]) assert.ok(words.every((word) => changes.includes(word)), "a word is missing");
    await authorship.authorshipReady(pen.community);
    requireEach(await walk(`${home}/page/${name.replace(/\.md$/, "")}?who=wrote`), fresh);
  });

test("a part beyond the last is refused", async () => {
  const { text }: WrittenUnit = await pen.write({ path: "short.txt", title: "S", kind: "file", body: "Few.\n" });
  for (const path of [`${home}/page/short.txt?part=2`, `${home}/page/short.txt?part=0`, `${home}/diff/${text}?part=2`])
    assert.equal((await site.get(path)).status, 400, path);
  assert.equal((await site.get(`${home}/page/short.txt?part=1`)).status, 200);
});

test("a numbered list counts on in its next part, and a table has its head there", async () => {
  const list = await walk(`${home}/page/ordered`);
  assert.ok(/<ol start="\d{3,4}">/.test(list));
  const cells = await walk(`${home}/page/cells`);
  assert.equal(cells.match(/<thead>/g)?.length, cells.match(/<tbody>/g)?.length);
  assert.equal(cells.match(/<table>/g)?.length, cells.match(/<\/table>/g)?.length);
});
