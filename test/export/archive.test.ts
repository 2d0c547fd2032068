import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test, type TestContext } from "node:test";

import { base32, hex, isLoreError, utf8 } from "../../src/bytes/index.ts";
import { nobleSuite } from "../../src/bytes/noble.ts";
import { type Community, type KeyFile, type LoreNode, proofFile } from "../../src/community/index.ts";
import { exportArchive, recover, restoreArchive } from "../../src/export/index.ts";
import { checkArchive, checkProof } from "../../src/export/verifier/check-files.ts";
import { importGit } from "../../src/import/run.ts";
import { corpus } from "../../src/import/git/test-repositories.ts";
import { authorOf, confirmOften, openNode, portrait, rewrite, temporaryFolder, write } from "./node.ts";

const VERIFIER_BYTES_MAX = 200_000;

interface Archived {
  readonly node: LoreNode;
  readonly community: Community;
  readonly directory: string;
  readonly unit: Uint8Array;
}

/** A community of several bundles' entries, one file too large for a row, and its archive. */
async function archived(t: TestContext, entries = 3): Promise<Archived> {
  const node = openNode(t);
  const community = await node.begin({ name: "Guild", founder: "Ann", now: node.environment.now() });
  const author = authorOf(node, community);
  const unit = await write(community, author, { title: "Chain", path: "chain.md", body: "# Chain\n\nfirst\n" });
  await rewrite(community, author, { unit, title: "Chain", path: "chain.md", body: "# Chain\n\nsecond\n" });
  await write(community, author, { title: "Long", path: "long.md", body: "long words ".repeat(30_000) });
  await confirmOften(community, author, { unit, count: entries });
  const directory = join(temporaryFolder(t), "archive");
  await exportArchive(community, { directory });
  return { node, community, directory, unit };
}

function keysOf(node: LoreNode, id: string): KeyFile {
  const file = JSON.parse(readFileSync(node.keystore.path(id), "utf8")) as Record<string, string>;
  return {
    member: hex.decode(file["member"] ?? ""),
    seed: hex.decode(file["seed"] ?? ""),
    logSeed: hex.decode(file["logSeed"] ?? ""),
  };
}

function filesOf(directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(directory, path)).isFile())
    .toSorted();
}

test("a community restored elsewhere has the same id, size, root and heads, and can be read, not written", async (t) => {
  const { community, directory } = await archived(t, 300);
  const other = openNode(t, { seed: "other" });
  const restored = await restoreArchive(other, { directory });
  assert.deepEqual(portrait(restored), portrait(community));
  assert.equal(restored.refusal?.code, "READ_ONLY");
  assert.deepEqual(other.ids(), [community.id]);
  await assert.rejects(
    restoreArchive(other, { directory }),
    (error) => isLoreError(error, "REFUSED") && /recover/.test(error.message),
  );
});

test(
  "an imported community comes back the same",
  { skip: corpus("awesome-hamradio") === undefined && "the folder ../shared/corpora is not here" },
  async (t) => {
    const node = openNode(t);
    const { report } = await importGit(node, { location: corpus("awesome-hamradio") ?? "", into: { founder: "Ada" } });
    const community = node.community(report.community.id);
    const directory = join(temporaryFolder(t), "archive");
    const written = await exportArchive(community, { directory });
    assert.ok(written.files < community.size * 8, "sidecars are bundled");
    const restored = await restoreArchive(openNode(t, { seed: "other" }), { directory });
    assert.deepEqual(portrait(restored), portrait(community));
  },
);

test("with its keys a restored community goes on: it can be written to, and seals as before", async (t) => {
  const { node, community, directory } = await archived(t);
  const other = openNode(t, { seed: "other" });
  const restored = await restoreArchive(other, { directory, keys: keysOf(node, community.id) });
  assert.equal(restored.refusal, undefined);
  await write(restored, authorOf(other, restored), { title: "More", path: "more.md" });
  await restored.seal();
  assert.equal(restored.checkpoint?.size, community.size + 1);
});

test("keys of another log or of nobody here are refused, and nothing is left", async (t) => {
  const { node, community, directory } = await archived(t);
  const other = openNode(t, { seed: "other" });
  const keys = keysOf(node, community.id);
  for (const wrong of [
    { ...keys, logSeed: utf8("another log's seed, 32 bytes long").subarray(0, 32) },
    { ...keys, seed: utf8("another member's seed, 32 bytes long").subarray(0, 32) },
  ]) {
    await assert.rejects(restoreArchive(other, { directory, keys: wrong }), (error) => isLoreError(error, "REFUSED"));
    assert.deepEqual(readdirSync(join(other.environment.home, "communities")), []);
  }
  assert.equal(other.keystore.read(community.id), undefined);
});

