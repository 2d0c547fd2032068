/** What a repository's history becomes in a community: second runs, rewritten histories, people, refusals, kills. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { utf8 } from "../../src/bytes/index.ts";
import {
  Author,
  importStates,
  LoreNode,
  openProposals,
  persons,
  units,
  verifyCommunity,
} from "../../src/community/index.ts";
import { exportGit } from "../../src/export/index.ts";
import { corpus, git } from "../../src/import/git/test-repositories.ts";
import { importGit } from "../../src/import/run.ts";
import { parseDigest, parseId } from "../../src/unit/index.ts";
import { filesAt, filesOf, fixedEnvironment, openNode, temporaryFolder } from "./node.ts";

const founder = { founder: "Keeper" };

/** A repository in a folder of its own, and a way to commit into it. */
function createRepository(folder: string) {
  mkdirSync(folder, { recursive: true });
  git(folder, ["init", "--quiet"]);
  const commit = (
    files: Readonly<Record<string, string | undefined>>,
    message: string,
    author = "Ada Example <ada@example.org>",
  ): string => {
    for (const [path, contents] of Object.entries(files)) {
      mkdirSync(join(folder, path, ".."), { recursive: true });
      if (contents === undefined) rmSync(join(folder, path));
      else writeFileSync(join(folder, path), contents);
    }
    git(folder, ["add", "--all"]);
    git(folder, ["commit", "--quiet", "--allow-empty", `--author=${author}`, "-m", message]);
    return git(folder, ["rev-parse", "HEAD"]).trim();
  };
  return { folder, commit, git: (...args: string[]) => git(folder, args) };
}

test("a second run writes only what is new, on the same units", async (t) => {
  const folder = temporaryFolder(t);
  const repository = createRepository(join(folder, "repository"));
  repository.commit({ "a.md": "# A\n\none\n", "b.md": "# B\n" }, "first");
  const node = openNode(t, folder);
  const first = await importGit(node, { location: repository.folder, into: founder });
  const community = node.community(first.report.community.id);
  const unit = units.findUnit(community, "a.md");
  const again = await importGit(node, { location: repository.folder, into: { id: community.id } });
  assert.equal(again.report.revisions, 0);
  repository.commit({ "a.md": "# A\n\ntwo\n" }, "second");
  repository.git("mv", "b.md", "c.md");
  const tip = repository.commit({}, "third");
  const third = await importGit(node, { location: repository.folder, into: { id: community.id } });
  assert.equal(third.report.revisions, 2);
  assert.equal(third.commits.at(-1)?.commit, tip);
  assert.deepEqual(units.findUnit(community, "a.md"), unit);
  assert.deepEqual(units.findUnit(community, "b.md").id, units.findUnit(community, "c.md").id);
  assert.deepEqual(filesAt(community), filesOf(repository.folder, tip));
});

test("a page that changed several times since the last run ends as at the tip, and nothing waits", async (t) => {
  const folder = temporaryFolder(t);
  const repository = createRepository(join(folder, "repository"));
  repository.commit({ "a.md": "# A\n\n0\n", "b.md": "# B\n" }, "first");
  const node = openNode(t, folder);
  const { report } = await importGit(node, { location: repository.folder, into: founder });
  const community = node.community(report.community.id);
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 4; i++) repository.commit({ "a.md": `# A\n\n${round} ${i}\n` }, `${round} ${i}`);
    repository.git("rm", "--quiet", "b.md");
    repository.commit({}, "gone");
    const tip = repository.commit({ "b.md": `# B\n\nback ${round}\n` }, "and back");
    const again = await importGit(node, { location: repository.folder, into: { id: community.id } });
    assert.deepEqual(again.report.waiting, []);
    assert.deepEqual(filesAt(community), filesOf(repository.folder, tip));
  }
  assert.deepEqual(openProposals(community), []);
});

