/** What a suggestion would do, in a few words, so that nobody accepts what they have not read. */
import { base32 } from "../../bytes/index.ts";
import { type Community, type OpenProposal, persons, readEntry, units } from "../../community/index.ts";
import type { MarkOp, Op } from "../../unit/index.ts";
import { counted } from "../command.ts";

/** "Sourdough", "grant the role of steward to Miller", "retire Sourdough". */
export function proposalText(community: Community, { id, revision }: OpenProposal): string {
  if (revision !== undefined) return revision.title;
  const row = community.facts.proposalById(base32.decode(id));
  const op =
    row === undefined ? undefined : readEntry(community.environment.suite, community.store, row.idx).ops[row.place];
  return op === undefined ? "a suggestion" : opText(community, op);
}

function opText(community: Community, op: Op): string {
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
    case "post":
    case "attest":
    case "revise":
    case "review":
      return op.op;
    default:
      return op satisfies never;
  }
}

function titleMarked(community: Community, { on }: MarkOp): string {
  const { facts } = community;
  const unit = on instanceof Uint8Array ? facts.revisionById(on)?.unit : facts.unitById(on.unit)?.n;
  return (unit === undefined ? undefined : units.unitAt(community, unit)?.title) ?? "a unit";
}
