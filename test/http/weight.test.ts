/** No page weighs more than 30 kB compressed, whatever a community holds, and each part of it has an address. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";

import { authorship } from "../../src/community/index.ts";
import { openSite, type Pen, type TestSite, type WrittenUnit } from "./site.ts";

const HTML_GZ_BYTES_MAX = 30_000;
/** Enough of the words below that a page of them would weigh more. */
const WORDS = 2_400;

let site: TestSite;
let pen: Pen;
let home: string;

/** Words that do not compress. */
function noise(words: number, seed: string): string[] {
  return Array.from({ length: words }, (_, i) =>
    createHash("sha256")
      .update(`${seed} ${i}`)
      .digest("base64")
      .replaceAll(/[^A-Za-z0-9]/g, "x")
      .slice(0, 24),
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
  ["paragraph.md", "page", (words) => `# P\n\n${words.join(" ")}\n`],
  ["quoted.md", "page", (words) => `# Q\n\n> - ${words.join(" ")}\n`],
  ["keys.txt", "file", (words) => words.join("\n")],
];

for (const [name, kind, write] of WRITTEN)
  test(`all of a long ${name} is shown, by part, and so is what changed in it and who wrote it`, async () => {
    const [old, fresh] = [noise(WORDS, `${name} old`), noise(WORDS, `${name} new`)];
    const first = await pen.write({ path: name, title: name, kind, media: "text/plain", body: write(old) });
    requireEach(await walk(`${home}/page/${name.replace(/\.md$/, "")}`), old);
    await pen.write({ path: name, title: name, kind, media: "text/plain", body: write(fresh), of: first });
    const changes = await walk(`${home}/diff/${first.text}`);
    for (const words of [old, fresh])
      assert.ok(
        words.every((word) => changes.includes(word)),
        "a word is missing",
      );
    await authorship.authorshipReady(pen.community);
    requireEach(await walk(`${home}/page/${name.replace(/\.md$/, "")}?who=wrote`), fresh);
  });

test("what weighs a little more than a page may is shown by part", async () => {
  const words = noise(1_600, "little");
  await pen.write({ path: "little.md", title: "Little", body: `# L\n\n${words.join("\n\n")}\n` });
  requireEach(await walk(`${home}/page/little`), words);
});

test("a page in Han characters, which weigh more than as many letters, is within the weight too", async () => {
  const sections = Array.from({ length: 6 }, (_, section) =>
    Array.from({ length: 200 }, (_, i) => {
      const digest = createHash("sha256").update(`${section} ${i}`).digest();
      return String.fromCharCode(
        ...Array.from({ length: 16 }, (_, at) => 0x4e_00 + (digest.readUInt16BE(at * 2) % 5_000)),
      );
    }),
  );
  const body = `# 机\n\n${sections.map((lines, i) => `## 节 ${i}\n\n${lines.join("\n")}\n`).join("\n")}`;
  await pen.write({ path: "han.md", title: "机", body });
  requireEach(await walk(`${home}/page/han`), sections.flat());
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

test("the rows of a wide table are turned over by what they weigh, and each keeps its address", async () => {
  const cells = noise(2_000, "wide");
  const rows = Array.from({ length: 40 }, (_, i) => cells.slice(i * 50, i * 50 + 50).join(" "));
  await pen.write({
    path: "wide.csv",
    title: "Wide",
    kind: "dataset",
    body: `a,b\n${rows.map((row, i) => `${i},${row}`).join("\n")}\n`,
  });
  requireEach(await walk(`${home}/page/wide.csv`), cells);
  for (const row of [1, 17, 40]) {
    const { text } = await site.get(`${home}/page/wide.csv?row=${row}`);
    assert.ok(text.includes(`id="row-${row}"`), String(row));
  }
});

test("a list of many people, pages or broken links shows the first and leads to the rest", async () => {
  const member = await pen.nameInHistory("Busy Author");
  const names = Array.from({ length: 305 }, (_, i) => `Page ${i}`);
  for (const [i, title] of names.entries()) {
    const by = i < 301 ? await pen.nameInHistory(`Author ${i}`) : member;
    await pen.write({
      path: `many/${i}.md`,
      title,
      body: `# ${title}\n\n[gone](no-${i}.md) ${noise(3, title).join(" ")}\n`,
      by: [{ member }, { member: by }].slice(0, i < 301 ? 2 : 1),
    });
  }
  await authorship.authorshipReady(pen.community);
  const people = await walk(`${home}/people`);
  const person = /href="([^"]+\/person\/[a-z2-7]+)">Busy Author/.exec(people)?.[1] ?? "";
  requireEach(
    people,
    Array.from({ length: 301 }, (_, i) => `>Author ${i}<`),
  );
  for (const [path, list, each] of [
    [person, "stand", (i: number) => `>Page ${i}<`],
    [`${home}/hands`, "links", (i: number) => `>no-${i}.md<`],
  ] as const) {
    const { text } = await site.get(path);
    assert.ok(text.includes(`${path}?list=${list}`), path);
    const all = await walk(`${path}?list=${list}`);
    assert.ok(
      names.every((_, i) => all.includes(each(i))),
      list,
    );
    assert.equal((await site.get(`${path}?list=nothing`)).status, 404);
  }
});
