/** The record over HTTP: tiles that give the checkpoint's root, parts by their hash, proofs, and writing. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, test } from "node:test";

import { base32, base64, decode, encode, hex, utf8 } from "../../src/bytes/index.ts";
import { createSigner } from "../../src/bytes/node.ts";
import { Author, type Submission } from "../../src/community/index.ts";
import { decodeSidecar, parseCheckpoint, parseProof, tiles, tree, verifyProof } from "../../src/log/index.ts";
import { memberId, unitId } from "../../src/unit/index.ts";
import { openSite, type Pen, type TestSite, type WrittenUnit } from "./site.ts";

let site: TestSite;
let pen: Pen;
let home: string;
let last: WrittenUnit;
const BODY = "# A page\n\nWith words.\n";
const ENTRIES = 300;

before(async () => {
  site = openSite();
  pen = await site.community("Record");
  home = `/c/${pen.community.id}`;
  last = await pen.write({ path: "a.md", title: "A", body: BODY });
  while (pen.community.size < ENTRIES) await pen.mark("dispute", last);
  await pen.community.seal();
});

after(() => site.close());

async function bytes(path: string): Promise<Uint8Array> {
  const response = await site.app.request(path);
  assert.equal(response.status, 200, `${path}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

async function status(path: string): Promise<number> {
  return (await site.app.request(path)).status;
}

test("the tiles served give the root of the checkpoint served", async () => {
  const { suite } = pen.community.environment;
  const { size, root } = parseCheckpoint(await bytes(`${home}/checkpoint`));
  assert.equal(size, ENTRIES);
  const entries = [
    ...tiles.decodeBundle(await bytes(`${home}/tile/entries/000`)),
    ...tiles.decodeBundle(await bytes(`${home}/tile/entries/001.p/${ENTRIES - 256}`)),
  ];
  const leaves = Buffer.concat(entries.map((entry) => tree.leafHash(suite, entry)));
  assert.deepEqual(Buffer.from(await bytes(`${home}/tile/0/000`)), leaves.subarray(0, 256 * 32));
  const names = new Map<string, Uint8Array>();
  for (const name of tiles.newTiles(0, size))
    names.set(`${name.level}/${name.number}`, await bytes(`${home}/${tiles.tilePath(name)}`));
  const nodes = tiles.tileNodes(suite, size, ({ level, number }) => names.get(`${level}/${number}`) ?? assert.fail());
  assert.deepEqual(tree.rootHash(suite, size, nodes), root);
});

test("a full tile may be kept forever, and any width of a partial one is served exactly", async () => {
  const full = await site.app.request(`${home}/tile/0/000`);
  assert.match(full.headers.get("cache-control") ?? "", /immutable/);
  assert.equal(full.headers.get("access-control-allow-origin"), "*");
  assert.equal((await bytes(`${home}/tile/0/001.p/7`)).length, 7 * 32);
});

for (const path of [
  "tile/0/002",
  "tile/0/001",
  "tile/0/001.p/45",
  "tile/0/1",
  "tile/0/000.p/256",
  "tile/0/000.p/0",
  "tile/9/000",
  "tile/-1/000",
  "tile/entries/00x",
  "tile/entries/001",
  "sidecar/300",
  "part/00",
  `part/${"0".repeat(64)}`,
  `part/${"0".repeat(64)}?x=1`,
]) {
  test(`nothing is served at ${path}`, async () => assert.equal(await status(`${home}/${path}`), 404));
}

test("a number that is not written plainly is refused", async () => {
  for (const path of [
    "sidecar/01",
    "sidecar/-1",
    "sidecar/1e3",
    "consistency?from=1",
    "consistency?from=x&to=2",
    "consistency?from=+1&to=2",
  ])
    assert.equal(await status(`${home}/${path}`), 400, path);
  assert.equal(await status(`${home}/consistency?from=9&to=2`), 422);
});

test("a sidecar opens the entry's commitments, and says when it has not changed", async () => {
  const response = await site.app.request(`${home}/sidecar/1`);
  const sidecar = decodeSidecar(new Uint8Array(await response.arrayBuffer()));
  assert.equal(
    hex.encode(sidecar[0]?.[1]?.digest ?? new Uint8Array()),
    createHash("sha256").update(BODY).digest("hex"),
  );
  const again = await site.app.request(`${home}/sidecar/1`, {
    headers: { "if-none-match": response.headers.get("etag") ?? "" },
  });
  assert.equal(again.status, 304);
});

test("a part is its bytes, kept forever, and never a page", async () => {
  const sha256 = createHash("sha256").update(BODY).digest("hex");
  const response = await site.app.request(`${home}/part/${sha256}`);
  assert.equal(await response.text(), BODY);
  assert.equal(response.headers.get("content-disposition"), "attachment");
  assert.equal(response.headers.get("x-content-type-options"), "nosniff");
  assert.match(response.headers.get("content-security-policy") ?? "", /^sandbox; default-src 'none'/);
});

test("a proof file checks against the community id alone", async () => {
  const proof = parseProof(await bytes(`/api${home}/proof/${last.revision}`));
  const verdict = verifyProof(pen.community.environment.suite, utf8(BODY), proof, pen.community.id);
  assert.equal(verdict.index, 1);
  assert.throws(() => verifyProof(pen.community.environment.suite, utf8(`${BODY} `), proof, pen.community.id), {
    code: "INTEGRITY",
  });
});

test("what was written a moment ago has a proof at once", async () => {
  const fresh = await pen.write({ path: "fresh.md", title: "Fresh", body: "fresh" });
  assert.equal((await site.app.request(`/api${home}/proof/${fresh.revision}`)).status, 200);
});

test("two sizes are shown to be of one history", async () => {
  const { size, root } = parseCheckpoint(await bytes(`${home}/checkpoint`));
  const { hashes } = JSON.parse((await site.get(`${home}/consistency?from=${ENTRIES}&to=${size}`)).text);
  const { suite } = pen.community.environment;
  const leaves = [...pen.community.store.log.read(0, ENTRIES)].map(({ bytes: entry }) => tree.leafHash(suite, entry));
  const nodes: tree.Nodes = (level, index) =>
    tiles.combine(suite, new Uint8Array(Buffer.concat(leaves.slice(index * 2 ** level, (index + 1) * 2 ** level))));
  const olderRoot = tree.rootHash(suite, ENTRIES, nodes);
  const proof = hashes.map((hash: string) => base64.decode(hash));
  assert.ok(tree.verifyConsistency(suite, { older: ENTRIES, size, olderRoot, root, proof }));
});

function bodyOf({ entry, content }: Submission, openings: readonly { salt: Uint8Array }[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(
    encode({ entry: entry.bytes, parts: openings.map(({ salt }, i) => [salt, content[i]?.bytes ?? new Uint8Array()]) }),
  );
}

/** A new page, signed here and not yet written. */
function signedPage(text: string): { body: Uint8Array<ArrayBuffer>; submission: Submission } {
  const { environment, log } = pen.community;
  const nonce = environment.random(16);
  const sealed = pen.author.seal({
    op: "revise",
    unit: unitId(environment.suite, { log, author: pen.author.member, nonce }),
    kind: "page",
    nonce,
    parents: [],
    content: [
      { name: "meta", media: "application/json", bytes: utf8('{"title":"Posted"}') },
      { name: "body", media: "text/markdown", bytes: utf8(text) },
    ],
  });
  const submission = pen.author.sign([sealed]);
  return { submission, body: bodyOf(submission, sealed.openings) };
}

