/** Makes `verify.html`: one file with everything in it, which opens from a folder and never asks a network. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

import { LoreError } from "../../bytes/index.ts";

/** Where the script goes in `page.html`: after all that it looks for. */
const PLACE = "<!-- the script -->";

/** The same for every community: an id that came with the copy would say nothing about whose it is. */
export async function verifierPage(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("page.ts", import.meta.url))],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    platform: "browser",
    target: "es2022",
    logLevel: "silent",
    legalComments: "none",
  });
  const script = outputFiles[0]?.text;
  if (script === undefined) throw new LoreError("INTERNAL", "Making the verifier page: nothing came out.");
  const page = readFileSync(new URL("page.html", import.meta.url), "utf8");
  assert.ok(page.includes(PLACE), "the page has a place for its script");
  const safe = script.replaceAll("</script", "<\\/script");
  // A function, so that no "$" of the script is read as a pattern.
  return page.replace(PLACE, () => `<script>${safe}</script>`);
}
