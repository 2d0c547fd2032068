/**
 * How whoever runs this site becomes themselves in a browser: the program that serves shows them an address with a secret,
 * made anew at each start. A browser that has it sends the key it made, and the key on this machine says that it is theirs.
 */
import { timingSafeEqual } from "node:crypto";

import type { Context } from "hono";

import { decode, LoreError, utf8 } from "../../bytes/index.ts";
import { Author, type Community, type LoreNode, signerStanding } from "../../community/index.ts";
import { bytes, record, text } from "../../unit/shape.ts";
import { bodyOf } from "./submission.ts";

const shape = record({ secret: text(64), key: bytes(32) });

/** @throws LoreError FORBIDDEN for another secret, or where no key of the community is on this machine. */
export async function welcome(
  c: Context,
  node: LoreNode,
  { community, secret }: { community: Community; secret: string | undefined },
): Promise<Response> {
  const asked = shape(decode(await bodyOf(c)), "welcome");
  if (secret === undefined || !isSame(asked.secret, secret))
    throw new LoreError("FORBIDDEN", "This address was for another start of the site. Open the one it shows now.");
  const keys = node.keystore.read(community.id);
  if (keys === undefined)
    throw new LoreError("FORBIDDEN", `No key of ${community.name} is on the computer this site runs on.`);
  const { member } = signerStanding(community, asked.key);
  if (member === null) await new Author(community, keys).write([{ op: "key", act: "add", key: asked.key }]);
  return new Response(JSON.stringify({ added: member === null }), {
    status: 201,
    headers: { "content-type": "application/json; charset=utf-8" },
  });
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [utf8(given), utf8(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
