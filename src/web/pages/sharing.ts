/** How value is shared: the rule in force, another one tried out, where value stands, the periods and their statements. */
import { base32, isLoreError, LoreError } from "../../bytes/index.ts";
import * as credit from "../../community/credit/index.ts";
import { personRef, type PersonRef } from "../../community/queries/people.ts";
import { findRevision, revisionDetail, unitAt } from "../../community/queries/units.ts";
import { amountText, parseAmount } from "../../projection/credit/money.ts";
import { PRESETS } from "../../projection/credit/presets.ts";
import { USES } from "../../projection/credit/usage.ts";
import { kindRules } from "../../unit/index.ts";
import { at, unitHref } from "../addresses.ts";
import { count, date } from "../format.ts";
import { html, type Html, raw } from "../html.ts";
import { page } from "../layout.ts";
import { personLink, titleOf } from "../parts.ts";
import { today, type Visit } from "../site.ts";
import { words } from "../words.ts";
import { linkSize, partOf, turnParts } from "./parts.ts";
import { type Stream, sharingPicture } from "./sharing-picture.ts";

const said = words.sharing;
const READ_SHOWN = 10;
/** With fewer, nobody is told that anybody read. */
const READERS_SHOWN_MIN = 5;

const ROLES = ["authors", "reviewers", "stewards"] as const;

/** What is asked to be tried out. */
export interface Trial {
  readonly preset: string | undefined;
  readonly budget: string | undefined;
  /** Rules as JSON, in place of those of the preset. */
  readonly rules?: string | undefined;
  /** Of a long table, which part. */
  readonly part?: string | undefined;
}

/** `authorshipReady` is to be awaited before. */
export function sharingPage(visit: Visit, trial: Trial): Html {
  const here = today(visit);
  const { community } = here;
  const summary = credit.summaryOf(community);
  const { policy } = summary;
  return page({
    site: here.site,
    here: visit,
    shows: "today",
    title: said.title,
    crumbs: [{ text: here.profile.name, href: at(here, "") }, { text: said.crumb }],
    body: html`<div class="sheet">
  <h1>${said.title}</h1>
  ${policy?.rules.currency === undefined ? html`<p class="lead up-2">${said.none}</p><p class="up-4">${said.noneMore}</p>` : ruleSection(here, policy)}
  ${standSection(summary)}
  ${periodsSection(here)}
  ${readSection(here)}
  ${trySection(here, trial)}
  <aside class="beside" aria-label="${words.page.facts}"><p class="aside">${said.how}</p></aside>
</div>`,
  });
}

function ruleSection(here: Visit, { unit, rules, index }: credit.PolicyInForce): Html {
  const { community } = here;
  const listing = unitAt(community, community.facts.unitById(base32.decode(unit))?.n ?? 0);
  const time = community.rows.get<{ time: number }>("SELECT time FROM entry_time WHERE idx = ?", index)?.time ?? 0;
  return html`<section class="section"><h2>${said.rule}</h2>
  <dl class="facts">${ruleFacts(rules)}</dl>
  <p class="up-4">${listing === undefined ? "" : html`<a href="${unitHref(here, listing)}">${titleOf(listing)}</a> `}<span class="quiet">${words.page.changed} ${date(time)}</span></p></section>`;
}

function ruleFacts(rules: kindRules.PolicyRules): Html[] {
  const { currency = "points", budget, fixed } = rules;
  const fact = (name: string, value: string) => html`<div><dt>${name}</dt><dd>${value}</dd></div>
`;
  const what = budget === undefined ? said.comesIn(currency) : said.points(amountText(BigInt(budget), currency));
  if (fixed !== undefined) return [fact(said.what, what), fact(said.counts, said.fixed)];
  const weights = credit.weightsOf(rules);
  const used = USES.filter((use) => (weights[use] ?? 0n) > 0n).map((use) =>
    said.weight(said.use[use], Number(weights[use])),
  );
  const passes = credit.passesOf(rules).filter(([, rate]) => rate > 0);
  const kept = credit.keepsOf(rules);
  const keeps = ROLES.map((role) => [role, kept[role]] as const).filter(([, rate]) => rate > 0);
  return [
    fact(said.what, what),
    fact(said.counts, said.weights(used.join(", "))),
    fact(
      said.passes,
      passes.length === 0 ? said.passesNothing : passes.map(([rel, rate]) => said.pass[rel](percent(rate))).join(", "),
    ),
    fact(said.keeps, keeps.map(([role, rate]) => said.keep[role](percent(rate))).join(", ")),
  ];
}

