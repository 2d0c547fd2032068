/** Amounts as people write them: "12.34 EUR" is 1,234 minor units. ISO 4217 says how many digits a currency has; points have none. */
import { LoreError } from "../../bytes/index.ts";
import { limits } from "../../unit/index.ts";

/** Digits after the point. */
export function digitsOf(currency: string): number {
  if (!/^[A-Z]{3}$/.test(currency)) return 0;
  return new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 0;
}

/** Minor units of an amount above zero. @throws LoreError USAGE. */
export function parseAmount(text: string, currency: string): bigint {
  const digits = digitsOf(currency);
  const [, whole, , part = ""] = /^(\d{1,15})(\.(\d+))?$/.exec(text) ?? [];
  const amount = whole === undefined || part.length > digits ? 0n : BigInt(whole + part.padEnd(digits, "0"));
  if (amount > 0n && amount <= BigInt(limits.AMOUNT_MAX)) return amount;
  const example = digits === 0 ? "1234" : `12.${"34".slice(0, digits).padEnd(digits, "0")}`;
  throw new LoreError(
    "USAGE",
    `"${text.slice(0, 40)}" is no amount of ${currency.slice(0, 16)}: write it like ${example}.`,
    {
      field: "amount",
    },
  );
}

/** "12.34 EUR", "1,000 points". */
export function amountText(amount: bigint, currency: string): string {
  const digits = digitsOf(currency);
  const sign = amount < 0n ? "-" : "";
  const text = String(amount < 0n ? -amount : amount).padStart(digits + 1, "0");
  const whole = text.slice(0, text.length - digits).replaceAll(/\B(?=(\d{3})+$)/g, ",");
  return `${sign}${whole}${digits === 0 ? "" : `.${text.slice(-digits)}`} ${currency}`;
}

/** `value` as JSON can have it: whole numbers of any size are text there. */
export function amountsAsText(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? String(each) : each)));
}