test("one flipped byte in any kind of file is found and named, and nothing is left behind", async (t) => {
  const { community, directory } = await archived(t, 300);
  const other = openNode(t, { seed: "other" });
  const kinds = [
    /checkpoint$/,
    /tile\/0\/000$/,
    /tile\/0\/001\.p/,
    /tile\/1\/000/,
    /entries\/000$/,
    /entries\/001/,
    /sidecars\/000$/,
    /sidecars\/001$/,
    /part\/.*/,
    /README/,
    /verify/,
    /formats\/archive/,
    /^bagit/,
    /bag-info/,
    /^manifest/,
    /^tagmanifest/,
  ];
  const files = filesOf(directory);
  for (const kind of kinds) {
    const path = files.findLast((name) => kind.test(name)) ?? assert.fail(String(kind));
    const place = join(directory, path);
    const sound = readFileSync(place);
    const bytes = Buffer.from(sound);
    const at = Math.floor(bytes.length / 2);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(place, bytes);
    await assert.rejects(
      restoreArchive(other, { directory }),
      (error) => isLoreError(error, "INTEGRITY") && (/manifest/.test(path) || error.message.includes(path)),
      path,
    );
    assert.deepEqual(readdirSync(join(other.environment.home, "communities")), [], path);
    writeFileSync(place, sound);
  }
  assert.equal((await restoreArchive(other, { directory })).size, community.size);
});

test("damage under a manifest written anew is found all the same, by what was signed", async (t) => {
  const { community, directory } = await archived(t);
  const other = openNode(t, { seed: "other" });
  const words = [
    /checkpoint/,
    /tile\//,
    /Entry \d+ in tile\/entries\/000|tile\/entries\/000/,
    /[Ss]idecar/,
    /data\/part\//,
  ];
  for (const [i, kind] of [/checkpoint$/, /tile\/0\/000/, /entries\/000/, /sidecars\/000$/, /part\/.*/].entries()) {
    const forged = join(temporaryFolder(t), "forged");
    cpSync(directory, forged, { recursive: true });
    const path = filesOf(forged).findLast((name) => kind.test(name)) ?? assert.fail(String(kind));
    const bytes = readFileSync(join(forged, path));
    const at = bytes.length - 40 > 0 ? bytes.length - 40 : 0;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    writeFileSync(join(forged, path), bytes);
    reseal(forged);
    await assert.rejects(
      restoreArchive(other, { directory: forged }),
      (error) => isLoreError(error, "INTEGRITY") && (words[i] ?? /^$/).test(error.message),
      path,
    );
    const read = async (name: string) => new Uint8Array(readFileSync(join(forged, "data", name)));
    await assert.rejects(
      checkArchive(nobleSuite, read, { community: community.id, onStep: async () => {} }),
      (error) => isLoreError(error, "INTEGRITY"),
      path,
    );
  }
  assert.deepEqual(other.ids(), []);
});

/** Makes both manifests fit the files again. */
function reseal(directory: string): void {
  const sum = (path: string) =>
    `${createHash("sha256")
      .update(readFileSync(join(directory, path)))
      .digest("hex")}  ${path}\n`;
  const files = filesOf(directory);
  writeFileSync(
    join(directory, "manifest-sha256.txt"),
    files
      .filter((path) => path.startsWith("data/"))
      .map(sum)
      .join(""),
  );
  const tags = files.filter((path) => !path.startsWith("data/") && !path.startsWith("tagmanifest"));
  writeFileSync(join(directory, "tagmanifest-sha256.txt"), tags.map(sum).join(""));
}

test("a missing file and one too many are found", async (t) => {
  const { directory } = await archived(t);
  const other = openNode(t, { seed: "other" });
  const part = filesOf(directory).find((path) => path.startsWith("data/part/")) ?? assert.fail();
  writeFileSync(join(directory, "data/extra"), "");
  await assert.rejects(
    restoreArchive(other, { directory }),
    (error) => isLoreError(error, "INTEGRITY") && error.message.includes("data/extra"),
  );
  rmSync(join(directory, "data/extra"));
  rmSync(join(directory, part));
  await assert.rejects(
    restoreArchive(other, { directory }),
    (error) => isLoreError(error, "INTEGRITY") && error.message.includes(part),
  );
  await assert.rejects(restoreArchive(other, { directory: temporaryFolder(t) }), (error) =>
    isLoreError(error, "NOT_FOUND"),
  );
});

