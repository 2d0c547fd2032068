/** Repositories at https addresses: a real server on this machine, with git's own program behind it. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { test, type TestContext } from "node:test";

import { isLoreError, type LoreErrorCode } from "../../src/bytes/index.ts";
import { git } from "../../src/import/git/test-repositories.ts";
import { importGit } from "../../src/import/run.ts";
import { filesAt, filesOf, openNode, temporaryFolder } from "./node.ts";

const backend = join(execFileSync("git", ["--exec-path"], { encoding: "utf8" }).trim(), "git-http-backend");
const skip = unavailable();

function unavailable(): string | false {
  if (!existsSync(backend)) return "this git has no git-http-backend";
  try {
    execFileSync("openssl", ["version"]);
    return false;
  } catch {
    return "there is no openssl here to make a certificate with";
  }
}

/** A certificate for this machine that nobody trusts but whoever is told to. */
function createCertificate(folder: string): { readonly certificate: string; readonly key: string } {
  const [certificate, key] = [join(folder, "certificate.pem"), join(folder, "key.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  const made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key];
  execFileSync("openssl", ["req", "-x509", ...made, "-out", certificate, "-days", "2", ...subject], {
    stdio: "ignore",
  });
  return { certificate, key };
}

/** Answers as a web server does that hands what it is asked to git (RFC 3875). */
async function answerByGit(root: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, search } = new URL(request.url ?? "/", "https://localhost");
  const cgi = spawn(backend, {
    env: {
      PATH: process.env["PATH"],
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: "1",
      REQUEST_METHOD: request.method,
      PATH_INFO: pathname,
      QUERY_STRING: search.slice(1),
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
      HTTP_GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
    },
  });
  request.pipe(cgi.stdin);
  const answer = await buffer(cgi.stdout);
  const end = answer.indexOf("\r\n\r\n");
  for (const line of answer.subarray(0, end).toString("latin1").split("\r\n")) {
    const [name = "", value = ""] = line.split(/: (.*)/s);
    if (name === "Status") response.statusCode = Number.parseInt(value, 10);
    else response.setHeader(name, value);
  }
  response.end(answer.subarray(end + 4));
}

/** A repository `guild.git`, and an https server for it that also sends on, asks for a password, and knows nothing. */
async function startServer(t: TestContext, folder: string) {
  const root = join(folder, "served");
  const repository = join(root, "guild.git");
  mkdirSync(repository, { recursive: true });
  git(repository, ["init", "--quiet"]);
  const { certificate, key } = createCertificate(folder);
  const server = createServer({ cert: readFileSync(certificate), key: readFileSync(key) }, (request, response) => {
    const url = request.url ?? "";
    if (url.startsWith("/guild.git/")) void answerByGit(root, request, response);
    else if (url.startsWith("/moved.git/")) response.writeHead(302, { location: url.replace("moved", "guild") }).end();
    else if (url.startsWith("/members.git/")) response.writeHead(401, { "www-authenticate": "Basic" }).end();
    else response.writeHead(404).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close().closeAllConnections());
  // It was listened to at a port.
  const { port } = server.address() as AddressInfo;
  const commit = (path: string, text: string): string => {
    writeFileSync(join(repository, path), text);
    git(repository, ["add", "--all"]);
    git(repository, ["commit", "--quiet", "--author=Ada <ada@example.org>", "-m", `write ${path}`]);
    return git(repository, ["rev-parse", "HEAD"]).trim();
  };
  return { repository, certificate, commit, address: (name: string) => `https://localhost:${port}/${name}` };
}

/** Until the test ends, TLS trusts this certificate and no other. */
function trust(t: TestContext, certificate: string): void {
  const before = process.env["GIT_SSL_CAINFO"];
  process.env["GIT_SSL_CAINFO"] = certificate;
  t.after(() => {
    if (before === undefined) delete process.env["GIT_SSL_CAINFO"];
    else process.env["GIT_SSL_CAINFO"] = before;
  });
}

test("a repository is fetched over https, and what is new in it the second time", { skip }, async (t) => {
  const folder = temporaryFolder(t);
  const server = await startServer(t, folder);
  server.commit("bread.md", "# Bread\n\nFlour and water.\n");
  const tip = server.commit("cake.md", "# Cake\n");
  trust(t, server.certificate);
  const node = openNode(t, folder);
  const location = server.address("guild.git");
  const first = await importGit(node, { location, allowPrivate: true, into: { founder: "Keeper" } });
  const community = node.community(first.report.community.id);
  assert.equal(community.name, "guild");
  assert.deepEqual(filesAt(community), filesOf(server.repository, tip));
  const next = server.commit("bread.md", "# Bread\n\nFlour, water and salt.\n");
  const again = await importGit(node, { location, allowPrivate: true, into: { founder: "Keeper" } });
  assert.deepEqual([again.report.community.id, again.report.revisions], [community.id, 1]);
  assert.deepEqual(filesAt(community), filesOf(server.repository, next));
});

const refused: readonly (readonly [what: string, name: string, code: LoreErrorCode, words: RegExp])[] = [
  ["sends on elsewhere", "moved.git", "REFUSED", /leads to another address, which is not followed/],
  ["asks for a password", "members.git", "NOT_FOUND", /no public repository at .*import a bundle of it/],
  ["knows nothing", "nowhere.git", "NOT_FOUND", /no public repository at/],
  ["no one vouches for", "guild.git", "UNREACHABLE", /certificate verification failed/],
];

for (const [what, name, code, words] of refused) {
  test(`an https address is refused that ${what}`, { skip }, async (t) => {
    const folder = temporaryFolder(t);
    const server = await startServer(t, folder);
    server.commit("bread.md", "# Bread\n");
    if (code !== "UNREACHABLE") trust(t, server.certificate);
    const node = openNode(t, folder);
    const fetched = importGit(node, {
      location: server.address(name),
      allowPrivate: true,
      into: { founder: "Keeper" },
    });
    await assert.rejects(fetched, (error) => {
      assert.ok(isLoreError(error, code), String(error));
      assert.match(error.message, words);
      return true;
    });
    assert.deepEqual(node.ids(), []);
  });
}
