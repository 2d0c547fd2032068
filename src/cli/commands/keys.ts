/** The command about keys: whose there are, more and fewer of one's own, lent ones, and what helps when one is lost. */
import { existsSync, rmSync } from "node:fs";

import { base32, didKey, equal, LoreError, parseDidKey } from "../../bytes/index.ts";
import { createSigner } from "../../bytes/node.ts";
import { Author, type Community, type Keys, moments, parseKeyFile, parseKeys, persons } from "../../community/index.ts";
import { KINDS } from "../../unit/index.ts";
import {
  type Command,
  chosenCommunity,
  counted,
  day,
  flag,
  type Invocation,
  isSet,
  option,
  printJson,
  readGivenText,
  requiredOption,
  text,
  unknownKind,
  word,
  writeResult,
} from "../command.ts";
import { memberNamed } from "./membership.ts";
import { readRecovery, RECOVERY_OPTION, withRecovery } from "./recovery.ts";
import { chosenAuthor, isWaiting, WAITS, WRITE_OPTIONS } from "./signing.ts";

type Act = (invocation: Invocation) => Promise<undefined> | undefined;

const ACTS: Readonly<Partial<Record<string, Act>>> = {
  list: listKeys,
  add: (invocation) => changeOwn(invocation, "add"),
  revoke: (invocation) => changeOwn(invocation, "revoke"),
  lend,
  rekey,
  recover,
  export: exportKeys,
  import: importKeys,
};

const key: Command = {
  name: "key",
  words: 3,
  usage:
    "list | add DID-KEY | revoke DID-KEY | lend LABEL|DID-KEY --kinds page,note --until DATE [--direct] | rekey NAME|ID DID-KEY | recover FILE [--recovery FILE] | export FILE | import FILE [--as LABEL]",
  summary: "List, add, revoke, lend, replace, save or bring keys",
  options: { ...WRITE_OPTIONS, ...RECOVERY_OPTION, kinds: text, until: text, direct: flag },
  run(invocation) {
    const act = word(invocation, 0, "list, add, revoke, lend, rekey, recover, export or import");
    const chosen = ACTS[act];
    if (chosen === undefined)
      throw new LoreError(
        "USAGE",
        `"lore key" knows list, add, revoke, lend, rekey, recover, export and import, not "${act}".`,
      );
    const extra = invocation.words[act === "rekey" ? 3 : act === "list" ? 1 : 2];
    if (extra !== undefined) throw new LoreError("USAGE", `There is one word too many: "${extra}".`);
    return chosen(invocation);
  },
};

interface KeyListed {
  readonly key: Uint8Array;
  readonly member: number;
  readonly kinds: string | null;
  readonly until_time: number | null;
}

function listKeys(invocation: Invocation): undefined {
  const community = chosenCommunity(invocation, "read");
  const rows = community.rows.all<KeyListed>(
    "SELECT key, member, kinds, until_time FROM member_key WHERE until_idx IS NULL ORDER BY n",
  );
  const keys = rows.map(({ key: bytes, member, kinds, until_time }) => ({
    key: didKey(bytes),
    member: persons.personRef(community, member).name,
    ...(kinds === null ? {} : { kinds: kinds.split(" "), until: until_time }),
  }));
  if (isSet(invocation, "json")) printJson(invocation, keys);
  else
    for (const { key: id, member, kinds, until } of keys)
      invocation.output.out(
        `${id}  ${member}${kinds === undefined ? "" : `, lent for ${kinds.join(", ")} until ${day(until ?? 0)}`}\n`,
      );
  return undefined;
}

async function changeOwn(invocation: Invocation, act: "add" | "revoke"): Promise<undefined> {
  const community = chosenCommunity(invocation, "write");
  const named = parseDidKey(word(invocation, 1, "a did:key"));
  await chosenAuthor(invocation, community).write([{ op: "key", act, key: named }]);
  if (isSet(invocation, "json")) printJson(invocation, { key: didKey(named), act });
  else invocation.output.out(act === "add" ? "Added.\n" : "Revoked from the next entry on.\n");
  return undefined;
}

/** Lets an assistant suggest on one's behalf: with a new key kept here under a name, or with one it has already. */
async function lend(invocation: Invocation): Promise<undefined> {
  const community = chosenCommunity(invocation, "write");
  const author = chosenAuthor(invocation, community);
  const { environment } = invocation;
  const { keystore } = invocation.node("write");
  const name = word(invocation, 1, "the assistant's did:key, or a name for a new key on this machine");
  const kinds = requiredOption(invocation, "kinds", "what it may suggest, such as page,note,").split(",");
  for (const kind of kinds) if (!KINDS.has(kind)) throw unknownKind(kind);
  const until = moments.parseDate(requiredOption(invocation, "until", "the day on which it ends"));
  if (until <= environment.now())
    throw new LoreError("USAGE", `Lending a key until ${day(until)}: that day is over. Give a later one.`);
  const isOwn = !name.startsWith("did:");
  if (isOwn && keystore.read(community.id, name) !== undefined)
    throw new LoreError("REFUSED", `The identity "${name}" exists already.`);
  const seed = environment.random(32);
  const agent = isOwn ? createSigner(seed).publicKey : parseDidKey(name);
  if (isOwn) keystore.write(community.id, { member: author.member, seed }, name);
  const direct = isSet(invocation, "direct") ? { direct: true as const } : {};
  try {
    await author.write([{ op: "key", act: "lend", agent, kinds, until, ...direct }]);
  } catch (error) {
    if (isOwn) rmSync(keystore.path(community.id, name), { force: true });
    throw error;
  }
  if (isSet(invocation, "json")) printJson(invocation, { key: didKey(agent), kinds, until });
  else
    invocation.output.out(
      `Lent until ${day(until)}, for ${counted(kinds.length, "kind")}: ${kinds.join(", ")}. What it signs stands under your name and waits for consent.\n${didKey(agent)}\n`,
    );
  return undefined;
}