test("a page edited here meanwhile gets the newer version as a suggestion", async (t) => {
  const folder = temporaryFolder(t);
  const repository = createRepository(join(folder, "repository"));
  repository.commit({ "a.md": "# A\n\none\n" }, "first");
  const node = openNode(t, folder);
  const { report } = await importGit(node, { location: repository.folder, into: founder });
  const community = node.community(report.community.id);
  const keys = node.keystore.read(community.id) ?? assert.fail();
  const [head] = units.history(community, units.findUnit(community, "a.md").unit);
  await new Author(community, keys).write([
    {
      op: "revise",
      unit: units.findUnit(community, "a.md").id,
      kind: "page",
      parents: [parseDigest(head?.revision ?? "", "a revision")],
      content: [
        { name: "meta", media: "application/json", bytes: utf8('{"title":"A","path":"a.md"}') },
        { name: "body", media: "text/markdown", bytes: utf8("# A\n\nedited here\n") },
      ],
    },
  ]);
  repository.commit({ "a.md": "# A\n\ntwo\n" }, "second");
  const again = await importGit(node, { location: repository.folder, into: { id: community.id } });
  assert.deepEqual(again.report.waiting, ["a.md"]);
  const waiting = openProposals(community);
  assert.equal(waiting[0]?.revision?.state, "needs-merge");
  const { unit } = units.findUnit(community, "a.md");
  assert.match(
    Buffer.from(units.partBytes(community, units.headAt(community, unit, { at: "now" }) ?? 0) ?? []).toString(),
    /edited here/,
  );
});

test("a rewritten history is said, and becomes one version for each page that differs", async (t) => {
  const folder = temporaryFolder(t);
  const repository = createRepository(join(folder, "repository"));
  repository.commit({ "a.md": "# A\n", "b.md": "# B\n", "gone.md": "# Gone\n" }, "first");
  repository.commit({ "a.md": "# A\n\nmore\n" }, "second");
  const node = openNode(t, folder);
  const { report } = await importGit(node, { location: repository.folder, into: founder });
  const community = node.community(report.community.id);
  const before = units.findUnit(community, "a.md");
  repository.git("reset", "--quiet", "--hard", "HEAD~1");
  repository.commit(
    { "a.md": "# A\n\nother\n", "gone.md": undefined, "new.md": "# New\n" },
    "rewritten",
    "Bo Example <bo@example.org>",
  );
  const again = await importGit(node, { location: repository.folder, into: { id: community.id } });
  assert.match(again.report.rewritten ?? "", /no longer has/);
  assert.equal(again.report.revisions, 2);
  assert.deepEqual(filesAt(community), filesOf(repository.folder, "HEAD"));
  assert.deepEqual(units.findUnit(community, "a.md"), before);
  const tip = repository.commit({ "a.md": "# A\n\nthird\n" }, "after");
  const third = await importGit(node, { location: repository.folder, into: { id: community.id } });
  assert.equal(third.report.rewritten, undefined);
  assert.deepEqual(filesAt(community), filesOf(repository.folder, tip));
  await verifyCommunity(community);
});

test("a fork and an older copy set nothing back unless the import says where they go", async (t) => {
  const folder = temporaryFolder(t);
  const repository = createRepository(join(folder, "guild"));
  repository.commit({ "a.md": "# A\n" }, "first");
  const older = join(folder, "older");
  repository.git("clone", "--quiet", repository.folder, older);
  const fork = createRepository(join(folder, "fork"));
  fork.git("pull", "--quiet", repository.folder);
  fork.commit({ "a.md": "# A\n\nforked\n" }, "fork");
  repository.commit({ "a.md": "# A\n\nmore\n" }, "second");
  const node = openNode(t, folder);
  const { report } = await importGit(node, { location: repository.folder, into: founder });
  const community = node.community(report.community.id);
  const size = community.size;
  await assert.rejects(importGit(node, { location: older, into: founder }), {
    code: "REFUSED",
    message: /an older copy of what came to "guild", and lacks [0-9a-f]{12}, .*--community \w{32}; .*--name NAME/,
  });
  await assert.rejects(importGit(node, { location: fork.folder, into: founder }), /begins as what came to "guild" did/);
  assert.deepEqual([community.size, node.ids().length], [size, 1]);
  const other = await importGit(node, { location: fork.folder, into: { ...founder, name: "Fork" } });
  assert.notEqual(other.report.community.id, community.id);
  // What goes on from there may come from anywhere.
  fork.git("fetch", "--quiet", repository.folder);
  fork.git("reset", "--quiet", "--hard", "FETCH_HEAD");
  fork.commit({ "b.md": "# B\n" }, "third");
  const moved = join(folder, "moved");
  fork.git("clone", "--quiet", fork.folder, moved);
  const further = await importGit(node, { location: moved, into: founder });
  assert.deepEqual([further.report.community.id, further.report.revisions], [community.id, 1]);
});

