/**
 * One import, from a source to a report. A source is read and judged before a community is made for it, so a
 * wrong path or a hostile repository leaves nothing behind.
 */
import { createHash } from "node:crypto";
import { rmSync } from "node:fs";

import { base32, LoreError, textOf } from "../bytes/index.ts";
import {
  Author,
  type CommitSize,
  type Community,
  type DraftOp,
  type Keys,
  type LoreNode,
  persons,
} from "../community/index.ts";
import { limits } from "../unit/index.ts";
import { communityFacts } from "./community-facts.ts";
import { type Destination, gitDestination, treeDestination } from "./destination.ts";
import { readFolder, type Tree } from "./folder.ts";
import {
  findPeople,
  type GitPlan,
  type GitRepository,
  openRepository,
  parseMessage,
  type People,
  planGit,
  readBlobs,
  type SkipRule,
} from "./git/index.ts";
import { type GitImportResult, tipOf, writePlan } from "./git-import.ts";
import { isLicenceFile, recogniseLicence } from "./licence.ts";
import { type Manifest, MANIFEST_NAME, parseManifest } from "./manifest.ts";
import { Names, signatureKey } from "./names.ts";
import type { ImportProgress, ImportReport, PersonMerge, SkippedItem } from "./report.ts";
import { isFrom, noteSource } from "./sources.ts";
import { importTree, type TreeFile } from "./tree-import.ts";
import { unreadableReason } from "./unreadable.ts";
import { IS_ENCRYPTED, readZip } from "./zip.ts";

interface Request extends Destination {
  /** Whether most of what was brought in before may be retired because the source lacks it. */
  readonly mayRetireMost?: boolean;
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
}

/** `location`: a bundle, a repository or an https address. */
export interface GitRequest extends Request {
  readonly branch?: string | undefined;
  /** Only this folder or file of it. */
  readonly prefix?: string | undefined;
  readonly allowPrivate?: boolean;
}

export type TreeRequest = Request;

export interface ImportOutcome {
  readonly report: ImportReport;
  /** Log size after each mainline commit, all runs together. */
  readonly commits: readonly CommitSize[];
}

/** Imports a git repository. @throws LoreError; a new community is made only once the source is understood. */
export async function importGit(node: LoreNode, request: GitRequest): Promise<ImportOutcome> {
  const started = performance.now();
  const into = node.scratch();
  try {
    request.onProgress?.({ stage: "Reading the history", done: 0, of: 0 });
    const repository = await openRepository(request.location, {
      into,
      branch: request.branch,
      allowPrivate: request.allowPrivate ?? false,
    });
    const plan = await planGit(repository, { pathPrefix: request.prefix, skip: skipLarge });
    const facts = { licence: await licenceAtTip(repository, plan) };
    const community = await gitDestination(node, request, { plan, facts });
    const keys = requireKeys(node, community);
    const people = findPeople(countSignatures(plan));
    const result = await writeVersions({ node, community, repository, plan, people, keys, request });
    noteSource(community, request.location);
    request.onProgress?.({ stage: "Making it searchable", done: 0, of: 0 });
    await community.seal();
    request.onProgress?.({ stage: "Checking links", done: 0, of: 0 });
    const report = reportOf({ community, request, plan, people, result, durationMs: performance.now() - started });
    return { report, commits: result.commits };
  } finally {
    rmSync(into, { recursive: true, force: true });
  }
}

interface Writing {
  readonly node: LoreNode;
  readonly community: Community;
  readonly repository: GitRepository;
  readonly plan: GitPlan;
  readonly people: People;
  readonly keys: Keys;
  readonly request: GitRequest;
}

function writeVersions({ community, repository, plan, people, keys, request }: Writing): Promise<GitImportResult> {
  const author = new Author(community, keys);
  const names = new Names(community, nameSecret(keys), people);
  return writePlan({
    community,
    author,
    repository,
    plan,
    names,
    prefix: request.prefix,
    mayRetireMost: request.mayRetireMost,
    onProgress: request.onProgress,
  });
}

