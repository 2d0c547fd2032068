/** What a suggestion would do, in a few words, so that nobody accepts what they have not read. */
import { base32 } from "../../bytes/index.ts";
import { type Community, type OpenProposal, persons, readEntry, units } from "../../community/index.ts";
import { postingsSaid } from "../../community/credit/index.ts";
import type { Line } from "../../projection/credit/ledger.ts";
import { amountText } from "../../projection/credit/money.ts";
import type { MarkOp, Op } from "../../unit/index.ts";
import { counted } from "../command.ts";

/** "Sourdough", "grant the role of steward to Miller", "retire Sourdough". */
export function proposalText(community: Community, { id, revision }: OpenProposal): string {
  if (revision !== undefined) return revision.title;
  const row = community.facts.proposalById(base32.decode(id));
  const op =
    row === undefined ? undefined : readEntry(community.environment.suite, community.store, row.idx).ops[row.place];
  return op === undefined ? "a suggestion" : opText(community, op, base32.decode(id));
}

function opText(community: Community, op: Op, id: Uint8Array): string {
  const name = (member: Uint8Array): string => {
    const row = community.facts.memberById(member);
    return row === undefined ? base32.encode(member) : persons.personRef(community, row.n).name;
  };
  switch (op.op) {
    case "role":
      return op.act === "grant"
        ? `grant the role of ${op.role} to ${name(op.member)}`
        : `end the role of ${op.role} of ${name(op.member)}`;
    case "member":
      if (!("alias" in op)) return "add a member";
      return `${op.end === true ? "no longer take" : "take"} ${op.alias.map(name).join(", ")} for ${name(op.into)}`;
    case "mark":
      return `${op.mark} ${titleMarked(community, op)}`;
    case "key":
      return op.act === "rekey" ? `give ${name(op.member)} a new key` : op.act;
    case "redact":
      return `hide ${counted(op.slots.length, "part")}`;
    case "usage":
      return `close period ${op.epoch}, for what ${counted(op.readers, "reader")} used`;
    case "post":
      return postText(community, id);
    case "attest":
    case "revise":
    case "review":
      return op.op;
    default:
      return op satisfies never;
  }
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

function titleMarked(community: Community, { on }: MarkOp): string {
  const { facts } = community;
  const unit = on instanceof Uint8Array ? facts.revisionById(on)?.unit : facts.unitById(on.unit)?.n;
  return (unit === undefined ? undefined : units.unitAt(community, unit)?.title) ?? "a unit";
}
