/** What a reader is shown as of a size is what a community shows that holds no more than those entries. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test, type TestContext } from "node:test";

import { base32 } from "../../src/bytes/index.ts";
import { run } from "../../src/cli/run.ts";
import { decodeSidecar } from "../../src/log/index.ts";
import { openSqliteStore, type Store } from "../../src/store/index.ts";
import { createCommunity, fixedEnvironment } from "../community/kit.ts";
import { Script } from "../community/script.ts";
import { temporaryFolder } from "../import/node.ts";

const STORY = `
  ann   writes tea/1 + writes pie/1
  ann   names old + names older
  edda  writes jam/1 by=old,older
  cleo  suggests tea/2 on tea/1          => tea/2 proposed
  dora  suggests tea/3 on tea/1
  cleo  disputes tea as P
  dora  thanks tea/1
  ann   merges older into old
  edda  approves tea/2                   => tea/2 current, tea/3 needs-merge
  cleo  comments tea/3
  edda  rejects tea/3                    => tea/3 rejected
  evan  writes tea/4 on tea/2 tea/3
  cleo  withdraws P
  cleo  suggests pie/2 on pie/1
  cleo  withdraws pie/2                  => pie/2 withdrawn
  dora  suggests pie/3 on pie/1
  edda  rejects pie/3                    => pie/3 rejected
  edda  approves pie/3                   => pie/3 current
  ann   merges old into cleo
  ann   grants dora editor
  edda  retires jam
  dora  suggests egg/1
  dora  disputes pie
  ann   ends edda editor
  edda  supersedes pie by tea
  ann   parts old from cleo
  ann   restores jam
  ann   writes tea/5 on tea/4 time=1000
`;

const UNITS = ["tea", "pie", "jam", "egg"];
const COMMANDS = ["ls --all", "people", "people cleo", "people old"];
/** How much a word weighs, and so the score, is learnt from all texts there are: what is found is compared. */
const SEARCHES = ["search page", "search Text cleo"];
const OF_UNIT = ["history", "show", "diff", "rights", "blame", "cite"];
/** Every size takes a minute. */
const STRIDE = process.env["LORE_TEST_LONG"] === "1" ? 1 : 11;

/** The commands whose answers are compared, for units by id and by title. */
function questions(script: Script): string[] {
  const ofUnits = UNITS.flatMap((name) => [
    ...OF_UNIT.map((each) => `${each} ${base32.encode(script.id(name))}`),
    `show "Page ${name}"`,
    `show "Page ${name}"@2`,
  ]);
  return [...SEARCHES, ...[...COMMANDS, ...ofUnits].flatMap((question) => [question, `${question} --json`])];
}

async function answer(environment: ReturnType<typeof fixedEnvironment>, line: string): Promise<string> {
  let said = "";
  const words = [...line.matchAll(/(?:"[^"]*"|\S)+/g)].map(([word]) => word.replaceAll('"', ""));
  const output = {
    out: (content: string | Uint8Array) => void (said += String(content)),
    notice: (text: string) => void (said += text),
    isTerminal: false,
    readInput: () => Promise.resolve(new Uint8Array()),
  };
  const code = await run(words, { environment, output });
  return `${code} ${said}`;
}

/** A data folder that holds the first `size` entries of a community and nothing made from more. */
async function prefixOf(t: TestContext, { store, id }: { store: Store; id: string }, size: number) {
  const environment = fixedEnvironment(temporaryFolder(t));
  const directory = join(environment.home, "communities", id);
  mkdirSync(directory, { recursive: true });
  const copy = openSqliteStore(directory);
  const entries = [...store.log.read(0, size)];
  for (const { sidecar } of entries) {
    for (const opening of decodeSidecar(sidecar).flat()) {
      const part = opening === undefined ? undefined : store.parts.get(opening.digest);
      if (opening !== undefined && part !== undefined) copy.parts.put(opening.digest, part);
    }
  }
  await copy.log.append(entries, 0);
  copy.close();
  return environment;
}

test("as of any size the answer is that of a community which holds only the entries till then", async (t) => {
  await using community = await createCommunity();
  for (const name of ["edda", "evan"]) await community.join(name, "editor");
  for (const name of ["cleo", "dora"]) await community.join(name);
  const script = new Script(community);
  await script.play(STORY);
  await community.community.seal();
  const whole = { store: community.community.store, id: community.community.id };
  for (let size = community.community.size; size > 0; size -= STRIDE) {
    const prefix = await prefixOf(t, whole, size);
    for (const question of questions(script)) {
      const then = await answer(community.environment, `${question} --as-of ${size}`);
      assert.equal(then, await answer(prefix, question), `${question} --as-of ${size}`);
    }
  }
});
