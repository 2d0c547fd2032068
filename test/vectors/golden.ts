/**
 * The golden log: a small community in which nearly everything happens once, told as text. `tellGolden` plays it,
 * `factsOf` says what follows from any log, so that the file can be folded as well as made again.
 */
import { base32, base64, hex, textOf } from "../../src/bytes/index.ts";
import { proofFile } from "../../src/community/index.ts";
import type { Db } from "../../src/store/index.ts";
import { createCommunity, textPart } from "../community/kit.ts";
import { Script } from "../community/script.ts";

const MINUTE_MS = 60_000;

const STORY = `
  edda   joins
  ann    grants edda editor
  cleo   joins
  ann    writes tea/1 time=1000000000000
  cleo   writes tea/2 on tea/1                       => tea/2 proposed
  edda   approves tea/2                              => tea/2 current
  cleo   confirms tea/2
  edda   suggests tea/3 on tea/1                     => tea/3 needs-merge
  edda   withdraws tea/3                             => tea/3 withdrawn
  ann    names old as NAME
  ann    writes jam/1 kind=note by=old,cleo
  cleo   merges old into cleo as CLAIM               => CLAIM proposed
  ann    approves CLAIM                              => CLAIM accepted
  ann    writes charter/1 on charter/0 approvals=2 direct=steward
  edda   writes pie/1                                => pie/1 proposed
  cleo   approves pie/1                              => pie/1 proposed
  ann    approves pie/1                              => pie/1 current
  ann    grants cleo editor + grants edda steward
  edda   writes terms/1 kind=policy                  => terms/1 proposed
  ann    rejects terms/1 as NO                       => terms/1 proposed
  edda   rejects terms/1                             => terms/1 rejected
  cleo   disputes pie as DOUBT                       => pie disputed
  cleo   lends robot page
  robot  writes bun/1                                => bun/1 proposed
  ann    writes tea/4 on tea/2                       => tea/4 current
  cleo   redacts tea/2 body                          => tea redacted
  ann    writes rig/1 kind=gadget
  ann    retires jam as OLD                          => jam retired
  ann    supersedes pie by tea                       => pie superseded disputed
  cleo   adds phone + revokes cleo
  phone  attests`;

/** Everything the golden file says, line by line. */
export async function tellGolden(): Promise<string> {
  await using t = await createCommunity({ seed: "golden", tickMs: 0 });
  const script = new Script(t);
  const { community } = t;
  await script.play(STORY, MINUTE_MS);
  await t.smuggle(
    t.ann.sign([{ op: "attest", about: "import", content: [textPart("state", "of another record")] }], {
      log: new Uint8Array(32).fill(0xee),
    }),
  );
  await community.seal();
  const { store, rows } = community;
  const lines = [
    "# A small community: its record, and what follows from it (docs/formats/entry.md, rules.md). Bytes in hex, ids in base32.",
    `community ${community.id}`,
    `vkey ${community.vkey}`,
    ...[...store.log.read(0, community.size)].flatMap(({ bytes, sidecar }, i) => [
      `entry ${i} ${hex.encode(bytes)}`,
      `sidecar ${i} ${hex.encode(sidecar)}`,
    ]),
    `checkpoint ${JSON.stringify(textOf(store.log.checkpoint() ?? new Uint8Array()))}`,
    `proof ${base64.encode(proofFile(community, community.facts.revisionById(script.id("tea/1"))?.n ?? 0))}`,
    ...factsOf(rows),
  ];
  return `${lines.join("\n")}\n`;
}

/** What the rules make of a log, in words that no table's columns show through. */
export function factsOf(db: Db): string[] {
  const questions: Readonly<Record<string, string>> = {
    time: "SELECT idx AS a, time AS b FROM entry_time ORDER BY idx",
    void: "SELECT idx AS a, rule AS b FROM void ORDER BY idx",
    member:
      "SELECT m.id AS a, m.type AS b, CASE m.keyed WHEN 1 THEN 'keyed' ELSE 'named' END AS c, i.id AS d FROM member m LEFT JOIN member i ON i.n = m.into_n ORDER BY m.n",
    key: "SELECT k.key AS a, m.id AS b, k.from_idx AS c, k.until_idx AS d, k.kinds AS e FROM member_key k JOIN member m ON m.n = k.member ORDER BY k.n",
    role: "SELECT m.id AS a, r.role AS b, r.from_idx AS c, r.until_idx AS d FROM role r JOIN member m ON m.n = r.member ORDER BY r.n",
    revision:
      "SELECT r.id AS a, u.id AS b, r.state AS c, r.time AS d, m.id AS e FROM revision r JOIN unit u ON u.n = r.unit JOIN member m ON m.n = r.author ORDER BY r.n",
    head: "SELECT u.id AS a, h.idx AS b, r.id AS c, h.shown AS d FROM head h JOIN unit u ON u.n = h.unit JOIN revision r ON r.n = h.revision ORDER BY h.idx, u.n, h.seq",
    flag: "SELECT u.id AS a, f.idx AS b, f.flag AS c, CASE f.raised WHEN 1 THEN 'up' ELSE 'down' END AS d FROM flag f JOIN unit u ON u.n = f.unit ORDER BY f.idx, u.n, f.seq",
    proposal: "SELECT id AS a, op AS b, state AS c FROM proposal ORDER BY n",
    review:
      "SELECT v.id AS a, v.verdict AS b, m.id AS c, v.subject AS d FROM review v JOIN member m ON m.n = v.member ORDER BY v.n",
    mark: "SELECT k.id AS a, k.mark AS b, u.id AS c, m.id AS d FROM mark k JOIN unit u ON u.n = k.unit JOIN member m ON m.n = k.member ORDER BY k.n",
    slot: "SELECT op AS a, part AS b, due AS c FROM slot ORDER BY idx, op, part",
  };
  return Object.entries(questions).flatMap(([what, sql]) =>
    db
      .prepare(sql)
      .all()
      .map((row) => [what, ...Object.values(row).map(spelled)].join(" ")),
  );
}

function spelled(value: unknown): string {
  return value instanceof Uint8Array ? base32.encode(value) : value === null ? "-" : String(value);
}
