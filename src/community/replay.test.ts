/**
 * The replay law (DESIGN.md 3) on random histories by several people, legal and not: rows written as entries
 * arrive are those of a replay, of each prefix, and of a replay without what was erased.
 */
import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { hex, isLoreError } from "../bytes/index.ts";
import { decodeEntry, decodeSidecar, encodeSidecar } from "../log/index.ts";
import { createMemoryStore, Db, type Store } from "../store/index.ts";
import { GENESIS_LOG, opId, partsOf, revisionId, type Role, unitId } from "../unit/index.ts";
import { createCommunity, type Person, suite, type TestCommunity, textPart } from "../../test/community/kit.ts";
import type { Community } from "./community.ts";
import type { DraftOp, DraftPart } from "./draft.ts";
import { Rows } from "./fold/rows.ts";
import { Projections } from "./projections.ts";
import { flagSql, headSql, knownSize, type Moment } from "./queries/moment.ts";
import { FollowedTables } from "./followed-tables.ts";
import { verifyRows } from "./verify/rows.ts";

const FOLLOWING = ["search", "authorship"] as const;
const RUNS = process.env["LORE_TEST_LONG"] === "1" ? 300 : 8;

/** One thing somebody does; the numbers choose among what there is, and may choose badly. */
interface Deed {
  readonly who: number;
  readonly what: keyof typeof deeds;
  readonly a: number;
  readonly b: number;
}

interface Stage {
  readonly t: TestCommunity;
  readonly person: Person;
  readonly a: number;
  readonly b: number;
}

const ROLES: readonly Role[] = ["steward", "editor", "contributor"];
const KINDS = ["page", "page", "note", "policy", "question", "gadget"];
const MARKS = ["confirm", "dispute", "supersede", "retire", "restore", "thank"] as const;

function pick<T>(items: readonly T[], n: number): T | undefined {
  return items[n % Math.max(1, items.length)];
}

function ids({ t }: Stage, table: string): Uint8Array[] {
  return t.community.rows.all<{ id: Uint8Array }>(`SELECT id FROM ${table} ORDER BY rowid`).map(({ id }) => id);
}

function content(n: number): readonly DraftPart[] {
  return [
    textPart("meta", JSON.stringify({ title: `Title ${n % 7}`, path: `p${n % 5}.md` }), "application/json"),
    textPart("body", `# Words ${n}\n\nSee [this](p${n % 3}.md), number ${n}.`, "text/markdown"),
  ];
}

function first({ t, person, a, b }: Stage): DraftOp {
  const nonce = t.environment.random(16);
  const unit = unitId(suite, { log: t.community.log, author: person.member, nonce });
  return {
    op: "revise",
    unit,
    kind: pick(KINDS, a) ?? "page",
    nonce,
    parents: [],
    ...(b % 3 === 0 ? { propose: true } : {}),
    ...(b % 4 === 1 ? { source: { time: 1_000_000 * b } } : {}),
    content: content(b),
  };
}

function next(stage: Stage): DraftOp | undefined {
  const { t, a, b } = stage;
  const parent = t.community.rows.get<{
    id: Uint8Array;
    unit: Uint8Array;
    kind: string;
    head: Uint8Array | null;
    rules: Uint8Array | null;
  }>(
    `SELECT r.id, u.id AS unit, u.kind, h.id AS head, r.rules FROM revision r JOIN unit u ON u.n = r.unit LEFT JOIN revision h ON h.n = u.head
     WHERE u.kind <> 'charter' ORDER BY r.n LIMIT 1 OFFSET ?`,
    a % Math.max(1, ids(stage, "revision").length - 1),
  );
  if (parent === undefined) return undefined;
  const parents = b % 4 !== 0 && parent.head !== null ? [parent.head] : [parent.id];
  const merged = b % 5 === 0 && parent.head !== null ? [parent.head, parent.id] : parents;
  return {
    op: "revise",
    unit: parent.unit,
    kind: b % 13 === 0 ? "note" : parent.kind,
    parents: merged,
    ...(b % 4 === 1 ? { source: { time: 1_000_000 * b } } : {}),
    content: content(b),
  };
}

