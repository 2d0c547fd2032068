/** Contribution and distribution in a community: uses, the rule, periods, accounts, and why somebody is due what they are due. */
export { type Accounts, accountsOf } from "./accounts.ts";
export {
  type ClosingDraft,
  close,
  adjust,
  cancelPayout,
  confirmPayout,
  deposit,
  fee,
  dispute,
  draftClosing,
  isOwnUse,
  payees,
  post,
  payablePayout,
  preparePayout,
  resolve,
  settle,
  weightsOf,
} from "./closing.ts";
export type { DeskUse } from "./desk.ts";
export { openPeriod, type Period, policyAt, type PolicyInForce } from "./policy.ts";
export { signUse, type UseDraft } from "./receipt.ts";
export { NOBODY } from "./making.ts";
export { keepsOf, passesOf } from "./settling.ts";
export { simulate, type Simulated } from "./simulate.ts";
export { type ClosedPeriod, closedPeriods, postingsSaid } from "./statements.ts";
export {
  type CreditSummary,
  pathsToPerson,
  type PersonShare,
  personNumber,
  sharesIn,
  statementOf,
  summaryOf,
} from "./summary.ts";
export { explain, type Explained, type Path, pathsTo, verifyCredit } from "./why.ts";
