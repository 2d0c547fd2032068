import assert from "node:assert/strict";
import { test } from "node:test";

import fc from "fast-check";

import { packStandings, packTerms, type Standing, unpackStandings, unpackTerms } from "./rows.ts";
import { TERM_HASH_BITS } from "./tokenise.ts";

const hashes = fc.array(fc.integer({ min: 0, max: 2 ** TERM_HASH_BITS - 1 }), { maxLength: 200 });

test("packed terms answer the count of every term in each field, up to 63", () => {
  fc.assert(
    fc.property(hashes, hashes, (heading, body) => {
      const counts = unpackTerms(packTerms(heading, [...body, ...Array.from({ length: 70 }, () => 5)]));
      assert.equal(counts.bodyTokens, body.length + 70);
      for (const hash of [...heading, ...body, 0, 2 ** TERM_HASH_BITS - 1]) {
        if (hash === 5) continue;
        assert.equal(counts.inHeading(hash), heading.filter((other) => other === hash).length);
        assert.equal(counts.inBody(hash), body.filter((other) => other === hash).length);
      }
      assert.equal(counts.inBody(5), 63);
    }),
  );
});

test("packed passages of a revision unpack to themselves, past 2^32 too", () => {
  const standing = fc.record({
    passage: fc.integer({ min: 0, max: 2 ** 45 }),
    gap: fc.nat(5_000_000),
    length: fc.nat(5_000_000),
    repeat: fc.option(fc.nat(300), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(standing), (records) => {
      let at = 0;
      const standings = records.map(({ passage, gap, length, repeat }): Standing => {
        const start = at + gap;
        at = start + length;
        return { passage, start, end: at, repeat };
      });
      assert.deepEqual(unpackStandings(packStandings(standings)), standings);
    }),
  );
});
