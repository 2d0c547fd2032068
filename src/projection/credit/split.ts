/** Sharing an amount out exactly: largest remainder (Hamilton's method), in whole minor units. */
import { hex, LoreError, type Suite, utf8 } from "../../bytes/index.ts";

/**
 * Shares of `amount` in proportion to `weights`, whole and exact: they come to `amount`. Each first gets what is whole of
 * its share; the units that are left go one each to the largest remainders, equal ones in the order of `isBefore`.
 * With all weights 0 nothing can be shared out and every share is 0.
 * @throws LoreError REFUSED for a negative amount or weight.
 */
export function split(
  amount: bigint,
  weights: readonly bigint[],
  isBefore: (a: number, b: number) => boolean = (a, b) => a < b,
): bigint[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0n);
  if (amount < 0n || weights.some((weight) => weight < 0n))
    throw new LoreError("REFUSED", "Sharing out an amount: neither it nor a share may be negative.");
  if (total === 0n) return weights.map(() => 0n);
  const shares = weights.map((weight) => (amount * weight) / total);
  const left = Number(amount - shares.reduce((sum, share) => sum + share, 0n));
  if (left === 0) return shares;
  const remainders = weights.map((weight) => (amount * weight) % total);
  const order = [...weights.keys()].toSorted((a, b) => {
    const difference = (remainders[b] ?? 0n) - (remainders[a] ?? 0n);
    if (difference !== 0n) return difference > 0n ? 1 : -1;
    return isBefore(a, b) ? -1 : 1;
  });
  for (const i of order.slice(0, left)) shares[i] = (shares[i] ?? 0n) + 1n;
  return shares;
}

/** Settles equal remainders: the least of these comes first, another one in every period, so that nobody is favoured twice. */
export function tie(suite: Suite, epoch: number, id: string): string {
  return hex.encode(suite.sha256(utf8(`lore-tie/v1\n${epoch}\n${id}`)));
}