function percent(basisPoints: number): string {
  return `${basisPoints / 100} %`;
}

function standSection({ accounts, refused }: credit.CreditSummary): Html | "" {
  if (accounts.length === 0) return "";
  const rows = accounts.map(
    ({ account, currency, amount }) =>
      html`<tr><td>${said.account[account]}</td><td class="num">${amountText(amount, currency)}</td></tr>
`,
  );
  return html`<section class="section"><h2>${said.now}</h2><div class="sheet-table"><table><tbody>${rows}</tbody></table></div>
  ${refused.length === 0 ? "" : html`<div class="note care up-4"><p>${said.refused}</p><ul>${refused.map(({ why }) => html`<li>${why}</li>`)}</ul></div>`}</section>`;
}

function periodsSection(here: Visit): Html {
  const { community } = here;
  const open = credit.openPeriod(community);
  const closed = credit.closedPeriods(community).toReversed();
  const readers =
    open === undefined
      ? 0
      : new Set(
          community.desk
            .uses()
            .filter(({ isCounted }) => !isCounted)
            .map(({ reader }) => reader),
        ).size;
  const far = readers >= READERS_SHOWN_MIN ? said.used(count(readers)) : said.usedFew;
  return html`<section class="section"><h2>${said.periods}</h2>
  ${open === undefined ? "" : html`<p>${said.open(open.epoch)} ${open.policy.rules.fixed === undefined ? far : ""}</p>`}
  ${
    closed.length === 0
      ? html`<p class="quiet">${said.noPeriods}</p>`
      : html`<ul class="things">${closed.map(
          ({
            epoch,
            index,
            table,
          }) => html`<li><a href="${at(here, `/sharing/${epoch}`)}">${said.period(epoch)}</a> <span class="quiet">${said.closed} ${date(timeOf(here, index))}${table === undefined ? "" : html`, ${said.forWhat(count(table.readers), table.readers === 1)}`}</span></li>
`,
        )}</ul>`
  }</section>`;
}

/** How often pages were read, by nobody in particular. */
function readSection(here: Visit): Html | "" {
  const { community } = here;
  const items = community.desk.mostRead(READ_SHOWN).flatMap(({ unit, n }) => {
    const listing = unitAt(community, community.facts.unitById(base32.decode(unit))?.n ?? 0);
    return listing === undefined
      ? []
      : [
          html`<li><a href="${unitHref(here, listing)}">${titleOf(listing)}</a> <span class="quiet">${said.times(count(n), n === 1)}</span></li>
`,
        ];
  });
  return items.length === 0
    ? ""
    : html`<section class="section"><h2>${said.read}</h2><p class="quiet">${said.readText}</p><ul class="things">${items}</ul></section>`;
}

function timeOf({ community }: Visit, index: number): number {
  return community.rows.get<{ time: number }>("SELECT time FROM entry_time WHERE idx = ?", index)?.time ?? 0;
}

function trySection(here: Visit, trial: Trial): Html {
  const { preset, budget, rules: written = "" } = trial;
  const chosen = PRESETS.find(({ name }) => name === preset);
  const rules = written.trim() === "" ? chosen?.rules : rulesOf(written);
  const options = PRESETS.filter(({ rules }) => rules.currency !== undefined).map(
    ({ name, says }) =>
      html`<label class="choice"><input type="radio" name="try" value="${name}"${raw(name === (chosen?.name ?? "points") ? " checked" : "")}> <span><b>${said.presets[name]}</b> ${says}</span></label>
`,
  );
  return html`<section class="section" id="lore:try"><h2>${said.try}</h2><p class="quiet">${said.tryText}</p>
  <form action="${`/c/${here.id}/sharing`}#lore:try" class="up-4">
    <fieldset class="field"><legend>${said.preset}</legend>${options}</fieldset>
    <div class="field"><label for="lore:budget">${said.budget}</label><input id="lore:budget" name="budget" inputmode="decimal" autocomplete="off" value="${budget ?? "1000"}"></div>
    <details class="up-4"${raw(written.trim() === "" ? "" : " open")}><summary>${said.own}</summary><div class="field up-2"><label for="lore:rules">${said.ownLabel}</label><textarea id="lore:rules" name="rules" rows="12" spellcheck="false" placeholder="${JSON.stringify((chosen ?? PRESETS[1])?.rules ?? {}, undefined, 2)}">${written}</textarea><p class="hint">${said.ownText}</p></div></details>
    <p class="row up-4"><button class="btn main">${said.show}</button></p>
  </form>
  ${rules === undefined ? "" : tried(here, rules, trial)}</section>`;
}

