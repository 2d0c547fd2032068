/** The running server: one socket, bounded in time and number, closed without dropping what is under way. */
import { createServer, type Server } from "node:http";

import { getRequestListener } from "@hono/node-server";

import { LoreError } from "../bytes/index.ts";
import { type AppOptions, createSite } from "./app.ts";

export const PORT = 4747;
const HEADERS_TIMEOUT_MS = 10_000;
/** A connection on which nothing moves. */
const IDLE_TIMEOUT_MS = 30_000;
/** One whole request; an upload of a gigabyte over a slow line. */
const REQUEST_TIMEOUT_MS = 1_800_000;
const CONNECTIONS_MAX = 1_000;
/** After it, connections that are still open are cut. */
const CLOSE_TIMEOUT_MS = 5_000;

export interface ServeOptions extends AppOptions {
  /** 0 for any free one. */
  readonly port?: number;
  readonly host?: string;
}

export interface Serving {
  /** Where it answers: http://127.0.0.1:4747 */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Listens. @throws LoreError ENVIRONMENT when the port or address cannot be had. */
export async function serve({ port = PORT, host = "127.0.0.1", ...options }: ServeOptions): Promise<Serving> {
  const isAny = host === "0.0.0.0" || host === "::";
  const { hono, site, unread } = createSite({
    ...options,
    hosts: [...(options.hosts ?? []), ...(isAny ? [] : [host])],
  });
  // A route answers its own errors: what reaches the handler is a request that no route could be asked about.
  const listener = getRequestListener((request, env) => hono.fetch(request, env), { errorHandler: unread });
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing));
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.maxConnections = CONNECTIONS_MAX;
  server.setTimeout(IDLE_TIMEOUT_MS);
  const bound = await listen(server, { port, host });
  const shownHost = host.includes(":") ? `[${host}]` : isAny ? "127.0.0.1" : host;
  return {
    url: `http://${shownHost}:${bound}`,
    port: bound,
    async close() {
      await closed(server);
      await site.close();
    },
  };
}

function listen(server: Server, { port, host }: { port: number; host: string }): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once("error", (error) => reject(unavailable(error, { port, host })));
  server.listen(port, host, () => {
    const address = server.address();
    resolve(typeof address === "object" && address !== null ? address.port : port);
  });
  return promise;
}

function unavailable(error: Error, { port, host }: { port: number; host: string }): LoreError {
  const code = "code" in error && typeof error.code === "string" ? error.code : "unknown";
  const found =
    code === "EADDRINUSE"
      ? `another program answers there. Stop it, or choose another port with "--port ${port === 0 ? PORT + 1 : port + 1}"`
      : code === "EACCES"
        ? "this user may not listen there. Choose a port above 1023"
        : code === "EADDRNOTAVAIL"
          ? "this computer has no such address. Choose 127.0.0.1"
          : `the system refuses (${code})`;
  return new LoreError("ENVIRONMENT", `Listening on ${host}, port ${port}: ${found}.`, { cause: error });
}

function closed(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(() => server.closeAllConnections(), CLOSE_TIMEOUT_MS);
  server.close(() => {
    clearTimeout(timer);
    resolve();
  });
  server.closeIdleConnections();
  return promise;
}
