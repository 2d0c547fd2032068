/**
 * Drafts: ops with their content beside them, before anything is signed. `compose` salts and commits the
 * parts and signs; what comes out is a `Submission`, which a browser or another node may also have made.
 */
import { type Suite, utf8 } from "../bytes/index.ts";
import type { PersonKey } from "../bytes/person-key.ts";
import { encodeSidecar, type Opening, signEntry, type VerifiedEntry } from "../log/index.ts";
import { commitment, type Op } from "../unit/index.ts";
import type { Environment } from "./environment.ts";

export interface DraftPart {
  readonly name: string;
  readonly media: string;
  readonly bytes: Uint8Array;
  /** SHA-256 of `bytes`, where it is known already. */
  readonly digest?: Uint8Array | undefined;
  /** Digest of a part that is much the same, for the store. */
  readonly like?: Uint8Array | undefined;
}

/** A part that the store holds already: nothing is sent. */
export interface HeldPart {
  readonly name: string;
  readonly media: string;
  readonly size: number;
  readonly digest: Uint8Array;
}

type WithoutParts<O> = O extends Op ? Omit<O, "parts"> : never;
/** An op whose parts are still content. */
export type DraftOp = WithoutParts<Op> & { readonly content?: readonly (DraftPart | HeldPart)[] };

/** Who signs, and where they left off. */
export interface Hand {
  /** Member id. */
  readonly member: Uint8Array;
  readonly signer: Pick<PersonKey, "publicKey" | "sign">;
  /** Digest of this key's last entry here; null before its first. */
  readonly prev: Uint8Array | null;
}

export interface Submission {
  readonly entry: VerifiedEntry;
  /** Canonical CBOR, as stored. */
  readonly sidecar: Uint8Array;
  /** Content by part, in the order of ops and their parts; undefined where the store holds it. */
  readonly content: readonly (DraftPart | undefined)[];
  /** It lay on the desk until a member let it in: the time it claims may be long past. */
  readonly hasWaited?: boolean;
}

/** An op with its parts committed, and how they open. */
export interface SealedOp {
  readonly op: Op;
  readonly openings: readonly Opening[];
  readonly content: readonly (DraftPart | undefined)[];
}

type Salting = Pick<Environment, "random"> & { readonly suite: Suite };

/** A part with words in it, when there are any. */
export function words(said: string | undefined, name = "text"): DraftPart[] {
  return said === undefined || said === "" ? [] : [{ name, media: "text/plain", bytes: utf8(said) }];
}

/** Commits the parts of one op under fresh salts. */
export function sealOp({ suite, random }: Salting, draft: DraftOp): SealedOp {
  const { content = [], ...op } = draft;
  const parts = [];
  const openings: Opening[] = [];
  for (const part of content) {
    const size = "bytes" in part ? part.bytes.length : part.size;
    const digest = part.digest ?? suite.sha256("bytes" in part ? part.bytes : new Uint8Array());
    const salt = random(16);
    parts.push({ name: part.name, commit: commitment(suite, salt, digest), size, media: part.media });
    openings.push({ salt, digest });
  }
  // The parts left out of the draft's type are put back here.
  const sealed = (parts.length === 0 ? op : { ...op, parts }) as Op;
  return { op: sealed, openings, content: content.map((part) => ("bytes" in part ? part : undefined)) };
}

/** `log`: digest of the genesis, null for the genesis itself; `time`: claimed, ms. */
export interface Place {
  readonly log: Uint8Array | null;
  readonly time: number;
}

/** Signs an entry over ops that are sealed already. */
export function signSealed(
  { suite }: { readonly suite: Suite },
  hand: Hand,
  { place, ops }: { place: Place; ops: readonly SealedOp[] },
): Submission {
  const draft = {
    ...place,
    author: hand.member,
    key: hand.signer.publicKey,
    prev: hand.prev,
    ops: ops.map(({ op }) => op),
  };
  const entry = signEntry(suite, draft, (message) => hand.signer.sign(message));
  return {
    entry,
    sidecar: encodeSidecar(ops.map(({ openings }) => openings)),
    content: ops.flatMap(({ content }) => content),
  };
}
