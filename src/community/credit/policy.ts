/** Which rule about sharing is in force, and which period is open. Forward only: a new rule holds from the next period on. */
import { decode, base32 } from "../../bytes/index.ts";
import { kindRules } from "../../unit/index.ts";
import type { Community } from "../community.ts";
import { closedPeriods } from "./statements.ts";

/** A policy as it was at some entry. Ids in base32. */
export interface PolicyInForce {
  readonly unit: string;
  readonly revision: string;
  /** The entry with which it came into force. */
  readonly index: number;
  readonly rules: kindRules.PolicyRules;
}

interface PolicyRow {
  readonly unit: Uint8Array;
  /** Its row number. */
  readonly n: number;
  readonly revision: Uint8Array;
  readonly idx: number;
  readonly rules: Uint8Array | null;
}

/** Every policy that came into force, in order. */
function policies({ rows }: Community): PolicyRow[] {
  return rows.all<PolicyRow>(
    `SELECT u.id AS unit, u.n, r.id AS revision, h.idx, r.rules
     FROM head h JOIN unit u ON u.n = h.unit JOIN revision r ON r.n = h.revision
     WHERE u.kind = 'policy' ORDER BY h.idx, r.n`,
  );
}

/** The rule in force after entry `index`: the one accepted last. undefined where there is none. */
export function policyAt(community: Community, index = Number.MAX_SAFE_INTEGER): PolicyInForce | undefined {
  const last = policies(community).findLast(({ idx }) => idx <= index);
  return last === undefined || isEnded(community, last.n, index) ? undefined : inForce(last);
}

/** Whether a policy was retired or replaced after entry `index`, whatever became of it later. */
function isEnded({ rows }: Community, unit: number, index: number): boolean {
  const flags = rows.all<{ raised: number }>(
    `SELECT f.raised FROM flag f WHERE f.unit = ?1 AND f.flag IN ('retired', 'superseded') AND f.idx <= ?2 AND f.seq =
       (SELECT max(g.seq) FROM flag g WHERE g.unit = f.unit AND g.flag = f.flag AND g.idx <= ?2)`,
    ...[unit, index],
  );
  return flags.some(({ raised }) => raised === 1);
}

function inForce({ unit, revision, idx, rules }: PolicyRow): PolicyInForce {
  // Its shape was checked when it was signed.
  const read = kindRules.policyRules(rules === null ? {} : decode(rules), "rules");
  return { unit: base32.encode(unit), revision: base32.encode(revision), index: idx, rules: read };
}

/** A period: when it begins, and by which rule it will be shared out. */
export interface Period {
  /** From 0 on. */
  readonly epoch: number;
  /** The entry it begins after. */
  readonly from: number;
  readonly policy: PolicyInForce;
}

/**
 * The period that is open: it begins where the last one was closed, or with the first rule since that shares anything,
 * and that rule holds for all of it. undefined while nothing is shared.
 */
export function openPeriod(community: Community): Period | undefined {
  const last = closedPeriods(community).at(-1);
  return periodFrom(community, last === undefined ? 0 : last.epoch + 1, last?.index ?? -1);
}

/** The period with number `epoch`, closed or open. */
export function periodNumbered(community: Community, epoch: number): Period | undefined {
  const before = closedPeriods(community)[epoch - 1];
  return periodFrom(community, epoch, before?.index ?? -1);
}

function periodFrom(community: Community, epoch: number, after: number): Period | undefined {
  const here = policyAt(community, after);
  if (here?.rules.currency !== undefined) return { epoch, from: after, policy: here };
  const next = policies(community)
    .filter(({ idx }) => idx > after)
    .map(inForce)
    .find(({ rules }) => rules.currency !== undefined);
  return next === undefined ? undefined : { epoch, from: next.index, policy: next };
}

/** Codes of everything that could be shared here, and the entry from which on each could. */
export function currenciesIn(community: Community): readonly { readonly code: string; readonly from: number }[] {
  return policies(community).flatMap((row) => {
    const { index, rules } = inForce(row);
    return rules.currency === undefined ? [] : [{ code: rules.currency, from: index }];
  });
}
