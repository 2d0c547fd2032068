import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { base64, concat, equal, utf8 } from "../bytes/index.ts";
import { createNodeSuite } from "../bytes/node.ts";
import { newTiles, parseTilePath, tileNodes, tilePath, TILE_WIDTH } from "./tiles.ts";
import {
  consistencyProof,
  inclusionProof,
  leafHash,
  nodeHash,
  type Nodes,
  rootHash,
  verifyConsistency,
  verifyInclusion,
} from "./tree.ts";

const suite = createNodeSuite();
const SIZE_MAX = 256;
const leaves = Array.from({ length: SIZE_MAX }, (_, i) => leafHash(suite, utf8(`leaf ${i}`)));

/** Nodes straight from the leaves, remembered. */
function listNodes(): Nodes {
  const known = new Map<string, Uint8Array>();
  const nodes: Nodes = (level, index) => {
    if (level === 0) return leaves[index] ?? assert.fail(`leaf ${index}`);
    const name = `${level}/${index}`;
    const hash = known.get(name) ?? nodeHash(suite, nodes(level - 1, index * 2), nodes(level - 1, index * 2 + 1));
    known.set(name, hash);
    return hash;
  };
  return nodes;
}
const nodes = listNodes();
const tree = { suite, nodes };
const roots = Array.from({ length: SIZE_MAX + 1 }, (_, size) => rootHash(suite, size, nodes));

/** RFC 6962 2.1 as it is written, with no cleverness. */
function naiveRoot(from: number, to: number): Uint8Array {
  if (to - from === 1) return leaves[from] ?? assert.fail();
  let split = 1;
  while (split * 2 < to - from) split *= 2;
  return nodeHash(suite, naiveRoot(from, from + split), naiveRoot(from + split, to));
}

test("roots equal the definition for every size to 256", () => {
  for (let size = 1; size <= SIZE_MAX; size++) assert.ok(equal(roots[size] ?? assert.fail(), naiveRoot(0, size)));
});

test("an inclusion proof verifies for every index of every size to 256, and for no other index or root", () => {
  for (let size = 1; size <= SIZE_MAX; size++) {
    const root = roots[size] ?? assert.fail();
    for (let index = 0; index < size; index++) {
      const claim = {
        index,
        size,
        root,
        leaf: leaves[index] ?? assert.fail(),
        proof: inclusionProof(tree, index, size),
      };
      assert.ok(verifyInclusion(suite, claim), `${index} of ${size}`);
      assert.ok(!verifyInclusion(suite, { ...claim, index: (index + 1) % (size + 1) }));
      assert.ok(!verifyInclusion(suite, { ...claim, proof: [...claim.proof, root] }));
      if (claim.proof.length > 0) assert.ok(!verifyInclusion(suite, { ...claim, proof: claim.proof.slice(1) }));
    }
  }
});

test("a consistency proof verifies for every pair of sizes to 256, and not with the roots changed", () => {
  for (let size = 1; size <= SIZE_MAX; size++) {
    const root = roots[size] ?? assert.fail();
    for (let older = 1; older <= size; older++) {
      const olderRoot = roots[older] ?? assert.fail();
      const claim = { older, size, olderRoot, root, proof: consistencyProof(tree, older, size) };
      assert.ok(verifyConsistency(suite, claim), `${older} to ${size}`);
      if (older < size) assert.ok(!verifyConsistency(suite, { ...claim, olderRoot: root }));
      if (older < size) assert.ok(!verifyConsistency(suite, { ...claim, root: olderRoot }));
    }
  }
});