/** @throws LoreError MALFORMED, UNSUPPORTED: as a policy's rules are refused. */
function rulesOf(json: string): kindRules.PolicyRules {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new LoreError("MALFORMED", "Reading the rules to be tried: they are no JSON.", {
      cause: error,
      field: "rules",
    });
  }
  return kindRules.policyRules(value, "rules");
}

function tried(
  here: Visit,
  rules: kindRules.PolicyRules,
  { preset, budget, rules: written, part: asked }: Trial,
): Html {
  const currency = rules.currency ?? "points";
  const amount = budget === undefined || budget === "" ? undefined : parseAmount(budget, currency);
  const { site, community } = here;
  const found = site.memo(community, `trial ${JSON.stringify(rules)} ${amount ?? ""}`, () =>
    credit.simulate(community, { rules, budget: amount }),
  );
  const show = (sum: bigint) => amountText(sum, currency);
  const row = (who: Html | string, { before, after }: { before: bigint; after: bigint }) =>
    html`<tr><th scope="row">${who}</th><td class="num" data-label="${said.before}">${show(before)}</td><td class="num" data-label="${said.after}">${show(after)}</td><td class="num" data-label="${said.change}">${before === after ? said.same : `${after > before ? "+" : ""}${show(after - before)}`}</td></tr>
`;
  const part = partOf(found.people, { asked, sizeOf: ({ person }) => linkSize(person.name) });
  const turn = (next: string) =>
    `${at(here, "/sharing", { try: preset, budget, rules: written, part: next })}#lore:try`;
  const isSome = ({ before, after }: { before: bigint; after: bigint }) => before + after > 0n;
  return html`<p class="up-5">${said.supposed[found.supposed]} ${found.isApproximate ? said.roughly : ""} <span class="quiet">${said.bots}</span></p>
  <div class="sheet-table stack up-4"><table><thead><tr>${[said.name, said.before, said.after, said.change].map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>
  ${part.items.map(({ person, ...sums }) => row(personLink(here, person), sums))}
  ${isSome(found.kept) ? row(said.nobody, found.kept) : ""}${isSome(found.elsewhere) ? row(said.elsewhere, found.elsewhere) : ""}</tbody></table></div>${turnParts(part, turn)}`;
}

/** One period; `why` is a member whose share is explained. @throws LoreError NOT_FOUND. */
export function statementPage(
  visit: Visit,
  epoch: number,
  { why, part: askedPart }: { why?: string | undefined; part?: string | undefined },
): Html {
  const here = today(visit);
  const { community } = here;
  const explained = credit.explain(community, epoch);
  const { closed, currency, period } = explained;
  const shares = credit.sharesIn(community, explained);
  const total = shares.reduce((sum, { amount }) => sum + amount, 0n);
  const { policy } = period;
  const asked = why === undefined ? undefined : shares.find(({ person }) => person.id === why);
  if (why !== undefined && asked === undefined)
    throw new LoreError("NOT_FOUND", "Nobody with this id had a share in this period.");
  const readers = closed.table?.readers ?? 0;
  const part = partOf(shares, { asked: askedPart, sizeOf: ({ person }) => linkSize(person.name) });
  return page({
    site: here.site,
    here: visit,
    shows: "today",
    title: said.period(epoch),
    crumbs: [
      { text: here.profile.name, href: at(here, "") },
      { text: said.crumb, href: at(here, "/sharing") },
      { text: said.period(epoch) },
    ],
    body: html`<div class="sheet">
  <h1>${said.period(epoch)}</h1>
  <p class="lead up-2">${amountText(total, currency)}, ${explained.settled === undefined ? said.byShares : said.forWhat(count(readers), readers === 1)}.</p>
  <p class="byline">${said.closed} ${date(timeOf(here, closed.index))} <a href="${at(here, `/u/${policy.unit}@${policy.revision}`)}">${said.rule}</a></p>
  ${!explained.isPosted ? html`<p class="note care up-4">${said.unposted}</p>` : ""}
  ${pictureSection(here, explained)}
  ${asked === undefined ? "" : whySection(here, explained, asked)}
  <section class="section"><h2>${said.statement}</h2>
  <div class="sheet-table"><table><thead><tr>${[said.name, said.amount, said.why].map((head) => html`<th scope="col">${head}</th>`)}</tr></thead><tbody>
${part.items.map(
  ({ person, amount }) =>
    html`<tr><th scope="row">${personLink(here, person)}</th><td class="num">${amountText(amount, currency)}</td><td><a href="${at(here, `/sharing/${epoch}`, { why: person.id })}#lore:why">${said.why}</a></td></tr>
`,
)}</tbody></table></div>${turnParts(part, (next) => at(here, `/sharing/${epoch}`, { part: next }))}
  <p class="up-4">${said.recompute} <code>${said.recomputeHow}</code></p></section>
</div>`,
  });
}

