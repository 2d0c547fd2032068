/** A site in a temporary folder with one community of every sort of thing, and one that only members may read. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Hono } from "hono";

import { base32, utf8 } from "../../src/bytes/index.ts";
import { createNodeSuite, createSigner, type Signer } from "../../src/bytes/node.ts";
import { Author, type Community, type DraftOp, type Environment, LoreNode } from "../../src/community/index.ts";
import { signUse } from "../../src/community/credit/index.ts";
import { createApp, type AppOptions } from "../../src/http/index.ts";
import { memberId, revisionId, type ReviseOp, type Rules, unitId } from "../../src/unit/index.ts";

const START_MS = Date.UTC(2026, 10, 20, 12);

/** A clock that moves a second at each look. */
export function testEnvironment(home: string): Environment {
  let now = START_MS;
  return {
    now: () => (now += 1_000),
    random: (length) => new Uint8Array(randomBytes(length)),
    suite: createNodeSuite(),
    home: join(home, "data"),
    state: join(home, "state"),
  };
}

export interface WrittenUnit {
  readonly id: Uint8Array;
  readonly text: string;
  readonly revision: string;
  readonly revisionId: Uint8Array;
}

export interface Draft {
  readonly path?: string;
  readonly title?: string;
  readonly kind?: string;
  readonly body?: string | Uint8Array;
  readonly media?: string;
  readonly meta?: Readonly<Record<string, unknown>>;
  readonly note?: string;
  readonly of?: WrittenUnit;
  readonly propose?: boolean;
  readonly links?: ReviseOp["links"];
  readonly time?: number;
  readonly by?: ReviseOp["by"];
  readonly licence?: string;
  readonly rules?: ReviseOp["rules"];
}

const MEDIA: Readonly<Record<string, string>> = {
  page: "text/markdown",
  note: "text/markdown",
  question: "text/markdown",
  dataset: "text/csv",
  program: "text/html",
};

/** A member with a key of their own, who only reads. */
export interface Reader {
  readonly member: Uint8Array;
  readonly signer: Signer;
}

export class Pen {
  readonly community: Community;
  readonly author: Author;

  constructor(community: Community, author: Author) {
    this.community = community;
    this.author = author;
  }

  /** New members. */
  async readers(count: number): Promise<Reader[]> {
    const { suite, random } = this.community.environment;
    const readers: Reader[] = [];
    for (let i = 0; i < count; i++) {
      const signer = createSigner(random(32));
      const nonce = random(16);
      const member = memberId(suite, { key: signer.publicKey, nonce });
      await new Author(this.community, { member, signer }).write([
        { op: "member", type: "person", key: signer.publicKey, nonce, content: [] },
      ]);
      readers.push({ member, signer });
    }
    return readers;
  }

  /** A reader's signed word that they carried a version's words on. */
  receipt({ member, signer }: Reader, { revisionId: revision }: WrittenUnit): Uint8Array {
    const { environment, log } = this.community;
    return signUse(environment.suite, { log, reader: member, revision, use: "carry", time: environment.now() }, signer);
  }

  async write({
    path,
    title,
    kind = "page",
    body = "",
    media,
    meta,
    note,
    of,
    propose,
    links,
    time,
    by,
    licence,
    rules,
  }: Draft): Promise<WrittenUnit> {
    const { environment, log } = this.community;
    const { suite } = environment;
    const nonce = of === undefined ? environment.random(16) : undefined;
    const id = of?.id ?? unitId(suite, { log, author: this.author.member, nonce: nonce ?? new Uint8Array(16) });
    const facts = {
      ...(title === undefined ? {} : { title }),
      ...(path === undefined ? {} : { path }),
      ...(note === undefined ? {} : { note }),
      ...meta,
    };
    const draft: DraftOp = {
      op: "revise",
      unit: id,
      kind,
      parents: of === undefined ? [] : [of.revisionId],
      ...(nonce === undefined ? {} : { nonce }),
      ...(propose === true ? { propose } : {}),
      ...(links === undefined ? {} : { links }),
      ...(time === undefined ? {} : { source: { time } }),
      ...(by === undefined ? {} : { by }),
      ...(licence === undefined ? {} : { licence }),
      ...(rules === undefined ? {} : { rules }),
      content: [
        { name: "meta", media: "application/json", bytes: utf8(JSON.stringify(facts)) },
        {
          name: "body",
          media: media ?? MEDIA[kind] ?? "application/octet-stream",
          bytes: typeof body === "string" ? utf8(body) : body,
        },
      ],
    };
    const { submission } = await this.author.write([draft]);
    const revision = revisionId(suite, {
      log,
      author: this.author.member,
      op: submission.entry.ops[0] ?? (draft as never),
    });
    return { id, text: base32.encode(id), revision: base32.encode(revision), revisionId: revision };
  }

  /** A new version of the charter with some rules changed. */
  async changeCharter(rules: Rules): Promise<void> {
    const { charter } = this.community;
    await this.author.write([
      {
        ...{ op: "revise", unit: charter.id, kind: "charter", parents: [charter.head] },
        rules: { ...charter.rules, ...rules },
        content: [
          { name: "meta", media: "application/json", bytes: utf8(JSON.stringify({ name: this.community.name })) },
        ],
      },
    ]);
  }

  async mark(mark: "retire" | "supersede" | "dispute", unit: WrittenUnit, by?: WrittenUnit): Promise<void> {
    await this.author.write([{ op: "mark", mark, on: { unit: unit.id }, ...(by === undefined ? {} : { by: by.id }) }]);
  }

  /** A person without a key. */
  async nameInHistory(name: string): Promise<Uint8Array> {
    const { environment, log } = this.community;
    const nonce = environment.random(16);
    await this.author.write([
      { op: "member", type: "person", nonce, content: [{ name: "name", media: "text/plain", bytes: utf8(name) }] },
    ]);
    return memberId(environment.suite, { log, nonce });
  }
}

export interface TestSite {
  readonly node: LoreNode;
  readonly app: Hono;
  readonly home: string;
  community(name: string, options?: { visibility?: "public" | "members" }): Promise<Pen>;
  /** The body and status of a GET. */
  get(path: string, headers?: Record<string, string>): Promise<{ status: number; text: string; headers: Headers }>;
  close(): Promise<void>;
}

export function openSite(options: Partial<AppOptions> = {}): TestSite {
  const home = mkdtempSync(join(tmpdir(), "lore-site-"));
  const node = new LoreNode(testEnvironment(home));
  const unforeseen: unknown[] = [];
  const app = createApp({ node, onUnforeseen: (error) => void unforeseen.push(error), ...options });
  return {
    node,
    app,
    home,
    async community(name, { visibility } = {}) {
      const community = await node.begin({
        name,
        about: `What ${name} is about.`,
        founder: "The founder",
        licence: "CC-BY-4.0",
        now: node.environment.now(),
        ...(visibility === undefined ? {} : { visibility }),
      });
      const keys = node.keystore.read(community.id);
      if (keys === undefined) throw new Error("the founder has keys");
      return new Pen(community, new Author(community, keys));
    },
    async get(path, headers = {}) {
      const response = await app.request(path, { headers });
      const text = await response.text();
      if (unforeseen.length > 0) throw new Error(`GET ${path} was not foreseen`, { cause: unforeseen[0] });
      return { status: response.status, text, headers: response.headers };
    },
    async close() {
      await node.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}
