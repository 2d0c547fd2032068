/** What the verifier page checks, apart from the page: a whole archive, or one file with its proof. */
import { equal, hex, LoreError, type Suite } from "../../bytes/index.ts";
import { communityOfProof, parseProof, verifyProof } from "../../log/index.ts";
import {
  type CheckedRecord,
  checkBundle,
  checkRecord,
  damaged,
  type LastBodies,
  type NamedPart,
  type ReadFile,
} from "../archive/check.ts";
import { partPath } from "../archive/layout.ts";

const BUNDLE_ENTRIES = 256;

export interface ArchiveVerdict {
  readonly community: string;
  readonly size: number;
  /** Parts whose bytes were compared. */
  readonly parts: number;
}

/** Tells of each step that held; `of` is 0 for one that has no parts. */
export type OnStep = (words: string, done: number, of: number) => Promise<void>;

/**
 * Checks a whole archive. Without `community`, an id from elsewhere, it shows that the archive is whole in itself, not whose it is.
 * @throws LoreError naming what is damaged or not of `community`.
 */
export async function checkArchive(
  suite: Suite,
  read: ReadFile,
  { community, onStep }: { community: string | undefined; onStep: OnStep },
): Promise<ArchiveVerdict> {
  const record = await checkRecord(suite, read);
  if (community !== undefined) requireCommunity(record, community);
  const { size } = record.checkpoint;
  await onStep(
    `The summary of ${size} entries is signed by the community's own key, and the record adds up to it`,
    0,
    0,
  );
  const bodies: LastBodies = new Map();
  const parts = new Map<string, NamedPart>();
  for (let number = 0; number * BUNDLE_ENTRIES < size; number++) {
    for (const entry of await checkBundle(suite, record, { number, read, bodies })) {
      for (const part of entry.parts) parts.set(hex.encode(part.digest), part);
    }
    await onStep("Entries signed by their authors", Math.min(size, (number + 1) * BUNDLE_ENTRIES), size);
  }
  let done = 0;
  for (const [name, part] of parts) {
    await checkPart(suite, read, name, part);
    done += 1;
    if (done % BUNDLE_ENTRIES === 0 || done === parts.size)
      await onStep("Texts and files that are byte for byte what was signed", done, parts.size);
  }
  return { community: record.id, size, parts: parts.size };
}

function requireCommunity({ id }: CheckedRecord, community: string): void {
  if (id !== community) throw new LoreError("INTEGRITY", `This is a copy of ${id}, not of ${community}.`);
}

async function checkPart(suite: Suite, read: ReadFile, name: string, { digest }: NamedPart): Promise<void> {
  const path = partPath(name);
  if (!equal(suite.sha256(await read(path)), digest)) throw damaged(path, "its SHA-256 is not its name");
}

export interface ProofCheck {
  readonly content: Uint8Array;
  readonly proof: Uint8Array;
  /** Known from elsewhere; without it, the proof's own word is taken for whose record it is. */
  readonly community: string | undefined;
}

/** Checks one file against its proof; answers what is shown of it. @throws LoreError naming what does not hold. */
export function checkProof(
  suite: Suite,
  { content, proof, community }: ProofCheck,
): { readonly community: string; readonly sha256: string; readonly index: number; readonly time: number } {
  const parsed = parseProof(proof);
  const of = community ?? communityOfProof(suite, parsed);
  const { digest, index, entry } = verifyProof(suite, content, parsed, of);
  return { community: of, sha256: hex.encode(digest), index, time: entry.time };
}