async function post(
  body: Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = { "content-type": "application/cbor" },
) {
  const response = await site.app.request(`/api${home}/entries`, { method: "POST", headers, body });
  return { status: response.status, json: JSON.parse(await response.text()) };
}

test("a signed entry sent as CBOR is stored, and sent again is stale", async () => {
  const { body, submission } = signedPage("posted words");
  const first = await post(body);
  assert.deepEqual(first, {
    status: 201,
    json: { index: pen.community.size - 1, digest: base32.encode(submission.entry.digest), level: "stored" },
  });
  const again = await post(body);
  assert.equal(again.status, 409);
  assert.equal(again.json.code, "STALE");
});

test("several entries in one request are each stored", async () => {
  const several = [signedPage("one"), signedPage("two"), signedPage("three")];
  const body = new Uint8Array(encode(several.map(({ body: each }) => decode(each))));
  const { status: code, json } = await post(body);
  assert.equal(code, 201);
  assert.deepEqual(
    json.map(({ level }: { level: string }) => level),
    ["stored", "stored", "stored"],
  );
});

test("what is wrong with a write is said with the code that fits", async () => {
  const { body } = signedPage("never stored");
  const forged = body.slice();
  const entry = decode(body) as { entry: Uint8Array };
  const at = Buffer.from(forged).indexOf(Buffer.from(entry.entry)) + entry.entry.length - 1;
  forged[at] = (forged[at] ?? 0) ^ 1;
  const before = pen.community.size;
  const tries: [string, number, string, Promise<{ status: number; json: { code: string; requestId: string } }>][] = [
    ["no CBOR", 400, "MALFORMED", post(new Uint8Array([0xff, 1, 2]))],
    ["no map", 400, "MALFORMED", post(new Uint8Array(encode(7)))],
    [
      "an unknown field",
      400,
      "MALFORMED",
      post(new Uint8Array(encode({ entry: new Uint8Array(3), parts: [], extra: 1 }))),
    ],
    [
      "parts that are none",
      400,
      "MALFORMED",
      post(new Uint8Array(encode({ entry: new Uint8Array(3), parts: [[1, 2]] }))),
    ],
    ["a forged signature", 422, "BAD_SIGNATURE", post(forged)],
    ["another type", 415, "UNSUPPORTED", post(body, { "content-type": "application/json" })],
    ["no type", 415, "UNSUPPORTED", post(body, {})],
    [
      "too many at once",
      413,
      "TOO_LARGE",
      post(new Uint8Array(encode(Array.from({ length: 65 }, () => decode(body))))),
    ],
    ["none at all", 413, "TOO_LARGE", post(new Uint8Array(encode([])))],
  ];
  for (const [name, code, error, answer] of tries) {
    const { status: found, json } = await answer;
    assert.deepEqual([found, json.code], [code, error], `${name}: ${JSON.stringify(json)}`);
    assert.match(json.requestId, /^[a-z2-7]{16}$/);
    assert.doesNotMatch(JSON.stringify(json), /\.ts\b|SELECT|node_modules|\/tmp/);
  }
  assert.equal(pen.community.size, before);
});

