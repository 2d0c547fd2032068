/**
 * The files that pages need, served by this site alone: the stylesheet, the fonts, and scripts that are bundled
 * from `client/` when first asked for. Nothing comes from elsewhere.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

import { LoreError } from "../bytes/index.ts";

export interface Asset {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly media: string;
  /** Of the content. */
  readonly etag: string;
  /** Whether its address changes with its content. */
  readonly isImmutable: boolean;
}

const FONTS: Readonly<Record<string, string>> = {
  "literata.woff2": "@fontsource-variable/literata/files/literata-latin-wght-normal.woff2",
  "literata-italic.woff2": "@fontsource-variable/literata/files/literata-latin-wght-italic.woff2",
  "hyperlegible.woff2":
    "@fontsource-variable/atkinson-hyperlegible-next/files/atkinson-hyperlegible-next-latin-wght-normal.woff2",
  "hyperlegible-italic.woff2":
    "@fontsource-variable/atkinson-hyperlegible-next/files/atkinson-hyperlegible-next-latin-wght-italic.woff2",
  "hyperlegible-mono.woff2":
    "@fontsource-variable/atkinson-hyperlegible-mono/files/atkinson-hyperlegible-mono-latin-wght-normal.woff2",
};

/** Scripts in `client/`. */
export const SCRIPTS = [
  "keys",
  "genuine",
  "tool",
  "start",
  "progress",
  "act",
  "voice",
  "edit",
  "you",
  "join",
  "welcome",
] as const;
export type ScriptName = (typeof SCRIPTS)[number];

const CLIENT = new URL("./client/", import.meta.url);

function assetOf(bytes: Uint8Array<ArrayBuffer>, media: string, isImmutable: boolean): Asset {
  return { bytes, media, isImmutable, etag: `"${createHash("sha256").update(bytes).digest("hex").slice(0, 16)}"` };
}

export class Assets {
  readonly #fonts = new Map<string, Asset>();
  readonly #scripts = new Map<ScriptName, Promise<Asset>>();
  readonly #look: Asset;

  constructor() {
    const css = new Uint8Array(readFileSync(new URL("./look.css", import.meta.url)));
    this.#look = assetOf(css, "text/css; charset=utf-8", true);
  }

  /** Where the stylesheet is. */
  get lookHref(): string {
    return `/assets/look.${this.#look.etag.slice(1, -1)}.css`;
  }

  /** @throws LoreError NOT_FOUND. */
  async find(name: string): Promise<Asset> {
    if (`/assets/${name}` === this.lookHref) return this.#look;
    const script = SCRIPTS.find((known) => name === `${known}.js`);
    const asset = script === undefined ? this.#font(name) : await this.#script(script);
    if (asset === undefined) throw new LoreError("NOT_FOUND", "There is no such file.");
    return asset;
  }

  #font(name: string): Asset | undefined {
    const kept = this.#fonts.get(name);
    const file = Object.hasOwn(FONTS, name) ? FONTS[name] : undefined;
    if (kept !== undefined || file === undefined) return kept;
    const path = createRequire(import.meta.url).resolve(file);
    const asset = assetOf(new Uint8Array(readFileSync(path)), "font/woff2", true);
    this.#fonts.set(name, asset);
    return asset;
  }

  #script(name: ScriptName): Promise<Asset> {
    let script = this.#scripts.get(name);
    if (script === undefined) {
      script = bundle(name);
      this.#scripts.set(name, script);
      // A failed bundle is tried again.
      script.catch(() => this.#scripts.delete(name));
    }
    return script;
  }
}

async function bundle(name: ScriptName): Promise<Asset> {
  // Loaded when the first script is asked for: most readers need none.
  const { build } = await import("esbuild");
  const result = await build({
    entryPoints: [fileURLToPath(new URL(`${name}.ts`, CLIENT))],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    minify: true,
    legalComments: "none",
    logLevel: "silent",
  });
  const bytes = result.outputFiles[0]?.contents;
  if (bytes === undefined) throw new LoreError("INTERNAL", `Bundling the script ${name} made nothing.`);
  return assetOf(new Uint8Array(bytes), "text/javascript; charset=utf-8", false);
}
