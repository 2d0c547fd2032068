/** What a suggestion would do, in a few words, so that nobody accepts what they have not read. */
import { base32, decode } from "../../bytes/index.ts";
import { type Community, type OpenProposal, persons, type UnitNamed } from "../../community/index.ts";
import { postingsSaid } from "../../community/credit/index.ts";
import type { Line } from "../../projection/credit/ledger.ts";
import { amountText } from "../../projection/credit/money.ts";
import { opShape } from "../../unit/index.ts";
import { counted } from "../command.ts";

/** "Sourdough", "grant the role of steward to Miller", "replace sour.md by rye.md". */
export function proposalText(community: Community, proposal: OpenProposal): string {
  const { revision, op, act, role, person, epoch } = proposal;
  if (revision !== undefined) return revision.title;
  const who = person?.name ?? "somebody who is not here";
  switch (op) {
    case "role":
      return act === "grant" ? `grant the role of ${role} to ${who}` : `end the role of ${role} of ${who}`;
    case "member":
      return memberText(proposal, who);
    case "mark":
      return markText(proposal);
    case "key":
      return act === "rekey" ? `give ${who} a new key` : `${act} a key`;
    case "redact":
      return hidingText(proposal);
    case "usage":
      return `close period ${epoch}, for what ${counted(readersOf(community, proposal), "reader")} used`;
    case "post":
      return postText(community, base32.decode(proposal.id));
    default:
      return op;
  }
}

function memberText({ act, name, names = [] }: OpenProposal, who: string): string {
  if (act === "add") return `add ${name ?? "a member"}${name === undefined ? "" : " as a member"}`;
  return `${act === "unmerge" ? "no longer take" : "take"} ${names.map((each) => each.name).join(", ")} for ${who}`;
}

function markText({ mark, target, replacement }: OpenProposal): string {
  const what = unitText(target);
  if (mark !== "supersede") return `${mark} ${what}`;
  return replacement === undefined ? `mark ${what} as replaced` : `replace ${what} by ${unitText(replacement)}`;
}

/** By its path; two units may have one title, so beside that stands the beginning of its id. */
function unitText(named: UnitNamed | undefined): string {
  if (named === undefined) return "a unit";
  return named.path ?? `${named.title} (${named.unit.slice(0, SHORT_ID)})`;
}

const SHORT_ID = 12;

function hidingText({ slots = [] }: OpenProposal): string {
  const places = new Set(slots.map(({ op, target }) => (target === undefined ? op : unitText(target)).slice(0, 200)));
  return `hide ${counted(slots.length, "part")} of ${[...places].join(", ")}`;
}

function readersOf(community: Community, { id }: OpenProposal): number {
  const row = community.facts.proposalById(base32.decode(id));
  const op = row === undefined ? undefined : opShape(decode(row.body), "proposal");
  return op?.op === "usage" ? op.readers : 0;
}

/** Sides of a posting that are told one by one. */
const SIDES_TOLD = 12;

/**
 * "post 100.01 EUR from outside to the pool, deposit:… (Transfer 17)": nobody agrees to money they have not read about, nor
 * without knowing whose it is.
 */
function postText(community: Community, id: Uint8Array): string {
  const said = postingsSaid(community, id).map(({ key, lines, reference }) => {
    const sides = (taken: boolean): string => {
      const own = lines.filter(({ amount }) => amount < 0n === taken).map((line) => sideText(community, line));
      const more = own.length > SIDES_TOLD ? ` and ${counted(own.length - SIDES_TOLD, "more account")}` : "";
      return own.slice(0, SIDES_TOLD).join(", ") + more;
    };
    return `${sides(true)}, to give ${sides(false)}; ${key}${reference === undefined ? "" : ` (${reference})`}`;
  });
  return `take ${said.join("; and take ") || "what cannot be read"}`;
}

/** "1.00 EUR of Miller (pending)". */
function sideText(community: Community, { account, holder, currency, amount }: Line): string {
  const sum = amountText(amount < 0n ? -amount : amount, currency);
  const member = holder === undefined ? undefined : community.facts.memberById(base32.decode(holder));
  const whose = member === undefined ? holder : persons.personRef(community, member.n).name;
  return whose === undefined ? `${sum} (${account})` : `${sum} of ${whose} (${account})`;
}
