/** The desk over HTTP: who may ask it what, once; what waits, and what becomes of it. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { base32, encode } from "../../src/bytes/index.ts";
import { type PersonKey, personKey } from "../../src/bytes/person-key.ts";
import { type DraftOp, sealOp, signSealed, words } from "../../src/community/draft.ts";
import { type DeskRequest, signDeskRequest } from "../../src/desk/asked.ts";
import { decodeSidecar } from "../../src/log/index.ts";
import { memberId, unitId } from "../../src/unit/index.ts";
import { openSite, type Pen, type TestSite } from "./site.ts";

let site: TestSite;
let pen: Pen;

before(async () => {
  site = openSite();
  pen = await site.community("Guild");
});

after(() => site.close());

const post = (what: string, body: Uint8Array<ArrayBuffer>, more: Record<string, string> = {}) =>
  site.app.request(`/api/c/${pen.community.id}/${what}`, {
    method: "POST",
    headers: { "content-type": "application/cbor", ...more },
    body,
  });

/** Somebody with a key of their own. */
class Somebody {
  readonly key: PersonKey;
  readonly member: Uint8Array;
  #prev: Uint8Array | null = null;

  constructor() {
    const { environment, id } = pen.community;
    this.key = personKey(environment.random(32), id);
    this.member = memberId(environment.suite, { key: this.key.publicKey, nonce: this.key.nonce });
  }

