/**
 * Scenarios as text: one entry a line, `who says-what => outcome, outcome`. Several ops of one entry stand with
 * " + " between them. `unit/n` names a revision, a word in capitals (`as P`) the op it ends.
 * An outcome is `thing state`, or `!rule`: the entry is refused under that rule with nothing changed, and the
 * same entry in the log without admission is void under it, stays in the tree and has no effect.
 * `!CODE` in capitals is a refusal at admission alone.
 */
import assert from "node:assert/strict";

import { base32, decode, hex, isLoreError, type LoreError } from "../../src/bytes/index.ts";
import { type DraftOp, persons, type Submission, units, verifyRecord } from "../../src/community/index.ts";
import { GENESIS_LOG, opId, revisionId, type Role, type Rules, unitId } from "../../src/unit/index.ts";
import { pageParts, type Person, signerOf, stranger, suite, type TestCommunity, textPart } from "./kit.ts";

const HOUR_MS = 3_600_000;
const VOTES: Readonly<Partial<Record<string, "approve" | "reject" | "comment">>> = { approves: "approve", rejects: "reject", comments: "comment" };
const MARKS: Readonly<Partial<Record<string, "confirm" | "dispute" | "retire" | "restore" | "thank">>> = {
  confirms: "confirm",
  disputes: "dispute",
  retires: "retire",
  restores: "restore",
  thanks: "thank",
};

/** A name for a revision or another op, known once its entry is signed. */
type Naming = (submission: Submission) => void;

interface Line {
  readonly who: string;
  readonly ops: readonly (readonly string[])[];
  readonly outcomes: readonly string[];
}

export class Script {
  readonly t: TestCommunity;
  readonly #people = new Map<string, Person>();
  readonly #members = new Map<string, Uint8Array>();
  readonly #units = new Map<string, { id: Uint8Array; kind: string }>();
  readonly #ids = new Map<string, Uint8Array>();
  readonly #voids: [number, string][] = [];

  constructor(t: TestCommunity) {
    this.t = t;
    const { id, head } = t.community.charter;
    this.#units.set("charter", { id, kind: "charter" });
    this.#ids.set("charter/0", head);
  }

