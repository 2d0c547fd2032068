export { type BlobContent, plannedBlobs, readBlobs } from "./blobs.ts";
export { parseMessage } from "./message.ts";
export { findPeople, type People } from "./people.ts";
export { type GitPlan, planGit } from "./plan.ts";
export type { PlanOp } from "./planner.ts";
export { type GitRepository, openRepository } from "./repository.ts";
export type { SkipRule } from "./skipping.ts";
