/** `lore portrait`: a community in one look, the same facts as on its page. */
import type { Community } from "../../community/index.ts";
import { authorshipReady } from "../../community/queries/authorship.ts";
import { type NeedsHands, type Portrait, portrait } from "../../community/queries/portrait.ts";
import { knownThings, portraitWords } from "../../web/words-portrait.ts";
import {
  type Command,
  chosenCommunity,
  COMMUNITY_OPTION,
  counted,
  day,
  type Invocation,
  isSet,
  printJson,
} from "../command.ts";

const said = portraitWords.portrait;
const MADE_LISTED = 10;

const portraying: Command = {
  name: "portrait",
  usage: "[--community ID|NAME] [--json]",
  summary: "Show a community in one look: what it knows, in whose words, how it grew, what needs hands",
  options: COMMUNITY_OPTION,
  async run(invocation) {
    const community = chosenCommunity(invocation, "read");
    await authorshipReady(community);
    const found = portrait(community);
    if (isSet(invocation, "json")) printJson(invocation, { community: community.id, ...found });
    else invocation.output.out(`${lines(found).join("\n")}\n`);
    return undefined;
  },
};

function lines(found: Portrait): string[] {
  const { growth, made, hands, people, versions } = found;
  if (found.since === undefined) return [sentence(found)];
  const years = growth.map(({ year, standing, fresh }) => `  ${year}  ${standing}, ${fresh} new`);
  const makings = made
    .slice(0, MADE_LISTED)
    .map(({ from, to, how, words }) => `  ${to.path ?? to.title} ${said.how(how, words)} ${from.path ?? from.title}`);
  return [
    sentence(found),
    `${counted(versions, "version")} to get here, as of ${day(found.asOf)}.`,
    ...under(said.grew, years),
    ...under(said.made, more(makings, made.length)),
    ...under(said.hands, needs(hands)),
    ...under(said.names, [`  ${people.map(({ name }) => name).join(", ")}`].slice(0, people.length)),
  ];
}

function under(title: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : ["", title, ...items];
}

function more(items: readonly string[], all: number): readonly string[] {
  return all > items.length ? [...items, `  ${said.more(String(all - items.length))}`] : items;
}

function needs({ untouched, broken, disputed, questions, suggestions }: NeedsHands): string[] {
  const [oldest] = untouched;
  const since = oldest === undefined ? "" : `, the oldest ${oldest.unit.path ?? oldest.unit.title}`;
  const found: readonly (readonly [n: number, text: (n: string, one: boolean) => string, rest?: string])[] = [
    [untouched.length, said.untouched, since],
    [broken.length, said.broken],
    [disputed.count, said.disputed],
    [questions.count, said.questions],
    [suggestions, said.suggestions],
  ];
  return found.filter(([n]) => n > 0).map(([n, text, rest = ""]) => `  ${text(String(n), n === 1)}${rest}`);
}

/** "handbook knows 251 pages and 2 files, in the standing words of 227 people, since 2016." */
function sentence({ name, kinds, people, since }: Portrait): string {
  if (since === undefined) return said.empty(name);
  return said.sentence({
    name,
    known: knownThings(kinds).map(({ text }) => text),
    people: people.length,
    since: day(since).slice(0, 4),
  });
}

/** What an import ends with. */
export async function portraitLine(invocation: Invocation, community: Community): Promise<string> {
  await authorshipReady(community);
  const isOnly = invocation.node("write").ids().length === 1;
  const command = `lore portrait${isOnly ? "" : ` --community ${community.id}`}`;
  return `${sentence(portrait(community))} Portrait: "${command}", or "lore serve".\n`;
}

export const PORTRAIT = [portraying];
