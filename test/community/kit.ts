/**
 * A community to test with: a fixed clock and fixed randomness, people with keys of their own, entries signed by
 * hand so that any part of one can be wrong. The same calls give the same bytes on every machine.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type CborMap, concat, encode, utf8 } from "../../src/bytes/index.ts";
import { createNodeSuite, createSigner, type Signer } from "../../src/bytes/node.ts";
import {
  type Acknowledgement,
  Author,
  type Community,
  type DraftOp,
  type Environment,
  LoreNode,
  type SealedOp,
  type Submission,
} from "../../src/community/index.ts";
import { encodeSidecar, type EntryDraft, signEntry } from "../../src/log/index.ts";
import { memberId, type Role } from "../../src/unit/index.ts";

export const suite = createNodeSuite();

/** 2025-06-01T00:00:00Z. */
export const START_MS = 1_748_736_000_000;
/** How far the clock moves at each look. */
export const TICK_MS = 1_000;

export interface TestEnvironment extends Environment {
  /** Moves the clock; it moves by a second at each look as well. */
  advance(ms: number): void;
}

/** Clock and randomness; data under `directory`. */
export function fixedEnvironment(
  directory: string,
  { seed = "commonlore", tickMs = TICK_MS }: CommunityOptions = {},
): TestEnvironment {
  let nowMs = START_MS;
  let drawn = 0;
  return {
    suite,
    home: join(directory, "home"),
    state: join(directory, "state"),
    now: () => (nowMs += tickMs),
    advance: (ms) => {
      nowMs += ms;
    },
    random(length) {
      const blocks = Array.from({ length: Math.ceil(length / 32) }, () => suite.sha256(utf8(`${seed} ${drawn++}`)));
      return concat(...blocks).subarray(0, length);
    },
  };
}

/** The key pair of a name: the same in every community and every run. */
export function signerOf(name: string): Signer {
  return createSigner(suite.sha256(utf8(`key of ${name}`)));
}

/** Entry bytes over any map at all, as a newer or hostile program may sign it. */
export function signRaw(signer: Signer, map: CborMap): { readonly bytes: Uint8Array } {
  const bytes = encode(map);
  return { bytes: concat(bytes, signer.sign(concat(utf8("lore-entry/v1\n"), suite.sha256(bytes)))) };
}

/** What is signed over in place of what is right. */
export type Overrides = Partial<EntryDraft>;

/** A member with one key. Every entry follows the last one of the key that is on record. */
export class Person {
  readonly name: string;
  readonly member: Uint8Array;
  readonly signer: Signer;
  readonly #community: Community;

  constructor(community: Community, name: string, keys: { member: Uint8Array; signer: Signer }) {
    this.#community = community;
    this.name = name;
    this.member = keys.member;
    this.signer = keys.signer;
  }

  get author(): Author {
    return new Author(this.#community, this);
  }

  /** Row number. */
  get n(): number {
    return this.#community.facts.memberById(this.member)?.n ?? 0;
  }

  /** Digest of the last entry on record by this key. */
  get tip(): Uint8Array | null {
    const row = this.#community.rows.get<{ digest: Uint8Array }>(
      "SELECT digest FROM key_tip WHERE key = ?",
      this.signer.publicKey,
    );
    return row?.digest ?? null;
  }