  /** Plays a scenario, and at its end checks that rows and record are those of a replay. */
  async play(text: string): Promise<void> {
    for (const line of text.split("\n").filter((each) => each.trim() !== "")) {
      try {
        await this.#say(parse(line));
      } catch (error) {
        throw new Error(`at: ${line.trim()}`, { cause: error });
      }
    }
    const { rows, store } = this.t.community;
    assert.deepEqual(rows.all("SELECT idx, rule FROM void ORDER BY idx").map((row) => Object.values(row)), this.#voids);
    await this.t.community.seal();
    await verifyRecord(suite, store);
  }

  /** The id under a label: a revision's, another op's, or a unit's. */
  id(label: string): Uint8Array {
    return this.#ids.get(label) ?? this.#units.get(label)?.id ?? assert.fail(`nothing is called ${label}`);
  }

  person(name: string): Person {
    return this.#people.get(name) ?? this.t.person(name);
  }

  async #say({ who, ops, outcomes }: Line): Promise<void> {
    const person = this.person(who);
    const namings: Naming[] = [];
    const drafts = ops.map((words, place) => this.#draft(words, { person, place, namings }));
    const submission = person.sign(drafts);
    for (const naming of namings) naming(submission);
    const [refusal] = outcomes;
    if (refusal?.startsWith("!")) return this.#refused(submission, refusal.slice(1));
    await this.t.community.append(submission);
    for (const outcome of outcomes) this.#expect(outcome);
  }

  async #refused(submission: Submission, reason: string): Promise<void> {
    const { community } = this.t;
    const before = this.#facts();
    const error = await community.append(submission).then(() => assert.fail("it was not refused"), loreError);
    if (/^[A-Z_]+$/.test(reason)) return assert.equal(error.code, reason, error.message);
    assert.equal(error.data["rule"], reason, error.message);
    assert.match(error.message, /^[A-Z].{10,}\.$/s);
    assert.deepEqual(this.#facts(), before);
    const index = await this.t.smuggle(submission);
    this.#voids.push([index, reason]);
    assert.deepEqual(this.#facts(), before);
  }

  /** Every row of the rules but those that count entries. */
  #facts(): unknown {
    const { rows } = this.t.community;
    const tables = ["member", "member_key", "key_tip", "role", "unit", "revision", "head", "flag", "proposal", "review", "mark", "slot", "commitment"];
    return tables.map((table) => rows.all(`SELECT * FROM ${table}`).map((row) => JSON.stringify({ ...row })));
  }

  #draft(words: readonly string[], at: { person: Person; place: number; namings: Naming[] }): DraftOp {
    const [verb = "", what = "", ...rest] = words;
    const draft = this.#revising(words, at) ?? this.#speaking(words) ?? this.#governing(words);
    if (draft === undefined) return assert.fail(`no such line: ${verb} ${what}`);
    const label = rest[rest.indexOf("as") + 1];
    if (rest.includes("as") && label !== undefined) {
      at.namings.push(({ entry }) => this.#ids.set(label, opId(suite, entry.digest, at.place)));
    }
    return draft;
  }

  /** writes | suggests UNIT/n [on REVISION…] [key=value…] */
  #revising([verb, label = "", ...rest]: readonly string[], { person, place, namings }: { person: Person; place: number; namings: Naming[] }): DraftOp | undefined {
    if (verb !== "writes" && verb !== "suggests") return undefined;
    const { environment, community } = this.t;
    const name = label.slice(0, label.indexOf("/"));
    const options = Object.fromEntries(rest.filter((word) => word.includes("=")).map((word) => word.split("=")));
    const on = rest.includes("on") ? rest.slice(rest.indexOf("on") + 1).filter((word) => word.includes("/")) : [];
    const nonce = on.length === 0 ? environment.random(16) : undefined;
    const known = this.#units.get(name);
    const id = known !== undefined && nonce === undefined ? known.id : unitId(suite, { log: community.log, author: person.member, nonce: nonce ?? new Uint8Array(16) });
    const kind = String(options["kind"] ?? known?.kind ?? "page");
    this.#units.set(name, known ?? { id, kind });
    namings.push(({ entry }) => {
      const op = entry.ops[place] ?? assert.fail();
      this.#ids.set(label, revisionId(suite, { log: entry.log ?? GENESIS_LOG, author: entry.author, op }));
    });
    const { time, by } = options;
    return {
      ...{ op: "revise", unit: id, kind, parents: on.map((parent) => this.id(parent)) },
      ...(nonce === undefined ? {} : { nonce }),
      ...(verb === "suggests" ? { propose: true } : {}),
      ...(time === undefined ? {} : { source: { time: Number(time) } }),
      ...(by === undefined ? {} : { by: by.split(",").map((member) => ({ member: this.#member(member) })) }),
      ...(kind === "charter" ? { rules: this.#rules(options) } : {}),
      content: pageParts(`Page ${name}`, `Text ${label} by ${person.name}.`),
    };
  }

  #rules({ approvals, direct, visibility }: Readonly<Partial<Record<string, string>>>): Rules {
    const row = this.t.community.rows.get<{ rules: Uint8Array }>("SELECT rules FROM state") ?? assert.fail();
    // The fold wrote these bytes from a map.
    const rules = decode(row.rules) as Rules;
    return { ...rules, ...(approvals === undefined ? {} : { approvals: Number(approvals) }), ...(direct === undefined ? {} : { direct }), ...(visibility === undefined ? {} : { visibility }) };
  }

  /** Reviews, marks and redactions. */
  #speaking([verb = "", what = "", ...rest]: readonly string[]): DraftOp | undefined {
    const verdict = VOTES[verb];
    if (verdict !== undefined) return { op: "review", verdict, on: this.id(what), content: [textPart("text", `${verb} ${what}`)] };
    const mark = MARKS[verb];
    const on = what.includes("/") ? this.#ids.get(what) : undefined;
    if (mark !== undefined) return { op: "mark", mark, on: on ?? { unit: this.id(what) }, content: [textPart("text", `${verb} ${what}`)] };
    if (verb === "supersedes") return { op: "mark", mark: "supersede", on: { unit: this.id(what) }, by: this.id(rest[1] ?? "") };
    if (verb === "withdraws") return { op: "mark", mark: "withdraw", on: this.id(what) };
    if (verb === "redacts") return { op: "redact", slots: [{ op: this.id(what), part: rest[0] ?? "body" }] };
    return undefined;
  }

  /** Members, roles, keys. */
  #governing([verb, who = "", what = "", whom = ""]: readonly string[]): DraftOp | undefined {
    const { environment } = this.t;
    switch (verb) {
      case "grants":
      case "ends":
        return { op: "role", act: verb === "grants" ? "grant" : "end", member: this.#member(who), role: roleNamed(what) };
      case "names":
        return this.#naming(who);
      case "merges":
        return { op: "member", alias: [this.#member(who)], into: this.#member(whom) };
      case "parts":
        return { op: "member", alias: [this.#member(who)], into: this.#member(whom), end: true };
      case "rekeys":
        this.#people.set(who, new Person2(this.t, who, { member: this.#member(who), signer: signerOf(`${who} again`) }));
        return { op: "key", act: "rekey", member: this.#member(who), key: signerOf(`${who} again`).publicKey };
      case "lends":
        return { op: "key", act: "lend", agent: signerOf(who).publicKey, kinds: what.split(","), until: environment.now() + HOUR_MS, ...(whom === "direct" ? { direct: true } : {}) };
      default:
        return undefined;
    }
  }
}
