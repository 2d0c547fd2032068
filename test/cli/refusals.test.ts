/** What `lore` refuses, by its exit code and the sentence it prints; nothing is left behind. */
import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";

import { run } from "../../src/cli/run.ts";
import { visible } from "../../src/cli/visible.ts";
import { LoreNode } from "../../src/community/index.ts";
import { fixedEnvironment, temporaryFolder } from "../import/node.ts";

/** Runs command lines in one data folder with one community. */
async function createShell(t: TestContext) {
  const folder = temporaryFolder(t);
  const environment = fixedEnvironment(folder);
  const node = new LoreNode(environment);
  const { id } = await node.begin({ name: "Tea", founder: "Keeper", now: environment.now() });
  await node.close();
  async function lore(...argv: string[]): Promise<{ code: number; said: string }> {
    let said = "";
    const output = {
      out: (content: string | Uint8Array) => void (said += String(content)),
      notice: (text: string) => void (said += text),
      isTerminal: false,
      readInput: () => Promise.resolve(new Uint8Array()),
    };
    return { code: await run(argv, { environment, output }), said };
  }
  return { lore, folder, environment, directory: join(environment.home, "communities", id) };
}

const REFUSALS: readonly (readonly [words: string, code: number, said: RegExp])[] = [
  ["ls extra", 2, /one word too many: "extra".*Usage: lore ls/],
  ["show a b", 2, /one word too many: "b"/],
  ["serve --port 99999", 2, /A port is a number up to 65535; got "99999"/],
  ["serve --port abc", 2, /A port is a number up to 65535; got "abc"/],
  ["serve --port 1e3", 2, /got "1e3"/],
  ["lst", 2, /no command "lst"/],
  ["ls --nowhere", 2, /Unknown option '--nowhere'.*Usage/],
  ["show nothing.md", 3, /nothing\.md/],
  ["rights a b", 2, /one word too many: "b"/],
  ["rights nothing.md", 3, /Nothing here is called "nothing\.md"/],
  ["rights --as-of 99999", 2, /lies beyond its end/],
  ["init --name tea", 3, /A community called "Tea" is here already, with the id [a-z2-7]{32}\. Choose another name/],
  [`init --name ${"a".repeat(32)}`, 3, /"a{32}" is written as an id, so it cannot be a name\. Choose another/],
  [`import folder test/cli --name ${"A".repeat(32)}`, 3, /is written as an id/],
  ["init --name Coffee --licence NONSENSE", 3, /its licence "NONSENSE" is no SPDX expression/],
  ["import folder . --licence NONSENSE", 3, /its licence "NONSENSE" is no SPDX expression/],
  ["review a --approve --reject", 2, /exactly one of --approve, --reject and --comment; got --approve and --reject/],
  ["review a --approve --comment no", 2, /got --approve and --comment\. .*--reason/],
  ["review a", 2, /Say --approve, --reject or --comment/],
  ["member list", 2, /knows add, merge, unmerge and hide, not "list"\. "lore people" lists/],
  ["role list", 2, /knows grant and end, not "list"\. "lore people" lists/],
  ["ls --as-of -1", 2, /holds 1 entry; -1 lies before its beginning\. Give a number from 0 to 1, or a date such as/],
  ["ls --as-of --all", 2, /--as-of is followed by another option\. .*--as-of=VALUE/],
  ["search tea --limit -1", 2, /-1/],
  ["ls --as-of", 2, /--as-of needs a value\. Usage: lore ls/],
  ["relicence", 2, /Give a path, title or id/],
  ["relicence nothing.md --to MIT", 3, /Nothing here is called "nothing\.md"/],
  ["export --archive /dev/null/x", 5, /Writing into \/dev\/null\/x: the folder cannot be made/],
  ["export --git /dev/null/x", 5, /Writing into \/dev\/null\/x: the folder cannot be made/],
  ["key export /dev/null/x", 5, /Writing \/dev\/null\/x: the system refuses \(ENOTDIR\)/],
  ["--home /dev/null/x init --name Tea", 5, /Claiming the data folder: the system refuses/],
];

