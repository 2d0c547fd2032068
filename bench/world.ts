/** For the benches: a node in a temporary folder, people who write, and content with the shape of short pages. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createNodeSuite, createSigner, type Signer } from "../src/bytes/node.ts";
import { Author, type Community, type DraftOp, LoreNode, type Submission } from "../src/community/index.ts";
import { unitId } from "../src/unit/index.ts";

export interface World {
  readonly node: LoreNode;
  readonly community: Community;
  readonly folder: string;
  readonly founder: { readonly member: Uint8Array; readonly signer: Signer };
  close(): Promise<void>;
}

export async function createWorld(): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), "lore-bench-"));
  const node = openNode(folder);
  const community = await node.begin({ name: "Bench", founder: "Keeper", now: node.environment.now() });
  const founder = node.keystore.read(community.id);
  if (founder === undefined) throw new Error("the founder has no keys");
  const { id } = community;
  return {
    node,
    folder,
    founder,
    // A bench may close it and open it again.
    get community() {
      return node.community(id);
    },
    async close() {
      await node.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function openNode(folder: string): LoreNode {
  return new LoreNode({
    now: Date.now,
    random: (length) => new Uint8Array(randomBytes(length)),
    suite: createNodeSuite(),
    home: join(folder, "home"),
    state: join(folder, "state"),
  });
}

/** Some eight thousand words; the first are used most, as in any language. */
const SYLLABLES = "am bol car di ed flu ge hin in jo ker la mo no or pi qui ri spo ten".split(" ");
const WORDS = SYLLABLES.flatMap((a) => SYLLABLES.flatMap((b) => SYLLABLES.map((c) => a + b + c)));

/** About `sizeBytes` of Markdown in sentences; another text for each seed, the same for the same. */
export function pageText(seed: number, sizeBytes = 1_000): string {
  let state = (seed * 2_654_435_761) >>> 0;
  const next = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 16;
  };
  let text = `# ${WORDS[next() % WORDS.length]} ${WORDS[next() % WORDS.length]} ${seed}\n\n`;
  while (text.length < sizeBytes) {
    const sentence = Array.from(
      { length: 6 + (next() % 12) },
      () => WORDS[Math.floor(((next() % 10_000) / 10_000) ** 4 * WORDS.length)],
    );
    text += `${sentence.join(" ")}.${next() % 5 === 0 ? "\n\n" : " "}`;
  }
  return text;
}

/** One new page. */
export function pageDraft(world: World, author: Author, seed: number): DraftOp {
  const { environment, log } = world.community;
  const nonce = environment.random(16);
  return {
    op: "revise",
    unit: unitId(environment.suite, { log, author: author.member, nonce }),
    kind: "page",
    nonce,
    parents: [],
    content: [
      {
        name: "meta",
        media: "application/json",
        bytes: new TextEncoder().encode(JSON.stringify({ title: `Page ${seed}`, path: `${seed % 97}/${seed}.md` })),
      },
      { name: "body", media: "text/markdown", bytes: new TextEncoder().encode(pageText(seed)) },
    ],
  };
}

/** Fills the log to `size` entries of one op and one signature each. */
export async function fillTo(world: World, size: number): Promise<void> {
  const author = new Author(world.community, world.founder);
  while (world.community.size < size) {
    const count = Math.min(512, size - world.community.size);
    const start = world.community.size;
    await world.community.appendAll(
      Array.from({ length: count }, (_, i) => author.sign([author.seal(pageDraft(world, author, start + i))])),
    );
  }
  await world.community.seal();
  // What follows would otherwise still be at it while something else is measured.
  await world.community.authorship.follow(world.community.facts);
}

/** `count` more keys of the founder, each with entries of its own to sign. */
export async function writers(world: World, count: number): Promise<Author[]> {
  const founder = new Author(world.community, world.founder);
  const signers = Array.from({ length: count }, () => createSigner(world.community.environment.random(32)));
  for (const { publicKey } of signers) await founder.write([{ op: "key", act: "add", key: publicKey }]);
  return signers.map((signer) => new Author(world.community, { member: world.founder.member, signer }));
}

/** Signs `count` pages in the order in which they must arrive. */
export function signPages(
  world: World,
  author: Author,
  { count, from }: { count: number; from: number },
): Submission[] {
  return Array.from({ length: count }, (_, i) => author.sign([author.seal(pageDraft(world, author, from + i))]));
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

export function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? Number.NaN;
}

/** One line of the results. */
export interface Figure {
  readonly what: string;
  readonly figure: string;
  /** Against a peer or a physical limit, in the same run. */
  readonly against?: string;
  readonly ratio?: number;
}
