/** Bringing a community in over the web, and the server's own life. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "node:net";
import { after, before, test } from "node:test";

import { LoreError } from "../../src/bytes/index.ts";
import { type ImportRequest, serve } from "../../src/http/index.ts";
import type { ImportProgress, ImportReport } from "../../src/import/report.ts";
import { openSite, type TestSite } from "./site.ts";

const REPORT: ImportReport = {
  community: { id: "a".repeat(32), name: "Brought in" },
  source: "guild.zip",
  units: { page: 23, dataset: 2 },
  revisions: 212,
  entries: 40,
  commits: { all: 90, mainline: 70 },
  people: 11,
  bots: ["lint-bot"],
  merges: [{ into: "Anna", names: ["anna", "A."], reason: "same address" }],
  suggestions: [{ into: "Ben", names: ["ben2"], reason: "similar name" }],
  suggestionsAccepted: 3,
  suggestionsClosed: 1,
  brokenLinks: { count: 1, list: [{ page: "a.md", href: "<b>gone</b>.md" }] },
  skipped: [{ path: "huge.bin", reason: "larger than 1 GiB" }],
  pointers: ["scan.png"],
  retired: 2,
  waiting: ["mine.md"],
  durationMs: 1_234,
};

interface Taken extends ImportRequest {
  /** Files at the time of the import, with their contents. */
  readonly files: Readonly<Record<string, string>>;
}

let site: TestSite;
const taken: Taken[] = [];
let release: (() => void) | undefined;
let outcome: "done" | "refused" | "broken" = "done";

function filesBelow(directory: string, prefix = ""): Record<string, string> {
  return Object.assign(
    {},
    ...readdirSync(directory, { withFileTypes: true }).map((entry) =>
      entry.isDirectory()
        ? filesBelow(join(directory, entry.name), `${prefix}${entry.name}/`)
        : { [prefix + entry.name]: readFileSync(join(directory, entry.name), "utf8") },
    ),
  );
}

async function startImport(
  request: ImportRequest,
  onProgress: (progress: ImportProgress) => void,
): Promise<ImportReport> {
  const { source } = request;
  const files =
    source.type === "zip"
      ? { zip: readFileSync(source.file, "latin1") }
      : source.type === "folder"
        ? filesBelow(source.directory)
        : {};
  taken.push({ ...request, files });
  onProgress({ stage: "Writing versions", done: 74, of: 118 });
  await new Promise<void>((resolve) => (release = resolve));
  if (outcome === "refused") throw new LoreError("REFUSED", "This is no zip file.");
  if (outcome === "broken") throw new Error("secret inside");
  return { ...REPORT, source: source.type === "zip" ? source.file : REPORT.source };
}

before(() => (site = openSite({ startImport, onUnforeseen: () => undefined })));
after(() => site.close());

function form(
  fields: Record<string, string>,
  files: readonly (readonly [field: string, name: string, text: string])[] = [],
): FormData {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.set(name, value);
  for (const [field, name, text] of files) data.append(field, new File([text], name));
  return data;
}

async function send(body: FormData): Promise<Response> {
  return site.app.request("/start", { method: "POST", body });
}

