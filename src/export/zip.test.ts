import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { fromBuffer } from "yauzl";

import { concat, utf8 } from "../bytes/index.ts";
import { zipped, type ZipFile, type ZipOptions } from "./zip.ts";

async function bytesOf(files: readonly ZipFile[], options?: ZipOptions): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of zipped(files, options)) chunks.push(chunk);
  return Buffer.from(concat(...chunks));
}

/** Contents by name, as another program reads them, sums checked. */
function read(zip: Buffer): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  return new Promise((resolve, reject) => {
    fromBuffer(zip, { lazyEntries: true }, (error, opened) => {
      if (opened === undefined) return reject(error ?? new Error("no zip"));
      opened.on("entry", (entry) => {
        opened.openReadStream(entry, (failure, stream) => {
          if (stream === undefined) return reject(failure ?? new Error("no stream"));
          const chunks: Buffer[] = [];
          stream.on("data", (chunk: Buffer) => chunks.push(chunk));
          stream.on("error", reject);
          stream.on("end", () => {
            files.set(entry.fileName, Buffer.concat(chunks).toString("latin1"));
            opened.readEntry();
          });
        });
      });
      opened.on("end", () => resolve(files)).on("error", reject);
      opened.readEntry();
    });
  });
}

function fileOf(name: string, content: ZipFile["content"]): ZipFile {
  return { name, time: Date.UTC(2025, 5, 1, 12, 30, 10), mode: 0o100_644, content };
}

async function* chunksOf(text: string): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < text.length; at += 1_000) yield utf8(text.slice(at, at + 1_000));
}

const LONG = "words and words\n".repeat(5_000);
const FILES = () => [
  fileOf("a.md", utf8(LONG)),
  fileOf("empty", new Uint8Array()),
  fileOf("nä/🌮.bin", Uint8Array.of(1, 2, 3)),
  fileOf("streamed.txt", chunksOf(LONG)),
];

test("whole and streamed files come out of the zip as they went in", async () => {
  const files = await read(await bytesOf(FILES()));
  assert.deepEqual([...files.keys()], ["a.md", "empty", "nä/🌮.bin", "streamed.txt"]);
  assert.equal(files.get("a.md"), LONG);
  assert.equal(files.get("streamed.txt"), LONG);
  assert.equal(files.get("nä/🌮.bin"), "\x01\x02\x03");
});

test("the 64-bit forms hold the same files", async () => {
  const files = await read(await bytesOf(FILES(), { offsetMax: 1, countMax: 1 }));
  assert.equal(files.size, 4);
  assert.equal(files.get("streamed.txt"), LONG);
});

test("an error of whoever sends the chunks is the writer's too", async () => {
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield utf8("begun");
    throw new Error("the source ended");
  }
  await assert.rejects(bytesOf([fileOf("a", failing())]), /the source ended/);
});

for (const [program, args] of [
  ["unzip", ["-tqq"]],
  ["python3", ["-c", "import sys, zipfile; sys.exit(zipfile.ZipFile(sys.argv[1]).testzip() is not None)"]],
] as const) {
  test(`${program} reads both forms`, { skip: !isThere(program) && `${program} is not on this machine` }, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "lore-zip-"));
    t.after(() => rmSync(folder, { recursive: true }));
    for (const options of [{}, { offsetMax: 1, countMax: 1 }]) {
      const path = join(folder, "test.zip");
      writeFileSync(path, await bytesOf(FILES(), options));
      execFileSync(program, [...args, path], { stdio: "pipe" });
    }
  });
}

function isThere(program: string): boolean {
  try {
    execFileSync(program, [program === "unzip" ? "-v" : "--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