test("authors, co-authors and bots are people and bots in history, and e-mail addresses stay out of the record", async (t) => {
  const folder = temporaryFolder(t);
  const repository = createRepository(join(folder, "repository"));
  repository.commit({ "a.md": "# A\n" }, "first\n\nCo-authored-by: Cy Example <cy@example.org>");
  repository.commit({ "a.md": "# A\n\nb\n" }, "second", "tidy[bot] <1+tidy[bot]@users.noreply.example>");
  repository.commit({ "a.md": "# A\n\nc\n" }, "third", "eve@example.org <eve@example.org>");
  const node = openNode(t, folder);
  const { report } = await importGit(node, { location: repository.folder, into: founder });
  assert.deepEqual(report.bots, ["tidy[bot]"]);
  const community = node.community(report.community.id);
  const [last, , first] = units.history(community, units.findUnit(community, "a.md").unit);
  assert.deepEqual(
    last?.authors.map(({ name }) => name),
    ["eve"],
  );
  assert.deepEqual(
    first?.authors.map(({ name }) => name),
    ["Ada Example", "Cy Example"],
  );
  assert.deepEqual(persons.people(community).find(({ name }) => name === "tidy[bot]")?.type, "bot");
  for (const file of ["log.db", "rows.db", "rows.db-wal", "log.db-wal"]) {
    const bytes = readFileSync(join(node.directory(community.id), file));
    for (const address of ["ada@example.org", "eve@example.org"])
      assert.ok(!bytes.includes(address), `${file} holds an address`);
  }
});

test("a later import merges a name with one that came before, and leaves apart what was taken apart", async (t) => {
  const folder = temporaryFolder(t);
  const repository = createRepository(join(folder, "repository"));
  const node = openNode(t, folder);
  const names = () =>
    persons
      .people(node.community(node.ids()[0] ?? ""))
      .map(({ name, alsoKnownAs }) => [name, ...alsoKnownAs].join(" = "))
      .toSorted();
  repository.commit({ "a.md": "# A\n\none\n" }, "first", "Ada Example <ada@workshop.dev>");
  const { report } = await importGit(node, { location: repository.folder, into: founder });
  repository.commit({ "a.md": "# A\n\ntwo\n" }, "second", "ada <ada@workshop.dev>");
  await importGit(node, { location: repository.folder, into: { id: report.community.id } });
  assert.deepEqual(names(), ["Ada Example = ada", "Keeper"]);
  const community = node.community(report.community.id);
  const idOf = (name: string) =>
    community.rows.get<{ id: Uint8Array }>(
      "SELECT m.id FROM member m JOIN catalog_member c ON c.member = m.n WHERE c.name = ?",
      name,
    )?.id ?? assert.fail(name);
  await new Author(community, node.keystore.read(community.id) ?? assert.fail()).write([
    { op: "member", alias: [idOf("ada")], into: idOf("Ada Example"), end: true },
  ]);
  repository.commit({ "a.md": "# A\n\nthree\n" }, "third", "ada <ada@workshop.dev>");
  await importGit(node, { location: repository.folder, into: { id: report.community.id } });
  assert.deepEqual(names(), ["Ada Example", "Keeper", "ada"]);
});

test("a name that somebody said is theirs stays under the name they write with, however full a later one is", async (t) => {
  const folder = temporaryFolder(t);
  const repository = createRepository(join(folder, "repository"));
  const node = openNode(t, folder);
  repository.commit({ "a.md": "# A\n\none\n" }, "first", "ada <ada@workshop.dev>");
  const { report } = await importGit(node, { location: repository.folder, into: founder });
  const community = node.community(report.community.id);
  const keys = node.keystore.read(community.id) ?? assert.fail();
  const history = persons.findPerson(community, "ada");
  await new Author(community, keys).write([
    { op: "member", alias: [parseId(history.id, "a person")], into: keys.member },
  ]);
  repository.commit({ "a.md": "# A\n\ntwo\n" }, "second", "Ada Margaret Example <ada@workshop.dev>");
  await importGit(node, { location: repository.folder, into: { id: community.id } });
  assert.deepEqual(
    persons.people(community).map(({ name, keyed, alsoKnownAs }) => [name, keyed, ...alsoKnownAs]),
    [["Keeper", true, "ada", "Ada Margaret Example"]],
  );
});

