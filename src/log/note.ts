/** C2SP signed-note with Ed25519 keys (type 0x01), and the text form of its verifier keys. */
import { base64, concat, equal, hex, LoreError, textOf, type Suite, utf8 } from "../bytes/index.ts";

const ED25519 = 0x01;
const SIGNATURES_MAX = 64;
const NOTE_BYTES_MAX = 100_000;

/** A key that signs or checks notes: its name, and 32 bytes of Ed25519. */
export interface NoteKey {
  readonly name: string;
  readonly publicKey: Uint8Array;
}

/** First four bytes of SHA-256 over name, newline, key type and key: what a signature line begins with. */
function keyHash(suite: Suite, { name, publicKey }: NoteKey): Uint8Array {
  return suite.sha256(utf8(`${name}\n`), Uint8Array.of(ED25519), publicKey).subarray(0, 4);
}

/** `name+hash+base64`: the verifier key that witnesses and monitors are configured with. */
export function verifierKey(suite: Suite, key: NoteKey): string {
  return `${key.name}+${hex.encode(keyHash(suite, key))}+${base64.encode(concat(Uint8Array.of(ED25519), key.publicKey))}`;
}

export interface SignedNote {
  /** The signed text, with its last newline. */
  readonly text: string;
  readonly signatures: readonly { readonly name: string; readonly hash: Uint8Array; readonly signature: Uint8Array }[];
}

/** `text` must end in a newline. */
export function signNote(suite: Suite, text: string, key: NoteKey & { sign(message: Uint8Array): Uint8Array }): string {
  const line = base64.encode(concat(keyHash(suite, key), key.sign(utf8(text))));
  return `${text}\n— ${key.name} ${line}\n`;
}

/** Reads a note without checking it. @throws LoreError MALFORMED or TOO_LARGE. */
export function parseNote(bytes: Uint8Array): SignedNote {
  if (bytes.length > NOTE_BYTES_MAX)
    throw new LoreError("TOO_LARGE", `A note of ${bytes.length} bytes is more than ${NOTE_BYTES_MAX}.`);
  const note = textOf(bytes);
  const split = note?.lastIndexOf("\n\n") ?? -1;
  if (note === undefined || split < 0 || !note.endsWith("\n") || /[\x00-\x09\x0b-\x1f]/.test(note)) {
    throw malformed("it is not text, an empty line and signatures");
  }
  const lines = note.slice(split + 2, -1).split("\n");
  if (lines.length > SIGNATURES_MAX) throw malformed(`it has more than ${SIGNATURES_MAX} signatures`);
  return { text: note.slice(0, split + 1), signatures: lines.map(parseSignature) };
}

function parseSignature(line: string): SignedNote["signatures"][number] {
  const match = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/.exec(line);
  const [, name, encoded] = match ?? [];
  if (name === undefined || encoded === undefined) throw malformed("a signature line is not dash, name and base64");
  const bytes = base64.decode(encoded);
  if (bytes.length < 5) throw malformed("a signature is too short");
  return { name, hash: bytes.subarray(0, 4), signature: bytes.subarray(4) };
}

/**
 * Whether `key` signed the note. Signatures by other keys are ignored.
 * @throws LoreError BAD_SIGNATURE when a line names this very key but does not hold.
 */
export function isSignedBy(suite: Suite, note: SignedNote, key: NoteKey): boolean {
  const hash = keyHash(suite, key);
  const own = note.signatures.filter((line) => line.name === key.name && equal(line.hash, hash));
  for (const { signature } of own) {
    if (!suite.verify(utf8(note.text), signature, key.publicKey)) {
      throw new LoreError("BAD_SIGNATURE", `Checking a note: its signature by ${key.name} does not hold.`);
    }
  }
  return own.length > 0;
}

function malformed(found: string): LoreError {
  return new LoreError("MALFORMED", `Reading a signed note: ${found}.`);
}