/** A steward gives a plain contributor who lost theirs a new key. */
async function rekey(invocation: Invocation): Promise<undefined> {
  const community = chosenCommunity(invocation, "write");
  const name = word(invocation, 1, "whose key it is");
  const member = memberNamed(community, name);
  const given = parseDidKey(word(invocation, 2, "their new did:key"));
  const { index } = await chosenAuthor(invocation, community).write([{ op: "key", act: "rekey", member, key: given }]);
  const waits = isWaiting(community, index);
  if (isSet(invocation, "json")) printJson(invocation, { member: base32.encode(member), key: didKey(given), waits });
  else if (waits) invocation.output.out(`Suggested: to give ${name} a new key. ${WAITS}\n`);
  else invocation.output.out(`${name} signs with the new key from here on, and with no other.\n`);
  return undefined;
}

/** The recovery key ends all others of its member, and is theirs on this machine from here on. */
async function recover(invocation: Invocation): Promise<undefined> {
  const community = chosenCommunity(invocation, "write");
  const { seed, next: named } = readRecovery(invocation, word(invocation, 1, "the file with the recovery key"));
  const row = community.rows.get<{ n: number; id: Uint8Array }>("SELECT n, id FROM member WHERE next = ?", named);
  if (row === undefined)
    throw new LoreError("NOT_FOUND", "Recovering a member: nobody here has named this recovery key, or it was used.");
  const { keystore } = invocation.node("write");
  const label = option(invocation, "as");
  const path = keystore.path(community.id, label);
  const before = existsSync(path) ? readGivenText(path) : undefined;
  const held = before === undefined ? undefined : parseKeyFile(before);
  if (held !== undefined && !equal(held.member, row.id))
    throw new LoreError(
      "REFUSED",
      "Recovering a member: there are keys of somebody else in its place. Name a place of its own with --as LABEL.",
    );
  // First: once the others have ended, this one must not be lost.
  keystore.write(community.id, { member: row.id, seed, logSeed: held?.logSeed }, label);
  try {
    const author = new Author(community, { member: row.id, signer: createSigner(seed) });
    await withRecovery(invocation, (next) => author.write([{ op: "key", act: "recover", ...next }]));
  } catch (error) {
    if (before === undefined) rmSync(path, { force: true });
    else keystore.writeText(community.id, before, label);
    throw error;
  }
  const { id, name } = persons.personRef(community, row.n);
  if (isSet(invocation, "json")) printJson(invocation, { member: id, name, key: didKey(createSigner(seed).publicKey) });
  else invocation.output.out(`${name} signs with this key from here on; every other key of theirs has ended.\n`);
  return undefined;
}

function exportKeys(invocation: Invocation): undefined {
  const community = chosenCommunity(invocation, "write");
  const path = word(invocation, 1, "a file to write");
  const contents = readGivenText(invocation.node("write").keystore.path(community.id, option(invocation, "as")));
  const { logSigner } = parseKeys(contents);
  // Never over another file: it may be the only copy of another key.
  writeResult(path, contents, { isNew: true });
  invocation.output.out(
    logSigner === undefined
      ? `Saved to ${path}. Whoever has this file can sign for that person: keep it apart and safe. It does not hold the key of the record, which a restored copy needs to be written to.\n`
      : `Saved to ${path}. Whoever has this file can sign for you and seal the record: keep it apart and safe.\n`,
  );
  return undefined;
}

function importKeys(invocation: Invocation): undefined {
  const community = chosenCommunity(invocation, "write");
  const { keystore } = invocation.node("write");
  const label = option(invocation, "as");
  const path = word(invocation, 1, "a key file");
  const contents = readGivenText(path);
  requireOwnKeys(community, { path, keys: parseKeys(contents), held: keystore.read(community.id, label) });
  keystore.writeText(community.id, contents, label);
  invocation.output.out("The key is on this machine now.\n");
  return undefined;
}

interface KeyImport {
  readonly path: string;
  readonly keys: Keys;
  /** What is on this machine under the same name. */
  readonly held: Keys | undefined;
}

/** Keys of another community, or in place of another person's, would leave this one without its own. @throws LoreError REFUSED. */
function requireOwnKeys(community: Community, { path, keys, held }: KeyImport): void {
  const { logKey } = community.projections.fold.rules;
  const found =
    community.facts.memberById(keys.member) === undefined
      ? "its member is nobody here; it is of another community"
      : keys.logSigner !== undefined && !equal(keys.logSigner.publicKey, logKey)
        ? "it does not hold the key of this record"
        : held !== undefined && !equal(held.member, keys.member)
          ? "there are keys of somebody else in its place. Bring it under a name of its own with --as LABEL"
          : held?.logSigner !== undefined && keys.logSigner === undefined
            ? "it lacks the key of the record, which the keys in its place hold"
            : undefined;
  if (found === undefined) return;
  throw new LoreError("REFUSED", `Bringing keys from ${path}: ${found}. Nothing was changed.`, { field: "file" });
}

export const KEYS = [key];