test("the second export writes what is new, takes out tiles that grew, and no other community's archive is touched", async (t) => {
  const { node, community, directory } = await archived(t);
  const same = await exportArchive(community, { directory });
  assert.equal(same.written, 0);
  await write(community, authorOf(node, community), { title: "More", path: "more.md" });
  const more = await exportArchive(community, { directory });
  // Two parts, a tile, a bundle of entries, one of sidecars, the checkpoint.
  assert.equal(more.written, 6);
  assert.deepEqual(readdirSync(join(directory, "data/tile/0")), ["000.p"]);
  assert.deepEqual(readdirSync(join(directory, "data/tile/0/000.p")), [String(community.size)]);
  assert.deepEqual(portrait(await restoreArchive(openNode(t, { seed: "other" }), { directory })), portrait(community));
  const stranger = await node.begin({ name: "Other", founder: "Bo", now: node.environment.now() });
  await assert.rejects(exportArchive(stranger, { directory }), (error) => isLoreError(error, "REFUSED"));
  const mine = temporaryFolder(t);
  writeFileSync(join(mine, "mine"), "mine");
  await assert.rejects(exportArchive(community, { directory: mine }), (error) => isLoreError(error, "REFUSED"));
});

test("a part too large for memory goes through in chunks, and its damage is found as well", async (t) => {
  const node = openNode(t);
  const community = await node.begin({ name: "Guild", founder: "Ann", now: node.environment.now() });
  const body = new Uint8Array(5 * 2 ** 20).map((_, i) => i % 251);
  await write(community, authorOf(node, community), { title: "Film", path: "film.bin", kind: "file", body });
  const directory = join(temporaryFolder(t), "archive");
  await exportArchive(community, { directory });
  const digest = createHash("sha256").update(body).digest("hex");
  const place = join(directory, "data/part", digest.slice(0, 2), digest);
  assert.equal(statSync(place).size, body.length);
  const other = openNode(t, { seed: "other" });
  writeFileSync(place, body.with(1_000_000, 255));
  await assert.rejects(
    restoreArchive(other, { directory }),
    (error) => isLoreError(error, "INTEGRITY") && error.message.includes(digest),
  );
  assert.deepEqual(readdirSync(join(other.environment.home, "communities")), []);
  writeFileSync(place, body);
  const restored = await restoreArchive(other, { directory });
  assert.deepEqual(portrait(restored), portrait(community));
  assert.deepEqual(restored.store.parts.get(hex.decode(digest)), body);
});

test("an older archive restored where more was signed is behind, and the newer one brings it up", async (t) => {
  const { node, community, directory } = await archived(t);
  const newer = join(temporaryFolder(t), "newer");
  await write(community, authorOf(node, community), { title: "More", path: "more.md" });
  await exportArchive(community, { directory: newer });
  const before = portrait(community);
  const { id } = community;
  await node.remove(id);
  assert.equal((await restoreArchive(node, { directory })).refusal?.code, "BEHIND");
  await recover(node, id, { from: newer });
  assert.deepEqual(portrait(node.community(id)), before);
  assert.equal(node.community(id).refusal, undefined);
});

test("what somebody asked to erase is in no archive, and the rest restores", async (t) => {
  const { node, community, directory, unit } = await archived(t);
  const author = authorOf(node, community);
  const first =
    community.rows.get<{ id: Uint8Array }>(
      "SELECT r.id FROM revision r JOIN unit u ON u.n = r.unit WHERE u.id = ? ORDER BY r.n",
      unit,
    ) ?? assert.fail();
  const gone = createHash("sha256").update("# Chain\n\nfirst\n").digest("hex");
  assert.ok(existsSync(join(directory, "data/part", gone.slice(0, 2), gone)));
  await author.write([{ op: "redact", slots: [{ op: first.id, part: "body" }] }]);
  await exportArchive(community, { directory });
  assert.ok(!existsSync(join(directory, "data/part", gone.slice(0, 2), gone)));
  const restored = await restoreArchive(openNode(t, { seed: "other" }), { directory });
  assert.deepEqual(portrait(restored), portrait(community));
});

test("what is damaged in the store is named, and no archive is left of it", async (t) => {
  const { community, directory } = await archived(t, 300);
  const db = new DatabaseSync(join(community.directory, "log.db"));
  t.after(() => db.close());
  const damages = [
    ["entries", "idx = 7", "bytes", /Entry 7 in tile\/entries\/000 is damaged/],
    ["entries", "idx = 290", "bytes", /Entry 290 in tile\/entries\/001\.p/],
    ["sidecars", "idx = 1", "bytes", /sidecar of entry 1 is damaged/],
    ["tiles", "key = 0", "hashes", /tile\/1\/000\.p\/1 is damaged: hash 0/],
  ] as const;
  for (const [table, where, column, said] of damages) {
    const row = db.prepare(`SELECT ${column} AS bytes FROM ${table} WHERE ${where}`).get();
    const sound = row?.["bytes"];
    assert.ok(sound instanceof Uint8Array);
    const bytes = Uint8Array.from(sound, (byte, i) => (i === Math.floor(sound.length / 2) ? byte ^ 1 : byte));
    const store = db.prepare(`UPDATE ${table} SET ${column} = ? WHERE ${where}`);
    store.run(bytes);
    const place = join(temporaryFolder(t), "copy");
    await assert.rejects(
      exportArchive(community, { directory: place }),
      (error) =>
        isLoreError(error, "INTEGRITY") && said.test(error.message) && error.message.startsWith("Writing an archive: "),
      `${table} ${where}`,
    );
    assert.ok(!existsSync(place), table);
    store.run(sound);
  }
  const part = filesOf(directory).find((path) => /part\/../.test(path)) ?? assert.fail();
  const sound = readFileSync(join(directory, part));
  writeFileSync(
    join(directory, part),
    sound.map((byte) => byte ^ 1),
  );
  const { written } = await exportArchive(community, { directory });
  assert.equal(written, 1, "a part that was damaged in the folder is written anew");
  assert.deepEqual(readFileSync(join(directory, part)), sound);
});

