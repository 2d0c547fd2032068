/** Commands that serve: `serve`, and `start`, which brings the handbook first. */
import { existsSync } from "node:fs";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";

import { base32, LoreError } from "../../bytes/index.ts";
import type { Community, LoreNode } from "../../community/index.ts";
import { exportMarkdown } from "../../export/index.ts";
import type { ImportRequest, Serving } from "../../http/index.ts";
import type { ImportProgress, ImportReport } from "../../import/report.ts";
import { emptyReport, importFolder, importGit, importZip } from "../../import/run.ts";
import { type Command, type Invocation, option, text } from "../command.ts";
import { founderName } from "./membership.ts";

const HANDBOOK = new URL("../../../handbook", import.meta.url);
export const HANDBOOK_AUTHORS = "the Commonlore authors";

const SERVE_OPTIONS = { port: text, host: text, "public-name": text } as const;

const serving: Command = {
  name: "serve",
  usage: "[--port 4747] [--host 127.0.0.1] [--public-name HOST]",
  summary: "Show the communities here in a browser",
  options: SERVE_OPTIONS,
  async run(invocation) {
    const { url, welcome, ended } = await listen(invocation);
    invocation.output.out(`Commonlore answers at ${url}\nTo write as yourself, open ${welcome}\n`);
    return ended;
  },
};

const start: Command = {
  name: "start",
  usage: "[--port 4747]",
  summary: "Serve, with The Commonlore Handbook to begin with",
  options: SERVE_OPTIONS,
  async run(invocation) {
    const node = invocation.node("write");
    // First: where nothing can be served, nothing is written.
    const { url, welcome, ended } = await listen(invocation);
    const handbook = fileURLToPath(HANDBOOK);
    if (existsSync(handbook)) await importFolder(node, { location: handbook, into: { founder: HANDBOOK_AUTHORS } });
    invocation.output.out(
      `Commonlore answers at ${url}\nTo write as yourself, open ${welcome}\nYour communities are kept in ${invocation.environment.home}\nStop it with Ctrl-C.\n`,
    );
    return ended;
  },
};

interface Listening {
  readonly url: string;
  /** The address with which a browser becomes whoever runs this. */
  readonly welcome: string;
  /** Resolves with the exit code when the server was told to stop, or its storage failed. */
  readonly ended: Promise<number>;
}

async function listen(invocation: Invocation): Promise<Listening> {
  // The site is a third of the program: no other command waits for it to load.
  const { PORT, serve } = await import("../../http/index.ts");
  const node = invocation.node("write");
  const name = option(invocation, "public-name");
  const welcome = base32.encode(invocation.environment.random(WELCOME_BYTES));
  const server = await serve({
    node,
    port: portOf(invocation, PORT),
    host: option(invocation, "host") ?? "127.0.0.1",
    welcome,
    ...(name === undefined ? {} : { hosts: [name] }),
    startImport: (request, onProgress) => bringIn(node, request, { founder: founderName(invocation), onProgress }),
    writeCopy,
  });
  return {
    url: server.url,
    welcome: `${server.url}/welcome#${welcome}`,
    ended: untilStopped(invocation, node, server),
  };
}

const WELCOME_BYTES = 20;
const PORT_MAX = 65_535;

function portOf(invocation: Invocation, usual: number): number {
  const wanted = option(invocation, "port") ?? String(usual);
  const port = /^\d{1,5}$/.test(wanted) ? Number(wanted) : Number.NaN;
  if (port <= PORT_MAX) return port;
  throw new LoreError("USAGE", `A port is a number up to ${PORT_MAX}; got "${wanted}".`);
}

/** How often a failed storage is looked for. */
const WATCH_MS = 1_000;

/** A storage failure ends the server: nothing may look as if it were kept. */
function untilStopped({ output }: Invocation, node: LoreNode, server: Serving): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const stop = (code: number) => void server.close().then(() => resolve(code));
  const watch = setInterval(() => {
    const failed = node.opened().find(({ store }) => store.failure !== undefined);
    if (failed === undefined) return;
    clearInterval(watch);
    output.notice(
      `lore: the storage of ${failed.name} failed: ${failed.store.failure?.message ?? ""}. Nothing was acknowledged that is not stored. Check the disk, then start again.\n`,
    );
    stop(5);
  }, WATCH_MS);
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      clearInterval(watch);
      stop(0);
    });
  }
  return promise;
}

interface BringingIn {
  readonly founder: string;
  readonly onProgress: (progress: ImportProgress) => void;
}

/** What "Start yours" asks for. */
async function bringIn(
  node: LoreNode,
  { name, source }: ImportRequest,
  { founder, onProgress }: BringingIn,
): Promise<ImportReport> {
  node.requireFreeName(name);
  const into = { name, founder };
  switch (source.type) {
    case "git": {
      const { report } = await importGit(node, {
        location: source.location,
        branch: source.branch,
        prefix: source.path,
        into,
        onProgress,
      });
      return report;
    }
    case "zip":
      return importZip(node, { location: source.file, into, onProgress });
    case "folder":
      return importFolder(node, { location: source.directory, into, onProgress });
    case "empty":
      return emptyReport(await node.begin({ ...into, now: node.environment.now() }));
    default:
      return source satisfies never;
  }
}

/** Everything current as a zip, made while it is read. */
async function* writeCopy(community: Community): AsyncIterable<Uint8Array> {
  const zip = new PassThrough();
  const done = exportMarkdown(community, { target: { zip } }).then(
    () => zip.end(),
    (error: unknown) => zip.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  // A stream of buffers.
  yield* zip as AsyncIterable<Uint8Array>;
  await done;
}

export const SERVING = [start, serving];
