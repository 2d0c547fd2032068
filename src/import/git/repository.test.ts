import assert from "node:assert/strict";
import { access, chmod, mkdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test, type TestContext } from "node:test";

import { isLoreError, type LoreErrorCode } from "../../bytes/index.ts";
import { isPublicAddress, resolvePublic } from "./address.ts";
import { Git } from "./git.ts";
import { openRepository, planGit } from "./index.ts";
import { fastImport, git, type ModelCommit, streamOf, temporaryDirectory, treesOf } from "./test-repositories.ts";

const COMMITS: readonly ModelCommit[] = [
  { parents: [], files: new Map([["a", { mode: "100644", text: "one\n" }]]) },
  { parents: [0], files: new Map([["a", { mode: "100644", text: "two\n" }]]) },
];

/** A bare repository with two commits on `main`. */
async function bare(t: TestContext): Promise<string> {
  const directory = await temporaryDirectory(t);
  fastImport(directory, streamOf(COMMITS));
  git(directory, ["update-ref", "-d", "refs/heads/c0"]);
  return directory;
}

async function bundle(t: TestContext, source: string, ...refs: string[]): Promise<string> {
  const path = join(await temporaryDirectory(t), "x.bundle");
  git(source, ["bundle", "create", "--quiet", path, ...refs]);
  return path;
}

async function refused(
  t: TestContext,
  source: string,
  expected: { code: LoreErrorCode; words: RegExp; branch?: string },
): Promise<void> {
  const into = await temporaryDirectory(t);
  await assert.rejects(openRepository(source, { into, branch: expected.branch }), (error) => {
    assert(isLoreError(error), String(error));
    assert.equal(error.code, expected.code, error.message);
    assert.match(error.message, expected.words);
    assert(!error.message.includes(into), "the message names a temporary directory");
    return true;
  });
  await assert.rejects(access(join(into, "copy.git")), "a failed copy leaves nothing behind");
}

async function opened(t: TestContext, source: string, branch?: string): Promise<{ tip: string; branch: string }> {
  const repository = await openRepository(source, { into: await temporaryDirectory(t), branch });
  return { tip: repository.tip, branch: repository.branch };
}

test("a bare repository, a working one, a file URL and a bundle give the same branch and tip", async (t) => {
  const source = await bare(t);
  const tip = git(source, ["rev-parse", "main"]).trim();
  const worktree = join(await temporaryDirectory(t), "work tree 100%");
  git(source, ["clone", "--quiet", source, worktree]);
  for (const from of [
    source,
    worktree,
    `file://${source}`,
    await bundle(t, source, "--all"),
    await bundle(t, source, "HEAD"),
  ]) {
    const found = await opened(t, from);
    assert.equal(found.tip, tip);
    assert.equal(found.branch, from.endsWith("HEAD") ? "HEAD" : found.branch);
  }
  assert.equal((await opened(t, worktree)).branch, "main");
});

test("without a word from HEAD the branch is main, master or the only one; else one must be named", async (t) => {
  const source = await bare(t);
  const older = git(source, ["rev-parse", "main~1"]).trim();
  git(source, ["branch", "topic", older]);
  assert.equal((await opened(t, await bundle(t, source, "main", "topic"))).branch, "main");
  assert.deepEqual(await opened(t, await bundle(t, source, "topic")), {
    tip: older,
    branch: "topic",
  });
  assert.deepEqual(await opened(t, source, "topic"), { tip: older, branch: "topic" });
  git(source, ["branch", "other", older]);
  await refused(t, await bundle(t, source, "topic", "other"), {
    code: "REFUSED",
    words: /Name it: "other", "topic"/,
  });
  await refused(t, source, {
    code: "NOT_FOUND",
    words: /no branch "--upload-pack=x"/,
    branch: "--upload-pack=x",
  });
});

test("a source at a commit without a branch is read at that commit", async (t) => {
  const source = await bare(t);
  const older = git(source, ["rev-parse", "main~1"]).trim();
  git(source, ["update-ref", "--no-deref", "HEAD", older]);
  assert.deepEqual(await opened(t, source), { tip: older, branch: "HEAD" });
});

test("what is no repository is refused with the reason", async (t) => {
  const directory = await temporaryDirectory(t);
  const source = await bare(t);
  await writeFile(join(directory, "notes.txt"), "hello");
  await mkdir(join(source, "inside"));
  git(directory, ["init", "--quiet", "--bare", "empty.git"]);
  await refused(t, join(directory, "nowhere"), { code: "NOT_FOUND", words: /nothing at/ });
  await refused(t, directory, {
    code: "REFUSED",
    words: /neither a git repository nor a git bundle/,
  });
  await refused(t, join(source, "inside"), { code: "REFUSED", words: /neither a git repository/ });
  await refused(t, join(directory, "notes.txt"), {
    code: "REFUSED",
    words: /neither a git repository/,
  });
  await refused(t, join(directory, "empty.git"), { code: "REFUSED", words: /is empty/ });
});

