import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";

import fc from "fast-check";

import { Db } from "../../store/sqlite/db.ts";
import { allRows, communityOf, type Draft, RecordFixture } from "./fixture.ts";
import { search } from "./search.ts";
import { BODY_BYTES_MAX } from "./source.ts";

const memory = (): Db => new Db(":memory:", { durability: "normal" });

function rowsOf(record: RecordFixture, steps = record.steps, batch?: number): Record<string, readonly object[]> {
  const db = memory();
  record.project(db, steps, batch);
  const rows = allRows(db);
  db.close();
  return rows;
}

describe("the replay law", () => {
  const draft = fc.record({
    unit: fc.integer({ min: 1, max: 3 }),
    title: fc.constantFrom("Tea", "Bread", "Über uns"),
    lang: fc.constantFrom("en", "de"),
    body: fc
      .array(
        fc.constantFrom("# A", "Water boils.", "Bread rises slowly.", "", "Käse", "x".repeat(1_500), "## B", "日本語"),
        {
          maxLength: 12,
        },
      )
      .map((lines) => lines.join("\n\n")),
    isProposal: fc.boolean(),
  });
  const redaction = fc.record({ redact: fc.nat(20), parts: fc.constantFrom(["meta", "body"], ["body"], ["meta"]) });

  test("rows are the same however steps are batched, resumed or replayed, erasures included", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 4, arbitrary: draft }, redaction), { minLength: 1, maxLength: 14 }),
        fc.integer({ min: 1, max: 5 }),
        (events, batch) => {
          const record = new RecordFixture();
          const live = memory();
          let revisions = 0;
          let applied = 0;
          record.project(live, []);
          for (const [i, event] of events.entries()) {
            if ("unit" in event) revisions = record.revise(event);
            else if (revisions > 0) record.redact(1 + (event.redact % revisions), event.parts);
            // Erasing and projecting are one transaction, so what is erased is projected before anything is read.
            if (i % batch !== 0 && i !== events.length - 1) continue;
            record.resume(live, record.steps.slice(applied), batch);
            applied = record.steps.length;
          }
          const rows = allRows(live);
          live.close();
          assert.deepEqual(rowsOf(record, record.replaySteps()), rows);
          assert.deepEqual(rowsOf(record, record.replaySteps(), batch), rows);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("rows between flushes are those of the prefix", () => {
    const record = new RecordFixture();
    for (let i = 0; i < 6; i++)
      record.revise({ unit: (i % 2) + 1, title: "T", body: `# A\n\nversion ${i}\n\n# B\n\nsame` });
    const live = memory();
    record.project(live, record.steps.slice(0, 3));
    assert.deepEqual(allRows(live), rowsOf(record, record.steps.slice(0, 3), 1));
    record.resume(live, record.steps.slice(3), 2);
    assert.deepEqual(allRows(live), rowsOf(record));
  });
});

