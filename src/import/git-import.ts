/**
 * Writes a git plan into a community: one revision for each change of a file, by the people its commit names,
 * one log entry (or a few) per mainline commit. Killed at any point, the log ends after a whole mainline
 * commit and the next run goes on. A second run writes only what is new; a page that was edited here
 * meanwhile gets the newer version as a suggestion.
 */
import { hex, LoreError, textOf } from "../bytes/index.ts";
import {
  type Author,
  type Community,
  type DraftOp,
  type DraftPart,
  type CommitSize,
  type HeldPart,
  importStates,
  type SealedOp,
  stateOp,
  WAS_ERASED,
} from "../community/index.ts";
import { limits, revisionId, unitId } from "../unit/index.ts";
import { Batch } from "./batch.ts";
import { type FileContent, kindOfFile, mediaOfFile, titleOfFile } from "./content.ts";
import { wasErased } from "./erased.ts";
import { type BlobContent, type GitPlan, type GitRepository, parseMessage, readBlobs } from "./git/index.ts";
import type { CommitStep, Group, PlanOp } from "./git/planner.ts";
import type { Names } from "./names.ts";
import type { ImportProgress, SkippedItem } from "./report.ts";
import { type KnownUnit, Standing } from "./standing.ts";
import { importTree } from "./tree-import.ts";

export interface GitImport {
  readonly community: Community;
  readonly author: Author;
  readonly repository: GitRepository;
  readonly plan: GitPlan;
  readonly names: Names;
  readonly prefix: string | undefined;
  /** Whether most pages may be retired, where the source's history was rewritten. */
  readonly mayRetireMost?: boolean | undefined;
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
}

export interface GitImportResult {
  readonly revisions: number;
  readonly entries: number;
  readonly accepted: number;
  readonly closed: number;
  readonly retired: number;
  /** Newer versions that became suggestions, since their pages were edited here. */
  readonly needsMerge: readonly string[];
  /** Versions that were not written. */
  readonly skipped: readonly SkippedItem[];
  readonly commits: readonly CommitSize[];
  /** The commit that the source no longer has, when its history was rewritten. */
  readonly rewrittenFrom?: string;
}

type Revise = Extract<PlanOp, { op: "revise" }>;

/** Writes every group of the plan that is not on record yet. */
export async function writePlan(options: GitImport): Promise<GitImportResult> {
  const last = lastCommitOf(options.community);
  const isRewritten = last !== undefined && !options.plan.groups.some(({ commit }) => commit === last);
  return isRewritten ? writeRewritten(options, last) : new PlanWriter(options).run();
}

/** The commit with which the last import ended. */
export function lastCommitOf(community: Community): string | undefined {
  return importStates(community).at(-1)?.commits.at(-1)?.commit;
}

/** The source no longer has the commit that was imported last: one version for each file that differs at its tip. */
async function writeRewritten(options: GitImport, lost: string): Promise<GitImportResult> {
  const { community, author, plan, repository, names, prefix } = options;
  requireKnownHistory(options);
  const tip = plan.groups.at(-1)?.steps.at(-1);
  if (tip === undefined) throw new LoreError("REFUSED", "The source has no commits.");
  const before: DraftOp[] = [];
  const member = names.member(tip.author, (op) => before.push(op));
  const heads = tipOf(plan);
  const blobs = readBlobs(
    repository,
    heads.map(({ blob }) => blob),
  );
  const result = await importTree({
    community,
    author,
    files: heads.map(({ path, mode }) => ({ path, mode, open: () => nextContent(blobs) })),
    by: [{ member }],
    time: tip.author.timeMs === undefined || tip.author.timeMs < 0 ? undefined : tip.author.timeMs,
    mayRetireMost: options.mayRetireMost,
    isKnownSource: true,
    note: parseMessage(tip.message).subject || undefined,
    commit: tip.oid,
    prefix,
    before,
    after: (size) => [stateOp({ branch: plan.branch, prefix, commits: [{ commit: tip.oid, size }], rewritten: true })],
  });
  const commits = importStates(community).flatMap((state) => [...state.commits]);
  return { ...result, accepted: 0, closed: 0, commits, rewrittenFrom: lost };
}

