/** Which community an import goes to: one that the same source came to before, one that it names, or a new one. */
import { basename } from "node:path";

import { LoreError } from "../bytes/index.ts";
import { type Community, importStates, type LoreNode } from "../community/index.ts";
import type { GitPlan } from "./git/index.ts";
import { lastCommitOf, requireSamePart } from "./git-import.ts";
import type { Manifest } from "./manifest.ts";
import { broughtFrom, isFrom } from "./sources.ts";

/** An existing community's id, or what a new one is to be. */
export type ImportInto =
  | { readonly id: string }
  | {
      readonly name?: string | undefined;
      readonly about?: string | undefined;
      readonly licence?: string | undefined;
      readonly founder: string;
    };

/** Where something is brought in from, and to. */
export interface Destination {
  /** A path or an address. */
  readonly location: string;
  readonly into: ImportInto;
}

/** What a source says of the community it comes from. */
export type SourceFacts = { readonly [K in "name" | "about" | "licence" | "lang"]?: string | undefined } & Pick<
  Manifest,
  "start"
>;

interface GitDestination extends Destination {
  readonly prefix?: string | undefined;
}

/** For a git repository. @throws LoreError REFUSED for a source that would undo what came from another. */
export async function gitDestination(
  node: LoreNode,
  request: GitDestination,
  { plan, facts }: { readonly plan: GitPlan; readonly facts: SourceFacts },
): Promise<Community> {
  const before = isNamed(request) ? undefined : broughtBefore(node, request, plan);
  if (before !== undefined) requireSameSource(before, request, plan);
  const community = before ?? (await chosenCommunity(node, request, facts));
  requireSamePart(community, request.prefix, historyOf(plan));
  return community;
}

/** For a folder or zip. */
export async function treeDestination(node: LoreNode, request: Destination, facts: SourceFacts): Promise<Community> {
  const before = isNamed(request) ? undefined : broughtFrom(node, request.location);
  return before ?? (await chosenCommunity(node, request, facts));
}

function isNamed({ into }: Destination): boolean {
  return "id" in into || into.name !== undefined;
}

/** The one community that this history came to before and goes on from, else of which it has a part. */
function broughtBefore(node: LoreNode, { prefix }: GitDestination, plan: GitPlan): Community | undefined {
  const history = historyOf(plan);
  const sharing = node
    .ids()
    .map((id) => node.community(id))
    .filter((community) =>
      importStates(community).some(
        (state) => state.prefix === prefix && state.commits.some(({ commit }) => history.has(commit)),
      ),
    );
  const continued = sharing.filter((community) => history.has(lastCommitOf(community) ?? ""));
  const [found, second] = continued.length > 0 ? continued : sharing;
  return second === undefined ? found : undefined;
}

/**
 * A fork and an older copy share most of their history with what came in before, and would set its pages back to theirs.
 * @throws LoreError REFUSED unless it goes on from there, is from the same place or, for what is no older copy, has the
 * community's name.
 */
function requireSameSource(community: Community, { location, prefix }: GitDestination, plan: GitPlan): void {
  const last = lastCommitOf(community);
  const history = historyOf(plan);
  if (last === undefined || history.has(last) || isFrom(community, location)) return;
  const tip = plan.groups.at(-1)?.commit ?? "";
  const isOlder = importStates(community).some(
    (state) => state.prefix === prefix && state.commits.some(({ commit }) => commit === tip),
  );
  if (!isOlder && nameFromLocation(location) === community.name) return;
  const found = isOlder
    ? `it is an older copy of what came to "${community.name}", and lacks ${last.slice(0, 12)}, with which the last import ended`
    : `it begins as what came to "${community.name}" did, but lacks ${last.slice(0, 12)}, with which the last import ended`;
  throw new LoreError(
    "REFUSED",
    `Bringing in ${location}: ${found}. If its pages are to stand as they are here, say --community ${community.id}; for a community of its own, --name NAME.`,
  );
}

function historyOf({ groups }: GitPlan): ReadonlySet<string> {
  return new Set(groups.map(({ commit }) => commit));
}

/** Whether what stands in a community was all written here: another source by that name has nothing to do with it. */
function isOfOthers(community: Community): boolean {
  const { rows } = community;
  return (
    rows.get("SELECT 1 FROM unit WHERE kind <> 'charter' LIMIT 1") !== undefined &&
    rows.get("SELECT 1 FROM catalog_fact WHERE mode IS NOT NULL LIMIT 1") === undefined
  );
}

/** The community an import goes to: the one it names, the one that has the name already, or a new one. */
async function chosenCommunity(
  node: LoreNode,
  { into, location }: Destination,
  facts: SourceFacts,
): Promise<Community> {
  if ("id" in into) return node.community(into.id);
  const name = into.name ?? facts.name ?? nameFromLocation(location);
  const [existing, second] = node.named(name);
  if (second !== undefined)
    throw new LoreError("USAGE", `Several communities here are called "${name}"; say which by its id.`);
  if (existing !== undefined && !isOfOthers(existing)) return existing;
  return node.begin({
    name,
    about: into.about ?? facts.about,
    licence: into.licence ?? facts.licence,
    lang: facts.lang,
    start: facts.start,
    founder: into.founder,
    now: node.environment.now(),
  });
}

/** "…/18f-handbook.bundle" and "https://example.org/x/18f-handbook.git" are both called "18f-handbook". */
function nameFromLocation(location: string): string {
  return basename(location.replace(/[/\\]+$/, "")).replace(/\.(git|bundle|zip)$/i, "") || "Community";
}
