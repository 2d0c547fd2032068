/**
 * The ledger (DESIGN.md 5): postings that are never changed, each of which moves amounts between accounts and comes to zero
 * in every currency. A mistake is mended by a posting that mirrors it. The same posting twice is one posting.
 * Amounts are whole minor units; what an account holds is at most 2^53-1 of them.
 */
import { LoreError, type Suite, utf8 } from "../../bytes/index.ts";
import { limits } from "../../unit/index.ts";

const AMOUNT_MAX = BigInt(limits.AMOUNT_MAX);

/**
 * Where value is. `inflow` is the world outside: what came from there stands below zero, all else never does.
 * Those with a holder have an account for each: a member, a dispute, another community.
 */
export const ACCOUNTS = {
  inflow: { holder: false },
  /** To be shared out at the end of a period. */
  pool: { holder: false },
  /** Shared out, while it can still be disputed. */
  pending: { holder: true },
  payable: { holder: true },
  paid: { holder: true },
  /** What paying out cost. */
  fees: { holder: false },
  /** Frozen by a dispute. */
  escrow: { holder: true },
  /** Due to another community. */
  remote: { holder: true },
  /** Held for somebody who is named in history and has not come. */
  unclaimed: { holder: true },
} as const;

export type AccountName = keyof typeof ACCOUNTS;

/** One side of a posting: `amount` above zero goes into the account, below zero out of it. */
export interface Line {
  readonly account: AccountName;
  /** Id of the holder, in base32; absent where the account has none. */
  readonly holder?: string | undefined;
  readonly currency: string;
  readonly amount: bigint;
}

export interface Posting {
  /** Made of what it is about, so that it can be told when it comes again. */
  readonly key: string;
  readonly lines: readonly Line[];
  /** Key of the posting that this one mirrors. */
  readonly reverses?: string | undefined;
  /** Where it is found outside: a transfer's number. */
  readonly reference?: string | undefined;
}

export interface Balance {
  readonly account: AccountName;
  readonly holder: string | undefined;
  readonly currency: string;
  readonly amount: bigint;
}

const KEY = /^[a-z0-9:._@-]{1,200}$/;
const HOLDER = /^[a-z2-7]{20,64}$/;

export class Ledger {
  readonly #currencies: Set<string>;
  readonly #postings = new Map<string, Posting>();
  readonly #reversed = new Set<string>();
  readonly #balances = new Map<string, Balance>();

  /** `currencies`: codes that may be posted, such as "EUR" or "points". */
  constructor(currencies: Iterable<string>) {
    this.#currencies = new Set(currencies);
  }

  /** From here on this currency may be posted, too. */
  allow(currency: string): void {
    this.#currencies.add(currency);
  }

  /**
   * Takes a posting in; false when it was taken in before, with nothing changed.
   * @throws LoreError REFUSED, with nothing posted, for one that does not come to zero, names what is not there, would
   * leave an account with less than nothing or more than 2^53-1, or has the key of another.
   */
  post(posting: Posting): boolean {
    const known = this.#postings.get(posting.key);
    if (known !== undefined) {
      if (textOf(known) === textOf(posting)) return false;
      throw refused(posting, "its key is that of another posting. Give it a key of its own");
    }
    this.#requireWhole(posting);
    const changed = this.#changed(posting);
    // From here on nothing is refused.
    for (const [name, balance] of changed) this.#balances.set(name, balance);
    this.#postings.set(posting.key, posting);
    if (posting.reverses !== undefined) this.#reversed.add(posting.reverses);
    return true;
  }