test("what cannot be done is said in a sentence", async (t) => {
  const { lore } = await createShell(t);
  for (const [words, code, said] of REFUSALS) {
    const found = await lore(...words.split(" "));
    assert.match(found.said, said, words);
    assert.doesNotMatch(found.said, /unforeseen/, words);
    assert.equal(found.code, code, words);
  }
});

test("terms that cannot be, and what a licence forbids, are refused with a plain sentence", async (t) => {
  const { lore, folder } = await createShell(t);
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const poem = file("poem.md", "# Poem\n\nRoses are red.\n");
  assert.equal((await lore("propose", poem, "--licence", "CC-BY-ND-4.0", "--direct")).code, 0);
  const song = file("song.md", "# Song\n\nRoses are blue.\n");
  const made = await lore("propose", song, "--licence", "CC-BY-4.0", "--derived-from", "poem.md");
  assert.equal(made.code, 3);
  assert.match(made.said, /made from "Poem", which is under CC-BY-ND-4\.0.*may not be shared\. Share the whole text/);
  const member = "a".repeat(32);
  const rules = file("shares.json", JSON.stringify({ form: "shares", of: member, holders: [{ member, share: 5 }] }));
  const shares = await lore("propose", song, "--kind", "right", "--rules", rules);
  assert.equal(shares.code, 3);
  assert.match(shares.said, /wanted shares that come to 1000000, found 5/);
  assert.match((await lore("relicence", "poem.md")).said, /Give the licence you want with --to/);
  const odd = await lore("relicence", "poem.md", "--to", "Do what you like");
  assert.equal(odd.code, 2);
  assert.match(odd.said, /"Do what you like" is no SPDX expression/);
  const plan = await lore("relicence", "poem.md", "--to", "CC0-1.0");
  assert.match(plan.said, /Keeper: 4 words, has not agreed .*4 words in all, 4 without consent\./s);
});

test("a new version keeps the licence of the one before", async (t) => {
  const { lore, folder } = await createShell(t);
  const page = join(folder, "page.md");
  writeFileSync(page, "# Page\n\nOne.\n");
  await lore("propose", page, "--licence", "MIT", "--direct");
  writeFileSync(page, "# Page\n\nTwo.\n");
  await lore("propose", page, "--unit", "page.md", "--direct");
  assert.match((await lore("rights", "page.md")).said, /keep its notice\. MIT/);
});

test(
  "a folder in which nothing can ever be made is refused",
  { skip: !existsSync("/proc/self") && "this system has no /proc" },
  async (t) => {
    const { lore } = await createShell(t);
    assert.equal((await lore("export", "--archive", "/proc/commonlore/deep")).code, 5);
    assert.equal((await lore("--home", "/proc/commonlore/deep", "init", "--name", "Tea")).code, 5);
  },
);

test("a data folder that is none, or has no name, is not taken for an empty one", async (t) => {
  const { lore, folder } = await createShell(t);
  const file = join(folder, "file");
  writeFileSync(file, "");
  for (const words of ["status", "ls"]) {
    const { code, said } = await lore("--home", file, words);
    assert.equal(code, 5);
    assert.match(said, /Reading the data folder: the system refuses \(ENOTDIR\)/);
  }
  assert.equal((await lore("--home", "", "status")).code, 2);
  const environment = { ...fixedEnvironment(folder), home: "" };
  let said = "";
  const notice = (text: string) => void (said += text);
  const output = { out: notice, notice, isTerminal: false, readInput: () => Promise.resolve(new Uint8Array()) };
  assert.equal(await run(["status"], { environment, output: { ...output, out: () => undefined } }), 5);
  assert.match(said, /LORE_HOME is empty/);
});

