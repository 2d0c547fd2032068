import assert from "node:assert/strict";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test, type TestContext } from "node:test";

import { concat, hex, utf8 } from "../../bytes/index.ts";
import type { PartStore } from "../ports.ts";
import { bytesOf, digestOf, entriesOf, pageOf, publicationOf } from "../suite-fixture.ts";
import { storeSuite } from "../suite.ts";
import { openSqliteStore } from "./store.ts";

const LARGE = 256 * 1024 + 1;

function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), "store-"));
}

storeSuite("sqlite", async () => {
  const directory = temporaryDirectory();
  let store = openSqliteStore(directory);
  return {
    store,
    async reopen() {
      store.close();
      store = openSqliteStore(directory);
      return store;
    },
    dispose() {
      store.close();
      rmSync(directory, { recursive: true });
    },
  };
});

/** A directory for one test, and what opens stores in it. */
function workplace(context: TestContext) {
  const directory = temporaryDirectory();
  const opened: { close(): void }[] = [];
  function keep<T extends { close(): void }>(resource: T): T {
    opened.push(resource);
    return resource;
  }
  context.after(() => {
    for (const resource of opened) resource.close();
    rmSync(directory, { recursive: true });
  });
  return {
    directory,
    open: (options?: { readonly readOnly: boolean }) => keep(openSqliteStore(directory, options)),
    /** The raw database, as another program sees it. */
    raw: () => keep(new DatabaseSync(join(directory, "log.db"))),
    /** All bytes of all files. */
    bytes: () => {
      const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
      return Buffer.concat(files.map((file) => readFileSync(join(file.parentPath, file.name))));
    },
    pathOf: (digest: Uint8Array) => join(directory, "parts", hex.encode(digest).slice(0, 2), hex.encode(digest)),
  };
}

function put(parts: PartStore, bytes: Uint8Array, like?: Uint8Array): Uint8Array {
  const digest = digestOf(bytes);
  parts.put(digest, bytes, { like });
  return digest;
}

test("a store of a newer version is refused and left as it is", (context) => {
  const { directory, open, raw } = workplace(context);
  open().close();
  raw().exec("PRAGMA user_version = 99; PRAGMA wal_checkpoint(TRUNCATE)");
  const before = readFileSync(join(directory, "log.db"));
  assert.throws(() => open(), { code: "ENVIRONMENT", data: { found: 99, known: 1 } });
  assert.deepEqual(readFileSync(join(directory, "log.db")), before);
  assert.equal(statSync(join(directory, "log.db-wal")).size, 0);
});

test("opening for reading creates nothing and updates nothing", (context) => {
  const { directory, open, raw } = workplace(context);
  assert.throws(() => open({ readOnly: true }), { code: "ENVIRONMENT" });
  assert.deepEqual(readdirSync(directory), []);
  raw().exec("PRAGMA journal_mode = WAL");
  assert.throws(() => open({ readOnly: true }), { code: "ENVIRONMENT", data: { found: 0, known: 1 } });
});

test("a folder that is a file, or a database that is none, is refused with a reason", (context) => {
  const { directory } = workplace(context);
  writeFileSync(join(directory, "file"), "");
  assert.throws(() => openSqliteStore(join(directory, "file")), { code: "ENVIRONMENT" });
  writeFileSync(join(directory, "log.db"), bytesOf("noise", 8192));
  assert.throws(() => openSqliteStore(directory), { code: "INTEGRITY" });
});

test("a reader beside the writer sees what is acknowledged, and may not write", async (context) => {
  const { open } = workplace(context);
  const writer = open();
  const reader = open({ readOnly: true });
  const staged = put(writer.parts, utf8("staged"));
  assert.equal(reader.parts.has(staged), false);
  await writer.log.append(entriesOf(0, 3), 0);
  assert.equal(reader.log.size(), 3);
  assert.equal([...reader.log.read(0, 3)].length, 3);
  assert.ok(reader.parts.has(staged));
  await assert.rejects(reader.log.append(entriesOf(3, 4), 3), { code: "READ_ONLY" });
  assert.throws(() => put(reader.parts, utf8("mine")), { code: "READ_ONLY" });
  assert.equal(reader.failure, undefined);
});