  sign(drafts: readonly DraftOp[], overrides: Overrides = {}): Submission {
    const { author } = this;
    return this.#signSealed(
      drafts.map((draft) => author.seal(draft)),
      overrides,
    );
  }

  #signSealed(sealed: readonly SealedOp[], overrides: Overrides = {}): Submission {
    const { environment, log, projections } = this.#community;
    const draft: EntryDraft = {
      log,
      author: this.member,
      key: this.signer.publicKey,
      prev: this.tip,
      time: Math.max(environment.now(), projections.fold.time),
      ops: sealed.map(({ op }) => op),
      ...overrides,
    };
    const entry = signEntry(suite, draft, (message) => this.signer.sign(message));
    return {
      entry,
      sidecar: encodeSidecar(sealed.map(({ openings }) => openings)),
      content: sealed.flatMap(({ content }) => content),
    };
  }

  /** Signs and writes one entry. */
  async write(...drafts: DraftOp[]): Promise<Acknowledgement & { readonly submission: Submission }> {
    const submission = this.#signSealed(await this.author.sealAll(drafts));
    return { ...(await this.#community.append(submission)), submission };
  }
}

/** An entry's bytes, with what belongs to them where there is such. */
export type Smuggled = { readonly entry: { readonly bytes: Uint8Array } } & Partial<
  Pick<Submission, "sidecar" | "content">
>;

export interface TestCommunity {
  readonly directory: string;
  readonly environment: TestEnvironment;
  readonly node: LoreNode;
  readonly community: Community;
  /** Steward and founder. */
  readonly ann: Person;
  person(name: string): Person;
  /** A new member, by an entry of their own; `role` is granted by Ann. */
  join(name: string, role?: Role): Promise<Person>;
  /** Puts an entry in the log that was not admitted, as a node that does not check would; answers its index. */
  smuggle(submission: Smuggled): Promise<number>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface CommunityOptions {
  readonly seed?: string;
  readonly visibility?: "public" | "members";
  /** How far the clock moves at each look. */
  readonly tickMs?: number;
}

/** A community of one: Ann, its steward. Gone with everything it stored at the end of its block. */
export async function createCommunity(options: CommunityOptions = {}): Promise<TestCommunity> {
  const { visibility = "public" } = options;
  const directory = mkdtempSync(join(tmpdir(), "lore-"));
  const environment = fixedEnvironment(directory, options);
  const node = new LoreNode(environment);
  const community = await node.begin({
    name: "Repair guild",
    founder: "Ann",
    visibility,
    charter: "# How we work\n",
    now: environment.now(),
  });
  const keys = node.keystore.read(community.id);
  if (keys === undefined) throw new Error("the founder has no keys");
  const ann = new Person(community, "ann", keys);
  const people = new Map([["ann", ann]]);
  return {
    ...{ directory, environment, node, community, ann },
    person: (name) => people.get(name) ?? stranger(community, name),
    async join(name, role) {
      const person = stranger(community, name);
      await person.write(joining(name));
      people.set(name, person);
      if (role !== undefined) await ann.write({ op: "role", act: "grant", member: person.member, role });
      return person;
    },
    async smuggle({ entry, sidecar = encodeSidecar([]), content = [] }) {
      const index = community.size;
      for (const part of content)
        if (part !== undefined) community.store.parts.put(suite.sha256(part.bytes), part.bytes);
      await community.store.log.append([{ bytes: entry.bytes, sidecar }], index);
      community.projections.catchUp();
      return index;
    },
    async [Symbol.asyncDispose]() {
      await node.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

const NONCE = suite.sha256(utf8("nonce")).subarray(0, 16);

/** Somebody with keys who is no member yet. */
export function stranger(community: Community, name: string): Person {
  const signer = signerOf(name);
  return new Person(community, name, { signer, member: memberId(suite, { key: signer.publicKey, nonce: NONCE }) });
}

/** The op by which a stranger becomes a member, under another name where one is given. */
export function joining(name: string, shown = name): DraftOp {
  return {
    op: "member",
    type: "person",
    key: signerOf(name).publicKey,
    nonce: NONCE,
    content: [textPart("name", shown)],
  };
}

export function textPart(name: string, text: string, media = "text/plain") {
  return { name, media, bytes: utf8(text) };
}

/** The parts of a page: its title, and a text. */
export function pageParts(title: string, body: string) {
  return [textPart("meta", JSON.stringify({ title }), "application/json"), textPart("body", body, "text/markdown")];
}
