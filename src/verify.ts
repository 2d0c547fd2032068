/**
 * `commonlore/verify`: everything that checking needs, pure and synchronous, for Node and browsers alike.
 * Bring a `Suite` of your own or take `nobleSuite`.
 */
export {
  base32,
  base64,
  type Cbor,
  decode,
  didKey,
  encode,
  ERRORS,
  hex,
  LoreError,
  parseDidKey,
  type Suite,
} from "./bytes/index.ts";
export { nobleSuite } from "./bytes/noble.ts";
export {
  communityId,
  decodeEntry,
  type Entry,
  logKeyOf,
  logOrigin,
  openCheckpoint,
  parseCheckpoint,
  parseProof,
  type ProofFile,
  tiles,
  tree,
  verifyEntry,
  verifierKey,
  verifyProof,
} from "./log/index.ts";
export { commitment, memberId, type Op, opId, partsOf, revisionId, unitId } from "./unit/index.ts";