/** @throws LoreError REFUSED for a source that has nothing in common with what came before. */
function requireKnownHistory({ community, plan, mayRetireMost = false }: GitImport): void {
  const known = new Set(importStates(community).flatMap(({ commits }) => commits.map(({ commit }) => commit)));
  if (mayRetireMost || plan.groups.some(({ commit }) => known.has(commit))) return;
  throw new LoreError(
    "REFUSED",
    `Bringing a repository into ${community.name}: it shares no commit with the one that came before. Give it a community of its own with --name; or, if it takes the place of the other, add --retire, and pages that it lacks are retired.`,
  );
}

async function nextContent(blobs: AsyncGenerator<BlobContent>): Promise<Uint8Array | AsyncIterable<Uint8Array>> {
  const next = await blobs.next();
  if (next.done === true)
    throw new LoreError("INTEGRITY", "Reading the repository: it ended before every file was read.");
  return next.value.bytes?.slice() ?? next.value.chunks ?? new Uint8Array();
}

/** The files of the last mainline commit, in order of units. */
export function tipOf(plan: GitPlan): Revise[] {
  const revisions = new Map<number, Revise>();
  const heads = new Map<number, Revise>();
  const retired = new Set<number>();
  for (const op of plan.groups.flatMap(({ steps }) => steps.flatMap(({ ops }) => ops))) {
    if (op.op === "revise") {
      revisions.set(op.revision, op);
      if (!op.propose) heads.set(op.unit, op);
    } else if (op.op === "accept") {
      const accepted = revisions.get(op.revision);
      if (accepted !== undefined) heads.set(accepted.unit, accepted);
    } else if (op.op === "retire") retired.add(op.unit);
    else if (op.op === "restore") retired.delete(op.unit);
  }
  return [...heads.values()].filter(({ unit }) => !retired.has(unit));
}

