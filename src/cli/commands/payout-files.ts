/** What a payout is handed over as: a table for a bank's form, or drafts of Open Collective expenses. Amounts in major units. */
import { base32, LoreError } from "../../bytes/index.ts";
import { type Community, persons } from "../../community/index.ts";
import type { Payee } from "../../community/credit/closing.ts";
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
        amountV2: { valueInCents: Number(amount) * 10 ** (CENTS_DIGITS - digitsOf(currency)), currency },
      },
    ],
  }));
  return `${JSON.stringify(expenses, undefined, 2)}\n`;
}

/** Somebody with several names is paid once. */
function byPerson(community: Community, payees: PayoutFile["payees"]) {
  const people = new Map<string, { name: string; id: string; amount: bigint; currency: string }>();
  for (const { holder, amount, currency } of payees) {
    const member = community.facts.memberById(base32.decode(holder))?.n ?? 0;
    const { id, name } = persons.personRef(community, member);
    const known = people.get(id) ?? { name, id, amount: 0n, currency };
    people.set(id, { ...known, amount: known.amount + amount });
  }
  return [...people.values()];
}

function major(amount: bigint, currency: string): string {
  const digits = digitsOf(currency);
  const text = String(amount).padStart(digits + 1, "0");
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** RFC 4180; a spreadsheet must not take a name for a formula. */
function quoted(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
