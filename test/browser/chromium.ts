/** A browser for tests, where one can be started; else the reason why not. */
import { type Browser, chromium } from "playwright-core";

export type Started = { readonly browser: Browser } | { readonly reason: string };

/** What @sparticuz/chromium exports, in either shape of its module. */
interface Binary {
  readonly args: readonly string[];
  executablePath(): Promise<string>;
}

function isBinary(value: unknown): value is Binary {
  return (typeof value === "object" || typeof value === "function") && value !== null && "executablePath" in value && "args" in value;
}

export async function startBrowser(): Promise<Started> {
  try {
    const found: { default?: unknown } = await import("@sparticuz/chromium");
    const binary = isBinary(found.default) ? found.default : found;
    if (!isBinary(binary)) return { reason: "the package of the browser has another shape" };
    // One process for all would die with the first page.
    const args = binary.args.filter((arg) => !arg.includes("single-process"));
    const browser = await chromium.launch({ executablePath: await binary.executablePath(), args, headless: true });
    return { browser };
  } catch (error) {
    return { reason: `no browser can be started here: ${error instanceof Error ? error.message.split("\n", 1)[0] : String(error)}` };
  }
}
