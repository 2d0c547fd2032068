/** The sentences of scenarios: words in, the draft of an op out. Labels given here name what later sentences mean. */
import assert from "node:assert/strict";

import { decode } from "../../src/bytes/index.ts";
import type { DraftOp, Submission } from "../../src/community/index.ts";
import { GENESIS_LOG, memberId, opId, revisionId, type Role, type Rules, unitId } from "../../src/unit/index.ts";
import { joining, pageParts, Person, signerOf, suite, type TestCommunity, textPart } from "./kit.ts";

const HOUR_MS = 3_600_000;
const ROLES: readonly Role[] = ["steward", "editor", "contributor"];
const MARKS = {
  confirms: "confirm",
  disputes: "dispute",
  retires: "retire",
  restores: "restore",
  thanks: "thank",
} as const;
const VERDICTS = { approves: "approve", rejects: "reject", comments: "comment" } as const;

/** Where a sentence stands: who says it, as which op of the entry. */
export interface Place {
  readonly person: Person;
  readonly place: number;
}

type Sentence = (words: readonly string[], at: Place) => DraftOp;

export class Sentences {
  readonly #t: TestCommunity;
  readonly #people = new Map<string, Person>();
  readonly #members = new Map<string, Uint8Array>();
  readonly #kinds = new Map<string, string>([["charter", "charter"]]);
  readonly #ids = new Map<string, Uint8Array>();
  /** Names that wait for their entry to be signed. */
  #naming: ((submission: Submission) => void)[] = [];

  constructor(t: TestCommunity) {
    this.#t = t;
    const { id, head } = t.community.charter;
    this.#ids.set("charter", id).set("charter/0", head);
  }

  /** The id under a label: of a unit, of a revision `unit/n`, of another op. */
  id(label: string): Uint8Array {
    return this.#ids.get(label) ?? assert.fail(`nothing is called ${label}`);
  }

  person(name: string): Person {
    return this.#people.get(name) ?? this.#t.person(name);
  }

  member(name: string): Uint8Array {
    return this.#members.get(name) ?? this.person(name).member;
  }

  draft(words: readonly string[], at: Place): DraftOp {
    const [verb = "", ...rest] = words;
    const sentence = this.#sentences[verb] ?? assert.fail(`no sentence with "${verb}"`);
    const as = rest.indexOf("as");
    const label = as < 0 ? undefined : rest[as + 1];
    if (label !== undefined)
      this.#naming.push(({ entry }) => this.#ids.set(label, opId(suite, entry.digest, at.place)));
    return sentence([verb, ...(as < 0 ? rest : rest.slice(0, as))], at);
  }

