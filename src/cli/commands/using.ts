/** Commands about uses: saying that something was used, one's own uses, and why somebody is due what they are due. */
import { base32, LoreError, utf8 } from "../../bytes/index.ts";
import { type Community, persons, units } from "../../community/index.ts";
import * as credit from "../../community/credit/index.ts";
import { amountsAsText, amountText } from "../../projection/credit/money.ts";
import { type Use, USES } from "../../projection/credit/usage.ts";
import { type Command, day, flag, type Invocation, isSet, option, printJson, text, word } from "../command.ts";
import { withShares } from "./credit.ts";
import { WRITE_OPTIONS } from "./signing.ts";

const use: Command = {
  name: "use",
  words: 1,
  usage: "UNIT[@REVISION] --cite WORDS | --carry | --run | --pay | --read [--as LABEL]",
  summary: "Say that you used a version: it counts where the community shares by use",
  options: { ...WRITE_OPTIONS, cite: text, carry: flag, run: flag, pay: flag, read: flag },
  async run(invocation) {
    const [chosen, second] = USES.filter((name) => invocation.options[name] !== undefined);
    if (chosen === undefined || second !== undefined)
      throw new LoreError("USAGE", 'Give exactly one use, such as --carry or --cite "its words".');
    const community = await withShares(invocation, "write");
    const ref = units.findUnit(community, word(invocation, 0, "a path, title or id"));
    const revision = units.resolve(community, ref);
    const member = community.facts.memberById(readerKeys(invocation, community).member)?.n ?? 0;
    const isOwn = credit.isOwnUse(community, member, revision);
    const isNew = community.desk.take(receiptOf(invocation, community, { revision, chosen }));
    if (isSet(invocation, "json")) printJson(invocation, { counted: isNew });
    else
      invocation.output.out(
        isNew
          ? `Noted.${isOwn ? " It is your own, so it counts nothing." : ""}\n`
          : "This was noted already; it counts once in each period.\n",
      );
    return undefined;
  },
};

function receiptOf(
  invocation: Invocation,
  community: Community,
  { revision, chosen }: { readonly revision: number; readonly chosen: Use },
): Uint8Array {
  const keys = readerKeys(invocation, community);
  const id = community.facts.revision(revision)?.id ?? new Uint8Array(32);
  const cited = option(invocation, "cite");
  const { environment } = community;
  return credit.signUse(
    environment.suite,
    {
      log: community.log,
      reader: keys.member,
      revision: id,
      use: chosen,
      time: environment.now(),
      ...(cited === undefined ? {} : { quote: quoteOf(community, revision, cited) }),
    },
    keys.signer,
  );
}

function readerKeys(invocation: Invocation, community: Community) {
  const label = option(invocation, "as");
  const keys = invocation.node("write").keystore.read(community.id, label);
  if (keys !== undefined) return keys;
  throw new LoreError(
    "FORBIDDEN",
    'A use is signed by its reader, and no key of this community is on this machine under that name. "lore member add NAME --as LABEL" makes one.',
  );
}

/** Where the words stand in a version, in bytes. @throws LoreError REFUSED when they do not. */
function quoteOf(community: Community, revision: number, cited: string) {
  const bytes = utf8(cited);
  const body = Buffer.from(units.partBytes(community, revision) ?? new Uint8Array());
  const start = body.indexOf(bytes);
  if (start < 0 || bytes.length === 0)
    throw new LoreError(
      "REFUSED",
      "Citing: these words do not stand in that version, letter for letter. Nothing was counted.",
    );
  return { range: [start, start + bytes.length] as const, digest: community.environment.suite.sha256(bytes) };
}

const uses: Command = {
  name: "uses",
  usage: "[--dispute REVISION --use cite|carry|run|pay|read [--undo]] [--as LABEL] [--json]",
  summary: "Show which uses of yours are noted; say that one was not so",
  options: { ...WRITE_OPTIONS, dispute: text, use: text, undo: flag },
  async run(invocation) {
    const community = await withShares(invocation, "write");
    const { desk } = community;
    const reader = base32.encode(readerKeys(invocation, community).member);
    const disputed = option(invocation, "dispute");
    if (disputed !== undefined) {
      const named = USES.find((each) => each === option(invocation, "use"));
      if (named === undefined) throw new LoreError("USAGE", `Give the use with --use: ${USES.join(", ")}.`);
      desk.dispute({ reader, revision: disputed, use: named }, !isSet(invocation, "undo"));
    }
    const found = desk.uses(reader);
    if (isSet(invocation, "json")) printJson(invocation, found);
    else if (found.length === 0) invocation.output.out("No use of yours is noted.\n");
    else for (const each of found) invocation.output.out(`${useLine(community, each)}\n`);
    return undefined;
  },
};

