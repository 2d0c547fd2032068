import assert from "node:assert/strict";
import { test } from "node:test";

import { base64, concat, equal, type Suite, utf8 } from "../bytes/index.ts";
import { nobleSuite } from "../bytes/noble.ts";
import { createNodeSuite, createSigner } from "../bytes/node.ts";
import { commitment, GENESIS_LOG, memberId, unitId } from "../unit/index.ts";
import { communityId, logOrigin, signCheckpoint } from "./checkpoint.ts";
import { type EntryDraft, signEntry } from "./entry.ts";
import { encodeExtra, formatProof, parseProof, type ProofExtra, type ProofFile, verifyProof } from "./proof.ts";
import { inclusionProof, leafHash, nodeHash, type Nodes, rootHash } from "./tree.ts";

const suite = createNodeSuite();
const signer = createSigner(new Uint8Array(32).fill(1));
const logSigner = createSigner(new Uint8Array(32).fill(2));
const nonce = new Uint8Array(16);
const author = memberId(suite, { key: signer.publicKey, nonce });
const [words, other] = [utf8("Black tea.\n"), utf8("Green tea.\n")];
const salt = new Uint8Array(16).fill(4);

function part(name: string, bytes: Uint8Array) {
  return { name, commit: commitment(suite, salt, suite.sha256(bytes)), size: bytes.length, media: "text/markdown" };
}

function signed(draft: Partial<EntryDraft> & Pick<EntryDraft, "ops">) {
  const base = { log: null, author, key: signer.publicKey, prev: null, time: 1 };
  return signEntry(suite, { ...base, ...draft }, (message) => signer.sign(message));
}

/** A small record: its genesis, an entry with a page, and as many more as `size` says. */
function recordOf(size: number, logKey = logSigner.publicKey) {
  const genesis = signed({
    ops: [
      { op: "member", type: "person", key: signer.publicKey, nonce },
      { op: "role", act: "grant", member: author, role: "steward" },
      {
        op: "revise",
        unit: unitId(suite, { log: GENESIS_LOG, author, nonce }),
        kind: "charter",
        nonce,
        parents: [],
        rules: { logKey, visibility: "public" },
        parts: [part("meta", other)],
      },
    ],
  });
  const log = genesis.digest;
  const page = {
    op: "revise",
    unit: unitId(suite, { log, author, nonce }),
    kind: "page",
    nonce,
    parents: [],
    parts: [part("meta", other), part("body", words)],
  } as const;
  const more = Array.from({ length: size - 2 }, (_, i) =>
    signed({ log, prev: log, time: i, ops: [{ op: "attest", about: "checkpoint" }] }),
  );
  return [genesis, signed({ log, prev: log, ops: [{ op: "attest", about: "import" }, page] }), ...more];
}

function nodesOf(entries: readonly { readonly bytes: Uint8Array }[]): Nodes {
  const nodes: Nodes = (level, index) =>
    level === 0
      ? leafHash(suite, entries[index]?.bytes ?? assert.fail())
      : nodeHash(suite, nodes(level - 1, index * 2), nodes(level - 1, index * 2 + 1));
  return nodes;
}

interface Proven {
  readonly file: ProofFile;
  readonly extra: ProofExtra;
  readonly community: string;
}

function prove(size: number): Proven {
  const entries = recordOf(size);
  const [genesis, entry] = entries;
  assert.ok(genesis && entry);
  const tree = { suite, nodes: nodesOf(entries) };
  const community = communityId(genesis.digest);
  const checkpoint = signCheckpoint(
    suite,
    { origin: logOrigin(community, 0), size, root: rootHash(suite, size, tree.nodes) },
    logSigner,
  );
  const extra: ProofExtra = {
    ...{ v: 1, entry: entry.bytes, op: 1, part: "body", salt },
    genesis: { index: 0, entry: genesis.bytes, hashes: inclusionProof(tree, 0, size) },
    terms: [],
  };
  return {
    extra,
    community,
    file: { index: 1, hashes: inclusionProof(tree, 1, size), checkpoint, extra: encodeExtra(extra) },
  };
}

const { file, extra, community } = prove(7);

test("a proof is checked against nothing but the community's id, under every suite and size", () => {
  for (const each of [suite, nobleSuite] satisfies Suite[]) {
    for (const size of [2, 3, 7, 8]) {
      const proven = prove(size);
      const read = parseProof(formatProof(proven.file));
      const verdict = verifyProof(each, words, read, proven.community);
      assert.deepEqual([verdict.index, verdict.checkpoint.size, verdict.entry.ops.length], [1, size, 2]);
      assert.ok(equal(verdict.digest, suite.sha256(words)));
    }
  }
});

test("a proof file is read back as it is, and has one spelling", () => {
  const bytes = formatProof(file);
  const read = parseProof(bytes);
  assert.deepEqual([read.index, read.hashes.length], [1, file.hashes.length]);
  assert.ok(equal(formatProof(read), bytes));
  const text = new TextDecoder().decode(bytes);
  assert.match(text, /^c2sp\.org\/tlog-proof@v1\nextra [A-Za-z0-9+/=]+\nindex 1\n/);
});

