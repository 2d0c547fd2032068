/**
 * C2SP tlog-proof files: an index, an inclusion proof, a checkpoint and our `extra`, with which a file can be
 * checked against nothing but the community id (docs/formats/proof.md).
 */
import {
  base64,
  concat,
  decode,
  encode,
  equal,
  hex,
  LoreError,
  parseDecimal,
  type Suite,
  textOf,
  utf8,
} from "../bytes/index.ts";
import { commitment, partsOf } from "../unit/index.ts";
import { bytes, integer, list, record, type Shape, type Shaped, text } from "../unit/shape.ts";
import { communityId, logOrigin, openCheckpoint, type Checkpoint } from "./checkpoint.ts";
import { decodeEntry, type Entry, verifyEntry } from "./entry.ts";
import { leafHash, verifyInclusion } from "./tree.ts";

const HEADER = "c2sp.org/tlog-proof@v1";
const HASHES_MAX = 63;
const PROOF_BYTES_MAX = 4_000_000;

export interface ProofFile {
  readonly index: number;
  readonly hashes: readonly Uint8Array[];
  /** The signed note, as published. */
  readonly checkpoint: Uint8Array;
  readonly extra: Uint8Array;
}

export function formatProof({ index, hashes, checkpoint, extra }: ProofFile): Uint8Array {
  const lines = [
    HEADER,
    `extra ${base64.encode(extra)}`,
    `index ${index}`,
    ...hashes.map((hash) => base64.encode(hash)),
    "",
    "",
  ];
  return concat(utf8(lines.join("\n")), checkpoint);
}

/** @throws LoreError MALFORMED or TOO_LARGE. */
export function parseProof(file: Uint8Array): ProofFile {
  if (file.length > PROOF_BYTES_MAX) throw malformed(`it is larger than ${PROOF_BYTES_MAX} bytes`);
  const [head, ...rest] = (textOf(file) ?? "").split("\n\n");
  const [header, extra, index, ...hashes] = head?.split("\n") ?? [];
  if (header !== HEADER || !extra?.startsWith("extra ") || !index?.startsWith("index ") || rest.length === 0) {
    throw malformed(`it is not "${HEADER}", extra, index, hashes, an empty line and a checkpoint`);
  }
  if (hashes.length > HASHES_MAX) throw malformed(`it has more than ${HASHES_MAX} hashes`);
  return {
    index: parseDecimal(index.slice("index ".length), "a proof's index"),
    hashes: hashes.map((hash) => base64.decode(hash)),
    checkpoint: utf8(rest.join("\n\n")),
    extra: base64.decode(extra.slice("extra ".length)),
  };
}

const anyBytes: Shape<Uint8Array> = (value, where) => {
  if (value instanceof Uint8Array) return value;
  throw malformed(`${where} is not bytes`);
};

const placedEntry = record({ index: integer(0), entry: anyBytes, hashes: list(bytes(32), HASHES_MAX) });
/** An entry with its place in the tree of the proof's checkpoint. */
export type PlacedEntry = Shaped<typeof placedEntry>;

const extraShape = record({
  v: integer(1, 1),
  /** The entry that carries the part; its proof is the file's own. */
  entry: anyBytes,
  op: integer(0, 255),
  part: text(32),
  salt: bytes(16),
  /** Entry 0: the community id is its digest, its charter names the log key. */
  genesis: placedEntry,
  /** The entries that changed the log key since, oldest first. */
  terms: list(placedEntry, 64),
});
export type ProofExtra = Shaped<typeof extraShape>;

export function encodeExtra(extra: ProofExtra): Uint8Array {
  // Every field is bytes, a number, text or a list or map of such.
  return encode(extra);
}

export interface ProofVerdict {
  readonly checkpoint: Checkpoint;
  readonly entry: Entry;
  readonly index: number;
  /** SHA-256 of the file. */
  readonly digest: Uint8Array;
}

/**
 * Checks that `content` is the part a proof names, in an entry signed by the key it names, in the record of
 * `community` under a checkpoint of its log. It does not show that the key was its author's then: that needs
 * the whole record.
 * @throws LoreError INTEGRITY naming the step that failed; MALFORMED, BAD_SIGNATURE.
 */
export function verifyProof(suite: Suite, content: Uint8Array, proof: ProofFile, community: string): ProofVerdict {
  const extra = extraShape(decode(proof.extra), "proof");
  const digest = suite.sha256(content);
  const entry = verifyEntry(suite, decodeEntry(suite, extra.entry));
  const op = entry.ops[extra.op];
  const part = op === undefined ? undefined : partsOf(op).find(({ name }) => name === extra.part);
  if (part === undefined || !equal(part.commit, commitment(suite, extra.salt, digest))) {
    throw failed(`the file is not the one that was signed; its SHA-256 is ${hex.encode(digest)}`);
  }
  const genesis = decodeEntry(suite, extra.genesis.entry);
  if (extra.genesis.index !== 0 || communityId(genesis.digest) !== community) {
    throw failed(`the proof is for the community ${communityId(genesis.digest)}, not ${community}`);
  }
  if (entry.log === null ? !equal(entry.digest, genesis.digest) : !equal(entry.log, genesis.digest)) {
    throw failed("the entry belongs to another record");
  }
  const key = { name: logOrigin(community, 0), publicKey: logKeyOf(genesis) };
  const checkpoint = openCheckpoint(suite, proof.checkpoint, key);
  const placed = [{ index: proof.index, entry: extra.entry, hashes: proof.hashes }, extra.genesis];
  for (const { index, entry: bytesOfEntry, hashes } of placed) {
    const leaf = leafHash(suite, bytesOfEntry);
    if (!verifyInclusion(suite, { index, size: checkpoint.size, leaf, root: checkpoint.root, proof: hashes })) {
      throw failed(`entry ${index} does not stand in the record that the checkpoint sums up`);
    }
  }
  return { checkpoint, entry, index: proof.index, digest };
}

/** The community whose record a proof says it is of, base32: its own word, which proves nothing. @throws LoreError MALFORMED. */
export function communityOfProof(suite: Suite, proof: ProofFile): string {
  return communityId(decodeEntry(suite, extraShape(decode(proof.extra), "proof").genesis.entry).digest);
}

/** The log key a genesis names in its charter's rules. @throws LoreError MALFORMED when there is none. */
export function logKeyOf(genesis: Entry): Uint8Array {
  for (const op of genesis.ops) {
    const key = op.op === "revise" ? op.rules?.["logKey"] : undefined;
    if (key instanceof Uint8Array && key.length === 32) return key;
  }
  throw new LoreError("MALFORMED", "Reading a genesis entry: its charter names no log key.");
}

function failed(found: string): LoreError {
  return new LoreError("INTEGRITY", `Checking a file against its proof: ${found}.`);
}

function malformed(found: string): LoreError {
  return new LoreError("MALFORMED", `Reading a proof file: ${found}.`);
}