function personOf({ community }: Visit, identity: string): PersonRef | undefined {
  const n = credit.personNumber(community, identity);
  return n === undefined ? undefined : personRef(community, n);
}

/** Of a version the unit as it is now; of another community its id. */
function thing(here: Visit, revision: string): { readonly id: string; readonly name: string; readonly href?: string } {
  if (!/^[a-z2-7]{52}$/.test(revision)) return { id: revision, name: revision };
  const { unit } = findRevision(here.community, revision);
  const listing = unitAt(here.community, unit);
  return listing === undefined
    ? { id: revision, name: words.untitled }
    : { id: listing.unit, name: titleOf(listing), href: unitHref(here, listing) };
}

/** None where there are too many to draw: the statement stands without a picture. */
function pathsDrawn(explained: credit.Explained): readonly credit.Path[] {
  try {
    return credit.pathsTo(explained, () => true);
  } catch (error) {
    if (isLoreError(error, "TOO_LARGE")) return [];
    throw error;
  }
}

function pictureSection(here: Visit, explained: credit.Explained): Html | "" {
  const paths = pathsDrawn(explained);
  if (paths.length === 0) return "";
  const names = new Map<string, { name: string; href?: string | undefined }>();
  const known = (found: { id: string; name: string; href?: string }) => {
    names.set(found.id, found);
    return found.id;
  };
  const streams = paths.map(({ steps, person, amount }): Stream => {
    const who = personOf(here, person);
    const to = who === undefined ? person : who.id;
    names.set(
      to,
      who === undefined
        ? { name: person === credit.NOBODY ? said.nobody : said.elsewhere }
        : { name: who.name, href: at(here, `/person/${who.id}`) },
    );
    return {
      from: known(thing(here, steps[0]?.revision ?? "")),
      over: known(thing(here, steps.at(-1)?.revision ?? "")),
      to,
      amount,
    };
  });
  return html`<section class="section wide"><h2>${said.picture}</h2><figure>${sharingPicture(streams, (id) => names.get(id) ?? { name: id })}</figure></section>`;
}

/** Which version of it: that one was used, or had the words. */
function versionOf({ community }: Visit, revision: string): Html | "" {
  if (!/^[a-z2-7]{52}$/.test(revision)) return "";
  const { version } = revisionDetail(community, findRevision(community, revision).n);
  return version === null
    ? ""
    : html` <span class="quiet">${words.diff.version({ version, takenWith: version })}</span>`;
}

function whySection(here: Visit, explained: credit.Explained, { person }: credit.PersonShare): Html {
  const paths = credit.pathsToPerson(here.community, explained, credit.personNumber(here.community, person.id) ?? 0);
  const item = ({ amount, use, readers, steps, role }: credit.Path) => {
    const through = steps.map(({ revision, by }) => {
      const { name, href } = thing(here, revision);
      return html`${href === undefined ? name : html`<a href="${href}">${name}</a>`}${versionOf(here, revision)}${by === undefined ? "" : `, ${said.made[by]} `}`;
    });
    return html`<li><span class="num">${amountText(amount, explained.currency)}</span> <span>${through}</span> <span class="quiet">${said.path(said.pathUse[use], count(readers))}, ${said.as[role]}</span></li>
`;
  };
  return html`<section class="section" id="lore:why"><h2>${said.whyOf(person.name)}</h2><ul class="things">${paths.map(item)}</ul></section>`;
}