test("a bundle that is cut short, changed or only the end of a history is refused", async (t) => {
  const source = await bare(t);
  const whole = await bundle(t, source, "--all");
  const bytes = await readFile(whole);
  for (const sizeBytes of [25, bytes.length - 30, bytes.length - 1]) {
    await writeFile(whole, bytes);
    await truncate(whole, sizeBytes);
    await refused(t, whole, { code: "REFUSED", words: /damaged or cut short|empty/ });
  }
  bytes[bytes.length - 40] = (bytes[bytes.length - 40] ?? 0) ^ 1;
  await writeFile(whole, bytes);
  await refused(t, whole, { code: "REFUSED", words: /damaged or cut short/ });
  await refused(t, await bundle(t, source, "main~1..main"), {
    code: "REFUSED",
    words: /only the newest part/,
  });
});

test("of a damaged repository one line of git's is told, and what to do", async (t) => {
  const source = await bare(t);
  const object = git(source, ["rev-parse", "main~1:a"]).trim();
  const loose = join(source, "objects", object.slice(0, 2), object.slice(2));
  await chmod(loose, 0o644);
  await writeFile(loose, "");
  await refused(t, source, {
    code: "REFUSED",
    words:
      /^"[^"]+" is damaged or cut short and was not read; git said: [^:]+ is (?:corrupt|empty)\. Run git fsck on the source, or take another copy of it\.$/,
  });
});

test("sources that are commands, options, other transports or carry passwords are refused", async (t) => {
  for (const source of [
    "ext::sh -c true",
    "-upload-pack=x",
    "--upload-pack=x",
    "ssh://host/x",
    "git@host:x",
    "git://host/x",
    "http://host/x",
    "fd::17",
    "file://host/x",
    "",
    "a\0b",
  ]) {
    await refused(t, source, { code: "REFUSED", words: /./ });
  }
  await refused(t, "https://ada:secret@example.org/x", {
    code: "REFUSED",
    words: /^(?!.*secret).*password/,
  });
  await refused(t, "https://", { code: "REFUSED", words: /not a complete address/ });
});

test("addresses inside a network are refused in every spelling, and public ones are not", async (t) => {
  for (const host of [
    "localhost",
    "127.0.0.1",
    "2130706433",
    "0x7f.1",
    "[::1]",
    "[::ffff:10.0.0.1]",
    "169.254.169.254",
    "192.168.1.1",
    "[fe80::1]",
    "[64:ff9b::a00:1]",
    "[2002:a00:1::]",
  ]) {
    await refused(t, `https://${host}/x.git`, {
      code: "REFUSED",
      words: /inside a private network/,
    });
  }
  for (const address of [
    "10.255.255.255",
    "100.64.0.1",
    "172.31.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "fc00::1",
    "ff02::1",
    "2001:db8::1",
    "nonsense",
  ]) {
    assert.equal(isPublicAddress(address), false, address);
  }
  for (const address of ["9.255.255.255", "11.0.0.0", "100.128.0.1", "172.32.0.1", "192.169.0.1", "2606:4700::1"])
    assert(isPublicAddress(address), address);
  assert.deepEqual(await resolvePublic(new URL("https://127.0.0.1/"), { allowPrivate: true }), ["127.0.0.1"]);
});

test("an address where nobody answers is unreachable", async (t) => {
  await refused(t, "https://nobody.invalid/x.git", {
    code: "UNREACHABLE",
    words: /nobody\.invalid could not be found/,
  });
  const into = await temporaryDirectory(t);
  await assert.rejects(openRepository("https://127.0.0.1:1/x.git", { into, allowPrivate: true }), (error) =>
    isLoreError(error, "UNREACHABLE"),
  );
});

test("a machine without git is told so", async (t) => {
  const home = await temporaryDirectory(t);
  const without = await Git.at(home, { PATH: home });
  await assert.rejects(without.run({ directory: home, args: ["version"], timeoutMs: 10_000 }), (error) =>
    isLoreError(error, "ENVIRONMENT"),
  );
});

test("a git that does not end is ended", async (t) => {
  const home = await temporaryDirectory(t);
  const script = join(home, "git");
  await writeFile(script, "#!/bin/sh\nwhile :; do :; done\n");
  await chmod(script, 0o755);
  const endless = await Git.at(home, { PATH: home });
  await assert.rejects(
    endless.run({ directory: home, args: ["version"], timeoutMs: 100 }),
    (error) => isLoreError(error, "REFUSED") && error.limit === 100,
  );
  const abort = AbortSignal.timeout(50);
  await assert.rejects(endless.run({ directory: home, args: ["version"], timeoutMs: 10_000, signal: abort }), {
    name: "TimeoutError",
  });
});

