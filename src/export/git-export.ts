/**
 * A community as a git repository: `.git` with the whole history on one branch, and its files beside it.
 * Where the community came from git, each commit of the main line is one commit again with the same tree; each
 * entry written here that changed a file is one more. Not kept: side branches (their writers are co-authors of
 * the commit that took them up), suggestions nobody took, e-mail addresses, time zones, and units without a
 * path, since the tree must be the one that was imported.
 */
import { base32, hex, LoreError } from "../bytes/index.ts";
import { type Community, importStates } from "../community/index.ts";
import { intoEmptyDirectory } from "./empty-directory.ts";
import { runGit } from "./git/process.ts";
import {
  type Effect,
  type EntryFacts,
  readEffects,
  readEntries,
  readParents,
  readRevisions,
  type RevisionFacts,
} from "./git/record.ts";
import { type Span, spansOf } from "./git/spans.ts";
import { blobHeader, type Commit, formatCommit, gathered } from "./git/stream.ts";
import { isGitPath, Tree } from "./git/tree.ts";
import { Signatures, type SpanFacts, wordsOf } from "./git/words.ts";
import type { LeftOut, OnProgress } from "./report.ts";

const PROGRESS_EACH = 256;

export interface GitExportOptions {
  /** A folder that is empty or not there yet. */
  readonly directory: string;
  readonly onProgress?: OnProgress | undefined;
}

export interface GitExport {
  readonly commits: number;
  /** Files of the last commit. */
  readonly files: number;
  readonly leftOut: readonly LeftOut[];
}

/** @throws LoreError REFUSED for a folder that holds something; ENVIRONMENT without git; then nothing is left. */
export async function exportGit(community: Community, { directory, onProgress }: GitExportOptions): Promise<GitExport> {
  return intoEmptyDirectory(directory, async (folder) => {
    onProgress?.({ stage: "Reading the record", done: 0, of: 0 });
    const history = new History(community);
    const commits = history.commits();
    const branch = branchName(importStates(community).at(-1)?.branch);
    await runGit(folder, ["init", "--quiet", "--template=", `--initial-branch=${branch}`]);
    const stream = gathered(fastImport({ community, history, commits, branch, onProgress }));
    await runGit(folder, ["fast-import", "--quiet", "--done", "--date-format=raw-permissive"], stream);
    onProgress?.({ stage: "Writing files", done: 0, of: history.tree.size });
    if (commits.length > 0) await checkOut(folder, history.tree.undiskable);
    return { commits: commits.length, files: history.tree.size, leftOut: history.leftOut() };
  });
}

/** Writes the files of the last commit; git is told not to miss those that no disk takes. */
async function checkOut(folder: string, except: readonly string[]): Promise<void> {
  if (except.length === 0) return runGit(folder, ["reset", "--quiet", "--hard"]);
  await runGit(folder, ["read-tree", "HEAD"]);
  const names = Buffer.from(except.map((path) => `${path}\0`).join(""), "latin1");
  await runGit(folder, ["update-index", "--skip-worktree", "-z", "--stdin"], [names]);
  await runGit(folder, ["checkout-index", "--quiet", "--all"]);
}

/** The source's branch where its name is a plain one. */
function branchName(branch: string | undefined): string {
  const isPlain = branch !== undefined && /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(branch) && branch !== "HEAD";
  return isPlain ? branch : "main";
}

interface UnitState {
  revision: RevisionFacts | undefined;
  mode: string;
  retired: boolean;
  superseded: boolean;
}

/** Plays the record forward, commit by commit. */
class History {
  readonly tree = new Tree();
  /** Bodies that commits name, with their sizes, each unit's one after the other. */
  readonly bodies = new Map<string, number>();
  readonly #community: Community;
  readonly #entries: readonly EntryFacts[];
  readonly #revisions: ReadonlyMap<number, RevisionFacts>;
  readonly #parents: ReadonlyMap<number, readonly number[]>;
  readonly #effects: ReadonlyMap<number, readonly Effect[]>;
  readonly #units = new Map<number, UnitState>();

  constructor(community: Community) {
    this.#community = community;
    this.#entries = readEntries(community);
    this.#revisions = readRevisions(community);
    this.#parents = readParents(community);
    this.#effects = readEffects(community);
  }

