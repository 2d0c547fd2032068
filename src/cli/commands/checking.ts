/** Commands that check and mend: verify, proof, rebuild, status, doctor. */
import { accessSync, constants, existsSync, statfsSync, statSync } from "node:fs";

import { ERRORS, hex, isLoreError, LoreError } from "../../bytes/index.ts";
import { nobleSuite } from "../../bytes/noble.ts";
import { authorship, type Community, proofFile, units, verifyCommunity } from "../../community/index.ts";
import { verifyCredit } from "../../community/credit/index.ts";
import { parseProof, verifyProof } from "../../log/index.ts";
import { Db, ownerOf, rowsError } from "../../store/index.ts";
import {
  type Command,
  chosenCommunity,
  COMMUNITY_OPTION,
  counted,
  flag,
  day,
  type Invocation,
  isSet,
  option,
  printJson,
  readGiven,
  progressLine,
  requiredOption,
  text,
  word,
  writeResult,
} from "../command.ts";

const verify: Command = {
  name: "verify",
  words: 2,
  usage: "[--credit] [--community ID|NAME] | FILE PROOF.tlog-proof --community ID",
  summary: "Check everything a community holds, or one file against its proof",
  options: { ...COMMUNITY_OPTION, credit: flag },
  async run(invocation) {
    if (invocation.words.length > 0) return verifyFile(invocation);
    const { community, isOwn } = communityToCheck(invocation);
    if (isSet(invocation, "credit")) return verifyShares(invocation, community);
    const progress = progressLine(invocation.output);
    const report = await verifyCommunity(community, ({ stage, done, of }) => progress.show(stage, done, of)).finally(
      () => progress.end(),
    );
    const behind = isLoreError(community.refusal, "BEHIND") ? community.refusal : undefined;
    const { behind: notCompared, ...rest } = report;
    if (isSet(invocation, "json"))
      printJson(invocation, { community: community.id, ...rest, notCompared, behind: behind?.message ?? null });
    else {
      const { entries, signatures, parts, partsErased, tables, root } = rest;
      const compared =
        notCompared.length === 0 ? "" : `; not compared, since they could not be brought up: ${notCompared.join(", ")}`;
      const erased = partsErased === 0 ? "" : `, ${partsErased} erased`;
      invocation.output.out(
        `${community.name}: ${verdictOn({ behind, notCompared })}.\n${entries} entries, ${signatures} signatures, ${parts} parts${erased}, ${tables} tables as a replay gives them${compared}.\nroot ${root}\n`,
      );
    }
    // Beside another process what follows the rows is for that one to bring up; here it could not be.
    if (behind === undefined) return isOwn && notCompared.length > 0 ? ERRORS.DISK_FULL.exit : undefined;
    invocation.output.notice(`lore: ${behind.message}\n`);
    return ERRORS.BEHIND.exit;
  },
};

function verdictOn({ behind, notCompared }: { behind: LoreError | undefined; notCompared: readonly string[] }): string {
  if (behind !== undefined) return "what is here is well, but it is not all that was signed on this machine";
  return notCompared.length === 0 ? "all is well" : "what could be compared is well";
}

/** Shares every closed period out again, and posts every posting anew. */
async function verifyShares(invocation: Invocation, community: Community): Promise<undefined> {
  await authorship.authorshipReady(community);
  const report = verifyCredit(community);
  const { periods, postings, unexplained, unposted, balances } = report;
  if (isSet(invocation, "json")) printJson(invocation, { community: community.id, ...report });
  else {
    const erased =
      unexplained.length === 0
        ? ""
        : ` Erased, so that nobody can share it out again: period ${unexplained.join(", ")}.`;
    invocation.output.out(
      `${community.name}: every share comes out as it was posted.\n${counted(periods, "period")}, ${counted(postings, "posting")}.${erased}${unposted.length === 0 ? "" : ` Closed, but nothing posted so far: period ${unposted.join(", ")}.`}\nbalances ${balances}\n`,
    );
  }
  return undefined;
}

const READ_INSTEAD: ReadonlySet<string> = new Set(["ENVIRONMENT", "DISK_FULL", "BUSY"]);

