/** `lore credit`: by which rule value is shared here, what it would give, and what stewards write about it. */
import { base32, LoreError } from "../../bytes/index.ts";
import { authorship, type Community, persons } from "../../community/index.ts";
import * as credit from "../../community/credit/index.ts";
import type { Posting } from "../../projection/credit/ledger.ts";
import { amountsAsText, amountText, parseAmount } from "../../projection/credit/money.ts";
import { PRESETS } from "../../projection/credit/presets.ts";
import { split } from "../../projection/credit/split.ts";
import { kindRules, parseId } from "../../unit/index.ts";
import {
  type Command,
  chosenCommunity,
  counted,
  flag,
  type Invocation,
  isSet,
  option,
  printJson,
  readGivenText,
  requiredOption,
  text,
  word,
} from "../command.ts";
import { payoutFile } from "./payout-files.ts";
import { chosenAuthor, isWaiting, WAITS, WRITE_OPTIONS } from "./signing.ts";

const ACTS = {
  status,
  preset: showPreset,
  simulate: showSimulation,
  close: closePeriod,
  deposit: recordDeposit,
  fee: recordFee,
  settle: recordSettling,
  dispute: freeze,
  resolve: thaw,
  adjust: correct,
  undo,
  payout,
} as const satisfies Record<string, (invocation: Invocation) => Promise<undefined> | undefined>;

const creditCommand: Command = {
  name: "credit",
  words: 3,
  usage:
    "[status] | preset NAME | simulate --policy FILE [--budget AMOUNT] | close [--try] | deposit AMOUNT --currency CODE --reference TEXT | fee AMOUNT --reference TEXT | settle COMMUNITY-ID AMOUNT --reference TEXT | dispute NAME AMOUNT | resolve ID --to payable|pool | adjust NAME AMOUNT --to pending|pool | undo KEY | payout prepare|csv N|expenses N|confirm N --reference TEXT|cancel N [--as LABEL]",
  summary: "Show by which rule value is shared and what it would give; close a period; pay out",
  options: {
    ...WRITE_OPTIONS,
    policy: text,
    budget: text,
    currency: text,
    reference: text,
    to: text,
    try: flag,
  },
  async run(invocation) {
    const act = invocation.words[0] ?? "status";
    const run = Object.hasOwn(ACTS, act) ? ACTS[act as keyof typeof ACTS] : undefined;
    if (run === undefined)
      throw new LoreError("USAGE", `"lore credit" knows ${Object.keys(ACTS).join(", ")}, not "${act}".`);
    return run(invocation);
  },
};

/** A community of which it is known whose words stand where. */
export async function withShares(invocation: Invocation, use: "read" | "write"): Promise<Community> {
  const community = chosenCommunity(invocation, use);
  await authorship.authorshipReady(community);
  return community;
}

function status(invocation: Invocation): undefined {
  const community = chosenCommunity(invocation, "read");
  const summary = credit.summaryOf(community);
  if (isSet(invocation, "json")) {
    printJson(
      invocation,
      amountsAsText({ ...summary, policy: summary.policy ?? null, openPeriod: summary.openPeriod ?? null }),
    );
    return undefined;
  }
  const { policy, openPeriod, closed, accounts, payouts, disputes, refused, differing } = summary;
  const out = (line: string): void => invocation.output.out(line);
  out(`${ruleWords(policy)}\n`);
  if (openPeriod !== undefined)
    out(`Period ${openPeriod} is open; ${counted(closed.length, "period")} closed before.\n`);
  for (const { account, currency, amount } of accounts)
    out(`  ${account.padEnd(10)} ${amountText(amount, currency)}\n`);
  for (const { payout: n, state } of payouts) out(`Payout ${n}: ${state}.\n`);
  for (const { id, currency, amount } of disputes) out(`Disputed: ${amountText(amount, currency)}  ${id}\n`);
  for (const { index, why } of differing) out(`In doubt, entry ${index}: ${why}\n`);
  for (const { index, why } of refused) out(`Refused, entry ${index}: ${why}\n`);
  return undefined;
}

function ruleWords(policy: credit.PolicyInForce | undefined): string {
  if (policy?.rules.currency === undefined)
    return "Nothing is shared out here: uses and thanks are counted and listed, no more.";
  const preset = PRESETS.find(({ name }) => name === policy.rules.preset);
  return `What is shared: ${policy.rules.currency}, by the rule ${policy.unit}@${policy.revision.slice(0, 12)}.${preset === undefined ? "" : ` ${preset.says}`}`;
}

function showPreset(invocation: Invocation): undefined {
  const name = word(invocation, 1, `a preset: ${[...PRESETS.map((preset) => preset.name), "fixed"].join(", ")}`);
  const rules = name === "fixed" ? fixedRules(chosenCommunity(invocation, "read")) : presetRules(name);
  printJson(invocation, rules);
  return undefined;
}

