/** The first entry of a community: its founder, their role, its charter. */
import { LoreError } from "../bytes/index.ts";
import { createSigner, type Signer } from "../bytes/node.ts";
import { communityId } from "../log/index.ts";
import { GENESIS_LOG, memberId, unitId } from "../unit/index.ts";
import { type DraftOp, type Hand, sealOp, signSealed, type Submission } from "./draft.ts";
import type { Environment } from "./environment.ts";

export interface Founding {
  /** The community's name. */
  readonly name: string;
  /** One sentence about it, or nothing. */
  readonly about?: string | undefined;
  /** The founder's name, as others shall see it. */
  readonly founder: string;
  readonly visibility?: "public" | "members";
  readonly lang?: string | undefined;
  /** Paths to start reading with, in order. */
  readonly start?: readonly string[] | undefined;
  /** SPDX expression that applies where a unit says nothing else. */
  readonly licence?: string | undefined;
  /** The charter in words, Markdown; a plain one is written when absent. */
  readonly charter?: string | undefined;
  readonly now: number;
  /** Digest of the founder's recovery key. */
  readonly next?: Uint8Array | undefined;
}

export interface Founded {
  readonly id: string;
  readonly submission: Submission;
  readonly member: Uint8Array;
  readonly signer: Signer;
  readonly seed: Uint8Array;
  readonly logSigner: Signer;
  readonly logSeed: Uint8Array;
}

const utf8 = new TextEncoder();

/** Makes keys and the genesis; nothing is stored. @throws LoreError MALFORMED for a name that is not one line. */
export function found(environment: Environment, founding: Founding): Founded {
  requireLine("the community", founding.name);
  requireLine("its founder", founding.founder);
  const [seed, logSeed, nonce, unitNonce] = [32, 32, 16, 16].map((length) => environment.random(length));
  if (seed === undefined || logSeed === undefined || nonce === undefined || unitNonce === undefined)
    throw new Error("no randomness");
  const [signer, logSigner] = [createSigner(seed), createSigner(logSeed)];
  const { suite } = environment;
  const recovery = founding.next === undefined ? {} : { next: founding.next };
  const member = memberId(suite, { key: signer.publicKey, nonce, ...recovery });
  const ops: DraftOp[] = [
    {
      op: "member",
      type: "person",
      key: signer.publicKey,
      nonce,
      ...recovery,
      content: [{ name: "name", media: "text/plain", bytes: utf8.encode(founding.founder) }],
    },
    { op: "role", act: "grant", member, role: "steward" },
    {
      op: "revise",
      unit: unitId(suite, { log: GENESIS_LOG, author: member, nonce: unitNonce }),
      kind: "charter",
      nonce: unitNonce,
      parents: [],
      rules: { logKey: logSigner.publicKey, visibility: founding.visibility ?? "public" },
      ...(founding.licence === undefined ? {} : { licence: founding.licence }),
      content: charterParts(founding),
    },
  ];
  const hand: Hand = { member, signer, prev: null };
  const place = { log: null, time: founding.now };
  const submission = signSealed(environment, hand, { place, ops: ops.map((op) => sealOp(environment, op)) });
  return { id: communityId(submission.entry.digest), submission, member, signer, seed, logSigner, logSeed };
}

/** Names stand in lists and headings. */
function requireLine(whose: string, name: string): void {
  if (name.trim() !== "" && !/[\p{Cc}\u2028\u2029]/u.test(name)) return;
  const found = name.trim() === "" ? "it is empty" : "it holds a line break or another control character";
  throw new LoreError("MALFORMED", `Naming ${whose}: ${found}. Give it a name of one line.`, { field: "name" });
}

function charterParts({ name, about, charter, lang, start }: Founding) {
  const meta = {
    title: "How we work",
    name,
    ...(lang === undefined ? {} : { lang }),
    ...(about === undefined ? {} : { about }),
    ...(start === undefined ? {} : { start }),
  };
  return [
    { name: "meta", media: "application/json", bytes: utf8.encode(JSON.stringify(meta)) },
    { name: "body", media: "text/markdown", bytes: utf8.encode(charter ?? plainCharter(name)) },
  ];
}

function plainCharter(name: string): string {
  return `# How we work

${name} keeps what it knows here. Anyone who can read may suggest a change. An editor or steward may write
directly; a suggestion is accepted when one of them approves it. How we work, our terms and our sharing rules
change only when most stewards agree.

Everything accepted stays on record with the name of whoever wrote it. Anyone may take a complete copy.
`;
}