/** As its owner, who seals what is written; beside a running site, or where nothing can be written, as it stands. */
function communityToCheck(invocation: Invocation): { readonly community: Community; readonly isOwn: boolean } {
  try {
    return { community: chosenCommunity(invocation, "write"), isOwn: true };
  } catch (error) {
    if (!isLoreError(error) || !READ_INSTEAD.has(error.code)) throw error;
    return { community: chosenCommunity(invocation, "read"), isOwn: false };
  }
}

/** Works with no data folder: the community id is all that has to be trusted. */
function verifyFile(invocation: Invocation): undefined {
  const content = readGiven(word(invocation, 0, "the file to check"));
  const proof = readGiven(word(invocation, 1, "its proof, FILE.tlog-proof"));
  const id = requiredOption(invocation, "community", "the id of the community that the file is from");
  if (!/^[a-z2-7]{32}$/.test(id))
    throw new LoreError(
      "USAGE",
      "Checking a file needs the community's id, 32 letters and digits; a name proves nothing.",
    );
  const { checkpoint, entry, index, digest } = checked(() => verifyProof(nobleSuite, content, parseProof(proof), id));
  const facts = { community: id, sha256: hex.encode(digest), entry: index, size: checkpoint.size, time: entry.time };
  if (isSet(invocation, "json")) printJson(invocation, facts);
  else
    invocation.output.out(
      `Genuine: signed on ${day(entry.time)}, entry ${index} of ${checkpoint.size} in the record of ${id}.\nThis does not show that the words are true, nor that the key was its owner's: for that, verify the whole record.\n`,
    );
  return undefined;
}

/** Whatever is wrong with a proof, it does not prove. @throws LoreError INTEGRITY. */
function checked<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!isLoreError(error) || error.code === "INTEGRITY") throw error;
    throw new LoreError(
      "INTEGRITY",
      `This proof proves nothing; it is damaged or was never one. What was found: ${foundIn(error)}`,
      { cause: error },
    );
  }
}

/** What was found, without the advice to whoever would write such a thing. */
function foundIn({ message }: LoreError): string {
  return message
    .replace(/ (Sign it again|Split it[^.]*)\.$/, "")
    .replace(/ is not known to this version; a newer one is needed\.$/, " is not known.")
    .replace(/ needs a newer version of this program\.$/, " is not known.");
}

const proof: Command = {
  name: "proof",
  words: 1,
  usage: "UNIT[@REVISION] -o FILE.tlog-proof [--part body] [--community ID|NAME]",
  summary: "Write a proof with which one file can be checked anywhere",
  options: { ...COMMUNITY_OPTION, output: { type: "string", short: "o" }, part: text },
  async run(invocation) {
    const { community } = communityToCheck(invocation);
    const ref = units.findUnit(community, word(invocation, 0, "a path, title or id"));
    await community.seal();
    const file = proofFile(community, units.resolve(community, ref), option(invocation, "part"));
    const path = requiredOption(invocation, "output", "a file to write");
    writeResult(path, file);
    invocation.output.out(`${path}\nCheck with: lore verify FILE ${path} --community ${community.id}\n`);
    return undefined;
  },
};

const rebuild: Command = {
  name: "rebuild",
  usage: "[--community ID|NAME]",
  summary: "Make every table anew from the record",
  options: COMMUNITY_OPTION,
  async run(invocation) {
    const progress = progressLine(invocation.output);
    const id = chosenId(invocation);
    const community = await invocation
      .node("write")
      .rebuild(id, (done, of) => progress.show("Replaying", done, of))
      .finally(() => progress.end());
    if (isSet(invocation, "json")) printJson(invocation, { community: community.id, entries: community.size });
    else invocation.output.out(`${counted(community.size, "entry", "entries")} replayed.\n`);
    return undefined;
  },
};

/** Without opening it where an id or its being alone says which: what is to be rebuilt may not open. */
function chosenId(invocation: Invocation): string {
  const node = invocation.node("write");
  const wanted = option(invocation, "community");
  const [only, second] = node.ids();
  if (wanted !== undefined && node.has(wanted)) return wanted;
  if (wanted === undefined && only !== undefined && second === undefined) return only;
  return chosenCommunity(invocation, "write").id;
}

