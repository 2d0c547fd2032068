/** What the rules of a charter, a policy and a right may say (docs/formats/rules.md, docs/formats/credit.md). */
export { charterRules } from "./charter.ts";
export { type PolicyRules, policyRules } from "./policy.ts";
export { type RightRules, rightRules, SHARES } from "./right.ts";