const deeds = {
  first,
  next,
  review: (stage: Stage): DraftOp | undefined => {
    const open = [...ids(stage, "revision"), ...ids(stage, "proposal")];
    const on = pick(open.slice(-4), stage.a);
    return (
      on && {
        op: "review",
        verdict: pick(["approve", "approve", "reject", "comment"] as const, stage.b) ?? "comment",
        on,
        content: [textPart("text", `word ${stage.b}`)],
      }
    );
  },
  mark: (stage: Stage): DraftOp | undefined => {
    const [unit, other] = [pick(ids(stage, "unit"), stage.a), pick(ids(stage, "unit"), stage.b)];
    const mark = pick(MARKS, stage.b) ?? "thank";
    return (
      unit && { op: "mark", mark, on: { unit }, ...(mark === "supersede" && other !== undefined ? { by: other } : {}) }
    );
  },
  withdraw: (stage: Stage): DraftOp | undefined => {
    const on = pick([...ids(stage, "mark"), ...ids(stage, "proposal"), ...ids(stage, "revision")], stage.a);
    return on && { op: "mark", mark: "withdraw", on };
  },
  redact: (stage: Stage): DraftOp | undefined => {
    const on = pick(
      [
        ...ids(stage, "revision"),
        ...ids(stage, "review"),
        ...stage.t.community.rows.all<{ op: Uint8Array }>("SELECT op FROM member").map(({ op }) => op),
      ],
      stage.a,
    );
    return on && { op: "redact", slots: [{ op: on, part: pick(["body", "meta", "text", "name"], stage.b) ?? "body" }] };
  },
  /** Redacts a part of a head, and mostly puts another version in its place. */
  replace: ({ t, person, a, b }: Stage): DraftOp[] | undefined => {
    const heads = t.community.rows.all<{ id: Uint8Array; unit: Uint8Array; kind: string; author: number }>(
      "SELECT r.id, u.id AS unit, u.kind, r.author FROM unit u JOIN revision r ON r.n = u.head WHERE u.kind <> 'charter' ORDER BY r.author <> ?, u.n",
      person.n,
    );
    const head = heads[b % 3 === 0 ? a % Math.max(1, heads.length) : 0];
    if (head === undefined) return undefined;
    const revise: DraftOp = { op: "revise", unit: head.unit, kind: head.kind, parents: [head.id], content: content(b) };
    const redact: DraftOp = { op: "redact", slots: [{ op: head.id, part: a % 2 === 0 ? "meta" : "body" }] };
    return b % 2 === 0 ? [redact, revise] : [revise, redact];
  },
  role: (stage: Stage): DraftOp | undefined => {
    const member = pick(ids(stage, "member"), stage.a);
    return (
      member && { op: "role", act: stage.b % 3 === 0 ? "end" : "grant", member, role: pick(ROLES, stage.b) ?? "editor" }
    );
  },
  name: ({ t, b }: Stage): DraftOp => ({
    op: "member",
    type: "person",
    nonce: t.environment.random(16),
    content: [textPart("name", `Old ${b}`)],
  }),
  merge: (stage: Stage): DraftOp | undefined => {
    const [from, into] = [pick(ids(stage, "member"), stage.a), pick(ids(stage, "member"), stage.b)];
    return from && into && { op: "member", alias: [from], into, ...(stage.b % 4 === 0 ? { end: true } : {}) };
  },
} satisfies Record<string, (stage: Stage) => DraftOp | readonly DraftOp[] | undefined>;

const deed: fc.Arbitrary<Deed> = fc.record({
  who: fc.nat(7),
  what: fc.constantFrom<Deed["what"][]>(
    "first",
    "first",
    "next",
    "next",
    "next",
    "next",
    "review",
    "review",
    "mark",
    "redact",
    "replace",
    "replace",
    "role",
    "name",
    "merge",
    "withdraw",
  ),
  a: fc.nat(50),
  b: fc.nat(120),
});