test("tiles give the same nodes as leaves, also where a tile is partial", () => {
  const size = 70_000;
  const hash = (i: number) => suite.sha256(utf8(String(i)));
  const levels: Uint8Array[][] = [Array.from({ length: size }, (_, i) => hash(i))];
  for (let level = 1; level <= 2; level++) {
    const below = levels[level - 1] ?? assert.fail();
    const complete = Math.floor(below.length / TILE_WIDTH);
    levels.push(Array.from({ length: complete }, (_, i) => reduce(below.slice(i * TILE_WIDTH, (i + 1) * TILE_WIDTH))));
  }
  const read = (name: { level: number; number: number; width: number }) => {
    const row = levels[name.level] ?? assert.fail();
    return concat(...row.slice(name.number * TILE_WIDTH, name.number * TILE_WIDTH + name.width));
  };
  const tiles = tileNodes(suite, size, read);
  const leaf = levels[0]?.[69_999] ?? assert.fail();
  const root = rootHash(suite, size, tiles);
  const proof = inclusionProof({ suite, nodes: tiles }, 69_999, size);
  assert.ok(verifyInclusion(suite, { index: 69_999, size, leaf, root, proof }));
});

function reduce(row: readonly Uint8Array[]): Uint8Array {
  if (row.length === 1) return row[0] ?? assert.fail();
  const half = row.length / 2;
  return nodeHash(suite, reduce(row.slice(0, half)), reduce(row.slice(half)));
}

test("tile paths have one spelling", () => {
  const paths = ["tile/0/000", "tile/0/x001/x234/067", "tile/entries/000.p/12", "tile/1/255.p/255", "tile/0/x001/000"];
  for (const path of paths) assert.equal(tilePath(parseTilePath(path) ?? assert.fail(path)), path);
  const wrong = [
    "tile/0/0",
    "tile/0/000.p/0",
    "tile/0/000.p/256",
    "tile/0/000.p/012",
    "tile/0/x000/000",
    "tile/00/000",
    "tile/9/000",
    "tile/0/001/000",
    "/tile/0/000",
    "tile/0/000/",
  ];
  for (const path of wrong) assert.equal(parseTilePath(path), undefined, path);
});

test("a tree that grew names each tile that is new or wider, once", () => {
  assert.deepEqual(newTiles(0, 0), []);
  assert.deepEqual(newTiles(255, 257), [
    { level: 0, number: 0, width: 256 },
    { level: 0, number: 1, width: 1 },
    { level: 1, number: 0, width: 1 },
  ]);
});

const fixtures = new URL("../../../shared/fixtures/merkle/", import.meta.url);
const skip = existsSync(fixtures) ? false : "the folder ../shared/fixtures is not here";

function readCases<T>(kind: string): T[] {
  const folder = new URL(`${kind}/`, fixtures);
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".json"));
  return names.map((name) => JSON.parse(readFileSync(new URL(encodeURI(name), folder), "utf8")) as T);
}

interface Verdict {
  readonly desc: string;
  readonly wantErr: boolean;
  readonly proof: string[] | null;
}

test("inclusion fixtures of the RFC 6962 reference are judged alike", { skip }, () => {
  const cases = readCases<Verdict & { leafIdx: number; treeSize: number; root: string; leafHash: string }>("inclusion");
  assert.ok(cases.length > 50);
  for (const { leafIdx: index, treeSize: size, root, leafHash: leaf, proof, wantErr, desc } of cases) {
    const claim = {
      index,
      size,
      root: base64.decode(root),
      leaf: base64.decode(leaf),
      proof: (proof ?? []).map(base64.decode),
    };
    assert.equal(verifyInclusion(suite, claim), !wantErr, desc);
  }
});

test("consistency fixtures of the RFC 6962 reference are judged alike", { skip }, () => {
  const cases = readCases<Verdict & { size1: number; size2: number; root1: string; root2: string }>("consistency");
  assert.ok(cases.length > 50);
  for (const { size1, size2, root1, root2, proof, wantErr, desc } of cases) {
    const claim = {
      older: size1,
      size: size2,
      olderRoot: base64.decode(root1),
      root: base64.decode(root2),
      proof: (proof ?? []).map(base64.decode),
    };
    assert.equal(verifyConsistency(suite, claim), !wantErr, desc);
  }
});