  commits(): Commit[] {
    const people = new Signatures(this.#community);
    const commits: Commit[] = [];
    let time = this.#entries[0]?.time ?? 0;
    for (const span of spansOf(
      this.#entries,
      importStates(this.#community).map(({ commits: written }) => written),
    )) {
      const facts = this.#apply(span);
      const changes = this.tree.commit();
      if (changes.length === 0 && span.source === undefined) continue;
      const words = wordsOf(facts, people, time);
      time = words.author.time;
      commits.push({ ...words, changes });
    }
    this.#collectBodies(commits);
    return commits;
  }

  /** Git packs a blob best after one much like it. */
  #collectBodies(commits: readonly Commit[]): void {
    const named = new Set(commits.flatMap(({ changes }) => changes.flatMap(({ file }) => file?.digest ?? [])));
    const byUnit = [...this.#revisions.values()].toSorted((a, b) => a.unit - b.unit || a.n - b.n);
    for (const { body } of byUnit)
      if (body !== undefined && named.has(body.digest)) this.bodies.set(body.digest, body.sizeBytes);
  }

  #apply(span: Span): SpanFacts {
    const accepted = new Set<RevisionFacts>();
    const [gone, back]: [string[], string[]] = [[], []];
    let flagTime: number | undefined;
    const touched = new Set<number>();
    for (let i = span.start; i < span.end; i++) {
      for (const effect of this.#effects.get(i) ?? []) {
        const state = this.#unit(effect.unit);
        touched.add(effect.unit);
        if ("revision" in effect) {
          for (const revision of this.#newlyAccepted(state.revision, effect.revision)) accepted.add(revision);
          state.revision = this.#revisions.get(effect.revision);
          // What was edited here says nothing of its mode.
          state.mode = state.revision?.mode ?? state.mode;
        } else {
          state[effect.flag] = effect.raised;
          flagTime = Math.max(flagTime ?? 0, effect.time);
          (effect.raised ? gone : back).push(state.revision?.title ?? "Untitled");
        }
      }
    }
    for (const unit of touched) this.#wish(unit);
    return {
      span,
      entries: this.#entries.slice(span.start, span.end),
      entryAt: (index) => this.#entries[index],
      last: this.#entries[span.end - 1],
      accepted: [...accepted],
      gone,
      back,
      flagTime,
    };
  }

  #unit(unit: number): UnitState {
    const state = this.#units.get(unit) ?? { revision: undefined, mode: "100644", retired: false, superseded: false };
    this.#units.set(unit, state);
    return state;
  }

  /** The revisions from `head` up to the new one, oldest first. */
  #newlyAccepted(head: RevisionFacts | undefined, next: number): RevisionFacts[] {
    const seen = new Set<number>();
    const waiting = [next];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      if (seen.has(at) || (head !== undefined && at <= head.n)) continue;
      seen.add(at);
      waiting.push(...(this.#parents.get(at) ?? []));
    }
    return [...seen].toSorted((a, b) => a - b).flatMap((n) => this.#revisions.get(n) ?? []);
  }

  #wish(unit: number): void {
    const { revision, mode, retired, superseded } = this.#unit(unit);
    const isShown = !retired && !superseded;
    const { path, body } = revision ?? { path: undefined, body: undefined };
    const fits = isShown && path !== undefined && body !== undefined && isGitPath(path);
    this.tree.wish(unit, fits ? { path, mode, digest: body.digest } : undefined);
  }

  leftOut(): LeftOut[] {
    const out: LeftOut[] = [];
    for (const [unit, state] of this.#units) {
      const { revision } = state;
      if (revision === undefined || state.retired || state.superseded) continue;
      const reason = unfit(revision) ?? this.tree.missing(unit);
      const id = this.#community.facts.unit(unit)?.id;
      if (reason !== undefined && id !== undefined)
        out.push({
          unit: base32.encode(id),
          title: revision.title,
          ...(revision.path === undefined ? {} : { path: Buffer.from(revision.path, "latin1").toString() }),
          reason,
        });
    }
    return out;
  }
}

function unfit({ path, body, hasBody }: RevisionFacts): string | undefined {
  if (path === undefined) return "it has no path";
  if (!isGitPath(path)) return "git takes no such path";
  if (body !== undefined) return undefined;
  return hasBody ? "its text was erased" : "it has no text";
}

interface Writing {
  readonly community: Community;
  readonly history: History;
  readonly commits: readonly Commit[];
  readonly branch: string;
  readonly onProgress: OnProgress | undefined;
}

async function* fastImport({
  community,
  history,
  commits,
  branch,
  onProgress,
}: Writing): AsyncGenerator<Uint8Array | string> {
  const marks = new Map<string, number>();
  for (const [digest, sizeBytes] of history.bodies) {
    marks.set(digest, marks.size + 1);
    yield blobHeader(marks.size, sizeBytes);
    yield* bodyOf(community, digest);
    yield "\n";
    if (marks.size % PROGRESS_EACH === 0)
      onProgress?.({ stage: "Writing versions", done: marks.size, of: history.bodies.size });
  }
  for (const commit of commits) yield formatCommit(branch, commit, (digest) => marks.get(digest) ?? 0);
  yield "done\n";
}

async function* bodyOf({ store }: Community, digest: string): AsyncGenerator<Uint8Array> {
  const key = hex.decode(digest);
  const chunks = store.parts.stream(key);
  if (chunks === undefined) {
    throw new LoreError(
      "INTEGRITY",
      `Part ${digest} is named in the record but not held here. Fetch it from a copy, then export again.`,
    );
  }
  yield* chunks;
}