test("the same history without a name goes where it went before, under whatever name", async (t) => {
  const folder = temporaryFolder(t);
  const repository = createRepository(join(folder, "repository"));
  repository.commit({ "a.md": "# A\n" }, "first");
  const node = openNode(t, folder);
  const { report } = await importGit(node, { location: repository.folder, into: { name: "Bakers", ...founder } });
  repository.commit({ "a.md": "# A\n\nMore.\n" }, "second");
  const again = await importGit(node, { location: repository.folder, into: founder });
  assert.deepEqual([again.report.community.id, again.report.revisions], [report.community.id, 1]);
  assert.equal(node.ids().length, 1);
  const other = await importGit(node, { location: repository.folder, into: { name: "Others", ...founder } });
  assert.notEqual(other.report.community.id, report.community.id);
});

test("part of a repository can be brought in", async (t) => {
  const folder = temporaryFolder(t);
  const repository = createRepository(join(folder, "repository"));
  repository.commit({ "docs/a.md": "# A\n", "src/b.md": "# B\n" }, "first");
  const node = openNode(t, folder);
  const { report } = await importGit(node, { location: repository.folder, prefix: "docs", into: founder });
  assert.deepEqual([...filesAt(node.community(report.community.id)).keys()], ["docs/a.md"]);
  const into = { id: report.community.id };
  for (const prefix of ["src", undefined])
    await assert.rejects(importGit(node, { location: repository.folder, prefix, into }), {
      code: "REFUSED",
      message: /"docs" was brought in here before/,
    });
});

test(
  "killed at any point, the log ends after a whole commit and the next run goes on",
  { skip: corpus("tacofancy") === undefined && "the folder ../shared/corpora is not here" },
  async (t) => {
    const bundle = corpus("tacofancy") ?? "";
    const folder = temporaryFolder(t);
    const bare = join(folder, "bare");
    git(folder, ["clone", "--quiet", "--bare", bundle, bare]);
    const known = new Map<string, string>();
    const main = join(import.meta.dirname, "../../src/cli/main.ts");
    const env = { ...process.env, LORE_HOME: join(folder, "home"), LORE_STATE: join(folder, "state") };
    for (const delayMs of [450, 600, 700, 800]) {
      const child = spawn(process.execPath, [main, "import", "git", bundle, "--name", "taco"], {
        env,
        stdio: "ignore",
      });
      const timer = setTimeout(() => child.kill("SIGKILL"), delayMs);
      await once(child, "exit");
      clearTimeout(timer);
      const node = new LoreNode({ ...fixedEnvironment(folder), now: Date.now });
      try {
        for (const id of node.ids()) {
          const community = node.community(id);
          const { commits } = reportOf(community);
          const last = commits.at(-1);
          if (last !== undefined) assert.deepEqual(filesAt(community), filesOf(bare, last, known), last);
          await verifyCommunity(community);
        }
      } finally {
        await node.close();
      }
    }
    const node = new LoreNode({ ...fixedEnvironment(folder), now: Date.now });
    t.after(() => node.close());
    const { report, commits } = await importGit(node, { location: bundle, into: { name: "taco", ...founder } });
    const community = node.community(report.community.id);
    assert.deepEqual(filesAt(community), filesOf(bare, "HEAD", known));
    for (const { commit, size } of commits.filter((_, i) => i % 20 === 0)) {
      assert.deepEqual(filesAt(community, size), filesOf(bare, commit, known), commit);
    }
    assert.equal(node.ids().length, 1);
    const whole = await importGit(node, { location: bundle, into: { name: "in one go", ...founder } });
    const peopleOf = (id: string) =>
      persons
        .people(node.community(id))
        .filter(({ keyed }) => !keyed)
        .map(({ name, alsoKnownAs }) => [name, ...alsoKnownAs.toSorted()].join(" = "));
    assert.deepEqual(
      peopleOf(community.id).slice(1).toSorted(),
      peopleOf(whole.report.community.id).slice(1).toSorted(),
    );
  },
);

function reportOf(community: Parameters<typeof filesAt>[0]): { commits: string[] } {
  return { commits: importStates(community).flatMap((state) => state.commits.map(({ commit }) => commit)) };
}

const refused: readonly (readonly [what: string, location: (folder: string) => string, code: string])[] = [
  ["a path that is not there", (folder) => join(folder, "nowhere"), "NOT_FOUND"],
  ["a folder that is no repository", (folder) => folder, "REFUSED"],
  ["a file that is no bundle", (folder) => join(folder, "text.bundle"), "REFUSED"],
  ["an option in disguise", () => "--upload-pack=touch owned", "REFUSED"],
  ["a transport that runs programs", () => "ext::sh -c 'touch owned'", "REFUSED"],
  ["an address on this machine", () => "https://127.0.0.1/x.git", "REFUSED"],
];

