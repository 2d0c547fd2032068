import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test, type TestContext } from "node:test";

import { hex, isLoreError } from "../../src/bytes/index.ts";
import { type Community, LoreNode } from "../../src/community/index.ts";
import { exportArchive, recover } from "../../src/export/index.ts";
import { decodeSidecars } from "../../src/export/archive/layout.ts";
import { tiles } from "../../src/log/index.ts";
import { fixedEnvironment } from "../community/kit.ts";
import { authorOf, confirmOften, portrait, temporaryFolder, write } from "./node.ts";

interface Behind {
  readonly folder: string;
  readonly id: string;
  readonly archive: string;
  readonly before: ReturnType<typeof portrait>;
}

/** A node whose data folder was put back to an older copy, while the folder for signed checkpoints was not. */
async function nodeBehind(t: TestContext): Promise<Behind> {
  const folder = temporaryFolder(t);
  const archive = join(temporaryFolder(t), "archive");
  let node = new LoreNode(fixedEnvironment(folder, { seed: "one" }));
  const { id } = await node.begin({ name: "Guild", founder: "Ann", now: node.environment.now() });
  await addEntries(node.community(id), node, 3);
  await node.close();
  cpSync(join(folder, "home"), join(folder, "old"), { recursive: true });
  node = new LoreNode(fixedEnvironment(folder, { seed: "two" }));
  await addEntries(node.community(id), node, 300);
  await write(node.community(id), authorOf(node, node.community(id)), {
    title: "Long",
    path: "long.md",
    body: "long words ".repeat(30_000),
  });
  await exportArchive(node.community(id), { directory: archive });
  const before = portrait(node.community(id));
  await node.close();
  rmSync(join(folder, "home"), { recursive: true });
  cpSync(join(folder, "old"), join(folder, "home"), { recursive: true });
  return { folder, id, archive, before };
}

/** A page and many small entries about it. */
async function addEntries(community: Community, node: LoreNode, count: number): Promise<void> {
  const author = authorOf(node, community);
  const unit = await write(community, author, { title: `Page ${community.size}`, path: `p/${community.size}.md` });
  await confirmOften(community, author, { unit, count: count - 1 });
  await community.seal();
}

/** Runs `use` on a node over the folder. */
async function withNode<T>(folder: string, use: (node: LoreNode) => Promise<T>): Promise<T> {
  const environment = fixedEnvironment(folder, { seed: "three" });
  environment.advance(3_600_000);
  const node = new LoreNode(environment);
  try {
    return await use(node);
  } finally {
    await node.close();
  }
}

test("a node whose old copy was put back is behind, and after recovering from an archive writes again", async (t) => {
  const { folder, id, archive, before } = await nodeBehind(t);
  await withNode(folder, async (node) => {
    assert.equal(node.community(id).refusal?.code, "BEHIND");
    assert.deepEqual(await recover(node, id, { from: archive }), { from: 4, size: before.size });
    const community = node.community(id);
    assert.equal(community.refusal, undefined);
    assert.deepEqual(portrait(community), before);
    await write(community, authorOf(node, community), { title: "On", path: "on.md" });
    await community.seal();
    assert.equal(community.checkpoint?.size, before.size + 1);
  });
});

test("the tail can come from another node's address", async (t) => {
  const { folder, id, archive, before } = await nodeBehind(t);
  const address = await serve(t, archive, id);
  await withNode(folder, async (node) => {
    await recover(node, id, { from: address });
    assert.deepEqual(portrait(node.community(id)), before);
    assert.equal(node.community(id).refusal, undefined);
  });
});

/** Serves an archive as a node serves its record: sidecars one by one, parts by their SHA-256. */
async function serve(t: TestContext, archive: string, id: string): Promise<string> {
  const read = (path: string) => {
    const sidecar = /^sidecar\/(\d+)$/.exec(path)?.[1];
    if (sidecar !== undefined) {
      const number = Math.floor(Number(sidecar) / tiles.TILE_WIDTH);
      return decodeSidecars(
        new Uint8Array(readFileSync(join(archive, "data/sidecars", String(number).padStart(3, "0")))),
      )[Number(sidecar) % tiles.TILE_WIDTH];
    }
    return readFileSync(join(archive, "data", path.replace(/^part\/(..)/, "part/$1/$1")));
  };
  const server = createServer((request, response) => {
    try {
      response.end(read(request.url?.replace(`/c/${id}/`, "") ?? ""));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  // A server that listens on a port has an address.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a source that is not ahead, is damaged or tells another history is refused, and the log stays as it was", async (t) => {
  const { folder, id, archive } = await nodeBehind(t);
  const refused = async (from: string, code: "REFUSED" | "INTEGRITY" | "NOT_FOUND" | "UNREACHABLE") => {
    await withNode(folder, async (node) => {
      await assert.rejects(recover(node, id, { from }), (error) => isLoreError(error, code), code);
      assert.equal(node.community(id).size, 4);
      assert.equal(node.community(id).refusal?.code, "BEHIND");
    });
  };
  await refused(temporaryFolder(t), "NOT_FOUND");
  await refused("http://127.0.0.1:9", "UNREACHABLE");

  const old = join(temporaryFolder(t), "old");
  const scratch = temporaryFolder(t);
  cpSync(join(folder, "old"), join(scratch, "home"), { recursive: true });
  await withNode(scratch, (node) => exportArchive(node.community(id), { directory: old }));
  await refused(old, "REFUSED");

  // The same keys went on elsewhere from the old copy: longer, and another history.
  const fork = join(temporaryFolder(t), "fork");
  await withNode(scratch, async (node) => {
    await addEntries(node.community(id), node, 400);
    await exportArchive(node.community(id), { directory: fork });
  });
  await refused(fork, "INTEGRITY");

  const bundle = join(archive, "data/tile/entries/000");
  const sound = readFileSync(bundle);
  const bytes = Buffer.from(sound);
  bytes[bytes.length - 10] = (bytes.at(-10) ?? 0) ^ 1;
  writeFileSync(bundle, bytes);
  await refused(archive, "INTEGRITY");
  writeFileSync(bundle, sound);
});

test("a damaged part stops the recovery, which can be run again from a sound copy", async (t) => {
  const { folder, id, archive, before } = await nodeBehind(t);
  const broken = join(temporaryFolder(t), "broken");
  cpSync(archive, broken, { recursive: true });
  const parts = readdirSync(join(broken, "data/part"), { recursive: true, encoding: "utf8" }).filter(
    (path) => path.length > 60,
  );
  await withNode(folder, async (node) => {
    const held = new Set([...node.community(id).store.parts.digests()].map((digest) => hex.encode(digest)));
    const fresh = parts.find((path) => !held.has(path.slice(3))) ?? assert.fail();
    writeFileSync(join(broken, "data/part", fresh), "changed");
  });
  await withNode(folder, async (node) => {
    await assert.rejects(
      recover(node, id, { from: broken }),
      (error) => isLoreError(error, "INTEGRITY") && /Part [0-9a-f]{64}/.test(error.message),
    );
    await recover(node, id, { from: archive });
    assert.deepEqual(portrait(node.community(id)), before);
    assert.equal(node.community(id).refusal, undefined);
  });
});
