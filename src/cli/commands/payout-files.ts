/** What a payout is handed over as: a table for a bank's form, or drafts of Open Collective expenses. Amounts in major units. */
import { LoreError } from "../../bytes/index.ts";
import { type Community, persons } from "../../community/index.ts";
import type { Payee } from "../../community/credit/closing.ts";
import { personNumber } from "../../community/credit/index.ts";
import { digitsOf } from "../../projection/credit/money.ts";

export interface PayoutFile {
  readonly payout: number;
  readonly payees: readonly (Payee & { readonly currency: string })[];
  readonly form: "csv" | "expenses";
}

/** Open Collective's amounts are in hundredths, whatever the currency. */
const CENTS_DIGITS = 2;

export function payoutFile(community: Community, { payout, payees, form }: PayoutFile): string {
  const lines = byPerson(community, payees);
  if (form === "csv") {
    const rows = lines.map(({ name, id, amount, currency }) =>
      [quoted(name), id, major(amount, currency), currency, quoted(`${community.name}, payout ${payout}`)].join(","),
    );
    return `${["name,member,amount,currency,reference", ...rows].join("\r\n")}\r\n`;
  }
  const odd = lines.find(({ currency }) => digitsOf(currency) > CENTS_DIGITS);
  if (odd !== undefined)
    throw new LoreError(
      "USAGE",
      `Expense drafts count in hundredths, and ${odd.currency} has smaller units. Use "lore credit payout csv ${payout}".`,
    );
  const expenses = lines.map(({ name, id, amount, currency }) => ({
    type: "INVOICE",
    description: `${community.name}, payout ${payout}: ${name}`,
    currency,
    reference: id,
    items: [
      {
        description: `Share of what ${community.name} received`,
        amountV2: { valueInCents: cents(amount, currency), currency },
      },
    ],
  }));
  return `${JSON.stringify(expenses, undefined, 2)}\n`;
}

/** Somebody with several names is paid once in each currency; whom nobody here knows stands by what the ledger calls them. */
function byPerson(community: Community, payees: PayoutFile["payees"]) {
  const people = new Map<string, { name: string; id: string; amount: bigint; currency: string }>();
  for (const { holder, amount, currency } of payees) {
    const member = personNumber(community, holder);
    const { id, name } = member === undefined ? { id: holder, name: holder } : persons.personRef(community, member);
    const known = people.get(`${id} ${currency}`) ?? { name, id, amount: 0n, currency };
    people.set(`${id} ${currency}`, { ...known, amount: known.amount + amount });
  }
  return [...people.values()];
}

/** @throws LoreError TOO_LARGE for what no number in JSON can say exactly. */
function cents(amount: bigint, currency: string): number {
  const found = amount * 10n ** BigInt(CENTS_DIGITS - digitsOf(currency));
  if (found <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(found);
  throw new LoreError(
    "TOO_LARGE",
    `Expense drafts cannot say ${found} hundredths of ${currency}. Use the table (csv).`,
  );
}

function major(amount: bigint, currency: string): string {
  const digits = digitsOf(currency);
  const text = String(amount).padStart(digits + 1, "0");
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** What breaks a line, cannot be seen, or turns the direction of what stands beside it. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Bidi_Control}]+/gu;
/** What a spreadsheet takes for the beginning of a formula, in narrow and wide forms. */
const FORMULA = /^\s*[=+\-@|%\uff1d\uff0b\uff0d\uff20\u2212]/u;

/** RFC 4180; one row stays one row, and a spreadsheet must not take a name for a formula. */
export function quoted(text: string): string {
  const plain = text.replaceAll(UNSEEN, " ").trim();
  const safe = FORMULA.test(plain) ? `'${plain}` : plain;
  return /[",;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
