/**
 * Opens a repository that a stranger may have made: a bundle, a directory or an https address. What
 * is read later is always a bare copy of one branch, made by git's own transport into a temporary
 * directory, because git runs commands that a repository configures and will not refuse hostile ones.
 * The copy has none of the source's configuration, hooks, alternates, grafts or replaced objects.
 * Refuses: other transports (ext::, ssh, git, plain http), addresses inside private networks,
 * credentials in addresses, shallow and partial copies, borrowed objects, and empty repositories.
 */

import { access, open, realpath, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { LoreError } from "../../bytes/index.ts";
import { resolvePublic } from "./address.ts";
import { chooseBranch, type RemoteRefs } from "./branch.ts";
import { tellingLine } from "./complaint.ts";
import { failure, Git } from "./git.ts";
import { GIT_COPY_TIMEOUT_MS, GIT_QUESTION_TIMEOUT_MS } from "./limits.ts";

/** A bare copy that only we configured. */
export interface GitRepository {
  readonly git: Git;
  readonly directory: string;
  /** The commit the branch pointed at when it was copied. */
  readonly tip: string;
  /** A branch name, or "HEAD" where the source is at a commit without a branch. */
  readonly branch: string;
}

export interface OpenOptions {
  /** An existing temporary directory; the caller removes it. */
  readonly into: string;
  readonly branch?: string | undefined;
  /** Fetch from loopback and private networks too; for an operator, never for a visitor. */
  readonly allowPrivate?: boolean;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Where to copy from, as git is to be told. */
interface Source {
  /** As the caller wrote it, for messages. */
  readonly shown: string;
  readonly location: string;
  readonly protocol: "file" | "https";
  /** `host:port:addresses` that were checked; git connects to no others. */
  readonly connectTo?: string;
}

interface Opening extends OpenOptions {
  readonly git: Git;
  readonly source: Source;
}

/** Copies one branch of a repository. Throws NOT_FOUND, REFUSED, UNREACHABLE, ENVIRONMENT, DISK_FULL. */
export async function openRepository(source: string, options: OpenOptions): Promise<GitRepository> {
  const into = await realpath(options.into);
  const git = await Git.at(into);
  const found = await locate(source, { ...options, into, git });
  const opening: Opening = { ...options, into, git, source: found };
  const refs = await listRefs(opening);
  const branch = chooseBranch(refs, { asked: options.branch, shown: found.shown });
  const directory = join(into, "copy.git");
  try {
    await copy(opening, { branch, directory });
    return { git, directory, tip: await tipOf(opening, directory), branch };
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}

const SCHEME = /^([a-z][a-z0-9+.-]*):(?:\/\/|:)/i;
const SCP_LIKE = /^[^/\\]+@[^/\\]+:/;

async function locate(source: string, opening: OpenOptions & { readonly git: Git }): Promise<Source> {
  const scheme = SCHEME.exec(source)?.[1]?.toLowerCase();
  if (scheme === "https") return await locateUrl(source, opening);
  if (scheme === "file") return await locatePath(pathOfUrl(source), { ...opening, shown: source });
  if (
    scheme !== undefined ||
    SCP_LIKE.test(source) ||
    source.startsWith("-") ||
    source.includes("\0") ||
    source === ""
  ) {
    throw new LoreError(
      "REFUSED",
      `${shown(source)} is not a source that is read: give an https address, a bundle file or a repository folder.`,
      {
        field: "source",
      },
    );
  }
  return await locatePath(source, { ...opening, shown: source });
}

function pathOfUrl(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw new LoreError("REFUSED", `${shown(url)} does not name a file on this machine.`, {
      field: "source",
      cause,
    });
  }
}

/** Git connects to the addresses that were checked; behind a proxy, the proxy decides. */
async function locateUrl(text: string, options: OpenOptions): Promise<Source> {
  if (!URL.canParse(text))
    throw new LoreError("REFUSED", `${shown(text)} is not a complete address.`, {
      field: "source",
    });
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") {
    throw new LoreError(
      "REFUSED",
      "The address contains a user name or password. Clone it yourself and import the folder, or a bundle of it.",
      {
        field: "source",
      },
    );
  }
  const addresses = await resolvePublic(url, { allowPrivate: options.allowPrivate ?? false });
  const bracketed = addresses.map((address) => (address.includes(":") ? `[${address}]` : address));
  const connectTo = `${url.hostname}:${url.port || "443"}:${bracketed.join(",")}`;
  return { shown: url.href, location: url.href, protocol: "https", connectTo };
}

async function locatePath(
  path: string,
  opening: OpenOptions & { readonly git: Git; readonly shown: string },
): Promise<Source> {
  const location = await realpath(resolve(path)).catch((cause: unknown) => {
    throw new LoreError("NOT_FOUND", `There is nothing at ${shown(opening.shown)}. Check the path.`, {
      field: "source",
      cause,
    });
  });
  const isDirectory = (await stat(location)).isDirectory();
  if (isDirectory) await checkDirectory(location, opening);
  else await checkBundle(location, opening.shown);
  return { shown: opening.shown, location, protocol: "file" };
}

const BUNDLE_SIGNATURE = /^# v[0-9]+ git bundle\n/;
const BUNDLE_SIGNATURE_BYTES = 32;

async function checkBundle(path: string, source: string): Promise<void> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(BUNDLE_SIGNATURE_BYTES), 0, BUNDLE_SIGNATURE_BYTES, 0);
    if (BUNDLE_SIGNATURE.test(buffer.toString("latin1", 0, bytesRead))) return;
  } finally {
    await file.close();
  }
  throw notARepository(source);
}

