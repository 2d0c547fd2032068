/** Commands that say what may be done with what is here, and what it takes to change that. */
import { authorship, citationOf, type Community, type moments, rights, units } from "../../community/index.ts";
import { creditLine } from "../../export/index.ts";
import { licenceWords } from "../../web/licence.ts";
import { rightsWords, shareText, useLines } from "../../web/words-rights.ts";
import {
  type Command,
  chosenCommunity,
  COMMUNITY_OPTION,
  counted,
  day,
  type Invocation,
  isSet,
  MOMENT_OPTIONS,
  printJson,
  requiredOption,
  text,
  word,
} from "../command.ts";
import { chosenMoment } from "./reading.ts";

const said = rightsWords.rights;

const showing: Command = {
  name: "rights",
  words: 1,
  usage: "[UNIT[@REVISION]] [--as-of SIZE|DATE | --known DATE] [--community ID|NAME] [--json]",
  summary: "May I use this, and how must I give credit; without a UNIT, every agreement here",
  options: { ...COMMUNITY_OPTION, ...MOMENT_OPTIONS },
  async run(invocation) {
    const community = chosenCommunity(invocation, "read");
    const moment = chosenMoment(invocation, community);
    const [name] = invocation.words;
    if (name === undefined) showAll(invocation, community, moment);
    else {
      const unit = units.findUnit(community, name, moment);
      await authorship.authorshipReady(community);
      showOne(invocation, { community, moment, revision: units.resolve(community, unit, moment) });
    }
    return undefined;
  },
};

function showAll(invocation: Invocation, community: Community, moment: moments.Moment): void {
  const known = rights.rightsAt(community, moment);
  const { licence, uses } = rights.communityUse(community, known);
  const agreements = rights.agreements(community, known);
  if (isSet(invocation, "json")) return printJson(invocation, { licence: licence ?? null, uses, agreements });
  const lines = agreements.map(
    (agreement) =>
      `  ${agreement.title}, ${said.form(agreement.rules.form)}. ${standing(agreement)}  ${agreement.revision}`,
  );
  print(invocation, [community.name, ...useText(licence, uses), ...under(said.agreed, lines)]);
}

interface Asked {
  readonly community: Community;
  readonly moment: moments.Moment;
  readonly revision: number;
}

function showOne(invocation: Invocation, { community, moment, revision }: Asked): void {
  const known = rights.rightsAt(community, moment);
  const found = rights.rightsOf(community, revision, { known });
  const uses = rights.mayUse(found);
  const flags = rights.flagsOf(community, revision, { moment, known });
  const credit = creditLine(citationOf(community, revision, moment));
  const detail = units.revisionDetail(community, revision, moment);
  const agreement = rights.agreementAt(community, detail.revision, known);
  if (isSet(invocation, "json"))
    return printJson(invocation, { title: detail.title, ...found, uses, flags, credit, standing: agreement?.standing });
  print(invocation, [
    `${detail.title}  ${detail.unit}@${detail.revision.slice(0, 12)}`,
    ...(agreement === undefined ? [] : [standing(agreement)]),
    ...useText(found.licence, uses),
    ...flags.map((flag) => `${said.madeFrom} ${flag.unit.title}, ${said.flag(flag)}`),
    ...under(
      said.shares,
      found.shares.map(({ person, share }) => `  ${person.name}  ${shareText(share)}  ${person.id}`),
    ),
    ...under(
      said.granted,
      found.grants.map(
        ({ to, action, until }) =>
          `  ${to.name}: ${said.mayUntil(action, until === undefined ? undefined : day(until))}`,
      ),
    ),
    ...under(
      said.waiting,
      found.waiting.map(
        (each) => `  ${each.title}, ${said.form(each.rules.form)}: ${said.waitsFor(names(each))}  ${each.revision}`,
      ),
    ),
    "",
    credit,
  ]);
}

/** The licence in a sentence, and each thing that can be done. */
function useText(licence: string | undefined, uses: readonly rights.Use[]): string[] {
  const { sentence, id } = licenceWords(licence);
  return [
    `${sentence}${id === undefined ? "" : ` ${id}`}`,
    ...useLines(uses).map(([answer, actions]) => `  ${answer}: ${actions}`),
  ];
}

function standing(agreement: rights.AgreementListing): string {
  return said.standing(agreement.standing, names(agreement));
}

function names({ for: people }: rights.AgreementListing): string {
  return people.map(({ name }) => name).join(", ");
}

function under(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines];
}

function print({ output }: Invocation, lines: readonly string[]): void {
  output.out(`${lines.join("\n")}\n`);
}

const relicensing: Command = {
  name: "relicence",
  words: 1,
  usage: "UNIT --to SPDX [--community ID|NAME] [--json]",
  summary: "List everyone whose words stand in a text, and who has agreed to another licence for it",
  options: { ...COMMUNITY_OPTION, to: text },
  async run(invocation) {
    const community = chosenCommunity(invocation, "read");
    const { unit } = units.findUnit(community, word(invocation, 0, "a path, title or id"));
    const to = requiredOption(invocation, "to", "the licence you want");
    await authorship.authorshipReady(community);
    const plan = rights.relicencePlan(community, unit, to);
    if (isSet(invocation, "json")) printJson(invocation, plan);
    else print(invocation, planLines(plan));
    return undefined;
  },
};

function planLines(plan: rights.RelicencePlan): string[] {
  const { title, from = "no licence", to, counted: by, people, words, withoutConsent, inHistory } = plan;
  const person = ({ person: { name, id, keyed }, words: own, consented }: (typeof people)[number]): string => {
    const what = by === "words" ? `${counted(own, "word")}, ` : "";
    return `  ${name}: ${what}${consented ? "has agreed" : keyed ? "has not agreed" : "is named in history and cannot be asked here"}  ${id}`;
  };
  const left = inHistory === 0 ? "" : `, ${inHistory} of them by people who are only named in history`;
  return [
    `${title}: from ${from} to ${to}.`,
    ...(isAllowed(plan.mix) ? [`${from} allows it without asking: ${plan.mix.because}.`] : []),
    ...people.map(person),
    ...(by === "words"
      ? [`${counted(words, "word")} in all, ${withoutConsent} without consent${left}.`]
      : ["Nobody counts words here: everyone who had a hand in it is asked."]),
    next(plan),
  ];
}

function isAllowed({ verdict }: rights.Mix): boolean {
  return verdict === "yes" || verdict === "one-way";
}

/** What whoever wants it does now. */
function next({ isReady, namesOwn, offers, unit, to, mix }: rights.RelicencePlan): string {
  const [offer] = offers.toReversed();
  const rules = JSON.stringify({ form: "licence", licence: to, of: unit });
  if (!isReady && isAllowed(mix)) return `To say so, write a new version with --licence "${to}".`;
  if (!isReady)
    return offer === undefined
      ? `Offer it first: lore propose FILE --kind right --rules RULES.json, with ${rules} in RULES.json.`
      : `Each agrees with: lore review ${offer} --approve`;
  return namesOwn
    ? `Everybody has agreed. The text names its licence itself: write a new version with --licence "${to}".`
    : "Everybody has agreed.";
}

export const RIGHTS = [showing, relicensing];
