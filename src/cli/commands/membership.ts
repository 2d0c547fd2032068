/** Commands about communities and who is in them: init, member, role. */
import { userInfo } from "node:os";

import { base32, LoreError, parseDidKey, utf8 } from "../../bytes/index.ts";
import { createSigner } from "../../bytes/node.ts";
import { Author, type Community, type Founding, persons, words } from "../../community/index.ts";
import { memberId, parseId, type Role } from "../../unit/index.ts";
import {
  type Command,
  chosenCommunity,
  flag,
  type Invocation,
  isSet,
  option,
  printJson,
  requiredOption,
  text,
  word,
} from "../command.ts";
import { RECOVERY_OPTION, withRecovery } from "./recovery.ts";
import { chosenAuthor, isWaiting, WAITS, WRITE_OPTIONS } from "./signing.ts";

/** The name under which this user founds communities. */
export function founderName(invocation: Invocation): string {
  return option(invocation, "founder") ?? userInfo().username;
}

export const FOUNDING_OPTIONS = { name: text, about: text, licence: text, founder: text } as const;

const init: Command = {
  name: "init",
  usage: "--name NAME [--about SENTENCE] [--licence SPDX] [--founder NAME] [--private] [--recovery FILE]",
  summary: "Begin an empty community",
  options: { ...FOUNDING_OPTIONS, ...RECOVERY_OPTION, private: flag },
  async run(invocation) {
    const node = invocation.node("write");
    const name = requiredOption(invocation, "name", "what the community is called");
    const founding: Founding = {
      name,
      about: option(invocation, "about"),
      licence: option(invocation, "licence"),
      founder: founderName(invocation),
      visibility: isSet(invocation, "private") ? "members" : "public",
      now: invocation.environment.now(),
    };
    const community = await withRecovery(invocation, (next) => node.begin({ ...founding, ...next }));
    if (isSet(invocation, "json"))
      printJson(invocation, { id: community.id, name: community.name, vkey: community.vkey });
    else invocation.output.out(`${community.id}  ${community.name}\n`);
    return undefined;
  },
};

const member: Command = {
  name: "member",
  words: 2,
  usage:
    "add NAME --as LABEL [--recovery FILE] | add NAME --key DID-KEY | merge NAME|ID --into NAME|ID | unmerge NAME|ID --into NAME|ID | hide NAME|ID --reason WORDS",
  summary: "Add a member, say that two names are one person, or hide a name",
  options: { ...WRITE_OPTIONS, ...RECOVERY_OPTION, key: text, into: text, by: text, reason: text },
  async run(invocation) {
    const act = word(invocation, 0, "add, merge, unmerge or hide");
    if (act !== "add" && act !== "merge" && act !== "unmerge" && act !== "hide")
      throw new LoreError(
        "USAGE",
        `"lore member" knows add, merge, unmerge and hide, not "${act}". "lore people" lists who is here.`,
      );
    const name = word(invocation, 1, "a name");
    const community = chosenCommunity(invocation, "write");
    if (act === "add") return addMember(invocation, community, name);
    if (act === "hide") return hideName(invocation, community, name);
    const author = chosenAuthor(invocation, community);
    const alias = memberNamed(community, name);
    const into = memberNamed(community, requiredOption(invocation, "into", "the name that stays"));
    const { index } = await author.write([
      { op: "member", alias: [alias], into, ...(act === "unmerge" ? { end: true as const } : {}) },
    ]);
    if (isWaiting(community, index)) invocation.output.out(`Suggested. ${WAITS}\n`);
    else invocation.output.out(act === "merge" ? "They are one person now.\n" : "They are two people again.\n");
    return undefined;
  },
};

/** A member id by id or exact name, merged identities included. */
export function memberNamed(community: Community, name: string): Uint8Array {
  if (/^[a-z2-7]{32}$/.test(name)) return parseId(name, "a member id");
  const row = community.rows.get<{ id: Uint8Array }>(
    "SELECT m.id FROM catalog_member c JOIN member m ON m.n = c.member WHERE c.name = ? COLLATE NOCASE ORDER BY m.n LIMIT 1",
    name,
  );
  if (row === undefined)
    throw new LoreError("NOT_FOUND", `Nobody here has the name "${name}". "lore people" lists them.`);
  return row.id;
}

/**
 * With `--as LABEL`: a new identity of this user, who joins by their own signature. With `--key`: somebody whose
 * key this user vouches for.
 */
