/** What waits for somebody: suggestions that nobody has decided. */
import { base32 } from "../../bytes/index.ts";
import type { Community } from "../community.ts";
import { type PersonRef, personRef } from "./people.ts";
import { type RevisionDetail, revisionDetail } from "./units.ts";

export interface OpenProposal {
  /** Revision id, or op id of another kind of op. */
  readonly id: string;
  readonly op: string;
  readonly by: PersonRef;
  readonly index: number;
  /** For a revision. */
  readonly revision: RevisionDetail | undefined;
}

/** Oldest first. */
export function openProposals(community: Community): OpenProposal[] {
  const { rows } = community;
  const revisions = rows.all<{ n: number; id: Uint8Array; idx: number; author: number }>(
    "SELECT n, id, idx, author FROM revision WHERE state = 'proposed' ORDER BY n",
  );
  const others = rows.all<{ id: Uint8Array; idx: number; author: number; op: string }>(
    "SELECT id, idx, author, op FROM proposal WHERE state = 'proposed' ORDER BY n",
  );
  const all = [
    ...revisions.map(({ n, id, idx, author }) => ({
      id: base32.encode(id),
      op: "revise",
      by: personRef(community, author),
      index: idx,
      revision: revisionDetail(community, n),
    })),
    ...others.map(({ id, idx, author, op }) => ({
      id: base32.encode(id),
      op,
      by: personRef(community, author),
      index: idx,
      revision: undefined,
    })),
  ];
  return all.toSorted((a, b) => a.index - b.index);
}