test("a stranger joins by their own entry only where the charter says so", async () => {
  const club = await site.community("Club");
  const { environment, id } = club.community;
  const signer = createSigner(environment.random(32));
  const [key, nonce] = [signer.publicKey, environment.random(16)];
  const join = async () => {
    const newcomer = new Author(club.community, { member: memberId(environment.suite, { key, nonce }), signer });
    const sealed = newcomer.seal({ op: "member", type: "person", key, nonce, content: [] });
    const body = bodyOf(newcomer.sign([sealed]), sealed.openings);
    const headers = { "content-type": "application/cbor" };
    return site.app.request(`/api/c/${id}/entries`, { method: "POST", headers, body });
  };
  const before = club.community.size;
  const waits = await join();
  assert.equal(waits.status, 202);
  assert.equal((await waits.json()).level, "waiting");
  assert.equal(club.community.size, before);
  await club.changeCharter({ join: "invite" });
  const refused = await join();
  assert.equal(refused.status, 403);
  assert.match(await refused.text(), /takes an invitation.* \\"lore member add NAME --key did:key:z6Mk/);
  assert.equal(club.community.size, before + 1);
  await club.changeCharter({ join: "open" });
  assert.equal((await join()).status, 201);
});

test("the description of the API names every operation and is OpenAPI 3.1", async () => {
  const document = JSON.parse((await site.get("/api/openapi.json")).text);
  assert.equal(document.openapi, "3.1.0");
  assert.ok(Object.keys(document.paths).length >= 13);
  assert.ok(document.paths["/api/c/{id}/entries"].post.responses["409"]);
  assert.doesNotMatch(JSON.stringify(document), /"\$ref":"#\/\$defs/);
});

test("the API answers with the units, versions, people and passages", async () => {
  const json = async (path: string) => JSON.parse((await site.get(`/api${home}${path}`)).text);
  assert.equal((await json("")).name, "Record");
  assert.ok((await json("/units?kind=page")).some(({ path }: { path: string }) => path === "a.md"));
  assert.equal((await json("/units/a.md")).text, BODY);
  assert.equal((await json(`/units/${last.text}/history`)).length, 1);
  assert.equal((await json(`/revisions/${last.revision}`)).title, "A");
  assert.deepEqual(Object.keys(await json(`/units/${last.text}/links`)), ["madeFrom", "usedIn", "headings"]);
  assert.equal((await json("/people"))[0].name, "The founder");
  assert.equal((await json("/people/The%20founder")).units.length > 0, true);
  assert.deepEqual(await json("/proposals"), []);
  assert.equal((await json("/search?q=words&limit=3"))[0].snippet.includes("words"), true);
  for (const [path, code] of [
    ["/search", 400],
    ["/search?q=x&limit=0", 400],
    ["/units?as-of=never", 400],
    ["/units?as-of=1&known=2020-01-01", 400],
    ["/units/none", 404],
    ["/revisions/zz", 400],
    ["/people/nobody", 404],
  ] as const) {
    assert.equal((await site.get(`/api${home}${path}`)).status, code, path);
  }
});