/** Known to whoever holds the importer's key, and the same in every run. */
function nameSecret({ signer }: Keys): Uint8Array {
  return createHash("sha256")
    .update(signer.sign(Buffer.from("lore-names/v1")))
    .digest();
}

/** The licence that the last commit carries at its root. */
async function licenceAtTip(repository: GitRepository, plan: GitPlan): Promise<string | undefined> {
  const file = tipOf(plan).find(
    ({ path, sizeBytes }) => isLicenceFile(textOf(path) ?? "") && sizeBytes < LICENCE_FILE_BYTES_MAX,
  );
  if (file === undefined) return undefined;
  for await (const { bytes } of readBlobs(repository, [file.blob]))
    return recogniseLicence(textOf(bytes ?? new Uint8Array()) ?? "");
  return undefined;
}

const LICENCE_FILE_BYTES_MAX = 200_000;

/** The same of a folder or zip. */
async function licenceOfTree({ files }: Tree): Promise<string | undefined> {
  try {
    const content = await files.find(({ path }) => isLicenceFile(textOf(path) ?? ""))?.open();
    return content instanceof Uint8Array ? recogniseLicence(textOf(content) ?? "") : undefined;
  } catch (error) {
    // It is left out with the others that cannot be read, and says nothing of what may be done here.
    if (unreadableReason(error) === undefined) throw error;
    return undefined;
  }
}

const skipLarge: SkipRule = ({ sizeBytes }) =>
  sizeBytes > limits.PART_BYTES_MAX
    ? `it takes ${sizeBytes} bytes; a file may take ${limits.PART_BYTES_MAX}`
    : undefined;

/** Imports a folder. @throws LoreError; a new community is made only once the folder is understood. */
export async function importFolder(node: LoreNode, request: TreeRequest): Promise<ImportReport> {
  return writeTree(node, request, readFolder(request.location));
}

/** Imports a zip file. @throws LoreError; a new community is made only once the file is understood. */
export async function importZip(node: LoreNode, request: TreeRequest): Promise<ImportReport> {
  const zip = await readZip(request.location);
  try {
    return await writeTree(node, request, zip);
  } finally {
    zip.close();
  }
}

async function writeTree(node: LoreNode, request: TreeRequest, tree: Tree): Promise<ImportReport> {
  const started = performance.now();
  const manifestFile = tree.files.find(({ path }) => textOf(path) === MANIFEST_NAME);
  const manifest = manifestFile === undefined ? undefined : await readManifest(manifestFile);
  const files = tree.files.filter((file) => file !== manifestFile);
  if (files.length === 0) throw nothingIn(request.location, tree.skipped);
  const community = await treeDestination(node, request, { licence: await licenceOfTree(tree), ...manifest });
  const keys = requireKeys(node, community);
  const names = new Names(community, nameSecret(keys), NOBODY);
  const before: DraftOp[] = [];
  // An author who brings in their own words needs no second name in history.
  const others = manifest?.authors?.filter(
    (name) => name !== persons.findPerson(community, base32.encode(keys.member)).name,
  );
  const by = others?.map((name) => ({ member: names.member({ name, email: "" }, (op) => before.push(op)) }));
  const author = new Author(community, keys);
  const result = await importTree({
    community,
    author,
    files,
    manifest,
    mayRetireMost: request.mayRetireMost,
    unread: tree.unread,
    isKnownSource: isFrom(community, request.location),
    by: by?.length === 0 ? undefined : by,
    before,
    onProgress: (done, of) => request.onProgress?.({ stage: "Writing pages", done, of }),
  });
  noteSource(community, request.location);
  request.onProgress?.({ stage: "Making it searchable", done: 0, of: 0 });
  await community.seal();
  return {
    ...communityFacts(community),
    source: request.location,
    revisions: result.revisions,
    entries: result.entries,
    people: Math.max(1, by?.length ?? 0),
    bots: [],
    merges: [],
    suggestions: [],
    suggestionsAccepted: 0,
    suggestionsClosed: 0,
    skipped: [...tree.skipped, ...result.skipped],
    retired: result.retired,
    waiting: result.needsMerge,
    durationMs: Math.round(performance.now() - started),
  };
}

