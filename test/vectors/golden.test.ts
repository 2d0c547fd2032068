import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";

import { base64, hex, utf8 } from "../../src/bytes/index.ts";
import { nobleSuite } from "../../src/bytes/noble.ts";
import { FOLD_SCHEMA, Fold } from "../../src/community/fold/fold.ts";
import {
  communityId,
  decodeEntry,
  decodeSidecar,
  encodeSidecar,
  logKeyOf,
  logOrigin,
  openCheckpoint,
  parseProof,
  tree,
  verifierKey,
  verifyProof,
} from "../../src/log/index.ts";
import { Db } from "../../src/store/index.ts";
import { commitment, partsOf } from "../../src/unit/index.ts";
import { suite } from "../community/kit.ts";
import { factsOf, tellGolden } from "./golden.ts";
import { vectorUrl } from "./lines.ts";

const url = vectorUrl("golden-log");

test("the golden log is made again byte for byte", async () => {
  const told = await tellGolden();
  // The file is written anew on purpose only: a change of it is a change of format.
  if (process.env["LORE_WRITE_GOLDEN"] === "1") writeFileSync(url, told);
  assert.equal(told, readFileSync(url, "utf8"));
});

const lines = () =>
  readFileSync(url, "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));

function said(what: string): string[] {
  return lines()
    .filter((line) => line.startsWith(`${what} `))
    .map((line) => line.slice(what.length + 1));
}

function bytesOf(what: "entry" | "sidecar"): Uint8Array[] {
  return said(what).map((line) => hex.decode(line.slice(line.indexOf(" ") + 1)));
}

test("the golden log folds to what the file says follows from it", () => {
  const db = new Db(":memory:", { durability: "normal" });
  db.exec(FOLD_SCHEMA);
  const fold = new Fold({ db, suite });
  const sidecars = bytesOf("sidecar");
  for (const [i, bytes] of bytesOf("entry").entries())
    fold.apply(decodeEntry(suite, bytes), decodeSidecar(sidecars[i] ?? new Uint8Array()));
  assert.deepEqual(factsOf(db), lines().slice(lines().findIndex((line) => line.startsWith("time 0 "))));
});

test("checkpoint, verifier key and proof of the golden log hold, checked by the browser's suite", () => {
  const entries = bytesOf("entry");
  const genesis = decodeEntry(nobleSuite, entries[0] ?? new Uint8Array());
  const id = communityId(genesis.digest);
  assert.deepEqual(said("community"), [id]);
  const key = { name: logOrigin(id, 0), publicKey: logKeyOf(genesis) };
  assert.deepEqual(said("vkey"), [verifierKey(nobleSuite, key)]);
  const note: unknown = JSON.parse(said("checkpoint")[0] ?? "");
  assert.ok(typeof note === "string");
  const { size, root } = openCheckpoint(nobleSuite, utf8(note), key);
  assert.equal(size, entries.length);
  const nodes: tree.Nodes = (level, index) =>
    level === 0
      ? tree.leafHash(nobleSuite, entries[index] ?? assert.fail())
      : tree.nodeHash(nobleSuite, nodes(level - 1, index * 2), nodes(level - 1, index * 2 + 1));
  assert.deepEqual(hex.encode(tree.rootHash(nobleSuite, size, nodes)), hex.encode(root));
  const words = utf8("Text tea/1 by ann.");
  assert.equal(
    verifyProof(nobleSuite, words, parseProof(base64.decode(said("proof")[0] ?? "")), id).checkpoint.size,
    size,
  );
});

test("every sidecar of the golden log opens its entry's commitments, and is spelled in one way", () => {
  const sidecars = bytesOf("sidecar");
  for (const [i, bytes] of bytesOf("entry").entries()) {
    const sidecar = decodeSidecar(sidecars[i] ?? new Uint8Array());
    assert.equal(hex.encode(encodeSidecar(sidecar)), hex.encode(sidecars[i] ?? new Uint8Array()));
    for (const [place, op] of decodeEntry(suite, bytes).ops.entries()) {
      for (const [at, part] of partsOf(op).entries()) {
        const opening = sidecar[place]?.[at] ?? assert.fail(`entry ${i}, op ${place}, part ${part.name}`);
        assert.equal(hex.encode(commitment(suite, opening.salt, opening.digest)), hex.encode(part.commit));
      }
    }
  }
});
