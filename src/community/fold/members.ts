/** Members, their keys and roles. */
import { base32, equal } from "../../bytes/index.ts";
import {
  type AliasOp,
  type KeyOp,
  memberId,
  type MemberOp,
  nextKeyDigest,
  RANK,
  type RoleOp,
} from "../../unit/index.ts";
import { type Frame, logOf, type Said } from "./frame.ts";
import { broken } from "./rules.ts";
import type { MemberRow, Rows } from "./rows.ts";

const ED25519 = 1;

/** A new identity; one that is there already is left as it is. */
export function addMember(frame: Frame, { op, id: opIdentity, author }: Said<MemberOp>): void {
  const { db } = frame.rows;
  const seed =
    op.key === undefined ? { log: logOf(frame), nonce: op.nonce } : { key: op.key, nonce: op.nonce, next: op.next };
  const id = memberId(frame.suite, seed);
  if (frame.rows.memberById(id) !== undefined) return;
  if (op.key !== undefined && frame.rows.activeKey(op.key) !== undefined) {
    throw broken("member", "A new member needs a key of their own; this one is another member's.");
  }
  const n = db.insert(
    "INSERT INTO member (id, type, idx, keyed, next, op) VALUES (?, ?, ?, ?, ?, ?)",
    ...[id, op.type, frame.index, op.key === undefined ? 0 : 1, op.next ?? null, opIdentity],
  );
  if (author === 0) db.run("UPDATE op_part SET author = ? WHERE op = ?", n, opIdentity);
  if (op.key !== undefined) addKey(frame, n, op.key);
  frame.effects.push({ type: "member", member: n, name: frame.rows.opPart(opIdentity, "name") });
}

/** Says that several identities are one person, or that they are not any longer. */
export function aliasMembers(frame: Frame, { op }: Said<AliasOp>): void {
  const into = requireMember(frame, op.into);
  for (const id of op.alias) {
    const member = requireMember(frame, id);
    if (op.end === true) {
      const ended = frame.rows.db.run("UPDATE member SET into_n = NULL WHERE n = ? AND into_n = ?", member.n, into.n);
      if (ended === 0)
        throw broken("member", `The member ${base32.encode(id)} was not one person with ${base32.encode(op.into)}.`);
      frame.rows.db.run(
        "UPDATE merged SET until_idx = ? WHERE member = ? AND until_idx IS NULL",
        frame.index,
        member.n,
      );
    } else {
      if (member.into_n !== null)
        throw broken("member", "This name is one person with somebody already. End that first.");
      if (member.keyed === 1)
        throw broken("member", "Only a name in history can be claimed; a member with keys links from both sides.");
      if (frame.rows.person(into.n) === member.n) throw broken("member", "Two names cannot each be the other.");
      frame.rows.db.run("UPDATE member SET into_n = ? WHERE n = ?", into.n, member.n);
      frame.rows.db.run(
        "INSERT INTO merged (member, into_n, from_idx) VALUES (?, ?, ?)",
        ...[member.n, into.n, frame.index],
      );
    }
  }
}

/** Adds, ends, recovers or lends a key. */
export function changeKey(frame: Frame, { op, author }: Said<KeyOp>): void {
  switch (op.act) {
    case "add":
      return addKey(frame, author, op.key);
    case "revoke":
      return revokeKey(frame, author, op.key);
    case "recover":
      throw broken("key", "A recovery comes first in its entry.");
    case "rekey": {
      const member = requireMember(frame, op.member);
      if (frame.rows.rank(member.n) !== RANK.contributor)
        throw broken("key", "Only a plain contributor is given a new key by a steward.");
      endKeys(frame, member.n);
      addKey(frame, member.n, op.key);
      if (op.next !== undefined) frame.rows.db.run("UPDATE member SET next = ? WHERE n = ?", op.next, member.n);
      return;
    }
    case "lend":
      if (op.direct === true && !isNotebook(frame))
        throw broken("agent-scope", "Only in a notebook may an assistant write directly.");
      frame.rows.db.run(
        "INSERT INTO member_key (key, member, from_idx, kinds, until_time, direct) VALUES (?, ?, ?, ?, ?, ?)",
        ...[unusedKey(frame, op.agent), author, frame.index, op.kinds.join(" "), op.until, op.direct === true ? 1 : 0],
      );
      return;
    default:
      return op satisfies never;
  }
}