  /** Signs the next entry, which joins where it is the first, and sends it. */
  async send(ops: readonly DraftOp[], more: Record<string, string> = {}): Promise<{ status: number; json: unknown }> {
    const { environment, log } = pen.community;
    const { publicKey, nonce } = this.key;
    const joining: DraftOp = { op: "member", type: "person", key: publicKey, nonce, content: words("Dora", "name") };
    const sealed = [...(this.#prev === null ? [joining] : []), ...ops].map((op) => sealOp(environment, op));
    const hand = { member: this.member, signer: this.key, prev: this.#prev };
    const { entry, sidecar, content } = signSealed(environment, hand, {
      place: { log, time: environment.now() },
      ops: sealed,
    });
    const openings = decodeSidecar(sidecar).flat();
    const parts = openings.map((opening, i) => [opening?.salt ?? null, content[i]?.bytes ?? null]);
    const answer = await post("entries", encode({ entry: entry.bytes, parts }), more);
    if (answer.ok) this.#prev = entry.digest;
    return { status: answer.status, json: await answer.json() };
  }

  async ask(act: DeskRequest["act"], more: Partial<DeskRequest> = {}) {
    const answer = await post("desk", this.request(act, more));
    return { status: answer.status, json: JSON.parse(await answer.text()) };
  }

  request(act: DeskRequest["act"], more: Partial<DeskRequest> = {}): Uint8Array<ArrayBuffer> {
    const { environment, log } = pen.community;
    const request = {
      log,
      key: this.key.publicKey,
      nonce: environment.random(16),
      time: environment.now(),
      act,
      ...more,
    };
    return signDeskRequest(environment.suite, request, this.key.sign);
  }
}

function suggestion(by: Somebody, title: string): DraftOp {
  const { environment, log } = pen.community;
  const nonce = environment.random(16);
  return {
    op: "revise",
    unit: unitId(environment.suite, { log, author: by.member, nonce }),
    kind: "page",
    nonce,
    parents: [],
    propose: true,
    content: [
      { name: "meta", media: "application/json", bytes: new TextEncoder().encode(JSON.stringify({ title })) },
      { name: "body", media: "text/markdown", bytes: new TextEncoder().encode(`# ${title}\n`) },
    ],
  };
}

/** An editor, made one by the founder. */
async function editor(): Promise<Somebody> {
  const made = new Somebody();
  const { publicKey, nonce } = made.key;
  await pen.author.write([
    { op: "member", type: "person", key: publicKey, nonce, content: words("Editor", "name") },
    { op: "role", act: "grant", member: made.member, role: "editor" },
  ]);
  return made;
}

test("what a stranger sends waits, is seen by members alone, and can be thrown away", async () => {
  const [dora, keeper] = [new Somebody(), await editor()];
  const size = pen.community.size;
  assert.equal((await dora.send([suggestion(dora, "First")])).status, 202);
  assert.equal((await dora.send([suggestion(dora, "Second")])).status, 202);
  assert.equal(pen.community.size, size);
  assert.equal((await dora.ask("waiting")).status, 403);
  assert.equal((await new Somebody().ask("waiting")).status, 403);
  const { json: waiting } = await keeper.ask("waiting");
  assert.deepEqual(
    waiting.map(({ name, suggestions }: { name: string; suggestions: { title: string; text: string }[] }) => [
      name,
      suggestions[0]?.title,
      suggestions[0]?.text,
    ]),
    [
      ["Dora", "First", "# First\n"],
      ["Dora", "Second", "# Second\n"],
    ],
  );
  // What was signed after it follows from it, and goes too.
  assert.deepEqual((await keeper.ask("dismiss", { on: base32.decode(waiting[0].entry) })).json, { done: true });
  assert.deepEqual((await keeper.ask("waiting")).json, []);
  assert.equal(pen.community.size, size);
});

test("a member's word on it lets it in, with what came before it, as it was signed", async () => {
  const dora = new Somebody();
  await dora.send([suggestion(dora, "One")]);
  await dora.send([suggestion(dora, "Two")]);
  const keeper = await editor();
  const { json: waiting } = await keeper.ask("waiting");
  const size = pen.community.size;
  const stranger = new Somebody();
  await stranger.send([{ op: "review", verdict: "approve", on: base32.decode(waiting[1].suggestions[0].revision) }]);
  assert.equal(pen.community.size, size, "a stranger lets nobody in");
  const reviewed = await keeperSays(keeper, waiting[1].suggestions[0].revision);
  assert.equal(reviewed.status, 201);
  assert.equal(pen.community.size, size + 3, "both entries and the review");
  assert.ok(pen.community.facts.memberById(dora.member));
});

/** An editor who has written nothing yet has no entry before. */
async function keeperSays(keeper: Somebody, revision: string) {
  const { environment, log } = pen.community;
  const sealed = [sealOp(environment, { op: "review", verdict: "approve", on: base32.decode(revision) })];
  const hand = { member: keeper.member, signer: keeper.key, prev: null };
  const { entry } = signSealed(environment, hand, { place: { log, time: environment.now() }, ops: sealed });
  return post("entries", encode({ entry: entry.bytes, parts: [] }));
}

test("a request holds once, for a while, for its own community, and for whom it is for", async () => {
  const [keeper, plain] = [await editor(), new Somebody()];
  const request = keeper.request("waiting");
  assert.equal((await post("desk", request)).status, 200);
  assert.equal((await post("desk", request)).status, 401);
  const time = pen.community.environment.now() - 10 * 60_000;
  assert.equal((await keeper.ask("waiting", { time })).status, 401);
  assert.equal((await keeper.ask("waiting", { log: new Uint8Array(32) })).status, 401);
  const forged = keeper.request("waiting");
  forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
  assert.equal((await post("desk", forged)).status, 422);
  assert.equal((await post("desk", forged.subarray(0, 40))).status, 400);
  assert.equal((await post("desk", new Uint8Array(2_000))).status, 413);
  const until = pen.community.environment.now() + 86_400_000;
  const { json } = await keeper.ask("invite", { uses: 1, until, label: "Dora" });
  assert.equal((await plain.send([], { "lore-invitation": json.secret })).status, 201);
  assert.equal((await plain.ask("invite", { uses: 1, until })).status, 403);
  assert.equal((await new Somebody().send([], { "lore-invitation": json.secret })).status, 403, "one came with it");
  const { json: last } = await keeper.ask("invite", { uses: 1, until, label: "Race" });
  const racing = await Promise.all(
    [new Somebody(), new Somebody()].map((each) => each.send([], { "lore-invitation": last.secret })),
  );
  assert.deepEqual(racing.map(({ status }) => status).toSorted(), [201, 403], "one of two at once");
  const { json: again } = await keeper.ask("invite", { uses: 1, until, label: "Again" });
  const clumsy = new Somebody();
  const grant: DraftOp = { op: "role", act: "grant", member: new Uint8Array(20), role: "editor" };
  await clumsy.send([grant, { op: "key", act: "revoke", key: new Uint8Array(32) }], {
    "lore-invitation": again.secret,
  });
  assert.equal(
    (await clumsy.send([], { "lore-invitation": again.secret })).status,
    201,
    "a refused entry uses nothing",
  );
  const known = (await keeper.ask("invitations")).json.find(({ label }: { label: string }) => label === "Dora");
  assert.deepEqual([known.label, known.uses, known.used], ["Dora", 0, 1]);
  assert.equal((await keeper.ask("invite", { uses: 1, until: 1 })).status, 422);
  assert.deepEqual((await keeper.ask("end", { on: base32.decode(known.name) })).json, { done: true });
});

test("one stranger's desk is full after ten, and only suggestions wait", async () => {
  const eager = new Somebody();
  for (let i = 0; i < 10; i++) assert.equal((await eager.send([suggestion(eager, `${i}`)])).status, 202);
  const { status, json } = await eager.send([suggestion(eager, "Too much")]);
  assert.equal(status, 429);
  assert.match((json as { message: string }).message, /10 of your suggestions wait/);
  const bold = new Somebody();
  const grant: DraftOp = { op: "role", act: "grant", member: bold.member, role: "steward" };
  assert.equal((await bold.send([grant])).status, 403);
});