class PlanWriter {
  readonly #options: GitImport;
  readonly #batch: Batch;
  readonly #standing: Standing;
  readonly #result = {
    revisions: 0,
    accepted: 0,
    closed: 0,
    retired: 0,
    needsMerge: [] as string[],
    skipped: [] as SkippedItem[],
  };
  #commits: CommitSize[] = [];
  #written: CommitSize[] = [];

  constructor(options: GitImport) {
    this.#options = options;
    this.#batch = new Batch(options.community, options.author);
    this.#standing = new Standing(options.community);
  }

  async run(): Promise<GitImportResult> {
    const { plan, repository } = this.#options;
    const states = importStates(this.#options.community);
    this.#commits = states.flatMap(({ commits }) => [...commits]);
    const done = this.#groupsDone();
    this.#standing.replay(plan.groups.slice(0, done));
    const todo = plan.groups.slice(done);
    const blobs = readBlobs(repository, revisedBlobs(todo));
    try {
      await this.#writeGroups(todo, blobs);
    } finally {
      // Whatever happened, git must not wait for somebody to read on.
      await blobs.return(undefined);
    }
    return { ...this.#result, entries: this.#batch.entries, commits: [...this.#commits, ...this.#written] };
  }

  async #writeGroups(todo: readonly Group[], blobs: AsyncGenerator<BlobContent>): Promise<void> {
    for (const [i, group] of todo.entries()) {
      for (const step of group.steps) await this.#step(step, blobs);
      await this.#endGroup(group, i === todo.length - 1);
      if (i % 64 === 0) this.#options.onProgress?.({ stage: "Writing versions", done: i, of: todo.length });
    }
  }

  /** What no version tells of the commit that ends a group; it has none of its own. */
  #toldBy({ commit, steps }: Group): CommitSize["told"] {
    const step = steps.find(({ oid }) => oid === commit);
    if (step === undefined || step.ops.some(({ op }) => op === "revise")) return undefined;
    const { by, time, note } = this.#commitOf(step);
    const [first] = by;
    if (first === undefined) return undefined;
    return { by: first.member, ...(time === undefined ? {} : { time }), ...(note === "" ? {} : { note }) };
  }

  /** How many groups of the plan the record holds already. */
  #groupsDone(): number {
    const last = this.#commits.at(-1);
    return last === undefined ? 0 : this.#options.plan.groups.findLastIndex(({ commit }) => commit === last.commit) + 1;
  }

  async #endGroup(group: Group, isLast: boolean): Promise<void> {
    const { plan, prefix, names } = this.#options;
    // Whoever is first named here is named in this group.
    const told = this.#toldBy(group);
    this.#batch.endGroup();
    this.#written.push({ commit: group.commit, size: this.#batch.size, ...(told === undefined ? {} : { told }) });
    if (!this.#batch.isFull && !isLast) return;
    // The state stands in an entry after them, so that each size above is one a reader can ask for.
    for (const op of names.mergeOps()) this.#add(op);
    const { branch } = plan;
    this.#add(stateOp({ branch, prefix, commits: this.#written, rewritten: false }));
    await this.#batch.write();
    this.#commits.push(...this.#written);
    this.#written = [];
  }

  #add(draft: DraftOp): SealedOp {
    const sealed = this.#options.author.seal(draft);
    this.#batch.add(sealed);
    return sealed;
  }

  async #step(step: CommitStep, blobs: AsyncGenerator<BlobContent>): Promise<void> {
    if (step.ops.length === 0) return;
    const commit = this.#commitOf(step);
    for (const op of step.ops) {
      if (op.op === "revise") await this.#revise(op, commit, blobs);
      else this.#settle(op, commit);
    }
  }

  #commitOf(step: CommitStep): Commit {
    const message = parseMessage(step.message);
    const announce = (op: DraftOp) => void this.#add(op);
    const writers = [step.author, ...message.coauthors].map((signature) =>
      this.#options.names.member(signature, announce),
    );
    const unique = [...new Map(writers.map((id) => [hex.encode(id), id])).values()].slice(0, limits.BY_MAX);
    const note = [message.subject, message.note].filter((text) => text !== "").join("\n\n");
    const time = [step.author.timeMs, step.committer.timeMs].find((ms) => ms !== undefined && ms >= 0);
    return {
      oid: step.oid,
      note: note.slice(0, NOTE_LENGTH_MAX).toWellFormed(),
      time,
      by: unique.map((member) => ({ member })),
    };
  }

  async #revise(op: Revise, commit: Commit, blobs: AsyncGenerator<BlobContent>): Promise<void> {
    const next = await blobs.next();
    if (next.done === true)
      throw new LoreError("INTEGRITY", "Reading the repository: it ended before every file was read.");
    const { community, author } = this.#options;
    const { environment, log } = community;
    const known = this.#standing.unit(op.unit);
    const file = await this.#content(op, next.value, known);
    const kind = known?.kind ?? kindOfFile(file);
    const nonce = known === undefined ? environment.random(16) : undefined;
    const unit =
      known?.id ?? unitId(environment.suite, { log, author: author.member, nonce: nonce ?? new Uint8Array(16) });
    const parents = op.parents.flatMap((revision) => this.#standing.revision(revision) ?? []);
    const content = [{ ...metaPart(file, op, { kind, commit }), like: known?.meta }, bodyPart(file, kind, known?.body)];
    if (wasErased(community, content)) {
      this.#result.skipped.push({ path: file.path, reason: WAS_ERASED, commit: commit.oid });
      return;
    }
    const conflict = !op.propose && known !== undefined && this.#standing.isEdited(op.unit);
    if (conflict) this.#result.needsMerge.push(file.path);
    const draft = {
      op: "revise" as const,
      unit,
      kind,
      parents: nonce === undefined ? (parents.length > 0 ? parents : this.#standing.headOf(op.unit)) : [],
      ...(nonce === undefined ? {} : { nonce }),
      ...(op.propose || conflict ? { propose: true as const } : {}),
      ...(commit.time === undefined ? {} : { source: { time: commit.time } }),
      by: commit.by,
      content,
    };
    const sealed = this.#add(draft);
    // A draft's op with its parts back is the op itself.
    const id = revisionId(environment.suite, { log, author: author.member, op: sealed.op });
    this.#standing.add(op, {
      unit: { id: unit, kind, meta: sealed.openings[0]?.digest, body: sealed.openings[1]?.digest },
      revision: id,
      accepted: !op.propose && !conflict,
    });
    this.#result.revisions += 1;
  }

  async #content(op: Revise, blob: BlobContent, known: KnownUnit | undefined): Promise<ImportedFile> {
    const path = textOf(op.path);
    const shown = path ?? new TextDecoder("utf-8").decode(op.path);
    const base = { path: shown, isText: path !== undefined, pathBytes: op.path, mode: op.mode, known };
    if (blob.bytes !== undefined) return { ...base, bytes: blob.bytes.slice(), held: undefined };
    return { ...base, bytes: undefined, held: await this.#options.community.store.parts.putStream(blob.chunks) };
  }

  #settle(op: Exclude<PlanOp, Revise>, { time, by }: Commit): void {
    const source = time === undefined ? {} : { source: { time } };
    switch (op.op) {
      case "accept":
      case "reject": {
        const on = this.#standing.revision(op.revision);
        if (on === undefined) return;
        this.#add({ op: "review", verdict: op.op === "accept" ? "approve" : "reject", on, by });
        if (op.op === "accept") this.#standing.accept(op.revision);
        this.#result[op.op === "accept" ? "accepted" : "closed"] += 1;
        return;
      }
      case "retire":
      case "restore": {
        const unit = this.#standing.unit(op.unit);
        if (unit === undefined) return;
        this.#add({ op: "mark", mark: op.op, on: { unit: unit.id }, ...source });
        if (op.op === "retire") this.#result.retired += 1;
        return;
      }
      default:
        return op satisfies never;
    }
  }
}