async function addMember(invocation: Invocation, community: Community, name: string): Promise<undefined> {
  const { environment } = invocation;
  const { suite } = environment;
  const nonce = environment.random(16);
  const content = [{ name: "name", media: "text/plain", bytes: utf8(name) }];
  const given = option(invocation, "key");
  const { keystore } = invocation.node("write");
  if (given !== undefined) {
    const key = parseDidKey(given);
    const { index } = await chosenAuthor(invocation, community).write([
      { op: "member", type: "person", key, nonce, content },
    ]);
    const id = base32.encode(memberId(suite, { key, nonce }));
    if (isSet(invocation, "json")) printJson(invocation, { member: id, name });
    else
      invocation.output.out(isWaiting(community, index) ? `Suggested: to add ${name}. ${WAITS}\n` : `${id}  ${name}\n`);
    return undefined;
  }
  const label = requiredOption(invocation, "as", "a short name for the new identity on this machine");
  if (keystore.read(community.id, label) !== undefined)
    throw new LoreError("REFUSED", `The identity "${label}" exists already.`);
  const seed = environment.random(32);
  const signer = createSigner(seed);
  const id = await withRecovery(invocation, async (next) => {
    const made = memberId(suite, { key: signer.publicKey, nonce, ...next });
    keystore.write(community.id, { member: made, seed }, label);
    const joining = new Author(community, { member: made, signer });
    await joining.write([{ op: "member", type: "person", key: signer.publicKey, nonce, ...next, content }]);
    return made;
  });
  if (isSet(invocation, "json")) printJson(invocation, { member: base32.encode(id), name });
  else invocation.output.out(`${base32.encode(id)}  ${name}\n`);
  return undefined;
}

/** The words of whoever had the name stay, and so do their other names. */
async function hideName(invocation: Invocation, community: Community, named: string): Promise<undefined> {
  const reason = words(requiredOption(invocation, "reason", "a reason"));
  // Of several with one name, who is meant must be said.
  const person = persons.findPerson(community, named);
  const member = community.facts.memberById(memberNamed(community, named))?.n ?? person.member;
  const name = persons.nameOfMember(community, member);
  if (name === null) throw new LoreError("NOT_FOUND", `The name of ${named} is hidden already.`);
  const slots = persons.opsNaming(community, member, name).map((op) => ({ op, part: "name" }));
  const { index } = await chosenAuthor(invocation, community).write([{ op: "redact", slots, content: reason }]);
  const isSuggested = isWaiting(community, index);
  if (isSet(invocation, "json")) printJson(invocation, { hidden: slots.length, entry: index, waits: isSuggested });
  else
    invocation.output.out(
      isSuggested
        ? `Suggested: to hide a name. ${WAITS}\n`
        : "Hidden: the name stands on no page any more. The words stay. Where it stands in a text, that text says it still.\n",
    );
  return undefined;
}

const role: Command = {
  name: "role",
  words: 3,
  usage: "grant|end steward|editor|contributor NAME|ID [--as LABEL]",
  summary: "Grant or end a role",
  options: WRITE_OPTIONS,
  async run(invocation) {
    const act = word(invocation, 0, "grant or end");
    if (act !== "grant" && act !== "end")
      throw new LoreError("USAGE", `"lore role" knows grant and end, not "${act}". "lore people" lists who is what.`);
    const granted = word(invocation, 1, "steward, editor or contributor");
    if (!isRole(granted))
      throw new LoreError("USAGE", `There is no role "${granted}": steward, editor or contributor.`);
    const name = word(invocation, 2, "whose role it is");
    const community = chosenCommunity(invocation, "write");
    const author = chosenAuthor(invocation, community);
    const { index } = await author.write([{ op: "role", act, role: granted, member: memberNamed(community, name) }]);
    const { roles, member: number } = persons.findPerson(community, name);
    const isOut = community.facts.rank(number) === 0;
    if (isSet(invocation, "json")) printJson(invocation, { roles });
    else if (isWaiting(community, index))
      invocation.output.out(`Suggested: to ${act} the role of ${granted}. ${WAITS}\n`);
    else
      invocation.output.out(
        `Roles now: ${roles.join(", ") || "none"}.${isOut ? ` ${name} may not write here any more, until a role is granted.` : ""}\n`,
      );
    return undefined;
  },
};

function isRole(name: string): name is Role {
  return name === "steward" || name === "editor" || name === "contributor";
}

export const MEMBERSHIP = [init, member, role];