async function finish(location: string): Promise<string> {
  release?.();
  for (let i = 0; i < 200; i++) {
    const { text } = await site.get(location);
    if (!text.includes("looks again")) return text;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return assert.fail("the import did not end");
}

test("a zip is brought in: progress first, then the report, then three next steps", async () => {
  outcome = "done";
  const response = await send(
    form({ name: " Guild ", from: "zip" }, [["zip", "guild.zip", "PK\u0003\u0004 zip bytes"]]),
  );
  assert.equal(response.status, 303);
  const location = response.headers.get("location") ?? "";
  const { text } = await site.get(location);
  for (const words of ["Bringing in Guild", "Writing versions", "74 of 118", 'http-equiv="refresh"'])
    assert.ok(text.includes(words), words);
  assert.deepEqual(JSON.parse((await site.get(`${location}/state`)).text), {
    is: "running",
    stage: "Writing versions",
    done: 74,
    of: 118,
  });
  assert.ok((await site.get("/")).text.includes("Being brought in"));
  const second = await send(form({ name: "Other", from: "nothing" }));
  assert.equal(second.status, 422);
  const report = await finish(location);
  for (const words of [
    "Brought in is here",
    "Brought in from the files that were chosen.",
    "23 pages, 2 tables, 212 versions",
    "11 people are named",
    "similar name",
    "lint-bot",
    "3 versions from side branches were taken into the main line later; here they stand as accepted suggestions.",
    "1 version from side branches was never taken into the main line; here it stands as a declined suggestion.",
    "&lt;b&gt;gone&lt;/b&gt;.md",
    "larger than 1 GiB",
    "2 things are no longer in the source",
    "mine.md",
    "Look at it",
    "Check the names",
    "Take a copy",
  ])
    assert.ok(report.includes(words), words);
  const [first] = taken;
  assert.deepEqual(
    [first?.name, first?.source.type, first?.files["zip"]],
    ["Guild", "zip", "PK\u0003\u0004 zip bytes"],
  );
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(
    first?.source.type === "zip" && existsSync(first.source.file),
    false,
    "the upload is gone when the import has ended",
  );
});

test("a folder keeps its tree, and no name leaves it", async () => {
  outcome = "done";
  const files = [
    ["folder", "guild/a.md", "A"],
    ["folder", "guild/sub/b.md", "B"],
    ["folder", "../../evil.md", "E"],
    ["folder", "guild/../../evil2.md", "E"],
    ["folder", "/etc/evil3.md", "E"],
    ["other", "x.md", "X"],
  ] as const;
  const response = await send(form({ name: "Tree", from: "folder" }, files));
  assert.equal(response.status, 303);
  await finish(response.headers.get("location") ?? "");
  assert.deepEqual(taken.at(-1)?.files, { "a.md": "A", "sub/b.md": "B" });
});

/** A part of a form as it is on the wire: `name` may be any bytes. */
function filePart(name: string | Buffer, text: string): Buffer {
  return Buffer.concat([
    Buffer.from('--x\r\ncontent-disposition: form-data; name="folder"; filename="'),
    Buffer.from(name),
    Buffer.from(`"\r\n\r\n${text}\r\n`),
  ]);
}

function sendFiles(names: readonly (string | Buffer)[]): Promise<Response> {
  const fields = ["name", "from"].map((name) =>
    Buffer.from(`--x\r\ncontent-disposition: form-data; name="${name}"\r\n\r\nfolder\r\n`),
  );
  const files = names.map((name, i) => filePart(name, String(i)));
  return Promise.resolve(
    site.app.request("/start", {
      method: "POST",
      headers: { "content-type": "multipart/form-data; boundary=x" },
      body: Buffer.concat([...fields, ...files, Buffer.from("--x--\r\n")]),
    }),
  );
}

const AT_MOST = "x".repeat(255);
/** A path of 1,024 bytes without the chosen folder. */
const LONGEST = `${"d".repeat(199)}/`.repeat(5) + "e".repeat(24);
const LEFT_OUT: readonly (readonly [name: string | Buffer, reason: RegExp])[] = [
  ["g/a\\b.md", /holds a backslash/],
  [`g/${AT_MOST}x`, /more than 255 bytes/],
  [`g/${"é".repeat(128)}`, /more than 255 bytes/],
  [`g/${LONGEST}x`, /more than 1024 bytes/],
  ["../up.md", /leads out/],
  ["g/../../up.md", /leads out/],
  ["g/./same.md", /leads out/],
  ["g//empty.md", /leads out/],
  ["g/", /leads out/],
  ["..", /leads out/],
  ["g/nul\0.md", /not text in UTF-8/],
  [Buffer.from("g/caf\xe9.md", "latin1"), /not text in UTF-8/],
  ["g/taken.md", /has its name/],
  ["g/taken.md/below.md", /has its name/],
  [`g/${"d/".repeat(64)}deep.md`, /nest deeper than 64/],
];

test("a file is brought in or named in the report with its reason, whatever it is called", async () => {
  outcome = "done";
  const kept = ["taken.md", " .md", "b.md", "%41.md", AT_MOST, LONGEST, `${"d/".repeat(63)}at.md`];
  const names = [...kept.map((name) => `g/${name}`), "", ...LEFT_OUT.map(([name]) => name)];
  const response = await sendFiles(names);
  assert.equal(response.status, 303);
  const text = await finish(response.headers.get("location") ?? "");
  assert.deepEqual(Object.keys(taken.at(-1)?.files ?? {}).toSorted(), kept.toSorted());
  assert.ok(text.includes(`${LEFT_OUT.length + REPORT.skipped.length} things were left out`), text);
  const reasons = [...text.matchAll(/<li><code>[^<]*<\/code> <span class="quiet">([^<]*)</g)].map(
    ([, reason]) => reason,
  );
  for (const [i, [name, reason]] of LEFT_OUT.entries()) assert.match(reasons[i + 1] ?? "", reason, String(name));
});

test("a folder of which nothing can be taken says why", async () => {
  const response = await sendFiles(["g/a\\b.md"]);
  assert.equal(response.status, 422);
  assert.match(
    await response.text(),
    /Nothing in this folder can be brought in\. a\\b\.md: its name holds a backslash/,
  );
});

test("a zip is taken whatever it is called, and of two the first", async () => {
  outcome = "done";
  const names = ["guild.zip", `${"z".repeat(300)}.zip`, "../guild.zip", "a/b.zip", "folder"];
  for (const name of names) {
    const response = await send(
      form({ name: "Z", from: "zip" }, [
        ["zip", name, "first"],
        ["zip", "second.zip", "second"],
      ]),
    );
    assert.equal(response.status, 303, name);
    await finish(response.headers.get("location") ?? "");
    assert.deepEqual(taken.at(-1)?.files, { zip: "first" });
  }
});

test("an address is a repository, a path what lies there, nothing an empty record", async () => {
  outcome = "done";
  for (const [address, source] of [
    ["https://example.org/guild.git", { type: "git", location: "https://example.org/guild.git" }],
    [site.home, { type: "folder", directory: site.home }],
  ] as const) {
    const response = await send(form({ name: "Addressed", from: "address", address }));
    await finish(response.headers.get("location") ?? "");
    assert.deepEqual(taken.at(-1)?.source, source);
  }
  const response = await send(form({ name: "Empty", from: "nothing" }));
  await finish(response.headers.get("location") ?? "");
  assert.deepEqual(taken.at(-1)?.source, { type: "empty" });
});

test("what is missing is said beside its field, and nothing is lost", async () => {
  for (const [fields, said] of [
    [{ from: "zip" }, "Give your community a name."],
    [{ name: "X", from: "zip" }, "Choose the zip file"],
    [{ name: "X", from: "address", address: "" }, "Write the address"],
    [{ name: "X", from: "address", address: "--upload-pack=x" }, "Write the address"],
    [{ name: "X", from: "address", address: "/nowhere/at-all" }, "There is nothing at &quot;/nowhere/at-all&quot;"],
    [{ name: "X", from: "address", address: `/${"x".repeat(300)}` }, "cannot be read (ENAMETOOLONG)"],
    [{ name: "X <b>", from: "elsewhere" }, "Say where"],
  ] as const) {
    const response = await send(form(fields));
    const text = await response.text();
    assert.equal(response.status, 422);
    assert.ok(text.includes(said), said);
    if ("name" in fields) assert.ok(text.includes(`value="${fields.name.replace("<b>", "&lt;b&gt;")}"`));
  }
});

test("a failed import says why, and what nobody foresaw says nothing of the inside", async () => {
  for (const [how, said] of [
    ["refused", "This is no zip file."],
    ["broken", "Something went wrong inside"],
  ] as const) {
    outcome = how;
    const response = await send(form({ name: "F", from: "nothing" }));
    const text = await finish(response.headers.get("location") ?? "");
    assert.ok(text.includes(said) && !text.includes("secret inside"), text.slice(0, 2_000));
  }
});

test("a form that is cut off, or none, is refused", async () => {
  const cut = await site.app.request("/start", {
    method: "POST",
    headers: { "content-type": "multipart/form-data; boundary=x" },
    body: '--x\r\ncontent-disposition: form-data; name="name"\r\n\r\nabc',
  });
  assert.equal(cut.status, 400);
  const none = await site.app.request("/start", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  assert.equal(none.status, 415);
  const home = await site.app.request("http://other.example/start", {
    method: "POST",
    body: form({ name: "x", from: "nothing" }),
  });
  assert.equal(home.status, 403);
});

/** A request as it is on the wire. */
function sendRaw(port: number, head: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect(port, "127.0.0.1", () => socket.end(`${head}\r\nconnection: close\r\n\r\n`));
  let text = "";
  socket.setEncoding("utf8");
  socket.on("data", (chunk) => (text += String(chunk)));
  socket.on("end", () => resolve(text));
  socket.on("error", reject);
  return promise;
}

test("a request that cannot be read is refused in words too", async () => {
  const served = await serve({ node: site.node, port: 0 });
  for (const head of [
    "GET /api/c\\x HTTP/1.1\r\nhost: localhost",
    "GET /api/c HTTP/1.1\r\nhost: a@b",
    "GET / HTTP/1.1\r\nhost: localhost:99999",
    "TRACE /api/c HTTP/1.1\r\nhost: localhost",
  ]) {
    const answer = await sendRaw(served.port, head);
    assert.match(answer, /^HTTP\/1\.1 40[05] /, head);
    assert.match(answer, /"code":"(?:MALFORMED|METHOD)","message":"[^"]+"[^]*"requestId":"/, head);
  }
  await served.close();
});

test("a port that is taken is said, with what to do; closing frees it", async () => {
  const first = await serve({ node: site.node, port: 0 });
  await assert.rejects(
    serve({ node: site.node, port: first.port }),
    (error: unknown) => error instanceof LoreError && error.code === "ENVIRONMENT" && error.message.includes("--port"),
  );
  assert.equal((await fetch(`${first.url}/about`)).status, 200);
  await first.close();
  const again = await serve({ node: site.node, port: first.port });
  await again.close();
});