function presetRules(name: string): kindRules.PolicyRules {
  const preset = PRESETS.find((each) => each.name === name);
  if (preset === undefined) throw new LoreError("USAGE", `There is no preset "${name}".`);
  return preset.rules;
}

/** Equal shares of everyone who has a key here, to be changed. */
function fixedRules(community: Community): kindRules.PolicyRules {
  const members = persons.people(community).filter(({ keyed, type }) => keyed && type === "person");
  const shares = split(
    BigInt(kindRules.SHARES),
    members.map(() => 1n),
  );
  const fixed = members.map(({ id }, i) => ({ member: id, share: Number(shares[i] ?? 0n) }));
  return { preset: "fixed", currency: "EUR", fixed };
}

async function showSimulation(invocation: Invocation): Promise<undefined> {
  const community = await withShares(invocation, "read");
  const rules = readPolicy(requiredOption(invocation, "policy", "a file of rules, or the name of a preset"));
  const currency = rules.currency ?? "points";
  const wanted = option(invocation, "budget");
  const budget = wanted === undefined ? undefined : parseAmount(wanted, currency);
  const found = credit.simulate(community, { rules, budget });
  if (isSet(invocation, "json")) printJson(invocation, amountsAsText(found));
  else for (const line of simulationLines(found, currency)) invocation.output.out(`${line}\n`);
  return undefined;
}

function readPolicy(named: string): kindRules.PolicyRules {
  const preset = PRESETS.find(({ name }) => name === named);
  if (preset !== undefined) return preset.rules;
  let value: unknown;
  try {
    value = JSON.parse(readGivenText(named));
  } catch (error) {
    if (error instanceof LoreError) throw error;
    throw new LoreError("MALFORMED", `Reading ${named}: it is no JSON.`, { cause: error });
  }
  return kindRules.policyRules(value, named);
}

const SUPPOSED = {
  "last period": "with the uses of the last period",
  "open period": "with the uses of the open period so far",
  "each page alike": "as if each current page were used alike, since no uses are counted yet",
} as const;

function simulationLines(
  { people, kept, elsewhere, budget, supposed, isApproximate }: credit.Simulated,
  currency: string,
): string[] {
  const said = (amount: bigint) => amountText(amount, currency);
  const change = (before: bigint, after: bigint) =>
    before === after ? "as now" : before < after ? `+${said(after - before)}` : said(after - before);
  const line = (name: string, before: bigint, after: bigint) =>
    `  ${name}: ${said(after)}, now ${said(before)} (${change(before, after)})`;
  return [
    `Of ${said(budget)}, ${SUPPOSED[supposed]}:`,
    ...(isApproximate
      ? ["About so: this rule weighs uses otherwise, and who used what in a closed period is not kept."]
      : []),
    ...people.map(({ person, before, after }) => line(person.name, before, after)),
    ...(kept.before + kept.after === 0n ? [] : [line("nobody (stays in the pool)", kept.before, kept.after)]),
    ...(elsewhere.before + elsewhere.after === 0n
      ? []
      : [line("other communities", elsewhere.before, elsewhere.after)]),
  ];
}

async function closePeriod(invocation: Invocation): Promise<undefined> {
  const isTrial = isSet(invocation, "try");
  const community = await withShares(invocation, isTrial ? "read" : "write");
  const draft = credit.draftClosing(community);
  const { period, table, budget, dues } = draft;
  const currency = period.policy.rules.currency ?? "points";
  const written = isTrial ? undefined : await credit.close(community, chosenAuthor(invocation, community), draft);
  const shared = [...dues].reduce((sum, [who, amount]) => (who === credit.NOBODY ? sum : sum + amount), 0n);
  if (isSet(invocation, "json")) {
    const rows = { rows: table.rows, readers: table.readers, carried: table.carried.length };
    printJson(
      invocation,
      amountsAsText({
        epoch: period.epoch,
        currency,
        budget,
        shared,
        table: rows,
        dues: [...dues],
        entry: written?.index ?? null,
      }),
    );
    return undefined;
  }
  const what = `period ${period.epoch}: ${amountText(shared, currency)} of ${amountText(budget, currency)}, for what ${counted(table.readers, "reader")} used`;
  const carried =
    table.carried.length === 0
      ? ""
      : ` ${counted(table.carried.length, "use")} with too few readers ${table.carried.length === 1 ? "waits" : "wait"} for the next.`;
  if (written === undefined) invocation.output.out(`Would close ${what}.${carried}\n`);
  else if (isWaiting(community, written.index))
    invocation.output.out(`Suggested: to close ${what}.${carried} ${WAITS}\n`);
  else invocation.output.out(`Closed ${what}.${carried}\n`);
  return undefined;
}

function recordDeposit(invocation: Invocation): Promise<undefined> {
  const currency = requiredOption(invocation, "currency", "a currency such as EUR");
  const amount = parseAmount(word(invocation, 1, "an amount"), currency);
  const reference = referenceOf(invocation);
  return write(invocation, (community, all) => [credit.deposit(community, all, { amount, currency, reference })]);
}

