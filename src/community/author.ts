/** An author at work: composes drafts, signs them with their key and writes them, one after the other. */
import type { Signer } from "../bytes/node.ts";
import type { Community } from "./community.ts";
import { type DraftOp, type SealedOp, sealOp, signSealed, type Submission } from "./draft.ts";
import { residuePart } from "./redaction.ts";
import type { Acknowledgement } from "./write-queue.ts";

export class Author {
  readonly member: Uint8Array;
  readonly #community: Community;
  readonly #signer: Signer;
  #prev: Uint8Array | null;

  constructor(community: Community, { member, signer }: { member: Uint8Array; signer: Signer }) {
    this.#community = community;
    this.member = member;
    this.#signer = signer;
    this.#prev = this.#tip();
  }

  /** Digest of the last entry of this key that is on record. */
  #tip(): Uint8Array | null {
    const sql = "SELECT digest FROM key_tip WHERE key = ?";
    return this.#community.rows.get<{ digest: Uint8Array }>(sql, this.#signer.publicKey)?.digest ?? null;
  }

  /** Commits the parts of an op; the op can name itself in later ones from here on. */
  seal(draft: DraftOp): SealedOp {
    return sealOp(this.#community.environment, draft);
  }

  /** Commits the parts of ops that belong in one entry. With a text that is hidden goes a part that says what stays of it. */
  async sealAll(drafts: readonly DraftOp[]): Promise<readonly SealedOp[]> {
    const ops = drafts.map((draft) => this.seal(draft));
    for (const [i, draft] of drafts.entries()) {
      if (draft.op !== "redact") continue;
      const residue = await residuePart(this.#community, draft.slots, { member: this.member, ops });
      if (residue !== undefined) ops[i] = this.seal({ ...draft, content: [...(draft.content ?? []), residue] });
    }
    return ops;
  }

  /** Signs the next entry of this key. What is signed must be written, in order. */
  sign(ops: readonly SealedOp[]): Submission {
    const { environment, log, projections } = this.#community;
    const hand = { member: this.member, signer: this.#signer, prev: this.#prev };
    // A clock behind the record's would be refused; log time never runs back.
    const time = Math.max(environment.now(), projections.fold.time);
    const submission = signSealed(environment, hand, { place: { log, time }, ops });
    this.#prev = submission.entry.digest;
    return submission;
  }

  /** Writes ops as one entry; durable on return. */
  async write(drafts: readonly DraftOp[]): Promise<Acknowledgement & { readonly submission: Submission }> {
    try {
      const submission = this.sign(await this.sealAll(drafts));
      return { ...(await this.#community.append(submission)), submission };
    } catch (error) {
      this.#prev = this.#tip();
      throw error;
    }
  }
}