/** Writes an entry of one or two deeds; a refused one goes into the log unchecked now and then, where it is void. */
async function act(t: TestCommunity, people: readonly Person[], together: readonly Deed[]): Promise<void> {
  const [head] = together;
  const person = people[(head?.who ?? 0) % people.length] ?? t.ann;
  const drafts = together.flatMap(({ what, a, b }) => deeds[what]({ t, person, a, b }) ?? []);
  if (drafts.length === 0) return;
  t.environment.advance((head?.a ?? 0) * 1_000);
  const submission = person.sign(drafts);
  try {
    await t.community.append(submission);
  } catch (error) {
    if (!isLoreError(error)) throw error;
    const isVoid = error.data["rule"] !== undefined && error.code !== "STALE";
    if (isVoid && (head?.b ?? 0) % 2 === 0) await t.smuggle(submission);
  }
}

async function live(
  history: readonly (readonly Deed[])[],
  judge: (t: TestCommunity) => void | Promise<void>,
): Promise<void> {
  await using t = await createCommunity();
  const [edda, evan, cleo, dora] = [
    await t.join("edda", "editor"),
    await t.join("evan", "editor"),
    await t.join("cleo"),
    await t.join("dora"),
  ];
  const people = [t.ann, t.ann, edda, edda, evan, cleo, cleo, dora];
  for (const together of history) await act(t, people, together);
  await judge(t);
}

const histories = fc.array(fc.array(deed, { minLength: 1, maxLength: 2 }), { minLength: 10, maxLength: 40 });

/** Every row of every table that is no full-text index. */
function rowsOf(db: Db): Record<string, string[]> {
  const tables = db.all<{ name: string; sql: string }>(
    "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
  );
  const virtual = tables.filter(({ sql }) => sql.startsWith("CREATE VIRTUAL")).map(({ name }) => name);
  const own = tables.filter(({ name }) => !virtual.some((index) => name.startsWith(index)));
  // Whether a slot's bytes are gone already is a question of the day, and the one thing here that may differ.
  const text = (key: string, value: unknown) =>
    key === "erased" ? undefined : value instanceof Uint8Array ? hex.encode(value) : value;
  return Object.fromEntries(
    own.map(({ name }) => [
      name,
      db
        .all(`SELECT * FROM "${name}"`)
        .map((row) => JSON.stringify({ ...row }, text))
        .toSorted(),
    ]),
  );
}

/** What was folded of `store` up to any size. */
function replayOf(store: Store): { upTo(size: number): Db } {
  let shown = 0;
  const { log } = store;
  const prefix: Store = {
    parts: store.parts,
    failure: undefined,
    check: () => store.check(),
    close: () => undefined,
    log: { ...log, size: () => shown, read: (start, end) => log.read(start, end) },
  };
  const db = new Db(":memory:", { durability: "normal" });
  const projections = new Projections({ db, suite, store: prefix });
  return {
    upTo(size) {
      shown = size;
      projections.catchUp();
      return db;
    },
  };
}

const FLAGS = ["retired", "superseded", "disputed", "redacted"] as const;

function shownAt(db: Db, moment: Moment): unknown[] {
  const flags = FLAGS.map((flag) => `${flagSql(moment, "u.n", flag)} AS ${flag}`).join(", ");
  const rows = db.all(`SELECT hex(u.id) AS unit, ${headSql(moment, "u.n")} AS head, ${flags} FROM unit u ORDER BY u.n`);
  return rows.map((row) => JSON.stringify({ ...row })).filter((row) => !row.includes('"head":null'));
}

test("live rows are those of a replay, and so is what a reader sees as of any size", async () => {
  await fc.assert(
    fc.asyncProperty(histories, (history) =>
      live(history, async ({ node, community }) => {
        await verifyRows(community);
        const replay = replayOf(community.store);
        for (let size = 1; size <= community.size; size++) {
          assert.deepEqual(
            shownAt(community.rows, { at: "size", size }),
            shownAt(replay.upTo(size), { at: "now" }),
            `as of ${size}`,
          );
        }
        for (const following of FOLLOWING) await community[following].follow(community.facts);
        const tables = (it: Community) => [it.rows, ...FOLLOWING.map((following) => it[following].db)].map(rowsOf);
        const before = tables(community);
        const rebuilt = await node.rebuild(community.id);
        for (const following of FOLLOWING) await rebuilt[following].follow(rebuilt.facts);
        assert.deepEqual(tables(rebuilt), before);
      }),
    ),
    { numRuns: RUNS },
  );
});

