/**
 * Keeps a URL given by a stranger from reaching the machines behind this one. The host is resolved
 * once, every address it has must be public, and git is told to connect to exactly those, so a name
 * that answers differently the second time gains nothing. IPv6 forms that carry an IPv4 address
 * (mapped, NAT64, 6to4, Teredo) are refused whole: no public site needs them.
 * Ranges: IANA special-purpose registries (RFC 6890 and its updates).
 */

import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";

import { LoreError } from "../../bytes/index.ts";

const NOT_PUBLIC_IPV4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];
/** Global unicast is 2000::/3; these parts of it are not public, all else is outside it. */
const NOT_PUBLIC_IPV6: readonly (readonly [string, number])[] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
];

/** Whether an IP address is one that the open internet routes. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !blockList(NOT_PUBLIC_IPV4, "ipv4").check(address, "ipv4");
  if (isIP(address) !== 6) return false;
  return (
    blockList([["2000::", 3]], "ipv6").check(address, "ipv6") &&
    !blockList(NOT_PUBLIC_IPV6, "ipv6").check(address, "ipv6")
  );
}

/** The addresses of a URL's host; throws UNREACHABLE without one and REFUSED if any is not public. */
export async function resolvePublic(url: URL, options: { readonly allowPrivate: boolean }): Promise<string[]> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const found = isIP(host) > 0 ? [host] : await addressesOf(host);
  const inner = found.find((address) => !isPublicAddress(address));
  if (inner !== undefined && !options.allowPrivate) {
    throw new LoreError(
      "REFUSED",
      `${url.host} is an address inside a private network; only public addresses are fetched. Import a bundle instead.`,
      {
        field: "source",
      },
    );
  }
  return found;
}

async function addressesOf(host: string): Promise<string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (cause) {
    throw new LoreError("UNREACHABLE", `The host ${host} could not be found. Check the address and the network.`, {
      field: "source",
      cause,
    });
  }
}

function blockList(subnets: readonly (readonly [string, number])[], family: "ipv4" | "ipv6"): BlockList {
  const list = new BlockList();
  for (const [network, prefixBits] of subnets) list.addSubnet(network, prefixBits, family);
  return list;
}
