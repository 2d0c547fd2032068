/**
 * Every bound of `import git`. A repository is written by strangers, so each thing that can grow has
 * a limit, and passing one is a LoreError that names it; nothing is cut in silence except a commit
 * message, which says so (`messageCut`).
 * Contract: DESIGN.md 12.
 */

const KIB = 1_024;
const MIB = 1_024 * KIB;
const GIB = 1_024 * MIB;

/** What one plan may hold. A caller may ask for less, never by accident for more. */
export interface PlanLimits {
  /** Commits reachable from the tip. */
  readonly commits: number;
  /** Parents of one commit (git's own record for an octopus is 66). */
  readonly parents: number;
  /** Files in one tree, and therefore twice as many changes in one commit. */
  readonly treeFiles: number;
  /** File changes against the first parent, over all commits. */
  readonly changes: number;
  /** A longer path is skipped with a reason. */
  readonly pathBytes: number;
  /** Read of one commit message; the rest is cut. */
  readonly messageBytes: number;
  /** Commit messages kept in all. */
  readonly messagesBytes: number;
  /** Steps spent on asking which revision came from which; only a history made to hurt needs them. */
  readonly lineageSteps: number;
  /** The whole of reading and planning. */
  readonly timeoutMs: number;
}

export const PLAN_LIMITS: PlanLimits = Object.freeze({
  commits: 250_000,
  parents: 128,
  treeFiles: 100_000,
  changes: 4_000_000,
  pathBytes: 1_024,
  messageBytes: 64 * KIB,
  messagesBytes: 256 * MIB,
  lineageSteps: 200_000_000,
  timeoutMs: 10 * 60_000,
});

/** Commit headers (signatures, merge tags) read before the message; longer ones are cut with it. */
export const COMMIT_HEADER_BYTES_MAX = 64 * KIB;
/** Above this many added × removed files git keeps exact renames only. */
export const RENAME_CANDIDATES_MAX = 2_000;
/** Above this much text in a commit that adds and removes files, too. */
export const RENAME_BYTES_MAX = 128 * MIB;
/** A larger blob is handed over in chunks, never whole. */
export const WHOLE_BLOB_BYTES_MAX = 8 * MIB;

/** Address space of one git process: a tree that unfolds into millions of files ends here. */
export const GIT_MEMORY_BYTES_MAX = GIB;
/** One file git may write, which is the pack of the copy. */
export const GIT_FILE_BYTES_MAX = 10 * GIB;
/** What a short command may print (a list of branches). */
export const GIT_OUTPUT_BYTES_MAX = 16 * MIB;
/** How much of git's complaint is kept. */
export const GIT_COMPLAINT_CHARS_MAX = 4_096;
/** A question that git answers from its index: branches, ids. Remote ones included. */
export const GIT_QUESTION_TIMEOUT_MS = 60_000;
/** Copying the source. */
export const GIT_COPY_TIMEOUT_MS = 30 * 60_000;
/** Streaming all contents, including the time their reader takes. */
export const GIT_CONTENT_TIMEOUT_MS = 6 * 60 * 60_000;
