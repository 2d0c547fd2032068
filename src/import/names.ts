/**
 * Names in history: a member without a key for each signature (name and e-mail) that an import meets.
 * The nonce of such a member is a keyed hash of the signature, so a later run finds the same member again
 * while the e-mail itself never leaves this machine; without the importer's key nothing can be guessed.
 */
import { createHmac } from "node:crypto";

import { hex, utf8 } from "../bytes/index.ts";
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
  readonly #known = new Map<string, Uint8Array>();
  readonly #fresh = new Set<string>();

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
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const { environment, log, facts } = this.#community;
    const nonce = new Uint8Array(
      createHmac("sha256", this.#secret)
        .update(`lore-name/v1\0${hex.encode(log)}\0${key}`)
        .digest()
        .subarray(0, 16),
    );
    const id = memberId(environment.suite, { log, nonce });
    this.#known.set(key, id);
    if (facts.memberById(id) === undefined) {
      this.#fresh.add(key);
      const name = utf8(shownName(signature));
      const content = [{ name: "name", media: "text/plain", bytes: name }];
      announce({ op: "member", type: this.#types.get(key) ?? "person", nonce, content });
    }
    return id;
  }

  /** The ops that merge names met in this run with others of the same person; to be called once, at the end. */
  mergeOps(): DraftOp[] {
    const ops: DraftOp[] = [];
    const into = new Map<string, string>();
    const rootOf = (key: string): string => {
      const next = into.get(key);
      return next === undefined ? key : rootOf(next);
    };
    for (const [one, other] of this.#merges) {
      const [a, b] = [rootOf(signatureKey(one)), rootOf(signatureKey(other))];
      const [idA, idB] = [this.#known.get(a), this.#known.get(b)];
      const isNew = this.#fresh.has(signatureKey(one)) || this.#fresh.has(signatureKey(other));
      if (a === b || idA === undefined || idB === undefined || !isNew) continue;
      // The fuller name stands for the person.
      const [keep, give] = wordCount(one) >= wordCount(other) ? [a, b] : [b, a];
      const [keepId, giveId] = keep === a ? [idA, idB] : [idB, idA];
      into.set(give, keep);
      if (this.#community.facts.memberById(giveId)?.into_n != null) continue;
      ops.push({ op: "member", alias: [giveId], into: keepId });
    }
    return ops;
  }
}

function wordCount({ name }: Namesake): number {
  return name.trim().split(/\s+/).length;
}

/** A signature without a name shows the part of its address that says least about it. */
function shownName({ name, email }: Namesake): string {
  const shown = name.trim() || email.split("@", 1)[0]?.trim() || "Someone";
  return shown.slice(0, NAME_LENGTH_MAX).toWellFormed();
}
