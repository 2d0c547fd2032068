/** For the export tests: nodes in temporary folders, pages in a few words, and what a community is in short. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";

import { hex, utf8 } from "../../src/bytes/index.ts";
import { Author, type Community, type DraftOp, LoreNode, units } from "../../src/community/index.ts";
import { unitId } from "../../src/unit/index.ts";
import { fixedEnvironment } from "../community/kit.ts";

export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "lore-export-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Opens a node; at the end of the test it is closed, and its folder removed. */
export function openNode(
  t: TestContext,
  { folder = mkdtempSync(join(tmpdir(), "lore-export-")), seed = "node" } = {},
): LoreNode {
  const node = new LoreNode(fixedEnvironment(folder, { seed }));
  t.after(async () => {
    await node.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return node;
}

export function authorOf(node: LoreNode, community: Community): Author {
  const keys = node.keystore.read(community.id);
  if (keys === undefined) throw new Error("no keys");
  return new Author(community, keys);
}

export interface PageDraft {
  readonly title: string;
  readonly path?: string;
  readonly body?: string | Uint8Array;
  readonly kind?: string;
  readonly mode?: string;
  readonly note?: string;
}

function partsOf({ title, path, body = `# ${title}\n`, mode, note }: PageDraft) {
  const meta = {
    title,
    ...(path === undefined ? {} : { path }),
    ...(note === undefined ? {} : { note }),
    ...(mode === undefined ? {} : { source: { mode } }),
  };
  return [
    { name: "meta", media: "application/json", bytes: utf8(JSON.stringify(meta)) },
    { name: "body", media: "text/markdown", bytes: typeof body === "string" ? utf8(body) : body },
  ];
}

/** The op of a new unit, and its id. */
export function newUnit(community: Community, author: Author, draft: PageDraft): { op: DraftOp; unit: Uint8Array } {
  const { environment, log } = community;
  const nonce = environment.random(16);
  const unit = unitId(environment.suite, { log, author: author.member, nonce });
  return { unit, op: { op: "revise", unit, kind: draft.kind ?? "page", nonce, parents: [], content: partsOf(draft) } };
}

/** Writes a new unit; answers its id. */
export async function write(community: Community, author: Author, draft: PageDraft): Promise<Uint8Array> {
  const { op, unit } = newUnit(community, author, draft);
  await author.write([op]);
  return unit;
}

/** Writes a next version over a unit's head. */
export async function rewrite(
  community: Community,
  author: Author,
  { unit, ...draft }: PageDraft & { unit: Uint8Array },
): Promise<void> {
  const row = community.facts.unitById(unit);
  const head = row?.head == null ? undefined : community.facts.revision(row.head);
  if (row === undefined || head === undefined) throw new Error("no such unit");
  await author.write([{ op: "revise", unit, kind: row.kind, parents: [head.id], content: partsOf(draft) }]);
}

/** Everything that must be the same in a restored copy. */
export function portrait(community: Community) {
  const { checkpoint } = community;
  return {
    id: community.id,
    size: community.size,
    root: checkpoint === undefined ? undefined : hex.encode(checkpoint.root),
    note: checkpoint === undefined ? undefined : Buffer.from(checkpoint.note).toString("utf8"),
    units: units.listUnits(community, { all: true }),
  };
}

/** Many small entries without parts, so that a log has several bundles at little cost. */
export async function confirmOften(
  community: Community,
  author: Author,
  { unit, count }: { unit: Uint8Array; count: number },
): Promise<void> {
  const op: DraftOp = { op: "mark", mark: "confirm", verdict: "holds", on: { unit } };
  await community.appendAll(Array.from({ length: count }, () => author.sign([author.seal(op)])));
}