/** What paying out cost. */
function recordFee(invocation: Invocation): Promise<undefined> {
  return write(invocation, (community, all) => {
    const currency = currencyOf(community, invocation);
    return [
      credit.fee(community, all, {
        currency,
        amount: parseAmount(word(invocation, 1, "an amount"), currency),
        reference: referenceOf(invocation),
      }),
    ];
  });
}

/** What another community got of what is due to it. */
function recordSettling(invocation: Invocation): Promise<undefined> {
  return write(invocation, (community, all) => {
    const holder = base32.encode(parseId(word(invocation, 1, "the id of a community"), "a community's id"));
    const currency = currencyOf(community, invocation);
    const amount = parseAmount(word(invocation, 2, "an amount"), currency);
    return [credit.settle(community, all, { holder, currency, amount, reference: referenceOf(invocation) })];
  });
}

function referenceOf(invocation: Invocation): string {
  return requiredOption(invocation, "reference", "what it is found by at the bank");
}

/** Moves what is pending out of the way until it is settled. */
function freeze(invocation: Invocation): Promise<undefined> {
  return write(invocation, (community) => [credit.dispute(community, amountOf(community, invocation))]);
}

function thaw(invocation: Invocation): Promise<undefined> {
  const to = requiredOption(invocation, "to", "payable or pool");
  if (to !== "payable" && to !== "pool") throw new LoreError("USAGE", `--to takes payable or pool, not "${to}".`);
  const id = word(invocation, 1, "the id of a dispute").replace(/^dispute:/, "");
  return write(invocation, (_, all) => [credit.resolve(all, id, to)]);
}

function correct(invocation: Invocation): Promise<undefined> {
  const to = requiredOption(invocation, "to", "pending or pool");
  if (to !== "pending" && to !== "pool") throw new LoreError("USAGE", `--to takes pending or pool, not "${to}".`);
  return write(invocation, (community) => [credit.adjust(community, { ...amountOf(community, invocation), to })]);
}

/** Whose, and how much of what. */
function amountOf(community: Community, invocation: Invocation) {
  const currency = currencyOf(community, invocation);
  const { id: holder } = persons.findPerson(community, word(invocation, 1, "whose it is"));
  return { holder, currency, amount: parseAmount(word(invocation, 2, "an amount"), currency) };
}

function currencyOf(community: Community, invocation: Invocation): string {
  return option(invocation, "currency") ?? credit.policyAt(community)?.rules.currency ?? "points";
}

function undo(invocation: Invocation): Promise<undefined> {
  const key = word(invocation, 1, "the key of a posting");
  return write(invocation, (_, { ledger }) => [ledger.mirrorOf(key, `undo:${key}`.slice(0, 200))]);
}

async function payout(invocation: Invocation): Promise<undefined> {
  const act = word(invocation, 1, "prepare, csv, expenses, confirm or cancel");
  if (act === "prepare")
    return write(invocation, (community, all) => [
      credit.preparePayout(community, all, currencyOf(community, invocation)),
    ]);
  const named = word(invocation, 2, "the number of a payout");
  const n = /^[1-9]\d{0,8}$/.test(named) ? Number(named) : Number.NaN;
  if (Number.isNaN(n))
    throw new LoreError("USAGE", `"${named.slice(0, 40)}" is no number of a payout. "lore credit" lists them.`);
  if (act === "confirm") {
    return write(invocation, (_, all) => [credit.confirmPayout(all, n, referenceOf(invocation))]);
  }
  if (act === "cancel") return write(invocation, (_, all) => [credit.cancelPayout(all, n)]);
  if (act !== "csv" && act !== "expenses")
    throw new LoreError(
      "USAGE",
      `"lore credit payout" knows prepare, csv, expenses, confirm and cancel, not "${act}".`,
    );
  const community = chosenCommunity(invocation, "read");
  const prepared = credit.payablePayout(credit.accountsOf(community), n);
  invocation.output.out(payoutFile(community, { payout: n, payees: credit.payees(prepared), form: act }));
  return undefined;
}

async function write(
  invocation: Invocation,
  make: (community: Community, accounts: credit.Accounts) => readonly Posting[],
): Promise<undefined> {
  const community = chosenCommunity(invocation, "write");
  const author = chosenAuthor(invocation, community);
  const { index, postings } = await credit.post(community, author, (accounts) => make(community, accounts));
  if (isSet(invocation, "json")) printJson(invocation, amountsAsText({ entry: index, postings }));
  else
    for (const { key, lines } of postings) {
      const [first] = lines.filter(({ amount }) => amount > 0n);
      const sum = lines.reduce((all, { amount }) => (amount > 0n ? all + amount : all), 0n);
      const said = `${key}: ${amountText(sum, first?.currency ?? "")}`;
      invocation.output.out(isWaiting(community, index) ? `Suggested: ${said}. ${WAITS}\n` : `Posted: ${said}.\n`);
    }
  return undefined;
}

export const CREDIT = [creditCommand];
