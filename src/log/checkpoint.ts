/**
 * C2SP tlog-checkpoint: origin, size and root, signed by the log key. No extension lines.
 * The origin names the community, no host: a community survives its host (DESIGN.md 3).
 */
import { base32, base64, LoreError, parseDecimal, type Suite, utf8 } from "../bytes/index.ts";
import { isSignedBy, type NoteKey, parseNote, signNote } from "./note.ts";

export interface Checkpoint {
  readonly origin: string;
  /** Number of entries. */
  readonly size: number;
  /** Root hash, 32 bytes. */
  readonly root: Uint8Array;
}

/** The community's id: the first 20 bytes of the genesis digest. */
export function communityId(genesisDigest: Uint8Array): string {
  return base32.encode(genesisDigest.subarray(0, 20));
}

/** `commonlore/<id>`; from the first succession on `commonlore/<id>/<term>`. */
export function logOrigin(community: string, term: number): string {
  return term === 0 ? `commonlore/${community}` : `commonlore/${community}/${term}`;
}

export interface LogSigner {
  readonly publicKey: Uint8Array;
  sign(message: Uint8Array): Uint8Array;
}

/** The signed note of a checkpoint, in bytes. */
export function signCheckpoint(suite: Suite, checkpoint: Checkpoint, signer: LogSigner): Uint8Array {
  const text = `${checkpoint.origin}\n${checkpoint.size}\n${base64.encode(checkpoint.root)}\n`;
  const key = {
    name: checkpoint.origin,
    publicKey: signer.publicKey,
    sign: (message: Uint8Array) => signer.sign(message),
  };
  return utf8(signNote(suite, text, key));
}

/** Reads a checkpoint without checking its signature. Extension lines are refused: we write none. */
export function parseCheckpoint(note: Uint8Array): Checkpoint {
  const lines = parseNote(note).text.split("\n");
  const [origin, size, root] = lines;
  if (lines.length !== 4 || origin === undefined || origin === "" || size === undefined || root === undefined) {
    throw new LoreError("MALFORMED", "Reading a checkpoint: it is not origin, size and root, each on its line.");
  }
  const hash = base64.decode(root);
  if (hash.length !== 32) throw new LoreError("MALFORMED", "Reading a checkpoint: its root is not 32 bytes.");
  return { origin, size: parseDecimal(size, "a checkpoint's size"), root: hash };
}

/** The checkpoint of a note signed by `key`. @throws LoreError BAD_SIGNATURE or MALFORMED. */
export function openCheckpoint(suite: Suite, note: Uint8Array, key: NoteKey): Checkpoint {
  const checkpoint = parseCheckpoint(note);
  if (checkpoint.origin !== key.name || !isSignedBy(suite, parseNote(note), key)) {
    throw new LoreError("BAD_SIGNATURE", `Checking a checkpoint of ${checkpoint.origin}: ${key.name} did not sign it.`);
  }
  return checkpoint;
}