function useLine(community: Community, { revision, use: how, time, disputed, isCounted }: credit.DeskUse): string {
  const { title } = units.revisionDetail(community, units.findRevision(community, revision).n);
  const state = disputed ? "  disputed" : isCounted ? "  counted" : "";
  return `${day(time)}  ${how.padEnd(5)}  ${title}  ${revision}${state}`;
}

const why: Command = {
  name: "why",
  words: 1,
  usage: "MEMBER|UNIT [--epoch N] [--community ID|NAME] [--json]",
  summary: "Show by which paths value came to somebody, or to a page: they sum to the last unit",
  options: { ...WRITE_OPTIONS, epoch: text },
  async run(invocation) {
    const community = await withShares(invocation, "read");
    const explained = credit.explain(community, chosenEpoch(invocation, community));
    const named = word(invocation, 0, "a member or a unit");
    const { title, isWanted } = subjectOf(community, named);
    const paths = credit.pathsTo(explained, isWanted);
    const { currency, period, settled, dues } = explained;
    // Agreed shares come by no path.
    const sum = [...(settled === undefined ? dues : paths.map(({ amount }) => ["", amount] as const))].reduce(
      (all, [person, amount]) => (settled !== undefined || isWanted({ person }, "") ? all + amount : all),
      0n,
    );
    if (isSet(invocation, "json")) {
      printJson(
        invocation,
        amountsAsText({ epoch: period.epoch, currency, policy: period.policy.revision, subject: title, sum, paths }),
      );
      return undefined;
    }
    const out = (line: string): void => invocation.output.out(line);
    out(
      `${title}, period ${period.epoch}: ${amountText(sum, currency)}, by the rule ${period.policy.revision.slice(0, 12)}.\n`,
    );
    if (!explained.isPosted) out("Nobody has been given this: the postings of the period are not in effect.\n");
    if (explained.settled === undefined) out("The shares of this rule are fixed; no use decides them.\n");
    for (const path of paths) out(`${pathLine(community, path, currency)}\n`);
    return undefined;
  },
};

function chosenEpoch(invocation: Invocation, community: Community): number {
  const last = credit.closedPeriods(community).at(-1)?.epoch;
  const wanted = option(invocation, "epoch") ?? (last === undefined ? undefined : String(last));
  if (wanted === undefined)
    throw new LoreError(
      "NOT_FOUND",
      'No period is closed here yet, so nothing was shared out. "lore credit" says by which rule it would be.',
    );
  if (!/^\d{1,9}$/.test(wanted)) throw new LoreError("USAGE", `--epoch takes the number of a period, not "${wanted}".`);
  return Number(wanted);
}

/** A person, else a unit. */
function subjectOf(community: Community, named: string) {
  const isPerson = tried(() => persons.findPerson(community, named));
  if (isPerson !== undefined) {
    const isWanted = ({ person }: { readonly person: string }) =>
      credit.personNumber(community, person) === isPerson.member;
    return { title: isPerson.name, isWanted };
  }
  const { unit } = units.findUnit(community, named);
  const title = units.unitAt(community, unit)?.title ?? named;
  const isWanted = (_: unknown, revision: string) =>
    /^[a-z2-7]{52}$/.test(revision) && units.findRevision(community, revision).unit === unit;
  return { title, isWanted };
}

function tried<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch (error) {
    if (error instanceof LoreError && error.code === "NOT_FOUND") return undefined;
    throw error;
  }
}

const HOW = { derivedFrom: "made from", uses: "uses", cites: "cites" } as const;
const AS = { authors: "as author", reviewers: "as reviewer", stewards: "as steward" } as const;

/** "12.34 EUR  carry of Kettle by 7 readers, made from Bellows, Ben as author". */
function pathLine(
  community: Community,
  { person, role, amount, use: how, readers, steps }: credit.Path,
  currency: string,
): string {
  const through = steps
    .map(({ revision, by }) => `${titleOf(community, revision)}${by === undefined ? "" : `, ${HOW[by]} `}`)
    .join("");
  const member = credit.personNumber(community, person);
  const name = member === undefined ? person : persons.personRef(community, member).name;
  return `  ${amountText(amount, currency)}  ${how} by ${readers} of ${through}: ${name} ${AS[role]}`;
}

function titleOf(community: Community, revision: string): string {
  if (!/^[a-z2-7]{52}$/.test(revision)) return revision;
  const { title, version } = units.revisionDetail(community, units.findRevision(community, revision).n);
  return version === null ? title : `${title} (version ${version})`;
}

export const USING = [use, uses, why];