export interface CommunityStatus {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly sealed: number;
  /** Root hash of the latest checkpoint, hex. */
  readonly root: string | null;
  readonly vkey: string;
  readonly origin: string;
  readonly units: number;
  readonly visibility: string;
  /** Of the charter, with its defaults; the delay in ms. */
  readonly rules: {
    readonly approvals: number;
    readonly direct: string;
    readonly join: string;
    readonly redactDelay: number;
  };
  readonly state: string;
}

export function statusOf(community: Community): CommunityStatus {
  const { checkpoint, refusal } = community;
  const { newerFrom, rules } = community.projections.fold;
  const newer = newerFrom === undefined ? undefined : `needs a newer version from entry ${newerFrom}`;
  return {
    id: community.id,
    name: community.name,
    size: community.size,
    sealed: checkpoint?.size ?? 0,
    root: checkpoint === undefined ? null : hex.encode(checkpoint.root),
    vkey: community.vkey,
    origin: community.origin,
    units: units.listUnits(community).length,
    visibility: rules.visibility,
    rules: { approvals: rules.approvals, direct: rules.direct, join: rules.join, redactDelay: rules.redactDelayMs },
    state: newer ?? refusal?.message ?? "ok",
  };
}

const status: Command = {
  name: "status",
  usage: "[--json]",
  summary: "List the communities here and how they are",
  run(invocation) {
    const node = invocation.node("read");
    const failures: LoreError[] = [];
    const communities = node.ids().flatMap((id) => {
      try {
        return [statusOf(node.community(id))];
      } catch (error) {
        const failure = rowsError(error, id);
        if (!isLoreError(failure)) throw failure;
        failures.push(failure);
        invocation.output.notice(`${id}  cannot be opened. ${failure.message}\n`);
        return [];
      }
    });
    if (isSet(invocation, "json")) printJson(invocation, { communities });
    else
      for (const { id, name, size, units: count, state } of communities)
        invocation.output.out(
          `${id}  ${name}: ${counted(count, "unit")}, ${counted(size, "entry", "entries")}, ${state}\n`,
        );
    if (node.ids().length === 0) invocation.output.notice("No community is here yet.\n");
    return failures[0] === undefined ? undefined : ERRORS[failures[0].code].exit;
  },
};

const SPACE_LOW_BYTES = 500 * 2 ** 20;

const doctor: Command = {
  name: "doctor",
  usage: "",
  summary: "Check this machine: versions, folders, space, locks",
  run(invocation) {
    const { home, state } = invocation.environment;
    const findings: { check: string; ok: boolean; found: string }[] = [];
    const note = (check: string, ok: boolean, found: string) => findings.push({ check, ok, found });
    const sqlite = new Db(":memory:", { durability: "normal" });
    note("Node", true, process.version);
    note("SQLite", true, String(sqlite.value("SELECT sqlite_version()")));
    sqlite.close();
    for (const [name, folder] of [
      ["data folder", home],
      ["state folder", state],
    ] as const) {
      const writable = existsSync(folder) ? statSync(folder).isDirectory() && isWritable(folder) : true;
      note(
        name,
        writable,
        existsSync(folder) ? `${folder}${writable ? "" : " cannot be written"}` : `${folder} is not there yet`,
      );
    }
    const owner = existsSync(home) ? ownerOf(home) : undefined;
    note("lock", true, owner === undefined ? "nobody has the data folder" : `process ${owner} has the data folder`);
    if (existsSync(home)) {
      const { bavail, bsize } = statfsSync(home);
      note("free space", bavail * bsize > SPACE_LOW_BYTES, `${Math.round((bavail * bsize) / 2 ** 20)} MiB`);
    }
    if (isSet(invocation, "json")) printJson(invocation, findings);
    else
      for (const { check, ok, found } of findings)
        invocation.output.out(`${ok ? "ok   " : "look "} ${check}: ${found}\n`);
    return findings.every(({ ok }) => ok) ? undefined : 5;
  },
};

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

export const CHECKING = [verify, proof, rebuild, status, doctor];
