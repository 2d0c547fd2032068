/**
 * Scenarios as text: one entry a line, `who says => outcome, outcome`; ops of one entry have " + " between them.
 * `unit/n` names a revision; ` as P` names the op it ends. An outcome is `thing state`, or `!rule`: the entry is
 * refused at admission under that rule with nothing changed, and the very same entry in a log that did not check is
 * void under it, stays in the tree and has no effect. `!CODE` in capitals is a refusal at admission alone.
 */
import assert from "node:assert/strict";

import { isLoreError, type LoreError } from "../../src/bytes/index.ts";
import { type Submission, units, verifyCommunity } from "../../src/community/index.ts";
import { createCommunity, type CommunityOptions, type Person, type TestCommunity } from "./kit.ts";
import { Sentences } from "./sentences.ts";

const RANKS = ["nobody", "contributor", "editor", "steward"];
const FACTS = [
  "member",
  "member_key",
  "key_tip",
  "role",
  "unit",
  "revision",
  "head",
  "flag",
  "proposal",
  "review",
  "mark",
  "slot",
  "commitment",
];

export class Script {
  readonly t: TestCommunity;
  readonly sentences: Sentences;
  readonly #voids: [index: number, rule: string][] = [];

  constructor(t: TestCommunity) {
    this.t = t;
    this.sentences = new Sentences(t);
  }

  id(label: string): Uint8Array {
    return this.sentences.id(label);
  }

  person(name: string): Person {
    return this.sentences.person(name);
  }

  /** Plays the lines in order, `stepMs` apart. At the end every void entry is on record and no other, and all of it verifies. */
  async play(text: string, stepMs = 0): Promise<void> {
    for (const line of text.split("\n").filter((each) => /\S/.test(each))) {
      this.t.environment.advance(stepMs);
      try {
        await this.#play(line);
      } catch (error) {
        throw new Error(`${line.trim()}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
      }
    }
    const voids = this.t.community.rows.all<{ idx: number; rule: string }>("SELECT idx, rule FROM void ORDER BY idx");
    assert.deepEqual(
      voids.map(({ idx, rule }) => [idx, rule]),
      this.#voids,
    );
    await verifyCommunity(this.t.community);
  }

  /** Signs what a line without outcomes says, and writes it nowhere. */
  sign(line: string): Submission {
    const { person, ops } = this.#read(line);
    const submission = person.sign(ops.map((words, place) => this.sentences.draft(words, { person, place })));
    this.sentences.name(submission);
    return submission;
  }

  #read(line: string) {
    const [who = "", ...words] = line.trim().split(/\s+/);
    const ops = words
      .join(" ")
      .split(" + ")
      .map((op) => op.split(" "));
    return { person: this.person(who), ops };
  }

  async #play(line: string): Promise<void> {
    const [said = "", wanted] = line.split("=>");
    const outcomes = wanted?.split(",").map((each) => each.trim()) ?? [];
    const submission = this.sign(said);
    const [first] = outcomes;
    if (first?.startsWith("!")) return this.#requireRefusal(submission, first.slice(1));
    await this.t.community.append(submission);
    for (const outcome of outcomes) {
      const [label = "", ...state] = outcome.split(" ");
      assert.equal(this.stateOf(label), state.join(" "), label);
    }
  }

  async #requireRefusal(submission: Submission, reason: string): Promise<void> {
    const before = this.#facts();
    const error = await refusalOf(this.t.community.append(submission));
    assert.match(error.message, /^[A-Z"].{10,}\.$/s);
    assert.deepEqual(this.#facts(), before);
    if (/^[A-Z_]+$/.test(reason)) return assert.equal(error.code, reason, error.message);
    assert.equal(error.data["rule"], reason, error.message);
    this.#voids.push([await this.t.smuggle(submission), reason]);
    assert.deepEqual(this.#facts(), before);
  }

  /** Every row of the rules that an entry without effect must leave alone. */
  #facts(): string[] {
    return FACTS.flatMap((table) =>
      this.t.community.rows.all(`SELECT * FROM ${table}`).map((row) => JSON.stringify({ ...row })),
    );
  }

  /** State of what a label names: a revision or other op, a unit's flags, a person's rank. */
  stateOf(label: string): string {
    const { facts, rows } = this.t.community;
    if (!label.includes("/") && label === label.toLowerCase()) {
      const member = facts.memberById(this.sentences.member(label));
      if (member !== undefined) return RANKS[facts.rank(member.n)] ?? "";
      const unit = facts.unitById(this.id(label)) ?? assert.fail(`no unit ${label}`);
      const flags = [
        unit.retired === 1 && "retired",
        unit.superseded_by !== null && "superseded",
        unit.disputed > 0 && "disputed",
        unit.redacted === 1 && "redacted",
      ];
      return flags.filter((flag) => flag !== false).join(" ") || "shown";
    }
    const revision = facts.revisionById(this.id(label));
    if (revision !== undefined) return units.revisionDetail(this.t.community, revision.n).state;
    const known = facts.proposalById(this.id(label))?.state;
    const marked = rows.get("SELECT 1 FROM mark WHERE id = ?", this.id(label)) === undefined ? "absent" : "marked";
    return known ?? marked;
  }
}

/** What a promise is refused with. */
export async function refusalOf(promise: Promise<unknown>): Promise<LoreError> {
  const error = await promise.then(
    () => assert.fail("it was not refused"),
    (reason: unknown) => reason,
  );
  assert.ok(isLoreError(error), String(error));
  return error;
}

/** A scenario in a community of its own: Ann, its steward, Edda and Evan, editors, and Cleo and Dora, contributors. */
export async function scenario(text: string, options: CommunityOptions = {}): Promise<void> {
  await using t = await createCommunity(options);
  for (const name of ["edda", "evan"]) await t.join(name, "editor");
  for (const name of ["cleo", "dora"]) await t.join(name);
  await new Script(t).play(text);
}
