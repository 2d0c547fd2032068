import assert from "node:assert/strict";
import { test } from "node:test";

import { base64, concat, utf8 } from "../bytes/index.ts";
import { createNodeSuite, createSigner } from "../bytes/node.ts";
import { isSignedBy, parseNote, signNote, verifierKey } from "./note.ts";

const suite = createNodeSuite();
const signer = createSigner(new Uint8Array(32).fill(1));
const key = { name: "example.org/log", publicKey: signer.publicKey };
const note = signNote(suite, "some words\n", { ...key, sign: (message) => signer.sign(message) });

test("a note that was signed is signed, by that name and key only", () => {
  const parsed = parseNote(utf8(note));
  assert.equal(parsed.text, "some words\n");
  assert.equal(isSignedBy(suite, parsed, key), true);
  assert.equal(isSignedBy(suite, parsed, { ...key, name: "example.org/other" }), false);
  assert.equal(
    isSignedBy(suite, parsed, { ...key, publicKey: createSigner(new Uint8Array(32).fill(2)).publicKey }),
    false,
  );
});

test("signatures by keys nobody asked about are passed over, wherever they stand", () => {
  const [text, line = ""] = note.split("\n\n");
  const foreign = `— witness.example ${base64.encode(concat(Uint8Array.of(1, 2, 3, 4), new Uint8Array(72)))}`;
  for (const lines of [
    [foreign, line.trimEnd()],
    [line.trimEnd(), foreign],
    [foreign, line.trimEnd(), foreign],
  ]) {
    assert.equal(isSignedBy(suite, parseNote(utf8(`${text}\n\n${lines.join("\n")}\n`)), key), true);
  }
  assert.equal(isSignedBy(suite, parseNote(utf8(`${text}\n\n${foreign}\n`)), key), false);
});

test("a line that names the key and does not hold condemns the note", () => {
  const forged = note.replace("some words", "some other words");
  assert.throws(() => isSignedBy(suite, parseNote(utf8(forged)), key), { code: "BAD_SIGNATURE" });
});

test("the text may hold empty lines; the signatures follow the last", () => {
  const spaced = signNote(suite, "a\n\nb\n", { ...key, sign: (message) => signer.sign(message) });
  assert.equal(parseNote(utf8(spaced)).text, "a\n\nb\n");
  assert.equal(isSignedBy(suite, parseNote(utf8(spaced)), key), true);
});

const [, line = ""] = note.split("\n\n");
const wrong: Readonly<Record<string, string>> = {
  nothing: "",
  "no signature": "words\n",
  "no empty line": `words\n${line}`,
  "no last line feed": note.trimEnd(),
  "an empty signature line": `words\n\n${line}\n`,
  "a hyphen for the dash": note.replace("—", "-"),
  "two spaces": note.replace("— ", "—  "),
  "a name with a plus": note.replace("example.org/log", "example.org+log"),
  "no name": note.replace("example.org/log ", ""),
  "base64 without its padding": note.replace(/=+\n$/, "\n"),
  "a short signature": `words\n\n— a ${base64.encode(new Uint8Array(4))}\n`,
  "a carriage return": note.replace("some words\n", "some words\r\n"),
  "a tab": note.replace("some words", "some\twords"),
  "a null": note.replace("some words", "some\0words"),
};

for (const [what, text] of Object.entries(wrong)) {
  test(`a note with ${what} is refused`, () => {
    assert.throws(() => parseNote(utf8(text)), { code: "MALFORMED" });
  });
}

test("bytes that are no UTF-8, too many signatures and too many bytes are refused", () => {
  assert.throws(() => parseNote(concat(Uint8Array.of(0xff), utf8(note))), { code: "MALFORMED" });
  const many = (count: number) => utf8(`words\n\n${line.repeat(count)}`);
  assert.equal(parseNote(many(64)).signatures.length, 64);
  assert.throws(() => parseNote(many(65)), { code: "MALFORMED" });
  const long = (bytes: number) => utf8(`${"a".repeat(bytes - line.length - 4)}\n\n${line}`);
  assert.equal(long(100_000).length, 100_000);
  assert.ok(parseNote(long(100_000)));
  assert.throws(() => parseNote(long(100_001)), { code: "TOO_LARGE" });
});

test("a verifier key is name, key hash and key, as the signed-note specification has it", () => {
  // The example of the specification (c2sp.org/signed-note) and of golang.org/x/mod/sumdb/note.
  const published = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
  const publicKey = base64.decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").subarray(1);
  const peter = { name: "PeterNeumann", publicKey };
  assert.equal(verifierKey(suite, peter), published);
  const text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
  const signed = `${text}\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n`;
  assert.equal(isSignedBy(suite, parseNote(utf8(signed)), peter), true);
});