/** Refuses what would make git look outside the repository, or fetch, while it serves the copy. */
async function checkDirectory(
  path: string,
  { git, shown: source, signal }: { git: Git; shown: string; signal?: AbortSignal | undefined },
): Promise<void> {
  const ask = { directory: path, timeoutMs: GIT_QUESTION_TIMEOUT_MS, signal };
  const answer = await git.run({
    ...ask,
    args: ["rev-parse", "--git-common-dir"],
    ceiling: dirname(path),
  });
  if (answer.exit !== 0) throw notARepository(source);
  const common = resolve(path, answer.stdout.toString("utf8").replace(/\n$/, ""));
  if (await exists(join(common, "objects", "info", "alternates"))) {
    throw unfit(
      source,
      "borrows objects from another repository (alternates). Run git repack -a -d in it and remove objects/info/alternates",
    );
  }
  if (await exists(join(common, "shallow")))
    throw unfit(source, "is a shallow copy without its whole history. Run git fetch --unshallow in it");
  const partial = "^(extensions\\.partialclone|remote\\..*\\.(promisor|partialclonefilter))$";
  const { exit } = await git.run({
    ...ask,
    args: ["config", "--file", join(common, "config"), "--includes", "--get-regexp", partial],
  });
  if (exit === 0)
    throw unfit(source, "is a partial copy that fetches contents when they are read. Clone it whole first");
}

async function listRefs({ git, source, into, signal }: Opening): Promise<RemoteRefs> {
  const args = ["ls-remote", "--symref", "--quiet", "--", source.location];
  const { exit, stdout, complaint } = await git.run({
    ...source,
    directory: into,
    args,
    timeoutMs: GIT_QUESTION_TIMEOUT_MS,
    signal,
  });
  if (exit !== 0) throw explained(source, complaint);
  const heads = new Map<string, string>();
  let head: string | undefined;
  let headBranch: string | undefined;
  for (const line of stdout.toString("utf8").split("\n")) {
    const [value = "", name = ""] = line.split("\t");
    if (name === "HEAD" && value.startsWith(REF_PREFIX)) headBranch = value.slice(REF_PREFIX.length);
    else if (name === "HEAD") head = value;
    else if (name.startsWith(HEADS_PREFIX)) heads.set(name.slice(HEADS_PREFIX.length), value);
  }
  return { heads, head, headBranch };
}

const HEADS_PREFIX = "refs/heads/";
const REF_PREFIX = `ref: ${HEADS_PREFIX}`;

async function copy(
  { git, source, into, ...options }: Opening,
  target: { branch: string; directory: string },
): Promise<void> {
  const branch = target.branch === "HEAD" ? [] : [`--branch=${target.branch}`];
  const call = {
    ...source,
    directory: into,
    args: [
      "clone",
      "--quiet",
      "--bare",
      "--no-local",
      "--no-tags",
      "--single-branch",
      "--template=",
      "--reject-shallow",
      ...branch,
      "--",
      source.location,
      target.directory,
    ],
    timeoutMs: options.timeoutMs ?? GIT_COPY_TIMEOUT_MS,
    signal: options.signal,
  };
  const { exit, complaint } = await git.run(call);
  if (exit === 0) return;
  const cause = failure(call, complaint);
  if (/no space left|out of disk ?space|disk quota/i.test(complaint))
    throw new LoreError(
      "DISK_FULL",
      "Copying the repository: the disk is full. Nothing was written; make space and try again.",
    );
  if (cause.code === "DISK_FULL" || cause.limit !== undefined) throw cause;
  throw explained(source, complaint);
}

async function tipOf({ git, source, signal }: Opening, directory: string): Promise<string> {
  const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", "HEAD^{commit}"];
  const { exit, stdout } = await git.run({
    directory,
    args,
    timeoutMs: GIT_QUESTION_TIMEOUT_MS,
    signal,
  });
  if (exit !== 0) throw unfit(source.shown, "has a branch that leads to no commit. Run git fsck on it");
  return stdout.toString("latin1").trim();
}

/** Git's complaint about a source, in our words; for an address, who is to blame decides the code. */
function explained(source: Source, complaint: string): LoreError {
  const data = { data: { complaint }, field: "source" };
  if (source.protocol === "file") {
    if (/prerequisite/i.test(complaint)) {
      return new LoreError(
        "REFUSED",
        `${shown(source.shown)} holds only the newest part of a history. Make a whole one with git bundle create NAME --all.`,
        data,
      );
    }
    return new LoreError(
      "REFUSED",
      `${shown(source.shown)} is damaged or cut short and was not read; git said: ${tellingLine(complaint)}. Run git fsck on the source, or take another copy of it.`,
      data,
    );
  }
  if (/could not read username|authentication failed|not found|error: 40[134]/i.test(complaint)) {
    return new LoreError(
      "NOT_FOUND",
      `There is no public repository at ${source.shown}. Check the address; if it is private, import a bundle of it.`,
      data,
    );
  }
  if (/redirect|error: 30[1278]/i.test(complaint)) {
    return new LoreError(
      "REFUSED",
      `${source.shown} leads to another address, which is not followed. Give the address it leads to.`,
      data,
    );
  }
  return new LoreError(
    "UNREACHABLE",
    `${source.shown} could not be read: ${tellingLine(complaint)}. Check the address and the network, and try again.`,
    data,
  );
}

function notARepository(source: string): LoreError {
  return new LoreError("REFUSED", `${shown(source)} is neither a git repository nor a git bundle.`, {
    field: "source",
  });
}

function unfit(source: string, why: string): LoreError {
  return new LoreError("REFUSED", `${shown(source)} ${why}, then import again.`, {
    field: "source",
  });
}

/** Quoted, and short enough for a message. */
function shown(source: string): string {
  return JSON.stringify(source.length > 200 ? `${source.slice(0, 200)}…` : source);
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}
