/** Who signs what a command writes, and what becomes of it. */
import { LoreError } from "../../bytes/index.ts";
import { Author, type Community } from "../../community/index.ts";
import { COMMUNITY_OPTION, type Invocation, option, text } from "../command.ts";

/** Who signs: the identity that `--as` names, else this user's first. @throws LoreError FORBIDDEN. */
export function chosenAuthor(invocation: Invocation, community: Community): Author {
  const label = option(invocation, "as");
  const keys = invocation.node("write").keystore.read(community.id, label);
  if (keys === undefined) {
    // On a copy without its keys, a new identity would not help.
    if (community.refusal !== undefined) throw community.refusal;
    const who = label === undefined ? "no key of this community is" : `the identity "${label}" is not`;
    throw new LoreError(
      "FORBIDDEN",
      `Writing needs a key, and ${who} on this machine. "lore member add NAME --as LABEL" makes one.`,
    );
  }
  return new Author(community, keys);
}

export const WRITE_OPTIONS = { ...COMMUNITY_OPTION, as: text } as const;

/** Whether what entry `index` says waits for the consent of others, as an answer begins with. */
export function isWaiting({ rows }: Community, index: number): boolean {
  return rows.get("SELECT n FROM proposal WHERE idx = ? AND state = 'proposed'", index) !== undefined;
}

export const WAITS = 'It waits for consent; "lore review" lists what waits.';