test("as of a date a unit is its last head whose shown time has come, and what was known is a prefix", async () => {
  await fc.assert(
    fc.asyncProperty(histories, fc.array(fc.nat(), { minLength: 3, maxLength: 6 }), (history, moments) =>
      live(history, ({ community: { rows } }) => {
        const entries = rows.all<{ time: number }>("SELECT time FROM entry_time ORDER BY idx");
        const heads = rows.all<{ unit: number; revision: number; time: number }>(
          "SELECT h.unit, h.revision, r.time FROM head h JOIN revision r ON r.n = h.revision ORDER BY h.unit, h.seq",
        );
        const times = [0, ...heads.map(({ time }) => time), ...entries.map(({ time }) => time)];
        for (const ms of moments.map((n) => (pick(times, n) ?? 0) - (n % 2))) {
          assert.equal(knownSize({ rows }, ms), entries.filter(({ time }) => time <= ms).length);
          const expected = new Map<number, number>();
          const latest = new Map<number, number>();
          for (const { unit, revision, time } of heads) {
            latest.set(unit, Math.max(latest.get(unit) ?? 0, time));
            if ((latest.get(unit) ?? 0) <= ms) expected.set(unit, revision);
          }
          const found = rows.all<{ n: number; head: number | null }>(
            `SELECT u.n, ${headSql({ at: "date", ms }, "u.n")} AS head FROM unit u`,
          );
          assert.deepEqual(new Map(found.flatMap(({ n, head }) => (head === null ? [] : [[n, head]]))), expected);
        }
        assert.ok(entries.every(({ time }, i) => time >= (entries[i - 1]?.time ?? 0)));
      }),
    ),
    { numRuns: RUNS },
  );
});

/** The record as it is once every redacted part is erased: from the start nothing of it is there. */
async function erased({ community: { store, rows, log } }: TestCommunity): Promise<Store> {
  const slots = new Set(
    rows
      .all<{ op: Uint8Array; part: string }>("SELECT op, part FROM slot")
      .map(({ op, part }) => `${hex.encode(op)} ${part}`),
  );
  const copy = createMemoryStore();
  for (const { bytes, sidecar } of store.log.read(0, store.log.size())) {
    const entry = decodeEntry(suite, bytes);
    const kept = decodeSidecar(sidecar).map((openings, place) => {
      const op = entry.ops[place] ?? assert.fail();
      const id =
        op.op === "revise"
          ? revisionId(suite, { log: entry.log === null ? GENESIS_LOG : log, author: entry.author, op })
          : opId(suite, entry.digest, place);
      return openings.map((opening, i) =>
        slots.has(`${hex.encode(id)} ${partsOf(op)[i]?.name ?? ""}`) ? undefined : opening,
      );
    });
    for (const opening of kept.flat()) {
      const part = opening === undefined ? undefined : store.parts.get(opening.digest);
      if (opening !== undefined && part !== undefined) copy.parts.put(opening.digest, part);
    }
    await copy.log.append([{ bytes, sidecar: encodeSidecar(kept) }], copy.log.size());
  }
  return copy;
}

test("live rows are those of a replay from which every redacted part was absent from the start", async () => {
  await fc.assert(
    fc.asyncProperty(histories, (history) =>
      live(history, async (t) => {
        for (const following of FOLLOWING) await t.community[following].follow(t.community.facts);
        const store = await erased(t);
        const replayed = replayOf(store).upTo(t.community.size);
        assert.deepEqual(rowsOf(t.community.rows), rowsOf(replayed));
        for (const following of FOLLOWING) {
          const anew = FollowedTables.replay(following, new Rows(replayed), store);
          assert.deepEqual(rowsOf(t.community[following].db), rowsOf(anew.db));
        }
      }),
    ),
    { numRuns: RUNS },
  );
});
