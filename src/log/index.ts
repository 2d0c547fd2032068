/** The log: entries, tree, tiles, checkpoints and proofs. Pure. */
export {
  type Checkpoint,
  communityId,
  logOrigin,
  type LogSigner,
  openCheckpoint,
  parseCheckpoint,
  signCheckpoint,
} from "./checkpoint.ts";
export {
  decodeEntry,
  type Entry,
  type EntryDraft,
  signEntry,
  type VerifiedEntry,
  verifyEntry,
  signatureHolds,
  verifyEntryAsync,
} from "./entry.ts";
export { type NoteKey, verifierKey } from "./note.ts";
export {
  communityOfProof,
  encodeExtra,
  formatProof,
  logKeyOf,
  parseProof,
  type PlacedEntry,
  type ProofFile,
  type ProofVerdict,
  verifyProof,
} from "./proof.ts";
export { decodeSidecar, encodeSidecar, type Opening, type Sidecar } from "./sidecar.ts";
export * as tiles from "./tiles.ts";
export * as tree from "./tree.ts";
