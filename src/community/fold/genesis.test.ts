import assert from "node:assert/strict";
import { test } from "node:test";

import type { LoreError } from "../../bytes/index.ts";
import { createNodeSuite, createSigner } from "../../bytes/node.ts";
import { signEntry } from "../../log/index.ts";
import { createMemoryStore, Db } from "../../store/index.ts";
import { GENESIS_LOG, memberId, type Op, unitId } from "../../unit/index.ts";
import { Projections } from "../projections.ts";
import { Fold, FOLD_SCHEMA } from "./fold.ts";

const suite = createNodeSuite();
const signer = createSigner(new Uint8Array(32).fill(7));
const nonce = new Uint8Array(16);
const author = memberId(suite, { key: signer.publicKey, nonce });

const member = { op: "member", type: "person", key: signer.publicKey, nonce } as const;
const role = { op: "role", act: "grant", member: author, role: "steward" } as const;
const rules = { logKey: new Uint8Array(32).fill(1), visibility: "public" };
const charter = {
  op: "revise",
  unit: unitId(suite, { log: GENESIS_LOG, author, nonce }),
  kind: "charter",
  nonce,
  parents: [],
  rules,
  parts: [{ name: "meta", commit: new Uint8Array(32), size: 2, media: "application/json" }],
} as const;

function foldOf(ops: readonly Op[]): Fold {
  const db = new Db(":memory:", { durability: "normal" });
  db.exec(FOLD_SCHEMA);
  const fold = new Fold({ db, suite });
  const draft = { log: null, author, key: signer.publicKey, prev: null, time: 1, ops };
  fold.apply(
    signEntry(suite, draft, (message) => signer.sign(message)),
    [],
  );
  return fold;
}

test("a community begins with a member, their role of steward and the charter", () => {
  const fold = foldOf([member, role, charter]);
  assert.deepEqual(
    [fold.size, fold.rules.approvals, fold.rules.direct, fold.rows.rank(1), fold.rows.unit(1)?.head],
    [1, 1, "editor", 3, 1],
  );
});

const wrong: Readonly<Record<string, readonly [rule: string, ops: readonly Op[]]>> = {
  "no charter": ["genesis", [member, role]],
  nobody: ["genesis", [charter]],
  "another order": ["genesis", [role, member, charter]],
  "something more": ["genesis", [member, role, charter, { op: "attest", about: "import" }]],
  "two stewards": ["genesis", [member, role, role, charter]],
  "an editor": ["genesis", [member, { ...role, role: "editor" }, charter]],
  "a role that ends": ["genesis", [member, { ...role, act: "end" }, charter]],
  "another's role": ["genesis", [member, { ...role, member: new Uint8Array(20) }, charter]],
  "a page": ["genesis", [member, role, { ...charter, kind: "page" }]],
  "a charter that is only proposed": ["genesis", [member, role, { ...charter, propose: true }]],
  "somebody named in history": ["author", [{ op: "member", type: "person", nonce }, role, charter]],
  "another's key": ["author", [{ ...member, key: createSigner(new Uint8Array(32)).publicKey }, role, charter]],
  "a unit of another's": ["unit", [member, role, { ...charter, unit: new Uint8Array(20) }]],
};

for (const [what, [rule, ops]] of Object.entries(wrong)) {
  test(`a community cannot begin with ${what}`, () => {
    assert.throws(
      () => foldOf(ops),
      (error: LoreError) => error.data["rule"] === rule,
    );
  });
}

test("a record whose first entry needs a newer version is refused, not waited for", async () => {
  const store = createMemoryStore();
  await store.log.append(
    [{ bytes: Uint8Array.of(0xa1, 0x61, 0x76, 0x02, ...new Uint8Array(64)), sidecar: Uint8Array.of(0x80) }],
    0,
  );
  const projections = new Projections({ db: new Db(":memory:", { durability: "normal" }), suite, store });
  assert.throws(() => projections.catchUp(), { code: "UNSUPPORTED" });
});