/** Whether this is a private community of one. */
export function isNotebook({ rows, rules }: Pick<Frame, "rows" | "rules">): boolean {
  return (
    rules.visibility === "members" && rows.db.get("SELECT 1 FROM member WHERE keyed = 1 LIMIT 1 OFFSET 1") === undefined
  );
}

/** Recovers the author, if the entry begins by saying so: its key, which their `next` names, is their only one. */
export function recoverMember(frame: Omit<Frame, "author" | "key">): void {
  const { entry, rows, suite } = frame;
  const [first] = entry.ops;
  const member = rows.memberById(entry.author);
  if (first?.op !== "key" || first.act !== "recover" || member === undefined) return;
  if (member.next === null || !equal(member.next, nextKeyDigest(suite, ED25519, entry.key))) {
    throw broken("key", "This is not the recovery key that the member named.", "FORBIDDEN");
  }
  endKeys(frame, member.n);
  addKey(frame, member.n, entry.key);
  rows.db.run("UPDATE member SET next = ? WHERE n = ?", first.next ?? null, member.n);
}

export function changeRole(frame: Frame, { op }: Said<RoleOp>): void {
  const { db } = frame.rows;
  const member = requireMember(frame, op.member);
  if (op.act === "grant") {
    if (member.keyed === 0) throw broken("member", "A role needs a member with a key; this one is named in history.");
    db.run(
      "UPDATE role SET until_idx = ? WHERE member = ? AND role = ? AND until_idx IS NULL",
      frame.index,
      member.n,
      op.role,
    );
    db.run("INSERT INTO role (member, role, from_idx) VALUES (?, ?, ?)", member.n, op.role, frame.index);
  } else {
    // A ban ends the role of contributor, which a member has without being given it; it ends no other by the way.
    const rank = frame.rows.rank(member.n);
    if (op.role === "contributor" && rank > RANK.contributor) {
      throw broken("member", "This member is an editor or steward. End that role first.");
    }
    if (op.role === "contributor" && rank === RANK.contributor) {
      db.run("INSERT INTO role (member, role, from_idx) VALUES (?, 'contributor', ?)", member.n, frame.index);
    }
    db.run(
      "UPDATE role SET until_idx = ? WHERE member = ? AND role = ? AND until_idx IS NULL",
      frame.index,
      member.n,
      op.role,
    );
  }
  requireQuorum(frame.rows);
}

/** A change may not leave a community that nobody can steward or whose suggestions nobody can accept. */
export function requireQuorum(rows: Rows): void {
  const { approvals } = rows.rulesInForce();
  const stewards = rows.holders("steward").length;
  if (stewards === 0)
    throw broken("too-few-stewards", "This would leave the community without a steward. Name another first.");
  const others = rows.holders("editor").length - 1;
  if (stewards > 1 && others < approvals) {
    const message = `Accepting takes ${approvals} approvals of others; this would leave only ${others} who may give them.`;
    throw broken("too-few-reviewers", message);
  }
}

export function requireMember(frame: Pick<Frame, "rows">, id: Uint8Array): MemberRow {
  const member = frame.rows.memberById(id);
  if (member === undefined) throw broken("member", `No member has the id ${base32.encode(id)} here.`);
  return member;
}

type KeyFrame = Pick<Frame, "rows" | "index">;

function addKey(frame: KeyFrame, member: number, key: Uint8Array): void {
  frame.rows.db.run(
    "INSERT INTO member_key (key, member, from_idx) VALUES (?, ?, ?)",
    unusedKey(frame, key),
    member,
    frame.index,
  );
}

function unusedKey(frame: KeyFrame, key: Uint8Array): Uint8Array {
  if (frame.rows.activeKey(key) !== undefined) throw broken("key", "This key signs here already.");
  return key;
}

function revokeKey(frame: Frame, member: number, key: Uint8Array): void {
  const row = frame.rows.activeKey(key);
  if (row?.member !== member) throw broken("key", "Only a key of one's own can be revoked.");
  // From the next entry on: what this entry says was signed while the key was good.
  frame.rows.db.run("UPDATE member_key SET until_idx = ? WHERE n = ?", frame.index + 1, row.n);
  requireQuorum(frame.rows);
}

function endKeys(frame: KeyFrame, member: number): void {
  frame.rows.db.run("UPDATE member_key SET until_idx = ? WHERE member = ? AND until_idx IS NULL", frame.index, member);
}
