import assert from "node:assert/strict";
import { test } from "node:test";

import { utf8 } from "../bytes/index.ts";
import { createNodeSuite, createSigner } from "../bytes/node.ts";
import { communityId, logOrigin, openCheckpoint, parseCheckpoint, signCheckpoint } from "./checkpoint.ts";
import { signNote } from "./note.ts";

const suite = createNodeSuite();
const signer = createSigner(new Uint8Array(32).fill(1));
const id = communityId(new Uint8Array(32).fill(5));
const origin = logOrigin(id, 0);
const checkpoint = { origin, size: 12, root: new Uint8Array(32).fill(6) };
const key = { name: origin, publicKey: signer.publicKey };

function noteOf(text: string): Uint8Array {
  return utf8(signNote(suite, text, { ...key, sign: (message) => signer.sign(message) }));
}

test("a checkpoint that was signed opens under its log's key, and only under that", () => {
  const note = signCheckpoint(suite, checkpoint, signer);
  assert.deepEqual(openCheckpoint(suite, note, key), checkpoint);
  assert.deepEqual(parseCheckpoint(note), checkpoint);
  const other = createSigner(new Uint8Array(32).fill(2));
  assert.throws(() => openCheckpoint(suite, note, { ...key, publicKey: other.publicKey }), { code: "BAD_SIGNATURE" });
  assert.throws(() => openCheckpoint(suite, note, { ...key, name: logOrigin(id, 1) }), { code: "BAD_SIGNATURE" });
  assert.throws(() => openCheckpoint(suite, signCheckpoint(suite, checkpoint, other), key), { code: "BAD_SIGNATURE" });
});

test("an origin names the community and the term, no host", () => {
  assert.equal(origin, `commonlore/${id}`);
  assert.equal(id.length, 32);
  assert.equal(logOrigin(id, 3), `commonlore/${id}/3`);
});

const root = "BgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgY=";
const wrong: Readonly<Record<string, string>> = {
  "an extension line": `${origin}\n12\n${root}\nmore\n`,
  "an empty extension line": `${origin}\n12\n${root}\n\n`,
  "no root": `${origin}\n12\n`,
  "no origin": `\n12\n${root}\n`,
  "a size with a leading zero": `${origin}\n012\n${root}\n`,
  "a size with a sign": `${origin}\n+12\n${root}\n`,
  "a size in hex": `${origin}\n0xc\n${root}\n`,
  "a size over 2^53-1": `${origin}\n9007199254740992\n${root}\n`,
  "a negative size": `${origin}\n-1\n${root}\n`,
  "a root of 31 bytes": `${origin}\n12\nBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBgYGBg==\n`,
  "a root without its padding": `${origin}\n12\n${root.slice(0, -1)}\n`,
  "a root with bits past its end": `${origin}\n12\n${root.slice(0, -2)}Z=\n`,
  spaces: `${origin}\n12 \n${root}\n`,
};

for (const [what, text] of Object.entries(wrong)) {
  test(`a checkpoint with ${what} is refused though it is signed`, () => {
    assert.throws(() => openCheckpoint(suite, noteOf(text), key), { code: "MALFORMED" });
  });
}

test("sizes go from none to the largest whole number", () => {
  for (const size of [0, Number.MAX_SAFE_INTEGER])
    assert.equal(openCheckpoint(suite, signCheckpoint(suite, { ...checkpoint, size }, signer), key).size, size);
});