test("a folder where a table's file should be is named, not deleted", async (t) => {
  const { lore, directory } = await createShell(t);
  mkdirSync(join(directory, "search.db-wal"), { recursive: true });
  const { code, said } = await lore("rebuild");
  assert.equal(code, 5);
  assert.match(said, /Deleting tables made from the record: the system refuses/);
});

test("what cannot be carried out leaves nothing behind", async (t) => {
  const { lore, folder } = await createShell(t);
  const source = join(folder, "bread");
  mkdirSync(source);
  writeFileSync(join(source, "rye.md"), "# Rye\n");
  const unwritable = ["--map", join(folder, "no/map")];
  assert.equal((await lore("import", "git", source, "--name", "Bread", ...unwritable)).code, 5);
  assert.equal((await lore("import", "folder", source, "--name", "Bread", ...unwritable)).code, 2);
  const listed = await lore("status");
  assert.doesNotMatch(listed.said, /Bread/);
});

test("a path is refused that no folder can hold, or that another unit has", async (t) => {
  const { lore, folder } = await createShell(t);
  const file = join(folder, "rye.md");
  writeFileSync(file, "# Rye\n");
  for (const path of ["../rye.md", "/rye.md", "a/../rye.md", "a//rye.md"]) {
    const { code, said } = await lore("propose", file, "--path", path);
    assert.equal(code, 3, path);
    assert.match(said, /cannot be a file's in every copy/);
  }
  assert.equal((await lore("propose", file, "--path", "rye.md", "--direct")).code, 0);
  const again = await lore("propose", file, "--path", "rye.md", "--direct");
  assert.equal(again.code, 3);
  assert.match(again.said, /has this path already.*--unit rye\.md/);
});

test("the keys of another community take no place here, and nothing is sealed with them", async (t) => {
  const { lore, folder } = await createShell(t);
  await lore("init", "--name", "Salt", "--founder", "Other");
  const theirs = join(folder, "salt.json");
  const ours = join(folder, "tea.json");
  assert.equal((await lore("key", "export", theirs, "--community", "Salt")).code, 0);
  assert.equal((await lore("key", "export", ours, "--community", "Tea")).code, 0);
  const { code, said } = await lore("key", "import", theirs, "--community", "Tea");
  assert.equal(code, 3);
  assert.match(said, /its member is nobody here.*Nothing was changed/);
  assert.equal((await lore("key", "import", ours, "--community", "Tea")).code, 0);
  assert.equal((await lore("verify", "--community", "Tea")).code, 0);
});

test("what waits is listed with what it would do, to what and to whom, and not taken in twice", async (t) => {
  const { lore, folder } = await createShell(t);
  for (const path of ["a/sour.md", "b/sour.md"]) {
    writeFileSync(join(folder, "sour.md"), `# Sour\n\n${path}\n`);
    assert.equal((await lore("propose", join(folder, "sour.md"), "--path", path, "--direct")).code, 0);
  }
  assert.equal((await lore("member", "add", "Baker", "--as", "baker")).code, 0);
  const asBaker = ["--as", "baker"];
  await lore("mark", "a/sour.md", "--supersede-by", "b/sour.md", ...asBaker);
  await lore("mark", "b/sour.md", "--retire", ...asBaker);
  await lore("role", "grant", "editor", "Baker", ...asBaker);
  const { said } = await lore("review");
  assert.match(
    said,
    /replace a\/sour\.md by b\/sour\.md, by Baker\n.*retire b\/sour\.md, by Baker\n.*editor to Baker, by/,
  );
  const open: unknown = JSON.parse((await lore("review", "--json")).said);
  const [replace, , role] = open as Record<string, Record<string, unknown>>[];
  assert.equal(replace?.["mark"], "supersede");
  assert.equal(replace["target"]?.["path"], "a/sour.md");
  assert.equal(replace["replacement"]?.["path"], "b/sour.md");
  assert.deepEqual([role?.["act"], role?.["role"], role?.["person"]?.["name"]], ["grant", "editor", "Baker"]);
  const again = await lore("mark", "b/sour.md", "--retire", ...asBaker);
  assert.equal(again.code, 3);
  assert.match(again.said, /suggested this already: it waits for consent under the id [a-z2-7]{52}\./);
  const itself = await lore("mark", "b/sour.md", "--supersede-by", "b/sour.md", ...asBaker);
  assert.equal(itself.code, 3);
  assert.match(itself.said, /cannot take its own place/);
});

test("a name or title that turns the order of letters round is printed with that written out", async (t) => {
  const { lore, folder } = await createShell(t);
  const [evil, turn] = ["Ann\u202egpj.exe\u2066", /[\u202a-\u202e\u2066-\u2069]/];
  await lore("member", "add", evil, "--as", "evil");
  const file = join(folder, "rye.md");
  writeFileSync(file, `# ${evil}\n`);
  await lore("propose", file, "--path", "rye.md", "--title", evil, "--note", evil, "--as", "evil");
  await lore("review", (await lore("review")).said.split(" ", 1)[0] ?? "", "--approve");
  for (const words of ["people", "history rye.md", "show rye.md", "ls", "review", "people --json", `show ${evil}x`]) {
    const { said } = await lore(...words.split(" "));
    assert.doesNotMatch(said, turn, words);
    if (words !== "ls" && words !== "review") assert.match(said, /Ann\\u202egpj/, words);
  }
  const listed: unknown = JSON.parse((await lore("people", "--json")).said);
  assert.ok(
    (listed as { name: string }[]).some(({ name }) => name === evil),
    "a program reads the name as it is",
  );
  assert.match(visible("\x1b[2Ja\u202eb\rc\n", "\r"), /^\\u001b\[2Ja\\u202eb\rc\n$/);
});

test("hidden words are said to be hidden, and a dispute is withdrawn by the name of its page", async (t) => {
  const { lore, folder } = await createShell(t);
  const file = join(folder, "rye.md");
  writeFileSync(file, "# Rye\n\nsecret\n");
  await lore("propose", file, "--path", "rye.md", "--direct");
  writeFileSync(file, "# Rye\n\nplain\n");
  await lore("propose", file, "--unit", "rye.md", "--direct");
  assert.equal((await lore("redact", "rye.md@1", "--reason", "private")).code, 0);
  const raw = await lore("show", "rye.md@1", "--raw");
  assert.equal(raw.code, 3);
  assert.match(raw.said, /hidden or erased/);
  assert.equal((await lore("diff", "rye.md", "1", "2")).code, 3);
  assert.match((await lore("history", "rye.md")).said, /\(hidden\)/);
  await lore("mark", "rye.md", "--dispute", "--reason", "it burnt");
  assert.match((await lore("ls")).said, /disputed/);
  assert.equal((await lore("mark", "rye.md", "--withdraw")).code, 0);
  assert.doesNotMatch((await lore("ls")).said, /disputed/);
});

test("what is hidden is found wherever it stands, and comes back neither by hand nor with the folder it came from", async (t) => {
  const { lore, folder } = await createShell(t);
  const source = join(folder, "source");
  mkdirSync(source);
  for (const name of ["rye.md", "copy.md"]) writeFileSync(join(source, name), "# Rye\n\nCall 555 1234 at night\n");
  const clean = join(folder, "clean.md");
  writeFileSync(clean, "# Rye\n\nclean\n");
  const taken = await lore("import", "folder", source, "--community", "Tea");
  assert.match(taken.said, /2 pages/);
  const first = await lore("redact", "rye.md", "--replace-with", clean, "--reason", "private");
  assert.match(first.said, /The same bytes still stand in copy\.md@1\. With --everywhere/);
  assert.match((await lore("redact", "rye.md@1", "--reason", "again")).said, /"body" is hidden already/);
  const all = await lore("redact", "copy.md", "--replace-with", clean, "--everywhere", "--reason", "private");
  assert.equal(all.code, 0, all.said);
  assert.match((await lore("search", "1234")).said, /Nothing was found/);
  const again = await lore("import", "folder", source, "--community", "Tea");
  assert.match(again.said, /Brought in: 0 versions.*rye\.md: the same bytes were hidden/s);
  assert.equal((await lore("propose", join(source, "rye.md"), "--unit", "rye.md", "--direct")).code, 3);
  assert.match((await lore("search", "1234")).said, /Nothing was found/);
});

test("beside the process that owns the folder what only reads answers, and what writes says who has it", async (t) => {
  const { lore, folder, environment } = await createShell(t);
  const file = join(folder, "rye.md");
  writeFileSync(file, "# Rye\n");
  await lore("propose", file, "--path", "rye.md", "--direct");
  const owner = new LoreNode(environment);
  t.after(() => owner.close());
  for (const words of ["verify", "review", "key list", `proof rye.md -o ${join(folder, "rye.tlog-proof")}`])
    assert.equal((await lore(...words.split(" "))).code, 0, words);
  const { code, said } = await lore("mark", "rye.md", "--thank");
  assert.equal(code, 5);
  assert.match(said, /process \d+ is using it\. Stop that one first/);
});

test("a founder who lost their key goes on with the recovery key, and the record is sealed as before", async (t) => {
  const { lore, folder, environment } = await createShell(t);
  const [paper, next] = [join(folder, "paper.txt"), join(folder, "next.txt")];
  assert.equal((await lore("init", "--name", "Salt", "--founder", "Other", "--recovery", paper)).code, 0);
  assert.equal((await lore("init", "--name", "Again", "--recovery", paper)).code, 3);
  const inSalt = ["--community", "Salt"];
  assert.equal((await lore("key", "recover", paper, "--recovery", paper, ...inSalt)).code, 3);
  assert.equal((await lore("key", "recover", paper, "--recovery", next, ...inSalt)).code, 0);
  assert.equal((await lore("key", "recover", next, "--community", "Tea")).code, 3);
  const page = join(folder, "salt.md");
  writeFileSync(page, "# Salt\n\nSalt, and more salt.\n");
  assert.equal((await lore("propose", page, "--path", "salt.md", "--direct", ...inSalt)).code, 0);
  assert.equal((await lore("verify", ...inSalt)).code, 0);
  const asked: readonly (readonly [words: string, code: number, said: RegExp])[] = [
    ["key fly", 2, /knows list, add, revoke, lend/],
    ["key list all", 2, /one word too many: "all"/],
    ["key recover salt.md", 3, /cannot be opened/],
    [`key recover ${page}`, 3, /holds no recovery key/],
    ["key lend bot --kinds page --until 2020-01-01", 2, /that day is over/],
    ["key lend bot --kinds soup --until 2099-01-01", 2, /no kind "soup"/],
    ["key lend bot --kinds page --until 2030-01-01 --direct", 3, /Only in a notebook/],
    ["mark salt.md --thank --quote Salt,", 0, /Thanked/],
    ["mark salt.md --thank --quote alt", 2, /more than once/],
    ["mark salt.md --thank --range 5-2", 2, /two counts of bytes/],
    ["mark salt.md --thank --range 5-2000", 3, /the passage ends at 2000/],
    ["mark salt.md --retire --range 1-2", 2, /the rest is for whole pages/],
  ];
  for (const [words, code, said] of asked) {
    const found = await lore(...words.split(" "), ...inSalt);
    assert.match(found.said, said, words);
    assert.equal(found.code, code, words);
  }
  assert.ok(!existsSync(join(environment.home, "keys", "bot.json")));
  assert.equal((await lore("key", "lend", "bot", "--kinds", "page", "--until", "2030-01-01", ...inSalt)).code, 0);
});