for (const [what, location, code] of refused) {
  test(`${what} is refused and leaves no community behind`, async (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, "text.bundle"), "this is no bundle\n");
    const node = openNode(t, folder);
    await assert.rejects(importGit(node, { location: location(folder), into: founder }), { code });
    assert.deepEqual(node.ids(), []);
  });
}

test("pointers to large files kept elsewhere are brought in and named", async (t) => {
  const folder = temporaryFolder(t);
  const repository = createRepository(join(folder, "repository"));
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${"4d".repeat(32)}\nsize 12345\n`;
  repository.commit({ "a.md": "# A\n", "scan.png": pointer, "b.md": `about \`${pointer}\`\n` }, "first");
  const { report } = await importGit(openNode(t, folder), { location: repository.folder, into: founder });
  assert.deepEqual(report.pointers, ["scan.png"]);
  assert.deepEqual(report.skipped, []);
});

test("commits without a version keep their author, date and words on the way out", async (t) => {
  const folder = temporaryFolder(t);
  const { folder: source, commit, git: run } = createRepository(join(folder, "repository"));
  const as = (name: string) => `${name} <${name.toLowerCase()}@example.org>`;
  commit({ "a.md": "# A\n", "b.md": "# B\n" }, "first", as("Ada"));
  commit({ "b.md": undefined }, "b is no more\n\nnobody read it", as("Ben"));
  commit({}, "nothing at all", as("Cleo"));
  run("checkout", "--quiet", "-b", "side");
  commit({ "c.md": "# C\n" }, "c, aside", as("Dan"));
  run("checkout", "--quiet", "main");
  commit({ "a.md": "# A\n\nmore\n" }, "more", as("Ada"));
  run("merge", "--quiet", "--no-ff", "-m", "take c up", "side");
  const node = openNode(t, folder);
  const { report } = await importGit(node, { location: source, into: founder });
  await exportGit(node.community(report.community.id), { directory: join(folder, "out") });
  const told = (repository: string) =>
    git(repository, ["log", "--first-parent", "--reverse", "--format=%an|%at|%s|%T"]).trim();
  assert.equal(told(join(folder, "out")), told(source));
});

test("what was erased here does not come back with a later import, which goes on without it", async (t) => {
  const folder = temporaryFolder(t);
  let nowMs = 1_800_000_000_000;
  const node = new LoreNode({ ...fixedEnvironment(folder), now: () => (nowMs += 1_000) });
  t.after(() => node.close());
  const repository = createRepository(join(folder, "guild"));
  const secret = "# Tea\n\nThe key lies under the mat.\n";
  repository.commit({ "tea.md": secret }, "Tea");
  repository.commit({ "tea.md": "# Tea\n\nClean.\n" }, "Clean");
  const request = { location: repository.folder, into: founder };
  const { report } = await importGit(node, request);
  const community = node.community(report.community.id);
  const author = new Author(community, node.keystore.read(community.id) ?? assert.fail());
  const { unit } = units.findUnit(community, "tea.md");
  const first = units.history(community, unit).at(-1) ?? assert.fail();
  await author.write([{ op: "redact", slots: [{ op: parseDigest(first.revision, "a revision"), part: "body" }] }]);
  nowMs += 15 * 86_400_000;
  await author.write([{ op: "mark", mark: "thank", on: { unit: units.findUnit(community, "tea.md").id } }]);
  await community.seal();
  const reverted = repository.commit({ "tea.md": secret, "more.md": secret }, "Back again");
  repository.commit({ "tea.md": "# Tea\n\nClean again.\n", "pie.md": "# Pie\n" }, "On");
  const { report: later } = await importGit(node, request);
  assert.deepEqual(
    later.skipped.map(({ path, commit }) => [path, commit]),
    [
      ["more.md", reverted],
      ["tea.md", reverted],
    ],
  );
  assert.match(later.skipped[0]?.reason ?? "", /were hidden or erased here before/);
  assert.equal(
    new TextDecoder().decode(units.partBytes(community, units.resolve(community, { unit, id: new Uint8Array() }))),
    "# Tea\n\nClean again.\n",
  );
  assert.deepEqual(
    units.listUnits(community).map(({ path }) => path),
    ["pie.md", "tea.md"],
  );
  assert.equal((await importGit(node, request)).report.revisions, 0);
  await verifyCommunity(community);
});
