/** What somebody must know to sign their next entry: who their key is here, and what it signed last. */
import { base32, hex } from "../../bytes/index.ts";
import { RANK, type Role, ROLES } from "../../unit/index.ts";
import type { Community } from "../community.ts";
import { personRef } from "./people.ts";

export interface SignerStanding {
  /** Digest of the genesis, hex: what an entry names as `log`. */
  readonly log: string;
  /** Ids in base32; null where nobody here has the key. */
  readonly member: string | null;
  readonly name: string | null;
  readonly role: Role | null;
  /** Digest of the key's last entry, hex; null before its first. */
  readonly prev: string | null;
  /** The earliest time an entry may claim, and this node's clock, ms. */
  readonly logTime: number;
  readonly now: number;
  /** Who may join by their own word. */
  readonly join: "open" | "approval" | "invite";
}

/** `key`: an Ed25519 public key, 32 bytes. */
export function signerStanding(community: Community, key: Uint8Array): SignerStanding {
  const { environment, facts, projections, log } = community;
  const member = facts.activeKey(key)?.member;
  const tip = community.rows.get<{ digest: Uint8Array }>("SELECT digest FROM key_tip WHERE key = ?", key)?.digest;
  return {
    log: hex.encode(log),
    member: member === undefined ? null : base32.encode(facts.member(member)?.id ?? new Uint8Array()),
    name: member === undefined ? null : personRef(community, member).name,
    role: member === undefined ? null : (ROLES.find((role) => RANK[role] === facts.rank(member)) ?? null),
    prev: tip === undefined ? null : hex.encode(tip),
    logTime: projections.fold.time,
    now: environment.now(),
    join: projections.fold.rules.join,
  };
}
