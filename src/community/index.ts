/** A community and the node that keeps it: the only write path, and the questions that can be asked. */
export { openSubmission, type RawSubmission } from "./admission.ts";
export { Author } from "./author.ts";
export { type Acknowledgement, Community } from "./community.ts";
export type { DraftOp, DraftPart, HeldPart, SealedOp, Submission } from "./draft.ts";
export type { Environment } from "./environment.ts";
export type { Founding } from "./genesis.ts";
export { formatKeys, type KeyFile, type Keys, parseKeyFile, parseKeys } from "./keystore.ts";
export { LoreNode } from "./node.ts";
export * as links from "./queries/links.ts";
export * as moments from "./queries/moment.ts";
export { consistencyHashes, proofFile } from "./queries/proofs.ts";
export { type OpenProposal, openProposals } from "./queries/proposals.ts";
export { searchCommunity, type SearchRow } from "./queries/search.ts";
export { readEntry } from "./projections.ts";
export { verifyCommunity, verifyRecord, type VerifyReport } from "./verify.ts";
export * as persons from "./queries/people.ts";
export * as units from "./queries/units.ts";
