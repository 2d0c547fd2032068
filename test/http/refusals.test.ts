/** What nobody may see, and what nobody may break: hidden communities, and addresses made of anything. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import fc from "fast-check";

import { base32 } from "../../src/bytes/index.ts";
import { openSite, type Pen, type TestSite, type WrittenUnit } from "./site.ts";

let site: TestSite;
let hidden: Pen;
let secret: WrittenUnit;
let open: Pen;
let page: WrittenUnit;

before(async () => {
  site = openSite();
  hidden = await site.community("Members only", { visibility: "members" });
  secret = await hidden.write({ path: "secret.md", title: "Secret", body: "# Secret\n\nxyzzy\n" });
  await hidden.community.seal();
  open = await site.community("Open");
  page = await open.write({ path: "page.md", title: "Page", body: "# Page\n\nWords.\n" });
  await open.community.seal();
});

after(() => site.close());

test("no address serves anything of a community for members", async () => {
  const { id } = hidden.community;
  const sha256 = (await site.get(`/api/c/${open.community.id}/units/page.md`)).text.match(
    /"sha256":"([0-9a-f]{64})"/,
  )?.[1];
  const below = [
    "",
    "/browse",
    "/browse/secret",
    "/page/secret",
    "/page/secret.md",
    "/raw/secret.md",
    `/u/${secret.text}`,
    `/u/${secret.text}/odrl.jsonld`,
    "/rsl.xml",
    `/history/${secret.text}`,
    `/diff/${secret.text}`,
    `/genuine/${secret.text}`,
    "/sharing",
    "/sharing/0",
    "/people",
    `/person/${base32.encode(hidden.author.member)}`,
    "/search?q=xyzzy",
    "/hands",
    "/portrait",
    "/copy",
    "/copy.zip",
    `/edit/${secret.text}`,
    "/new",
    "/you",
    "/join",
    "/atom.xml",
    "/llms.txt",
    "/checkpoint",
    "/tile/0/000.p/1",
    "/tile/entries/000.p/1",
    "/sidecar/0",
    `/part/${sha256}`,
    "/consistency?from=1&to=1",
    `/cite/${secret.text}.bib`,
    `/tool/${secret.text}`,
    `/rows/${secret.text}`,
  ];
  const api = [
    "",
    "/units",
    "/units/secret.md",
    `/units/${secret.text}/history`,
    `/units/${secret.text}/links`,
    `/units/${secret.text}/rights`,
    `/revisions/${secret.revision}`,
    "/search?q=xyzzy",
    "/people",
    "/people/The%20founder",
    "/proposals",
    "/credit",
    "/credit/0",
    `/signers/${"0".repeat(64)}`,
    `/proof/${secret.revision}`,
  ];
  const walked = [
    ...below.map((each) => `/c/:id${each}`),
    ...api.map((each) => `/api/c/:id${each}`),
    "/api/c/:id/entries",
    "/api/c/:id/uses",
    "/api/c/:id/desk",
    "/api/c/:id/welcome",
  ].map((each) => each.split("?", 1)[0] ?? "");
  for (const { path, method } of site.app.routes) {
    if (!path.includes("/c/:id") || method === "ALL") continue;
    const pattern = new RegExp(
      `^${path.replace(":id", "<id>").replaceAll(/:\w+/g, "[^/]+").replaceAll("*", ".*").replace("<id>", ":id").replace(/\/$/, "")}$`,
    );
    assert.ok(
      walked.some((each) => pattern.test(each)),
      `${path} is not walked`,
    );
  }
  for (const path of [...below.map((each) => `/c/${id}${each}`), ...api.map((each) => `/api/c/${id}${each}`)]) {
    const { status, text } = await site.get(path);
    assert.equal(status, 404, path);
    assert.doesNotMatch(text, /xyzzy|Members only|secret\.md"/, path);
  }
  for (const address of ["entries", "uses", "desk", "welcome"]) {
    const written = await site.app.request(`/api/c/${id}/${address}`, {
      method: "POST",
      headers: { "content-type": "application/cbor" },
      body: new Uint8Array([0xa0]),
    });
    assert.equal(written.status, 404, address);
  }
});

test("the pages of the site do not name it either", async () => {
  for (const path of ["/", "/about", "/api/c", "/search?q=xyzzy", "/search?q=Members"]) {
    const { text } = await site.get(path);
    assert.doesNotMatch(text, /Members only<|Secret|secret\.md|What Members/, path);
    assert.ok(!text.includes(hidden.community.id), path);
  }
});

const piece = fc.oneof(
  fc.constantFrom(
    "..",
    ".",
    "",
    "%2e%2e",
    "%00",
    "%",
    "%zz",
    "%c3%28",
    "~",
    "@",
    "page.md",
    "a".repeat(300),
    "\u202e",
    "😀",
    "'\"<>",
    "\\",
    "x;y",
    "*",
    "c",
    "api",
    "null",
    "-1",
    "1e9",
    "NaN",
    "__proto__",
    "constructor",
  ),
  fc.string({ maxLength: 30, unit: "grapheme" }),
  fc.stringMatching(/^[a-z2-7]{32}(@[a-z2-7]{6,52})?$/),
);
const route = fc.constantFrom(
  "",
  "browse",
  "page",
  "raw",
  "u",
  "history",
  "diff",
  "person",
  "search",
  "genuine",
  "tool",
  "rows",
  "tile",
  "sidecar",
  "part",
  "consistency",
  "checkpoint",
  "units",
  "revisions",
  "people",
  "proof",
);
const value = fc.oneof(
  fc.constantFrom(
    "0",
    "-1",
    "1e308",
    "9999999999999999",
    "2024-13-45",
    "2020-01-01",
    "now",
    "'; DROP TABLE unit; --",
    "\0",
    "a".repeat(2_000),
  ),
  fc.string({ maxLength: 20, unit: "binary" }),
);
const query = fc.dictionary(
  fc.constantFrom(
    "as-of",
    "known",
    "q",
    "limit",
    "offset",
    "kind",
    "from",
    "to",
    "row",
    "section",
    "before",
    "part",
    "all",
  ),
  value,
  { maxKeys: 4 },
);

test("no address whatever makes the site fail", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      route,
      fc.array(piece, { maxLength: 4 }),
      query,
      fc.boolean(),
      async (isApi, name, rest, asked, isReal) => {
        const unit = isReal ? [page.text] : [];
        const steps = [
          "c",
          open.community.id,
          name,
          ...unit,
          ...rest.map((each) => (each.includes("%") ? each : encodeURIComponent(each.toWellFormed()))),
        ];
        const search = new URLSearchParams(
          Object.entries(asked).map(([key, text]) => [key, text.toWellFormed()]),
        ).toString();
        const path = `${isApi ? "/api" : ""}/${steps.filter((step, i) => i < 2 || step !== "").join("/")}?${search}`;
        const { status, text } = await site.get(path);
        assert.ok(status < 500, `${path} answers ${status}: ${text.slice(0, 200)}`);
        assert.doesNotMatch(text, /SQLITE|SELECT |node_modules|at file:\/\//, path);
      },
    ),
    { numRuns: 600 },
  );
});

test("a question to the API that is wrong is answered in plain words", async () => {
  const said: readonly (readonly [query: string, words: RegExp])[] = [
    ["search", /"q" is missing\./],
    ["search?q=a&limit=x", /"limit" is no whole number\./],
    ["search?q=a&limit=101", /"limit" is above 100\./],
    ["search?q=a&limit=0", /"limit" is below 1\./],
    [`search?q=${"a".repeat(1_001)}`, /"q" is longer than 1000 characters\./],
    ["search?q=a&kind=A", /"kind" is not written as it should be\./],
    ["units?alll=1", /"alll" is nothing that can be asked here\./],
    ["units?all=yes", /"all" is none of "0", "1", /],
  ];
  for (const [query, words] of said) {
    const { status, text } = await site.get(`/api/c/${open.community.id}/${query}`);
    assert.equal(status, 400, query);
    assert.match((JSON.parse(text) as { message: string }).message, words, query);
  }
});

test("no question whatever makes a search fail", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "binary", maxLength: 400 }), async (text) => {
      const { status } = await site.get(`/c/${open.community.id}/search?q=${encodeURIComponent(text.toWellFormed())}`);
      assert.equal(status, 200);
    }),
    { numRuns: 150 },
  );
});