const text = new TextDecoder().decode(formatProof(file));
const wrong: Readonly<Record<string, string>> = {
  "another header": text.replace("@v1", "@v2"),
  "no extra": text.replace(/extra .*\n/, ""),
  "extra after index": text.replace(/(extra .*\n)(index .*\n)/, "$2$1"),
  "an index with a zero before it": text.replace("index 1", "index 01"),
  "no index": text.replace(/index .*\n/, ""),
  "a hash that is no base64": text.replace(/index 1\n./, "index 1\n-"),
  "no checkpoint": text.slice(0, text.indexOf("\n\n")),
  nothing: "",
};

for (const [what, contents] of Object.entries(wrong)) {
  test(`a proof file with ${what} is refused`, () => {
    assert.throws(() => parseProof(utf8(contents)), { code: "MALFORMED" });
  });
}

test("a proof file has 63 hashes at most, and is no larger than it need be", () => {
  const hashes = (count: number) =>
    formatProof({ ...file, hashes: Array.from({ length: count }, () => new Uint8Array(32)) });
  assert.equal(parseProof(hashes(63)).hashes.length, 63);
  assert.throws(() => parseProof(hashes(64)), { code: "MALFORMED" });
  assert.throws(() => parseProof(new Uint8Array(4_000_001)), { code: "MALFORMED" });
});

function refused(
  change: {
    readonly file?: Partial<ProofFile>;
    readonly extra?: Partial<ProofExtra>;
    readonly content?: Uint8Array;
    readonly community?: string;
  },
  code: string,
): void {
  const changed = { ...file, extra: encodeExtra({ ...extra, ...change.extra }), ...change.file };
  assert.throws(() => verifyProof(suite, change.content ?? words, changed, change.community ?? community), { code });
}

test("another file, op, part or salt is not what was signed", () => {
  refused({ content: other }, "INTEGRITY");
  refused({ content: concat(words, Uint8Array.of(10)) }, "INTEGRITY");
  refused({ extra: { op: 0 } }, "INTEGRITY");
  refused({ extra: { op: 2 } }, "INTEGRITY");
  refused({ extra: { part: "meta" } }, "INTEGRITY");
  refused({ extra: { part: "annex" } }, "INTEGRITY");
  refused({ extra: { salt: new Uint8Array(16) } }, "INTEGRITY");
});

test("another community, its genesis or its entry is refused", () => {
  const foreign = recordOf(7, createSigner(new Uint8Array(32).fill(3)).publicKey);
  const [genesis, entry] = foreign;
  assert.ok(genesis && entry);
  refused({ community: communityId(genesis.digest) }, "INTEGRITY");
  refused({ extra: { entry: entry.bytes } }, "INTEGRITY");
  refused({ extra: { genesis: { ...extra.genesis, entry: genesis.bytes } } }, "INTEGRITY");
  refused(
    {
      extra: { entry: entry.bytes, genesis: { ...extra.genesis, entry: genesis.bytes } },
      community: communityId(genesis.digest),
    },
    "BAD_SIGNATURE",
  );
  refused({ extra: { genesis: { ...extra.genesis, index: 1 } } }, "INTEGRITY");
});

test("an entry whose signature does not hold proves nothing", () => {
  const bytes = extra.entry.slice();
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
  refused({ extra: { entry: bytes } }, "BAD_SIGNATURE");
});

test("another place in the record, other hashes or another summary is refused", () => {
  refused({ file: { index: 2 } }, "INTEGRITY");
  refused({ file: { hashes: file.hashes.slice(1) } }, "INTEGRITY");
  refused({ file: { hashes: [...file.hashes, new Uint8Array(32)] } }, "INTEGRITY");
  refused({ file: { hashes: file.hashes.with(0, new Uint8Array(32)) } }, "INTEGRITY");
  refused({ extra: { genesis: { ...extra.genesis, hashes: [] } } }, "INTEGRITY");
  const origin = logOrigin(community, 0);
  refused(
    { file: { checkpoint: signCheckpoint(suite, { origin, size: 7, root: new Uint8Array(32) }, logSigner) } },
    "INTEGRITY",
  );
  refused(
    { file: { checkpoint: signCheckpoint(suite, { origin, size: 7, root: new Uint8Array(32) }, signer) } },
    "BAD_SIGNATURE",
  );
  refused({ file: { checkpoint: prove(8).file.checkpoint } }, "INTEGRITY");
  const forged = utf8(new TextDecoder().decode(file.checkpoint).replace("\n7\n", "\n8\n"));
  refused({ file: { checkpoint: forged } }, "BAD_SIGNATURE");
});

test("extra is one canonical map, known to its last field", () => {
  refused({ file: { extra: concat(file.extra, Uint8Array.of(0)) } }, "MALFORMED");
  refused({ file: { extra: base64.decode("oA==") } }, "MALFORMED");
  const more: ProofExtra & { hint: number } = { ...extra, hint: 1 };
  refused({ file: { extra: encodeExtra(more) } }, "UNSUPPORTED");
  refused({ extra: { v: 2 } }, "MALFORMED");
});
