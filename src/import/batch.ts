/**
 * Packs sealed ops into signed entries: at most 256 ops and 65,535 bytes each. `endGroup` closes an entry, so
 * that a log always ends after a whole group; batches of groups are written all or none.
 */
import { encode } from "../bytes/index.ts";
import type { Author, Community, SealedOp, Submission } from "../community/index.ts";
import { limits } from "../unit/index.ts";

/** Everything in an entry but its ops: field names, ids, key, signature. */
const ENVELOPE_BYTES = 320;
const GROUPS_PER_WRITE = 256;
/** Content held before a write, so that memory stays bounded. */
const CONTENT_BYTES_PER_WRITE = 64 * 2 ** 20;

export class Batch {
  entries = 0;
  readonly #community: Community;
  readonly #author: Author;
  #ops: SealedOp[] = [];
  #opsBytes = 0;
  #signed: Submission[] = [];
  #groups = 0;
  #contentBytes = 0;

  constructor(community: Community, author: Author) {
    this.#community = community;
    this.#author = author;
  }

  /** Size of the log once everything added so far is written. */
  get size(): number {
    return this.#community.size + this.#signed.length;
  }

  add(op: SealedOp): void {
    const length = encode(op.op).length;
    if (this.#ops.length === limits.OPS_MAX || this.#opsBytes + length > limits.ENTRY_BYTES_MAX - ENVELOPE_BYTES)
      this.#sign();
    this.#ops.push(op);
    this.#opsBytes += length;
    for (const part of op.content) this.#contentBytes += part?.bytes.length ?? 0;
  }

  #sign(): void {
    if (this.#ops.length === 0) return;
    this.#signed.push(this.#author.sign(this.#ops));
    this.#ops = [];
    this.#opsBytes = 0;
  }

  /** Ends a group, and with it an entry. */
  endGroup(): void {
    this.#sign();
    this.#groups += 1;
  }

  /** Whether enough has come together for `write`. */
  get isFull(): boolean {
    return (
      Math.max(this.#groups, this.#signed.length) >= GROUPS_PER_WRITE || this.#contentBytes >= CONTENT_BYTES_PER_WRITE
    );
  }

  /** Writes all ended groups; durable on return. */
  async write(): Promise<void> {
    this.#sign();
    if (this.#signed.length === 0) return;
    const signed = this.#signed;
    this.#signed = [];
    this.#groups = 0;
    this.#contentBytes = 0;
    await this.#community.appendAll(signed);
    this.entries += signed.length;
  }
}
