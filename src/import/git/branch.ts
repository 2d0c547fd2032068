/**
 * Which branch of a source is the one people mean: the one asked for, else the one HEAD names, else
 * one at HEAD's commit (a bundle records no name), else `main`, `master` or the only branch.
 */

import { LoreError } from "../../bytes/index.ts";

export interface RemoteRefs {
  /** Branch name → commit. */
  readonly heads: ReadonlyMap<string, string>;
  /** The commit of HEAD, where the source has one. */
  readonly head: string | undefined;
  /** The branch HEAD names, where the source says so. */
  readonly headBranch: string | undefined;
}

const USUAL_NAMES = ["main", "master"];
const NAMES_SHOWN = 10;

/** A branch name, or "HEAD" for a commit that no branch names. Throws NOT_FOUND or REFUSED. */
export function chooseBranch(refs: RemoteRefs, { asked, shown }: { asked: string | undefined; shown: string }): string {
  const names = [...refs.heads.keys()];
  if (refs.head === undefined && names.length === 0) {
    throw new LoreError("REFUSED", `The repository ${JSON.stringify(shown)} is empty: it has no commits yet.`, {
      field: "source",
    });
  }
  if (asked !== undefined) {
    if (refs.heads.has(asked)) return asked;
    throw new LoreError("NOT_FOUND", `The repository has no branch ${JSON.stringify(asked)}. It has: ${list(names)}.`, {
      field: "branch",
    });
  }
  if (refs.headBranch !== undefined && refs.heads.has(refs.headBranch)) return refs.headBranch;
  if (refs.head !== undefined) return preferred(names.filter((name) => refs.heads.get(name) === refs.head)) ?? "HEAD";
  const usual = USUAL_NAMES.find((name) => refs.heads.has(name)) ?? (names.length === 1 ? names[0] : undefined);
  if (usual !== undefined) return usual;
  throw new LoreError("REFUSED", `The repository does not say which branch is the main one. Name it: ${list(names)}.`, {
    field: "branch",
  });
}

function preferred(names: readonly string[]): string | undefined {
  return USUAL_NAMES.find((name) => names.includes(name)) ?? names.toSorted()[0];
}

function list(names: readonly string[]): string {
  const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : "";
  return names.length === 0
    ? "none"
    : names
        .toSorted()
        .slice(0, NAMES_SHOWN)
        .map((name) => JSON.stringify(name))
        .join(", ") + more;
}
