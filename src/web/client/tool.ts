/**
 * Lends a tool the tables it declared, and nothing else. The frame has no origin, so who asks is known by its
 * window; a table it was not granted is never fetched. Each message is {lore: 1, want: "table", name}.
 */

interface Grant {
  readonly name: string;
  readonly href: string;
}

interface Wish {
  readonly lore: 1;
  readonly want: "table";
  readonly name: string;
}

/** What one frame may ask for in its life. */
const ASKS_MAX = 100;

function isWish(value: unknown): value is Wish {
  if (typeof value !== "object" || value === null) return false;
  const { lore, want, name } = value as Partial<Record<string, unknown>>;
  return lore === 1 && want === "table" && typeof name === "string";
}

/** The grants of a frame, as the page declared them. */
function grantsOf(box: HTMLElement): readonly Grant[] {
  // Written by this site's own page.
  return JSON.parse(box.dataset["grants"] ?? "[]") as Grant[];
}

/** A table is asked for by its declared name or the bare name of its file. */
function isNamed({ name }: Grant, wanted: string): boolean {
  const file = name.slice(name.lastIndexOf("/") + 1);
  return wanted === name || wanted === file || wanted === file.replace(/\.(csv|tsv)$/i, "");
}

function lend(box: HTMLElement): void {
  const frame = box.querySelector("iframe");
  if (frame === null) return;
  const grants = grantsOf(box);
  let asks = 0;
  addEventListener("message", (event) => {
    if (event.source === null || event.source !== frame.contentWindow || !isWish(event.data)) return;
    const { name } = event.data;
    const grant = grants.find((each) => isNamed(each, name));
    if (grant === undefined || ++asks > ASKS_MAX) return;
    void hand(frame, name, grant);
  });
  frame.src = frame.dataset["src"] ?? "";
}

async function hand(frame: HTMLIFrameElement, name: string, { href }: Grant): Promise<void> {
  const response = await fetch(href, { credentials: "omit" });
  if (!response.ok) return;
  const { columns, rows } = (await response.json()) as { columns: string[]; rows: string[][] };
  // A frame without an origin can be named by "*" only; contentWindow makes it this one.
  frame.contentWindow?.postMessage({ lore: 1, table: name, columns, rows }, "*");
}

for (const box of document.querySelectorAll<HTMLElement>("[data-grants]")) lend(box);
