/** The API's routes: the table of operations, the write path, the document that describes them. */
import { type Context, Hono } from "hono";
import { html } from "hono/html";

import { answer, PAGE_POLICY, type Site } from "../../web/index.ts";
import { apiPage } from "./page.ts";
import { describeCommunity, type Operation, OPERATIONS } from "./operations.ts";
import { openApi } from "./openapi.ts";

const JSON_MEDIA = "application/json; charset=utf-8";

/** "/api/c/{id}" as Hono writes it. */
function routeOf({ path }: Operation): string {
  return path.replaceAll(/\{(\w+)\}/g, ":$1");
}

async function run(c: Context, operation: Operation, site: Site): Promise<Response> {
  const params: Record<string, string> = { ...c.req.param() };
  const community = site.community(params["id"] ?? "");
  const call = { site, community, params, query: c.req.query() };
  const result = await operation.run(call);
  const headers = operation.headers?.(call) ?? {};
  if (result instanceof Uint8Array)
    return answer(c, new Uint8Array(result), { media: operation.media ?? "application/octet-stream", headers });
  return answer(c, JSON.stringify(result), { media: JSON_MEDIA, headers });
}

export function apiRoutes(site: Site): Hono {
  const app = new Hono();
  const document = JSON.stringify(openApi(OPERATIONS));
  app.get("/api", async (c) =>
    answer(c, String(await html`${apiPage(site, OPERATIONS)}`), {
      media: "text/html; charset=utf-8",
      policy: PAGE_POLICY,
    }),
  );
  app.get("/api/openapi.json", (c) => answer(c, document, { media: JSON_MEDIA }));
  app.get("/api/c", (c) => answer(c, JSON.stringify(site.communities().map(describeCommunity)), { media: JSON_MEDIA }));
  for (const operation of OPERATIONS) app.get(routeOf(operation), (c) => run(c, operation, site));
  return app;
}