test("an error nobody expects ends all writing, and reading goes on", async (context) => {
  const { open, raw } = workplace(context);
  const { log, parts, ...store } = open();
  await log.append(entriesOf(0, 3), 0);
  const staged = put(parts, utf8("staged"));
  const other = raw();
  await log.append([], 3);
  other.exec("ALTER TABLE sidecars RENAME TO gone");
  const lost = put(parts, utf8("lost"));
  await assert.rejects(log.append(entriesOf(3, 5), 3), { code: "READ_ONLY" });
  other.exec("ALTER TABLE gone RENAME TO sidecars");
  assert.equal(log.size(), 3);
  assert.equal([...log.read(0, 3)].length, 3);
  assert.deepEqual([parts.has(staged), parts.has(lost)], [true, false]);
  for (const write of [
    log.append(entriesOf(3, 5), 3),
    log.publish(publicationOf(0, 2)),
    parts.erase([staged]),
    parts.putStream(emptyStream()),
  ]) {
    await assert.rejects(write, { code: "READ_ONLY" });
  }
  assert.throws(() => put(parts, utf8("late")), { code: "READ_ONLY" });
  store.close();
  assert.equal(open().log.size(), 3);
});

async function* emptyStream(): AsyncIterable<Uint8Array> {}

test("the failure stays to be asked for", async (context) => {
  const { open, raw } = workplace(context);
  const store = open();
  raw().exec("DROP TABLE sidecars");
  await assert.rejects(store.log.append(entriesOf(0, 1), 0));
  assert.match(store.failure?.message ?? "", /storage failed/);
});

test("entries that are missing in the middle are noticed", async (context) => {
  const { open, raw } = workplace(context);
  const { log } = open();
  await log.append(entriesOf(0, 10), 0);
  raw().exec("DELETE FROM sidecars WHERE idx = 5");
  assert.throws(() => [...log.read(0, 10)], { code: "INTEGRITY" });
});

test("the write-ahead log is moved into the database and does not grow without end", async (context) => {
  const { directory, open } = workplace(context);
  const { log } = open();
  for (let size = 0; size < 60; size++)
    await log.append([{ bytes: bytesOf(`${size}`, 400_000), sidecar: new Uint8Array() }], size);
  assert.ok(statSync(join(directory, "log.db-wal")).size < 10_000_000);
  assert.ok(statSync(join(directory, "log.db")).size > 15_000_000);
});

test("what a crash left in the parts folder is gone after the next open, and nothing else", async (context) => {
  const { directory, open, pathOf } = workplace(context);
  const first = open();
  const kept = put(first.parts, bytesOf("kept", LARGE));
  await first.log.append([], 0);
  const staged = put(first.parts, bytesOf("staged", LARGE));
  writeFileSync(join(directory, "parts", "incoming-7"), "half a part");
  assert.ok(existsSync(pathOf(staged)));
  first.close();
  const { parts } = open();
  assert.deepEqual([...parts.digests()], [kept]);
  assert.ok(existsSync(pathOf(kept)));
  assert.equal(existsSync(pathOf(staged)), false);
  assert.equal(existsSync(join(directory, "parts", "incoming-7")), false);
});

test("reading any revision of a long history decodes a chain of bounded cost, and few bytes are stored", async (context) => {
  const { open, raw } = workplace(context);
  const { parts, log } = open();
  for (let i = 0; i < 300; i++) put(parts, pageOf(i), i === 0 ? undefined : digestOf(pageOf(i - 1)));
  await log.append([], 0);
  const { cost, stored } = {
    ...raw().prepare("SELECT max(cost) AS cost, avg(length(bytes)) AS stored FROM parts").get(),
  };
  assert.ok(Number(cost) <= 768 * 1024, `cost ${cost}`);
  assert.ok(Number(stored) < pageOf(0).length / 12, `${stored} of ${pageOf(0).length} bytes`);
});