const NOTE_LENGTH_MAX = 16_000;

interface Commit {
  readonly oid: string;
  readonly note: string;
  readonly time: number | undefined;
  readonly by: readonly { readonly member: Uint8Array }[];
}

interface ImportedFile extends FileContent {
  /** Whether the path is UTF-8. */
  readonly isText: boolean;
  readonly pathBytes: Uint8Array;
  /** A file too large for memory, stored already. */
  readonly held: { readonly digest: Uint8Array; readonly size: number } | undefined;
}

function metaPart(file: ImportedFile, op: Revise, { kind, commit }: { kind: string; commit: Commit }): DraftPart {
  const meta = {
    title: titleOfFile(file, kind),
    ...(file.isText ? { path: file.path } : { pathHex: hex.encode(file.pathBytes) }),
    ...(commit.note === "" ? {} : { note: commit.note }),
    source: { commit: commit.oid, mode: op.mode.toString(8) },
  };
  return { name: "meta", media: "application/json", bytes: Buffer.from(JSON.stringify(meta)) };
}

function bodyPart(file: ImportedFile, kind: string, like: Uint8Array | undefined): DraftPart | HeldPart {
  const media = mediaOfFile(file, kind);
  if (file.held !== undefined) return { name: "body", media, ...file.held };
  return { name: "body", media, bytes: file.bytes ?? new Uint8Array(), like };
}

function* revisedBlobs(groups: readonly Group[]): Generator<string> {
  for (const { steps } of groups)
    for (const { ops } of steps) for (const op of ops) if (op.op === "revise") yield op.blob;
}

/** What stands where is known for one part of a repository. @throws LoreError REFUSED for another part of the same history. */
export function requireSamePart(community: Community, prefix: string | undefined, history: ReadonlySet<string>): void {
  const other = importStates(community).find(
    (state) => state.prefix !== prefix && state.commits.some(({ commit }) => history.has(commit)),
  );
  if (other === undefined) return;
  const part = (path: string | undefined): string => (path === undefined ? "all of it" : `"${path}"`);
  throw new LoreError(
    "REFUSED",
    `Bringing in ${part(prefix)} of a repository: ${part(other.prefix)} was brought in here before. Name a new community with --name, or bring in ${part(other.prefix)} again. Nothing was written.`,
  );
}
