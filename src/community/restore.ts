/**
 * Writes what a copy holds straight into the store: entries as they were signed elsewhere, their sidecars and
 * parts, and the checkpoint that the log's own key once signed over them. Callers have verified every entry;
 * here the tree is made anew of the bytes read back, and must be the one that was signed, or nothing counts.
 * A new community grows in `communities/new-…` and gets its name in one step, or is removed.
 */
import { renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";

import { base64, concat, equal, hex, LoreError, textOf, utf8 } from "../bytes/index.ts";
import { createSigner } from "../bytes/node.ts";
import { type LogSigner } from "../log/index.ts";
import { type HighWater, openSqliteStore, type Store, type StoredEntry } from "../store/index.ts";
import { Community } from "./community.ts";
import type { KeyFile } from "./keystore.ts";
import type { LoreNode } from "./node.ts";
import { seal } from "./sealing.ts";

export interface ReceivedPart {
  /** SHA-256 of its bytes. */
  readonly digest: Uint8Array;
  /** Digest of a part that is much the same and came before. */
  readonly like: Uint8Array | undefined;
  /** Whole, or in chunks where it is too large for memory. */
  content(): Uint8Array | Promise<Uint8Array> | AsyncIterable<Uint8Array>;
}

export interface ReceivedEntry extends StoredEntry {
  readonly parts: readonly ReceivedPart[];
}

export interface Received {
  /** Community id, base32. */
  readonly id: string;
  readonly origin: string;
  readonly logKey: Uint8Array;
  /** The signed note, its signature verified. */
  readonly checkpoint: Uint8Array;
  /** Verified entries in log order, up to the checkpoint's size. */
  readonly batches: AsyncIterable<readonly ReceivedEntry[]>;
}

/** A mark that a log still growing leaves alone: the machine's own is kept when it opens under its name. */
const UNMARKED: HighWater = {
  read: () => undefined,
  write: () => Promise.resolve(),
  writeSync: () => undefined,
};

/**
 * Makes a community of a whole copy. Without `keys` it can be read and not written.
 * @throws LoreError REFUSED when it is here already, or the keys are not its own; INTEGRITY. Nothing is left then.
 */
export async function receiveCommunity(node: LoreNode, copy: Received, keys?: KeyFile): Promise<Community> {
  const { environment } = node;
  if (node.has(copy.id)) {
    throw new LoreError(
      "REFUSED",
      `Restoring ${copy.id}: it is here already. To bring it up to the copy, use "lore recover".`,
    );
  }
  if (keys?.logSeed !== undefined && !equal(createSigner(keys.logSeed).publicKey, copy.logKey)) {
    throw new LoreError(
      "REFUSED",
      `Restoring ${copy.id}: the key file holds another log key. Bring the one of this community, or none.`,
    );
  }
  const growing = join(dirname(node.directory(copy.id)), `new-${hex.encode(environment.random(8))}`);
  try {
    const store = openSqliteStore(growing);
    try {
      await receive(store, copy);
      await sealAs(store, copy, { environment, highWater: UNMARKED });
    } finally {
      store.close();
    }
    await checkRows(node, { growing, copy, keys });
    if (keys !== undefined && node.keystore.read(copy.id) === undefined) node.keystore.write(copy.id, keys);
    renameSync(growing, node.directory(copy.id));
  } catch (error) {
    rmSync(growing, { recursive: true, force: true });
    throw error;
  }
  return node.community(copy.id);
}

/** Builds the rows where the community grows: what cannot be read as one is refused before it has a name. */
async function checkRows(
  node: LoreNode,
  { growing, copy, keys }: { growing: string; copy: Received; keys: KeyFile | undefined },
): Promise<void> {
  const community = Community.open({ environment: node.environment, directory: growing, highWater: UNMARKED });
  try {
    const key = keys === undefined ? undefined : community.facts.activeKey(createSigner(keys.seed).publicKey);
    const member = keys === undefined ? undefined : community.facts.memberById(keys.member);
    if (keys !== undefined && (key === undefined || key.member !== member?.n)) {
      throw new LoreError(
        "REFUSED",
        `Restoring ${copy.id}: the key file belongs to nobody who may write there. Bring a key of a member, or none.`,
      );
    }
  } finally {
    await community.close();
  }
}

/**
 * Appends what a community lacks and publishes the copy's checkpoint; afterwards it opens as one that is not
 * behind. The node must have released it before.
 */
export async function receiveTail(node: LoreNode, copy: Received): Promise<void> {
  const { environment, highWater } = node;
  const store = openSqliteStore(node.directory(copy.id));
  try {
    await receive(store, copy);
    await sealAs(store, copy, { environment, highWater });
  } finally {
    store.close();
  }
}

async function receive(store: Store, { batches }: Received): Promise<void> {
  for await (const batch of batches) {
    for (const { parts } of batch) for (const part of parts) await receivePart(store, part);
    await store.log.append(
      batch.map(({ bytes, sidecar }) => ({ bytes, sidecar })),
      store.log.size(),
    );
  }
}

async function receivePart({ parts }: Store, part: ReceivedPart): Promise<void> {
  const { digest, like } = part;
  if (parts.has(digest)) return;
  const bytes = await part.content();
  if (bytes instanceof Uint8Array) return parts.put(digest, bytes, { like });
  const stored = await parts.putStream(bytes);
  if (!equal(stored.digest, digest)) {
    throw new LoreError(
      "INTEGRITY",
      `Restoring part ${hex.encode(digest)}: its bytes hash to ${hex.encode(stored.digest)}. Take another copy.`,
    );
  }
}

type Sealing = Pick<LoreNode, "environment" | "highWater">;

/** Seals by the checkpoint that came with the copy: only a tree that is the signed one can be published. */
async function sealAs(store: Store, copy: Received, { environment, highWater }: Sealing): Promise<void> {
  const { id, origin } = copy;
  await seal({ suite: environment.suite, store, highWater, id, origin, logSigner: heldSignature(copy) });
}

/** Signs nothing: hands out the signature over the one text that was signed. */
function heldSignature({ checkpoint, origin, logKey }: Received): LogSigner {
  const note = textOf(checkpoint) ?? "";
  const end = note.lastIndexOf("\n\n") + 1;
  const line = note
    .slice(end)
    .split("\n")
    .find((text) => text.startsWith(`— ${origin} `));
  const signature = base64.decode(line?.slice(`— ${origin} `.length) ?? "").subarray(4);
  return {
    publicKey: logKey,
    sign(message) {
      if (equal(message, utf8(note.slice(0, end)))) return concat(signature);
      throw new LoreError(
        "INTEGRITY",
        `The entries of ${origin} do not add up to the checkpoint that came with them. Take another copy.`,
      );
    },
  };
}