/** Flips one bit in what is stored for a part. */
function damage({ raw, pathOf }: ReturnType<typeof workplace>, digest: Uint8Array): void {
  if (existsSync(pathOf(digest))) {
    const bytes = readFileSync(pathOf(digest));
    bytes[1000] = (bytes[1000] ?? 0) ^ 1;
    writeFileSync(pathOf(digest), bytes);
    return;
  }
  const database = raw();
  const row = database.prepare("SELECT bytes FROM parts WHERE digest = ?").get(digest);
  const bytes = row?.["bytes"];
  assert.ok(bytes instanceof Uint8Array);
  bytes[bytes.length - 20] = (bytes.at(-20) ?? 0) ^ 1;
  database.prepare("UPDATE parts SET bytes = ? WHERE digest = ?").run(bytes, digest);
}

test("damaged bytes are never handed out, and putting the part again repairs it", async (context) => {
  const place = workplace(context);
  const first = place.open();
  const noise = bytesOf("noise", 5_000);
  const large = bytesOf("large", LARGE);
  const chain = [0, 1, 2].map(pageOf);
  for (const bytes of [noise, large]) put(first.parts, bytes);
  for (const [i, bytes] of chain.entries())
    put(first.parts, bytes, i === 0 ? undefined : digestOf(chain[i - 1] ?? assert.fail()));
  await first.log.append([], 0);
  first.close();
  for (const bytes of [noise, large, chain[1] ?? assert.fail()]) damage(place, digestOf(bytes));
  const { parts, log } = place.open();
  const broken = [noise, large, ...chain.slice(1)];
  for (const digest of broken.map((bytes) => digestOf(bytes))) {
    assert.throws(() => parts.get(digest), { code: "INTEGRITY" });
    assert.throws(() => parts.reader()(digest), { code: "INTEGRITY" });
    await assert.rejects(drain(parts.stream(digest)), { code: "INTEGRITY" });
  }
  for (const bytes of broken) put(parts, bytes, digestOf(pageOf(0)));
  await log.append([], 0);
  for (const bytes of [noise, large, ...chain]) assert.deepEqual(parts.get(digestOf(bytes)), bytes);
});

async function drain(chunks: AsyncIterable<Uint8Array> | undefined): Promise<void> {
  for await (const chunk of chunks ?? assert.fail()) assert.ok(chunk.length > 0);
}

test("a file that is missing or cut short is damage, not absence", async (context) => {
  const { open, pathOf } = workplace(context);
  const { parts } = open();
  const [missing, short] = [put(parts, bytesOf("missing", LARGE)), put(parts, bytesOf("short", LARGE))];
  rmSync(pathOf(missing));
  truncateSync(pathOf(short), 1000);
  for (const digest of [missing, short]) {
    assert.throws(() => parts.get(digest), { code: "INTEGRITY" });
    assert.throws(() => parts.reader()(digest), { code: "INTEGRITY" });
    await assert.rejects(drain(parts.stream(digest)), { code: "INTEGRITY" });
  }
});