test("an archive holds no private key", async (t) => {
  const { node, community, directory } = await archived(t);
  const { seed, logSeed = seed } = keysOf(node, community.id);
  const secrets = [seed, logSeed].flatMap((key) => [
    Buffer.from(key),
    Buffer.from(hex.encode(key)),
    Buffer.from(base32.encode(key)),
    Buffer.from(Buffer.from(key).toString("base64")),
  ]);
  for (const path of filesOf(directory)) {
    const bytes = readFileSync(join(directory, path));
    assert.ok(!secrets.some((secret) => bytes.includes(secret)), path);
  }
});

test("the verifier page is one small file that asks no network, and its check holds for archive and proof", async (t) => {
  const { community, directory, unit } = await archived(t);
  const page = readFileSync(join(directory, "verify.html"), "utf8");
  assert.ok(page.length < VERIFIER_BYTES_MAX, `${page.length} bytes`);
  assert.ok(page.includes("lore-entry/v1") && /<script>[^]{20000,}<\/script>/.test(page), "the script is in the page");
  assert.ok(page.includes("default-src 'none'"));
  assert.ok(!page.includes(community.id), "an id from the copy itself would prove nothing");
  assert.doesNotMatch(page, /\b(?:src|href)="|fetch\(|import\(|XMLHttpRequest/);
  const read = async (path: string) => new Uint8Array(readFileSync(join(directory, "data", path)));
  const verdict = await checkArchive(nobleSuite, read, { community: community.id, onStep: async () => {} });
  assert.equal(verdict.size, community.size);
  await assert.rejects(checkArchive(nobleSuite, read, { community: "a".repeat(32), onStep: async () => {} }), (error) =>
    isLoreError(error, "INTEGRITY"),
  );
  const alone = await checkArchive(nobleSuite, read, { community: undefined, onStep: async () => {} });
  assert.equal(alone.community, community.id);
  const proof = proofFile(community, community.facts.unitById(unit)?.head ?? 0);
  const content = utf8("# Chain\n\nsecond\n");
  assert.equal(checkProof(nobleSuite, { content, proof, community: community.id }).index, 2);
  assert.equal(checkProof(nobleSuite, { content, proof, community: undefined }).community, community.id);
  assert.throws(
    () => checkProof(nobleSuite, { content: utf8("# Chain\n\nthird\n"), proof, community: community.id }),
    (error) => isLoreError(error, "INTEGRITY"),
  );
});

const bagFixture = new URL("../../../shared/fixtures/bagit-valid/v1.0/basicBag/bagit.txt", import.meta.url);

test("the archive is a BagIt 1.0 bag: declared, complete, each file listed once with its SHA-256", async (t) => {
  const { community, directory } = await archived(t, 300);
  const text = (path: string) => readFileSync(join(directory, path), "utf8");
  if (existsSync(bagFixture)) assert.equal(text("bagit.txt").trim(), readFileSync(bagFixture, "utf8").trim());
  else t.diagnostic("the folder ../shared/fixtures is not here: bagit.txt was not compared with a foreign one");
  const files = filesOf(directory);
  const payload = files.filter((path) => path.startsWith("data/"));
  const sum = (path: string) =>
    `${createHash("sha256")
      .update(readFileSync(join(directory, path)))
      .digest("hex")}  ${path}`;
  assert.deepEqual(text("manifest-sha256.txt").trim().split("\n"), payload.map(sum));
  assert.deepEqual(
    text("tagmanifest-sha256.txt").trim().split("\n"),
    files.filter((path) => !path.startsWith("data/") && path !== "tagmanifest-sha256.txt").map(sum),
  );
  const sizeBytes = payload.reduce((sum, path) => sum + statSync(join(directory, path)).size, 0);
  assert.match(text("bag-info.txt"), new RegExp(`^Payload-Oxum: ${sizeBytes}\\.${payload.length}$`, "m"));
  assert.match(text("bag-info.txt"), new RegExp(`^External-Identifier: ${community.id}$`, "m"));
});