test("shallow and partial copies and borrowed objects are refused", async (t) => {
  const source = await bare(t);
  const directory = await temporaryDirectory(t);
  git(directory, ["clone", "--quiet", "--bare", "--depth=1", `file://${source}`, "shallow.git"]);
  git(directory, ["clone", "--quiet", "--bare", "--shared", source, "shared.git"]);
  git(directory, ["clone", "--quiet", "--bare", source, "partial.git"]);
  await writeFile(join(directory, "elsewhere"), '[remote "x"]\n\tpromisor = true\n\turl = ext::sh -c "touch marker"\n');
  git(directory, ["-C", "partial.git", "config", "include.path", join(directory, "elsewhere")]);
  await refused(t, join(directory, "shallow.git"), { code: "REFUSED", words: /shallow/ });
  await refused(t, join(directory, "shared.git"), { code: "REFUSED", words: /alternates/ });
  await refused(t, join(directory, "partial.git"), { code: "REFUSED", words: /partial copy/ });
});

test("nothing that a hostile repository configures is run, and replaced objects are not believed", async (t) => {
  const source = join(await temporaryDirectory(t), "hostile");
  const upstream = await bare(t);
  git(upstream, ["clone", "--quiet", upstream, source]);
  const [real, fake] = [
    git(source, ["rev-parse", "HEAD"]).trim(),
    git(source, ["commit-tree", "-m", "fake", "HEAD^{tree}"]).trim(),
  ];
  git(source, ["update-ref", `refs/replace/${real}`, fake]);
  const marker = join(source, "marker");
  const command = `touch ${marker}`;
  for (const key of [
    "core.fsmonitor",
    "core.pager",
    "core.editor",
    "core.sshCommand",
    "core.gitProxy",
    "core.alternateRefsCommand",
    "core.askPass",
    "diff.external",
    "diff.x.textconv",
    "diff.x.command",
    "filter.x.smudge",
    "filter.x.clean",
    "filter.x.process",
    "uploadpack.packObjectsHook",
    "credential.helper",
    "remote.origin.uploadpack",
    "gc.recentObjectsHook",
    "gpg.program",
    "alias.rev-list",
    "alias.cat-file",
    "alias.upload-pack",
    "interactive.diffFilter",
  ]) {
    git(source, ["config", key, key === "credential.helper" ? `!${command}` : command]);
  }
  git(source, ["config", "core.hooksPath", join(source, "hooks")]);
  git(source, ["config", "protocol.allow", "always"]);
  await mkdir(join(source, "hooks"));
  for (const hook of [
    "post-checkout",
    "pre-receive",
    "post-update",
    "reference-transaction",
    "fsmonitor-watchman",
    "pre-auto-gc",
    "post-index-change",
  ]) {
    for (const folder of [join(source, "hooks"), join(source, ".git/hooks")])
      await writeFile(join(folder, hook), `#!/bin/sh\n${command}\n`, { mode: 0o755 });
  }
  await writeFile(join(source, ".git/info/attributes"), "* diff=x filter=x\n");
  await writeFile(join(source, ".gitattributes"), "* diff=x filter=x\n");
  await assert.rejects(access(marker), "making the repository ran a command");

  const repository = await openRepository(source, { into: await temporaryDirectory(t) });
  const plan = await planGit(repository);
  await assert.rejects(access(marker), "a command of the repository was run");
  assert.deepEqual(plan.groups.map(({ commit }) => commit).at(-1), real);
  assert.equal(plan.groups.length, 2);
  assert.deepEqual(
    treesOf(repository.directory, [real]).map((tree) => tree.length),
    [1],
  );
});

test("a tree that unfolds into more files than there can be is refused", { timeout: 60_000 }, async (t) => {
  const source = await temporaryDirectory(t);
  git(source, ["init", "--quiet", "--bare"]);
  const blob = git(source, ["hash-object", "-w", "--stdin"], "x").trim();
  const names = Array.from({ length: 16 }, (_, index) => `n${index}`);
  let tree = git(source, ["mktree"], names.map((name) => `100644 blob ${blob}\t${name}\n`).join("")).trim();
  for (let depth = 0; depth < 8; depth += 1)
    tree = git(source, ["mktree"], names.map((name) => `040000 tree ${tree}\t${name}\n`).join("")).trim();
  git(source, ["update-ref", "refs/heads/main", git(source, ["commit-tree", "-m", "bomb", tree]).trim()]);
  const repository = await openRepository(source, { into: await temporaryDirectory(t) });
  await assert.rejects(
    planGit(repository),
    (error) => isLoreError(error) && ["REFUSED", "TOO_LARGE"].includes(error.code),
  );
});