describe("indexing", () => {
  test("stores each distinct passage of a unit once", () => {
    const record = new RecordFixture();
    for (let i = 0; i < 50; i++)
      record.revise({ unit: 1, title: "Log", body: `# Same\n\nnever changes\n\n# Count\n\nvalue ${i}` });
    const db = memory();
    record.project(db, record.steps);
    assert.equal(db.value("SELECT count(*) FROM search_passage"), 1 + 1 + 50);
    assert.equal(db.value("SELECT count(*) FROM search_current_docsize"), 3);
  });

  test("takes accepted heads only", () => {
    const { record, db, find } = communityOf({ unit: 1, title: "Tea", body: "green" });
    const proposal = record.revise({ unit: 1, title: "Tea", body: "oolong", isProposal: true });
    record.resume(db, record.steps.slice(-1));
    assert.equal(find({ text: "oolong" }).total, 0);
    record.accept(proposal);
    record.resume(db, record.steps.slice(-1));
    assert.equal(find({ text: "oolong" }).hits[0]?.revision, proposal);
    assert.equal(find({ text: "green" }).total, 0);
  });

  test("finds by title and path what is binary, not UTF-8 or longer than the limit", () => {
    const long = (size: number): Uint8Array => new Uint8Array(size).fill(0x61).fill(0x20, 5, 6);
    const { find } = communityOf(
      {
        unit: 1,
        title: "Photo",
        body: new Uint8Array([0xff, 0xd8, 0xff]),
        path: "pictures/harbour.jpg",
        media: "image/jpeg",
      },
      { unit: 2, title: "Zeros", body: "aaaaa\0binary", media: "application/octet-stream" },
      { unit: 3, title: "Below", body: long(BODY_BYTES_MAX - 1) },
      { unit: 4, title: "At", body: long(BODY_BYTES_MAX) },
      { unit: 5, title: "Above", body: long(BODY_BYTES_MAX + 1) },
    );
    assert.equal(find({ text: "harbour" }).hits[0]?.unit, 1);
    assert.equal(find({ text: "zeros" }).hits[0]?.unit, 2);
    assert.equal(find({ text: "binary" }).total, 0);
    assert.deepEqual(
      find({ text: "aaaaa" })
        .hits.map((hit) => hit.unit)
        .sort(),
      [3, 4],
    );
    assert.equal(find({ text: "above" }).hits[0]?.unit, 5);
  });

  test("survives meta that is no JSON object", () => {
    const { find } = communityOf({ unit: 1, title: "x", body: "text" });
    assert.equal(find({ text: "text" }).total, 1);
  });
});

describe("erasure", () => {
  const SECRET = "zanzibarpassphrase";
  const folder = (): string => mkdtempSync(join(tmpdir(), "search-"));

  function holdsSecret(path: string): boolean {
    return readdirSync(path).some((name) => readFileSync(join(path, name)).toString("latin1").includes(SECRET));
  }

  test("leaves no byte of the text in the database files, and keeps what other revisions share", () => {
    const path = folder();
    try {
      const record = new RecordFixture();
      const filler = (i: number): Draft => ({ unit: 10 + i, title: `Page ${i}`, body: `# H\n\nword${i} common text` });
      for (let i = 0; i < 40; i++) record.revise(filler(i));
      record.revise({ unit: 1, title: "Tea", body: `# Shared\n\nkept words\n\n# Mine\n\nthe ${SECRET} is here` });
      const leak = record.revise({ unit: 1, title: SECRET, body: `# Shared\n\nkept words\n\n# ${SECRET}\n\nagain` });
      for (let i = 40; i < 80; i++) record.revise(filler(i));
      const first = leak - 1;
      const db = new Db(join(path, "rows.db"), { durability: "normal" });
      record.project(db, record.steps, 7);
      db.value("PRAGMA wal_checkpoint(TRUNCATE)");
      assert.ok(holdsSecret(path));

      const before = record.steps.length;
      record.redact(first);
      record.redact(leak);
      const clean = record.revise({ unit: 1, title: "Tea", body: "# Shared\n\nkept words" });
      record.resume(db, record.steps.slice(before));
      db.value("PRAGMA wal_checkpoint(TRUNCATE)");
      assert.equal(holdsSecret(path), false);

      const query = { limit: 5, readPart: record.readPart };
      assert.equal(search(db, { ...query, text: SECRET }).total, 0);
      assert.equal(search(db, { ...query, text: SECRET, asOf: { head: () => leak } }).total, 0);
      assert.equal(search(db, { ...query, text: "kept" }).hits[0]?.revision, clean);
      assert.deepEqual(rowsOf(record, record.replaySteps()), allRows(db));
      db.close();
    } finally {
      rmSync(path, { recursive: true });
    }
  });

  test("of the body keeps the title, of an attachment changes nothing", () => {
    const { record, db, find } = communityOf({ unit: 1, title: "Harbour", body: "tide tables" });
    const rows = allRows(db);
    record.redact(1, ["attachment"]);
    record.resume(db, record.steps.slice(-1));
    assert.deepEqual(allRows(db), rows);
    record.redact(1, ["body"]);
    record.resume(db, record.steps.slice(-1));
    assert.equal(find({ text: "tide" }).total, 0);
    assert.equal(find({ text: "harbour" }).total, 1);
  });
});
