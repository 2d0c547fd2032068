/** A browser for tests, where one can be started; else the reason why not. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { type Browser, chromium, type Page } from "playwright-core";

export type Started = { readonly browser: Browser } | { readonly reason: string };

/** What @sparticuz/chromium exports, in either shape of its module. */
interface Binary {
  executablePath(): Promise<string>;
}

function isBinary(value: unknown): value is Binary {
  return (typeof value === "object" || typeof value === "function") && value !== null && "executablePath" in value;
}

const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars", "--no-zygote"];

export async function startBrowser(): Promise<Started> {
  try {
    const found: { default?: unknown } = await import("@sparticuz/chromium");
    const binary = isBinary(found.default) ? found.default : found;
    if (!isBinary(binary)) return { reason: "the package of the browser has another shape" };
    // Not the package's own list: it switches off the very walls between origins that are tested here.
    const browser = await chromium.launch({
      executablePath: await binary.executablePath(),
      args: ARGUMENTS,
      headless: true,
    });
    return { browser };
  } catch (error) {
    return {
      reason: `no browser can be started here: ${error instanceof Error ? error.message.split("\n", 1)[0] : String(error)}`,
    };
  }
}

/** To run in a page before `barriers` is asked. */
export const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** In the page, once AXE ran there. */
declare const axe: { run(options: object): Promise<{ violations: Violation[] }> };

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
}

/** What axe finds in a page, as lines. `options` are those of `axe.run`. */
export async function barriers(page: Page, options: object = {}): Promise<string[]> {
  const violations: Violation[] = await page.evaluate(
    (given) => axe.run({ iframes: false, ...given }).then((result) => result.violations),
    options,
  );
  return violations.map(({ id, nodes }) => {
    const where = nodes
      .slice(0, 2)
      .map(({ html, failureSummary }) => `${html.slice(0, 160)} (${failureSummary?.replaceAll(/\s+/g, " ")})`);
    return `${id} ${where.join(" | ")}`;
  });
}
