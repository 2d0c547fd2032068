/**
 * The pen: composes what a person says, signs it in their browser with their key for this community, and sends it. The
 * server sees what was signed, never the key.
 */
import { base32, type Cbor, encode, hex } from "../../bytes/index.ts";
import { nobleSuite } from "../../bytes/noble.ts";
import { type PersonKey, personKey } from "../../bytes/person-key.ts";
import { type DraftOp, type SealedOp, sealOp, signSealed, words } from "../../community/draft.ts";
import type { SignerStanding } from "../../community/queries/signer.ts";
import { type DeskRequest, signDeskRequest } from "../../desk/asked.ts";
import { decodeSidecar } from "../../log/index.ts";
import { memberId, revisionId, type ReviseOp } from "../../unit/index.ts";
import { dropInvitation, invitationTo } from "./invitation.ts";
import { secretHere, secretOrNew } from "./person.ts";

export type Standing = SignerStanding & { readonly waiting: number };

/** What became of what was sent. Ids in base32. */
export interface Sent {
  /** On record, or waiting to be let in. */
  readonly level: "stored" | "waiting";
  /** The version that the first `revise` of it makes. */
  readonly revision: string | undefined;
}

/** What the server answered instead of taking it. */
export class NotTaken extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));
export class Pen {
  readonly community: string;
  readonly standing: Standing;
  readonly #key: PersonKey;

  private constructor(community: string, key: PersonKey, standing: Standing) {
    this.community = community;
    this.standing = standing;
    this.#key = key;
  }

  /** The pen of whoever writes in this browser; undefined where nobody does so far. */
  static async here(community: string): Promise<Pen | undefined> {
    const secret = await secretHere();
    return secret === undefined ? undefined : Pen.of(community, secret);
  }

  /** The same; a key is made where nobody has one. */
  static async hereOrNew(community: string): Promise<Pen> {
    return Pen.of(community, await secretOrNew());
  }

  static async of(community: string, secret: Uint8Array): Promise<Pen> {
    const key = personKey(secret, community);
    return new Pen(community, key, await standingOf(community, key));
  }

  /** Whether the person has a name here already. */
  get isKnown(): boolean {
    return this.standing.member !== null;
  }

  get member(): Uint8Array {
    const { publicKey, nonce } = this.#key;
    const { member } = this.standing;
    return member === null ? memberId(nobleSuite, { key: publicKey, nonce }) : base32.decode(member);
  }

  get log(): Uint8Array {
    return hex.decode(this.standing.log);
  }

  /**
   * Signs what `compose` says and sends it; whoever is new says their `name` with it. Where another window wrote
   * meanwhile, it is signed once more, after that.
   * @throws NotTaken.
   */
  async write(compose: (pen: Pen) => readonly DraftOp[], name?: string): Promise<Sent> {
    try {
      return await this.#send(compose(this), name);
    } catch (error) {
      if (!(error instanceof NotTaken) || error.code !== "STALE") throw error;
      const anew = new Pen(this.community, this.#key, await standingOf(this.community, this.#key));
      return anew.#send(compose(anew), name);
    }
  }

  async #send(drafts: readonly DraftOp[], name: string | undefined): Promise<Sent> {
    const ops = [...(this.isKnown ? [] : [this.#joining(name ?? "")]), ...drafts].map((draft) =>
      sealOp({ suite: nobleSuite, random }, draft),
    );
    const { member, log, standing } = this;
    const hand = { member, signer: this.#key, prev: standing.prev === null ? null : hex.decode(standing.prev) };
    const place = { log, time: Math.max(standing.logTime, standing.now) };
    const { entry, sidecar, content } = signSealed({ suite: nobleSuite }, hand, { place, ops });
    const parts: Cbor = decodeSidecar(sidecar)
      .flat()
      .map((opening, i) => [opening?.salt ?? null, content[i]?.bytes ?? null]);
    const invitation = this.isKnown ? null : invitationTo(this.community);
    const answer = await fetch(`/api/c/${this.community}/entries`, {
      method: "POST",
      headers: {
        "content-type": "application/cbor",
        ...(invitation === null ? {} : { "lore-invitation": invitation }),
      },
      body: new Uint8Array(encode({ entry: entry.bytes, parts })),
    });
    if (!answer.ok) throw await notTaken(answer);
    dropInvitation(this.community);
    const { level } = (await answer.json()) as { level: Sent["level"] };
    return { level, revision: this.#revisionIn(ops) };
  }

  #joining(name: string): DraftOp {
    const { publicKey, nonce } = this.#key;
    return { op: "member", type: "person", key: publicKey, nonce, content: words(name, "name") };
  }

  #revisionIn(ops: readonly SealedOp[]): string | undefined {
    const op = ops.map((sealed) => sealed.op).find((each): each is ReviseOp => each.op === "revise");
    const { log, member } = this;
    return op === undefined ? undefined : base32.encode(revisionId(nobleSuite, { log, author: member, op }));
  }

  /** Asks the desk. @throws NotTaken. */
  async ask(
    act: DeskRequest["act"],
    more: Partial<Pick<DeskRequest, "on" | "uses" | "until" | "label">> = {},
  ): Promise<unknown> {
    const key = this.#key;
    const time = (await standingOf(this.community, key)).now;
    const request = { log: this.log, key: key.publicKey, nonce: random(16), time, act, ...more };
    const answer = await fetch(`/api/c/${this.community}/desk`, {
      method: "POST",
      headers: { "content-type": "application/cbor" },
      body: signDeskRequest(nobleSuite, request, key.sign),
    });
    if (!answer.ok) throw await notTaken(answer);
    return answer.json();
  }
}

async function standingOf(community: string, { publicKey }: PersonKey): Promise<Standing> {
  const answer = await fetch(`/api/c/${community}/signers/${hex.encode(publicKey)}`, { cache: "no-store" });
  if (!answer.ok) throw await notTaken(answer);
  return (await answer.json()) as Standing;
}

async function notTaken(answer: Response): Promise<NotTaken> {
  const found = (await answer.json().catch(() => ({}))) as { code?: string; message?: string };
  return new NotTaken(found.code ?? "INTERNAL", found.message ?? `The site answered ${answer.status}. Try again.`);
}