test("erased bytes, digests and replaced sidecars are in no raw file", async (context) => {
  const place = workplace(context);
  const { parts, log } = place.open();
  const SECRETS = 60;
  const secrets = Array.from({ length: SECRETS }, (_, i) => bytesOf(`secret ${i}`, i === 0 ? LARGE : 200 + i * 60));
  const pages = Array.from({ length: SECRETS }, (_, i) => concat(secrets[i] ?? assert.fail(), pageOf(i)));
  for (let i = 0; i < SECRETS; i++) {
    put(parts, secrets[i] ?? assert.fail());
    // Each page is stored as what differs from the page before, which is also a secret.
    put(parts, pages[i] ?? assert.fail(), digestOf(pages[i - 1] ?? utf8("")));
    put(parts, pageOf(i), digestOf(pages[i] ?? assert.fail()));
  }
  await log.append([{ bytes: utf8("entry"), sidecar: bytesOf("salt", 800) }, ...entriesOf(1, 300)], 0);
  assert.deepEqual(found(place.bytes(), secrets).length, SECRETS);

  await log.replaceSidecars(new Map([[0, utf8("")]]));
  for (let i = 0; i < SECRETS; i += 20)
    await parts.erase([...secrets, ...pages].slice(i, i + 20).map((bytes) => digestOf(bytes)));
  await parts.erase([...secrets, ...pages].map((bytes) => digestOf(bytes)));
  const raw = place.bytes();
  assert.deepEqual(
    found(raw, [
      ...secrets,
      ...secrets.map((bytes) => digestOf(bytes)),
      ...pages.map((bytes) => digestOf(bytes)),
      bytesOf("salt", 800),
    ]),
    [],
  );
  for (let i = 0; i < SECRETS; i++) assert.deepEqual(parts.get(digestOf(pageOf(i))), pageOf(i));
});

/** Which of `secrets` have left 16 bytes in a row anywhere, looked for at every 16th. */
function found(raw: Buffer, secrets: readonly Uint8Array[]): number[] {
  const text = raw.toString("latin1");
  return secrets.flatMap((secret, i) => {
    const pieces = Array.from({ length: Math.min(Math.floor(secret.length / 16), 24) }, (_, piece) =>
      secret.subarray(piece * 16, piece * 16 + 16),
    );
    return pieces.some((piece) => text.includes(Buffer.from(piece).toString("latin1"))) ? [i] : [];
  });
}

test("erasing many parts leaves no digest in the gaps of rebalanced pages", async (context) => {
  // With secure_delete alone, one of these 2,000 digests stays behind.
  const { open, bytes } = workplace(context);
  const { parts } = open();
  const all = Array.from({ length: 3_000 }, (_, i) => bytesOf(`part ${i}`, 100));
  for (const part of all) put(parts, part);
  const digests = all.map((_, i) => digestOf(all[(i * 2_143) % all.length] ?? assert.fail())).slice(0, 2_000);
  for (let at = 0; at < digests.length; at += 100) await parts.erase(digests.slice(at, at + 100));
  const raw = bytes();
  assert.deepEqual(
    digests.filter((digest) => raw.indexOf(digest.subarray(0, 16)) >= 0),
    [],
  );
});

test("an erasure that was cut short is finished by the next open", async (context) => {
  const { open, bytes } = workplace(context);
  const first = open();
  const salt = bytesOf("salt", 800);
  await first.log.append([{ bytes: utf8("entry"), sidecar: salt }, ...entriesOf(1, 300)], 0);
  await first.log.replaceSidecars(new Map([[0, utf8("")]]));
  assert.deepEqual(found(bytes(), [salt]), [0]);
  first.close();
  open();
  assert.deepEqual(found(bytes(), [salt]), []);
});

test("a part that stands on a damaged one must be repaired before that is erased", async (context) => {
  const place = workplace(context);
  const first = place.open();
  const [base, upon] = [pageOf(0), pageOf(1)];
  put(first.parts, base);
  put(first.parts, upon, digestOf(base));
  await first.log.append([], 0);
  first.close();
  damage(place, digestOf(upon));
  const { parts } = place.open();
  await assert.rejects(parts.erase([digestOf(base)]), {
    code: "INTEGRITY",
    data: { digest: hex.encode(digestOf(upon)) },
  });
  assert.ok(parts.has(digestOf(base)));
  put(parts, upon);
  await parts.erase([digestOf(base)]);
  assert.deepEqual(parts.get(digestOf(upon)), upon);
});