/** Why nothing of a source can be taken: each reason, with the first it is the reason for. */
function nothingIn(location: string, skipped: readonly SkippedItem[]): LoreError {
  const reasons = [...Map.groupBy(skipped, ({ reason }) => reason)].map(([reason, [first, ...others]]) => {
    const also = others.length === 0 ? "" : ` and ${others.length} more`;
    return `"${first?.path.slice(0, 100) ?? ""}"${also}: ${reason}`;
  });
  const found = reasons.length === 0 ? "there is no file in it" : `all of it was left out. ${reasons.join("; ")}`;
  const isLocked = skipped.some(({ reason }) => reason === IS_ENCRYPTED);
  const advice = isLocked ? " Unpack it with its password, and bring in the folder." : "";
  return new LoreError("REFUSED", `Bringing in ${location}: ${found}. Nothing was written.${advice}`);
}

/** The report of a community that begins with nothing. */
export function emptyReport(community: Community): ImportReport {
  return {
    ...communityFacts(community),
    source: "nothing",
    revisions: 0,
    entries: 1,
    people: 1,
    bots: [],
    merges: [],
    suggestions: [],
    suggestionsAccepted: 0,
    suggestionsClosed: 0,
    skipped: [],
    retired: 0,
    waiting: [],
    durationMs: 0,
  };
}

const NOBODY: People = { people: [], merges: [], suggestions: [] };

async function readManifest(file: TreeFile): Promise<Manifest> {
  const content = await file.open();
  if (!(content instanceof Uint8Array))
    throw new LoreError("TOO_LARGE", `Reading ${MANIFEST_NAME}: it is too large for a manifest.`);
  return parseManifest(content);
}

function requireKeys(node: LoreNode, community: Community): Keys {
  const keys = node.keystore.read(community.id);
  if (keys === undefined)
    throw new LoreError("FORBIDDEN", "Importing needs a key of this community, and none is on this machine.");
  return keys;
}

function countSignatures(plan: GitPlan) {
  const counted = new Map<string, { name: string; email: string; count: number }>();
  for (const { steps } of plan.groups) {
    for (const { author, message } of steps) {
      for (const signature of [author, ...parseMessage(message).coauthors]) {
        const key = signatureKey(signature);
        const known = counted.get(key);
        if (known === undefined) counted.set(key, { name: signature.name, email: signature.email, count: 1 });
        else known.count += 1;
      }
    }
  }
  return counted.values();
}

interface Reporting {
  readonly community: Community;
  readonly request: GitRequest;
  readonly plan: GitPlan;
  readonly people: People;
  readonly result: GitImportResult;
  readonly durationMs: number;
}

function reportOf({ community, request, plan, people, result, durationMs }: Reporting): ImportReport {
  const skipped = plan.skipped.map(({ path, reason, commit }) => ({
    path: new TextDecoder().decode(path),
    reason,
    commit,
  }));
  return {
    ...communityFacts(community),
    source: request.location,
    revisions: result.revisions,
    entries: result.entries,
    commits: { all: plan.groups.reduce((sum, { steps }) => sum + steps.length, 0), mainline: plan.groups.length },
    people: people.people.filter(({ type }) => type === "person").length,
    bots: people.people.filter(({ type }) => type === "bot").map(({ name }) => name),
    merges: people.merges.map(toMerge),
    suggestions: people.suggestions.map(toMerge),
    suggestionsAccepted: result.accepted,
    suggestionsClosed: result.closed,
    skipped: [...skipped, ...result.skipped],
    retired: result.retired,
    waiting: result.needsMerge,
    ...(result.rewrittenFrom === undefined ? {} : { rewritten: rewrittenWords(result.rewrittenFrom) }),
    durationMs: Math.round(durationMs),
  };
}

function rewrittenWords(lost: string): string {
  return `it no longer has ${lost.slice(0, 12)}, with which the last import ended. What differs now was written as one new version of each page; nothing on record was changed.`;
}

function toMerge({ signatures: [one, other], reason }: People["merges"][number]): PersonMerge {
  return { into: one.name, names: [one.name, other.name], reason };
}
