/**
 * Names in history: a member without a key for each signature (name and e-mail) that an import meets.
 * The nonce of such a member is a keyed hash of the signature, so a later run finds the same member again
 * while the e-mail itself never leaves this machine; without the importer's key nothing can be guessed.
 */
import { createHmac } from "node:crypto";

import { equal, hex, utf8 } from "../bytes/index.ts";
import type { Community, DraftOp } from "../community/index.ts";
import { memberId } from "../unit/index.ts";
import type { CountedSignature } from "./git/people.ts";
import type { People } from "./git/index.ts";

const NAME_LENGTH_MAX = 200;

export interface Namesake {
  readonly name: string;
  readonly email: string;
}

/** What identifies a signature. */
export function signatureKey({ name, email }: Namesake): string {
  return `${name}\0${email.toLowerCase()}`;
}

export class Names {
  readonly #community: Community;
  readonly #secret: Uint8Array;
  readonly #types = new Map<string, "person" | "bot">();
  readonly #merges: readonly (readonly [CountedSignature, CountedSignature])[];
  readonly #identities = new Map<string, Identity>();
  /** Merged in this run. */
  readonly #into = new Map<string, Uint8Array>();

  /** `secret` is known to the importer alone and the same in every run. */
  constructor(community: Community, secret: Uint8Array, people: People) {
    this.#community = community;
    this.#secret = secret;
    for (const person of people.people)
      for (const signature of person.signatures) this.#types.set(signatureKey(signature), person.type);
    this.#merges = people.merges.map(({ signatures }) => signatures);
  }

  /** The member of a signature; `announce` gets the op that makes it when nobody met it before. */
  member(signature: Namesake, announce: (op: DraftOp) => void): Uint8Array {
    const key = signatureKey(signature);
    const identity = this.#identity(key);
    const { id, nonce } = identity;
    if (identity.isNew !== undefined) return id;
    identity.isNew = this.#community.facts.memberById(id) === undefined;
    if (!identity.isNew) return id;
    const name = utf8(shownName(signature));
    const content = [{ name: "name", media: "text/plain", bytes: name }];
    announce({ op: "member", type: this.#types.get(key) ?? "person", nonce, content });
    return id;
  }

  #identity(key: string): Identity {
    const known = this.#identities.get(key);
    if (known !== undefined) return known;
    const { environment, log } = this.#community;
    const mac = createHmac("sha256", this.#secret)
      .update(`lore-name/v1\0${hex.encode(log)}\0${key}`)
      .digest();
    const nonce = new Uint8Array(mac.subarray(0, 16));
    const identity: Identity = { nonce, id: memberId(environment.suite, { log, nonce }), isNew: undefined };
    this.#identities.set(key, identity);
    return identity;
  }

  /**
   * The ops that merge names announced in this run with others of the same person that are here or were announced; those
   * it answered before are left out. To be written with the names, so that a run that is killed leaves none unmerged.
   */
  mergeOps(): DraftOp[] {
    const ops: DraftOp[] = [];
    for (const [one, other] of this.#merges) {
      // What was merged earlier and taken apart again by hand stays apart.
      if (![one, other].some((signature) => this.#identity(signatureKey(signature)).isNew === true)) continue;
      const [a, b] = [this.#standsFor(one), this.#standsFor(other)];
      if (a === undefined || b === undefined || equal(a, b)) continue;
      const [holdsA, holdsB] = [this.#holdsKey(a), this.#holdsKey(b)];
      if (holdsA && holdsB) continue;
      // Whoever said that a name is theirs stands for the person, else the fuller name.
      const [keep, give] = holdsA || (!holdsB && wordCount(one) >= wordCount(other)) ? [a, b] : [b, a];
      this.#into.set(hex.encode(give), keep);
      ops.push({ op: "member", alias: [give], into: keep });
    }
    return ops;
  }

  #holdsKey(member: Uint8Array): boolean {
    return this.#community.facts.memberById(member)?.keyed === 1;
  }

  /** The member into which that of a signature was merged, or is about to be; undefined where nobody announced it. */
  #standsFor(signature: Namesake): Uint8Array | undefined {
    const { facts } = this.#community;
    const { id, isNew } = this.#identity(signatureKey(signature));
    const row = facts.memberById(id);
    if (row === undefined && isNew !== true) return undefined;
    let at = row === undefined ? id : (facts.member(facts.person(row.n))?.id ?? id);
    for (let into = this.#into.get(hex.encode(at)); into !== undefined; into = this.#into.get(hex.encode(at)))
      at = into;
    return at;
  }
}

interface Identity {
  readonly nonce: Uint8Array;
  readonly id: Uint8Array;
  /** Whether this run announced it; undefined until it is met. */
  isNew: boolean | undefined;
}

function wordCount({ name }: Namesake): number {
  return name.trim().split(/\s+/).length;
}

/** A signature without a name, or with an address for one, shows the part of it that says least. */
function shownName({ name, email }: Namesake): string {
  const written = name.trim() || email.trim();
  const isName = name.trim() !== "" && !/^[^\s@]+@[^\s@]+$/.test(written);
  const shown = (isName ? written : written.split("@", 1)[0]?.trim()) || "Someone";
  return shown.slice(0, NAME_LENGTH_MAX).toWellFormed();
}