  /** A posting that undoes the one with the key `reverses`, to be posted. @throws LoreError REFUSED when there is none, or it is undone. */
  mirrorOf(reverses: string, key: string): Posting {
    const posting = this.#postings.get(reverses);
    const mirror = { key, lines: [], reverses };
    if (posting === undefined) throw refused(mirror, `there is no posting "${reverses}" to undo`);
    if (this.#reversed.has(reverses)) throw refused(mirror, `the posting "${reverses}" was undone already`);
    return { ...mirror, lines: posting.lines.map((line) => ({ ...line, amount: -line.amount })) };
  }

  /** In the order in which they were posted. */
  postings(): IterableIterator<Posting> {
    return this.#postings.values();
  }

  balance(account: AccountName, currency: string, holder?: string): bigint {
    return this.#balances.get(nameOf({ account, holder, currency }))?.amount ?? 0n;
  }

  /** What accounts hold, but for those that hold nothing, in order. */
  balances(): Balance[] {
    return [...this.#balances]
      .filter(([, { amount }]) => amount !== 0n)
      .toSorted(([a], [b]) => (a < b ? -1 : Number(a > b)))
      .map(([, balance]) => balance);
  }

  /** Digest of all balances: whoever took in the same postings, in whatever order, has the same. */
  digest(suite: Suite): Uint8Array {
    const lines = this.balances().map((balance) => `${nameOf(balance)} ${balance.amount}\n`);
    return suite.sha256(utf8(`lore-balances/v1\n${lines.join("")}`));
  }

  #requireWhole(posting: Posting): void {
    const { key, lines, reverses } = posting;
    if (!KEY.test(key)) throw refused(posting, "its key must be 1 to 200 of a-z, 0-9, :, ., _, @, -");
    if (lines.length < 2) throw refused(posting, "it must have at least two sides");
    const sums = new Map<string, bigint>();
    for (const line of lines) {
      this.#requireLine(posting, line);
      sums.set(line.currency, (sums.get(line.currency) ?? 0n) + line.amount);
    }
    for (const [currency, sum] of sums)
      if (sum !== 0n) throw refused(posting, `in ${currency} it comes to ${sum}, not to zero`);
    if (reverses !== undefined) this.#requireMirror(posting, reverses);
  }

  #requireLine(posting: Posting, { account, holder, currency, amount }: Line): void {
    if (!Object.hasOwn(ACCOUNTS, account)) throw refused(posting, `there is no account "${account}"`);
    if (ACCOUNTS[account].holder !== (holder !== undefined))
      throw refused(posting, `the account "${account}" ${holder === undefined ? "needs a holder" : "has no holders"}`);
    if (holder !== undefined && !HOLDER.test(holder))
      throw refused(posting, `"${holder.slice(0, 40)}" is no id of a holder`);
    if (!this.#currencies.has(currency))
      throw refused(posting, `the currency "${currency.slice(0, 16)}" is not one this community uses`);
    if (amount === 0n) throw refused(posting, "one of its sides moves nothing");
  }

  #requireMirror(posting: Posting, reverses: string): void {
    if (textOf(this.mirrorOf(reverses, posting.key)) !== textOf(posting))
      throw refused(posting, `it does not mirror the posting "${reverses}" exactly`);
  }

  #changed(posting: Posting): Map<string, Balance> {
    const changed = new Map<string, Balance>();
    for (const { account, holder, currency, amount } of posting.lines) {
      const name = nameOf({ account, holder, currency });
      const before = changed.get(name)?.amount ?? this.#balances.get(name)?.amount ?? 0n;
      changed.set(name, { account, holder, currency, amount: before + amount });
    }
    for (const { account, currency, amount } of changed.values()) {
      if (account !== "inflow" && amount < 0n)
        throw refused(posting, `it takes ${-amount} more ${currency} from "${account}" than is there`);
      if (amount > AMOUNT_MAX || amount < -AMOUNT_MAX)
        throw refused(posting, `"${account}" would hold more ${currency} than can be counted, which is ${AMOUNT_MAX}`);
    }
    return changed;
  }
}

function nameOf({ account, holder, currency }: Omit<Balance, "amount">): string {
  return `${account}:${holder ?? ""} ${currency}`;
}

/** Equal for postings that move the same, in whatever order of their sides. */
function textOf({ key, lines, reverses }: Posting): string {
  const sides = lines.map((line) => `${nameOf({ holder: undefined, ...line })} ${line.amount}`).toSorted();
  return JSON.stringify([key, reverses ?? null, sides]);
}

function refused({ key }: Posting, why: string): LoreError {
  return new LoreError("REFUSED", `Posting "${key.slice(0, 80)}": ${why}. Nothing was posted.`);
}