  /** Gives the labels of an entry's ops to what was signed. */
  name(submission: Submission): void {
    for (const naming of this.#naming) naming(submission);
    this.#naming = [];
  }

  readonly #sentences: Readonly<Partial<Record<string, Sentence>>> = {
    joins: (_, { person }) => joining(person.name),
    writes: (words, at) => this.#revise(words, at),
    suggests: (words, at) => ({ ...this.#revise(words, at), propose: true }),
    ...mapValues(VERDICTS, (verdict): Sentence => ([verb, what = ""]) => ({
      op: "review",
      verdict,
      on: this.id(what),
      content: [textPart("text", `${verb} ${what}`)],
    })),
    ...mapValues(MARKS, (mark): Sentence => ([verb, what = ""]) => ({
      op: "mark",
      mark,
      on: this.#subject(what),
      content: [textPart("text", `${verb} ${what}`)],
    })),
    supersedes: ([, what = "", , by = ""]) => ({
      op: "mark",
      mark: "supersede",
      on: this.#subject(what),
      ...(by === "" ? {} : { by: this.id(by) }),
    }),
    withdraws: ([, what = ""]) => ({ op: "mark", mark: "withdraw", on: this.#subject(what) }),
    redacts: ([, what = "", part = "body"]) => ({
      op: "redact",
      slots: [{ op: this.id(what), part }],
      content: [textPart("text", `redacts ${what}`)],
    }),
    grants: ([, who = "", role]) => ({ op: "role", act: "grant", member: this.member(who), role: roleNamed(role) }),
    ends: ([, who = "", role]) => ({ op: "role", act: "end", member: this.member(who), role: roleNamed(role) }),
    names: ([, who = ""]) => this.#nameInHistory(who),
    merges: ([, who = "", , into = ""]) => ({ op: "member", alias: [this.member(who)], into: this.member(into) }),
    parts: ([, who = "", , from = ""]) => ({
      op: "member",
      alias: [this.member(who)],
      into: this.member(from),
      end: true,
    }),
    lends: ([, robot = "", kinds = "", direct], at) => this.#lend(robot, { kinds, direct: direct === "direct", at }),
    adds: ([, key = ""], { person }) => {
      if (!this.#people.has(key)) this.#people.set(key, this.#with(person.member, key));
      return { op: "key", act: "add", key: signerOf(key).publicKey };
    },
    revokes: ([, key = ""]) => ({ op: "key", act: "revoke", key: this.person(key).signer.publicKey }),
    rekeys: ([, who = "", , key = ""]) => {
      this.#people.set(key, this.#with(this.member(who), key));
      return { op: "key", act: "rekey", member: this.member(who), key: signerOf(key).publicKey };
    },
    attests: () => ({ op: "attest", about: "import", content: [textPart("state", "so far")] }),
  };

  #with(member: Uint8Array, key: string): Person {
    return new Person(this.#t.community, key, { member, signer: signerOf(key) });
  }

  /** writes UNIT/n [on REVISION…] [kind= time= by=NAME,NAME approvals= direct= visibility=] */
  #revise([, label = "", ...rest]: readonly string[], { person, place }: Place): DraftOp & { readonly op: "revise" } {
    const name = label.slice(0, label.indexOf("/"));
    const options: Partial<Record<string, string>> = Object.fromEntries(
      rest.filter((word) => word.includes("=")).map((word) => word.split("=")),
    );
    const parents = rest.filter((word) => word.includes("/")).map((parent) => this.id(parent));
    const nonce = parents.length === 0 ? this.#t.environment.random(16) : undefined;
    if (nonce !== undefined)
      this.#ids.set(name, unitId(suite, { log: this.#t.community.log, author: person.member, nonce }));
    const kind = options["kind"] ?? this.#kinds.get(name) ?? "page";
    if (!this.#kinds.has(name)) this.#kinds.set(name, kind);
    this.#naming.push(({ entry }) => {
      const op = entry.ops[place] ?? assert.fail();
      this.#ids.set(label, revisionId(suite, { log: entry.log ?? GENESIS_LOG, author: entry.author, op }));
    });
    const { time, by } = options;
    return {
      ...{ op: "revise", unit: this.id(name), kind, parents },
      ...(nonce === undefined ? {} : { nonce }),
      ...(time === undefined ? {} : { source: { time: Number(time) } }),
      ...(by === undefined ? {} : { by: by.split(",").map((each) => ({ member: this.member(each) })) }),
      ...(kind === "charter" ? { rules: this.#rules(options) } : {}),
      content: pageParts(`Page ${name}`, `Text ${label} by ${person.name}.`),
    };
  }

  /** The rules in force, with what the sentence changes. */
  #rules({ approvals, direct, visibility }: Partial<Record<string, string>>): Rules {
    const row = this.#t.community.rows.get<{ rules: Uint8Array }>("SELECT rules FROM state") ?? assert.fail();
    return {
      // The fold wrote these bytes from a map.
      ...(decode(row.rules) as Rules),
      ...(approvals === undefined ? {} : { approvals: Number(approvals) }),
      ...(direct === undefined ? {} : { direct }),
      ...(visibility === undefined ? {} : { visibility }),
    };
  }

  #subject(label: string): Uint8Array | { unit: Uint8Array } {
    return label === label.toLowerCase() && !label.includes("/") ? { unit: this.id(label) } : this.id(label);
  }

  #nameInHistory(name: string): DraftOp {
    const nonce = this.#t.environment.random(16);
    this.#members.set(name, memberId(suite, { log: this.#t.community.log, nonce }));
    return { op: "member", type: "person", nonce, content: [textPart("name", name)] };
  }

  #lend(robot: string, { kinds, direct, at }: { kinds: string; direct: boolean; at: Place }): DraftOp {
    this.#people.set(robot, this.#with(at.person.member, robot));
    const until = this.#t.environment.now() + HOUR_MS;
    return {
      op: "key",
      act: "lend",
      agent: signerOf(robot).publicKey,
      kinds: kinds.split(","),
      until,
      ...(direct ? { direct: true as const } : {}),
    };
  }
}

function roleNamed(name: string | undefined): Role {
  return ROLES.find((role) => role === name) ?? assert.fail(`no role "${name}"`);
}

function mapValues<K extends string, V, W>(of: Readonly<Record<K, V>>, map: (value: V) => W): Record<string, W> {
  return Object.fromEntries(Object.entries<V>(of).map(([key, value]) => [key, map(value)]));
}
