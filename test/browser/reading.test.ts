/** The site in a real browser: reading without scripts, checking, tools that are closed off, access, width. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import type { Page } from "playwright-core";

import { base32 } from "../../src/bytes/index.ts";
import * as credit from "../../src/community/credit/index.ts";
import { authorship } from "../../src/community/index.ts";
import { serve, type Serving } from "../../src/http/index.ts";
import { openSite, type Pen, type TestSite, type WrittenUnit } from "../http/site.ts";
import { AXE, barriers, startBrowser, type Started } from "./chromium.ts";

let site: TestSite;
let serving: Serving;
let started: Started;
let pen: Pen;
let home: string;
/** A version that waits to be looked at. */
let suggested: string;
const units: Record<string, WrittenUnit> = {};
/** Names of the communities that somebody asked to begin. */
const asked: string[] = [];

/** Tries everything a tool must not be able to do, and says what it managed. */
const HOSTILE = `<!doctype html><title>Hostile</title><p id="out">waiting</p><script>
const managed = [];
async function attempt(name, action) { try { const value = await action(); if (value !== undefined) managed.push(name); } catch {} }
addEventListener("message", (event) => { if (event.data?.lore === 1) window.tables = (window.tables ?? []).concat(event.data.table); });
(async () => {
  await attempt("cookie", () => { document.cookie = "a=b"; return document.cookie || undefined; });
  await attempt("storage", () => { localStorage.setItem("a", "b"); return 1; });
  await attempt("session", () => { sessionStorage.setItem("a", "b"); return 1; });
  await attempt("indexedDB", () => indexedDB.open("x") ? new Promise((ok, no) => { const r = indexedDB.open("x"); r.onsuccess = () => ok(1); r.onerror = no; }) : undefined);
  await attempt("parent dom", () => parent === self ? undefined : parent.document.title);
  await attempt("parent location", () => parent === self ? undefined : parent.location.href);
  await attempt("top navigation", () => { if (top !== self) top.location.href = "about:blank#gone"; return undefined; });
  await attempt("fetch", () => fetch(location.origin === "null" ? "/api/c" : location.origin + "/api/c").then((r) => r.status));
  await attempt("fetch here", () => fetch(new URL("/api/c", document.baseURI)).then((r) => r.status));
  await attempt("image", () => new Promise((ok, no) => { const i = new Image(); i.onload = () => ok(1); i.onerror = no; i.src = new URL("/assets/literata.woff2", document.baseURI).href; setTimeout(no, 400); }));
  await attempt("socket", () => new Promise((ok, no) => { const s = new WebSocket("ws://" + new URL(document.baseURI).host + "/"); s.onopen = () => ok(1); s.onerror = no; setTimeout(no, 400); }));
  await attempt("popup", () => window.open("about:blank") ?? undefined);
  await attempt("worker", () => new Promise((ok, no) => { const w = new Worker(URL.createObjectURL(new Blob(["postMessage(1)"]))); w.onmessage = () => ok(1); w.onerror = no; setTimeout(no, 300); }));
  parent.postMessage({ lore: 1, want: "table", name: "secret" }, "*");
  parent.postMessage({ lore: 1, want: "table", name: "tools" }, "*");
  parent.postMessage({ lore: 2, want: "table", name: "tools" }, "*");
  await new Promise((ok) => setTimeout(ok, 500));
  document.getElementById("out").textContent = "managed: " + managed.join(",") + " tables: " + (window.tables ?? []).join(",");
})();
</script>`;

before(async () => {
  started = await startBrowser();
  if ("reason" in started) return;
  site = openSite();
  pen = await site.community("Repair Guild");
  home = `/c/${pen.community.id}`;
  const first = await pen.write({
    path: "kettle.md",
    title: "Kettle",
    body: "# Mend a kettle\n\nOld words.\n",
    time: Date.UTC(2014, 4, 2),
  });
  units["kettle"] = await pen.write({
    path: "kettle.md",
    title: "Kettle",
    of: first,
    body: `# Mend a kettle\n\nNew words, and a table.\n\n## Parts\n\n| Part | What it does for the kettle and for whoever mends it |\n|---|---|\n| Element | ${"heats the water, ".repeat(12)} |\n\n## Safety\n\nSee [nothing](gone.md), [tools](tools.csv).\n\n\`\`\`\n${"a long line of code ".repeat(12)}\n\`\`\`\n\n## Words\n\n${"Averylongwordwithoutanyspace".repeat(8)}\n`,
    note: "Better",
  });
  units["tools"] = await pen.write({
    path: "tools.csv",
    title: "Tools",
    kind: "dataset",
    body: "name,lent to,where\nHammer,Anna,https://example.org/a/very/long/path/that/goes/on/and/on/and/on.html\nSaw,Ben,\n",
  });
  units["secret"] = await pen.write({ path: "secret.csv", title: "Secret", kind: "dataset", body: "a,b\n1,2\n" });
  units["tool"] = await pen.write({
    path: "which.html",
    title: "Which tool",
    kind: "program",
    body: HOSTILE,
    meta: { reads: ["tools"], madeBy: "written by hand" },
    links: [{ rel: "uses", to: units["tools"].id }],
  });
  units["question"] = await pen.write({
    path: "who.md",
    title: "Who?",
    kind: "question",
    body: "# Who has the key?\n",
  });
  await pen.write({
    ...{ path: "copied.md", title: "Copied", body: "# Copied\n" },
    licence: "LicenseRef-AVeryLongNameOfALicenceThatNobodyHasHeardOfBefore",
    links: [{ rel: "derivedFrom", to: units["kettle"].id }],
  });
  await writeRights();
  const shorter = await pen.write({
    of: units["kettle"],
    path: "kettle.md",
    title: "Kettle",
    body: "# Mend a kettle\n\nShorter.\n",
    propose: true,
    note: "Shorter",
  });
  suggested = shorter.revision;
  await pen.write({ kind: "policy", title: "How we share", rules: { currency: "points", budget: 1_000 } });
  const [used] = Object.values(units);
  assert.ok(used !== undefined);
  for (const reader of await pen.readers(5)) pen.community.desk.take(pen.receipt(reader, used));
  await authorship.authorshipReady(pen.community);
  await credit.close(pen.community, pen.author, credit.draftClosing(pen.community));
  await pen.community.seal();
  serving = await serve({
    node: site.node,
    port: 0,
    startImport: (request) => {
      asked.push(request.name);
      return Promise.reject(new Error("only what was asked for is looked at here"));
    },
  });
});

after(async () => {
  if ("reason" in started) return;
  await started.browser.close();
  await serving.close();
  await site.close();
});

/** Shares that are held, and some that wait for somebody with a long name. */
async function writeRights(): Promise<void> {
  const holder = (member: Uint8Array, share: number) => ({ member: base32.encode(member), share });
  const divide = (title: string, of: string, holders: ReturnType<typeof holder>[]) =>
    pen.write({
      ...{ title, kind: "right", media: "text/markdown", body: `# ${title}\n`, path: `${title}.md` },
      rules: { form: "shares", of, holders },
    });
  const other = await pen.nameInHistory("Somebody-with-a-very-long-name-that-does-not-break-anywhere");
  const kettle = units["kettle"]?.text ?? "";
  await divide("Shares", kettle, [holder(pen.author.member, 1_000_000)]);
  await divide("Half each", kettle, [holder(pen.author.member, 500_000), holder(other, 500_000)]);
}

interface View {
  readonly scripts?: boolean;
  readonly width?: number;
  readonly dark?: boolean;
}

type Look = (page: Page, address: (path: string) => string) => Promise<void>;

/** A test in a fresh window; skipped, with the reason, where there is no browser. */
function inBrowser(name: string, look: Look, { scripts = true, width = 1_280, dark = false }: View = {}): void {
  test(name, async (context) => {
    if ("reason" in started) return context.skip(started.reason);
    const window = await started.browser.newContext({
      javaScriptEnabled: scripts,
      viewport: { width, height: 800 },
      colorScheme: dark ? "dark" : "light",
    });
    const page = await window.newPage();
    try {
      await look(page, (path) => `${serving.url}${path}`);
    } finally {
      await window.close();
    }
  });
}

for (const scripts of [true, false]) {
  inBrowser(
    `the form that begins a community reaches this site, ${scripts ? "with" : "without"} scripts`,
    async (page, address) => {
      const name = `Bread ${scripts}`;
      await page.goto(address("/start"));
      await page.fill('input[name="name"]', name);
      await page.check('input[value="nothing"]');
      await page.click('form[action="/start"] button');
      await page.waitForURL((url) => url.pathname !== "/start", { timeout: 5_000 });
      assert.ok(asked.includes(name), await page.content());
    },
    { scripts },
  );
}

function pages(): string[] {
  const kettle = units["kettle"]?.text;
  return [
    "/",
    "/about",
    "/keyboard",
    "/api",
    "/search?q=words",
    home,
    `${home}/browse`,
    `${home}/page/kettle`,
    `${home}/page/copied`,
    `${home}/page/Shares`,
    `${home}/page/tools.csv`,
    `${home}/page/which.html`,
    `${home}/history/${kettle}`,
    `${home}/diff/${kettle}`,
    `${home}/people`,
    `${home}/search?q=kettle`,
    `${home}/search?q=zzzz`,
    `${home}/hands`,
    `${home}/portrait`,
    `${home}/sharing?try=points`,
    `${home}/sharing/0`,
    `${home}/page/kettle?who=wrote`,
    `${home}/copy`,
    `${home}/genuine/${kettle}`,
    `${home}/page/nothing-here`,
    `${home}/edit/${kettle}`,
    `${home}/new`,
    `${home}/you`,
    `${home}/join`,
    "/welcome",
    `${home}/diff/${kettle}?to=${suggested}`,
  ];
}

inBrowser(
  "a page is read, searched and followed with scripts off",
  async (page, address) => {
    await page.goto(address(home));
    await page.getByRole("link", { name: "Kettle" }).first().click();
    assert.equal(await page.locator("h1").innerText(), "Mend a kettle");
    await page.getByLabel("Ask a question or search").fill("hammer");
    await page.keyboard.press("Enter");
    await page.getByRole("link", { name: "Tools" }).first().click();
    assert.equal(await page.locator("#row-1 th").innerText(), "Hammer");
    await page.goto(address(`${home}/genuine/${units["kettle"]?.text}`));
    assert.match(await page.locator("noscript").first().innerText(), /Checking needs a script/);
  },
  { scripts: false },
);

inBrowser("a genuine page is found genuine, and the next visit remembers this one", async (page, address) => {
  await page.goto(address(`${home}/genuine/${units["kettle"]?.text}`));
  await page.getByText("Yes. Unchanged since").waitFor();
  assert.equal(await page.locator(".steps > li.failed").count(), 0);
  assert.equal(await page.getByText("You have no earlier summary of your own").count(), 1);
  await pen.write({ path: "more.md", title: "More", body: "more" });
  await pen.community.seal();
  await page.reload();
  await page.getByText("entries were only added").waitFor();
});

inBrowser("words that were changed on the way are found out", async (page, address) => {
  await page.route("**/part/*", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: (await response.text()).replace("New words", "New wards") });
  });
  await page.goto(address(`${home}/genuine/${units["kettle"]?.text}`));
  await page.getByText("No. Do not rely on this page.").waitFor();
  assert.match(await page.locator(".steps > li.failed").innerText(), /These are not the words that were signed/);
});

inBrowser("a summary that does not fit the one kept from before is found out", async (page, address) => {
  await page.goto(address(`${home}/genuine/${units["kettle"]?.text}`));
  await page.getByText("Yes. Unchanged since").waitFor();
  await page.evaluate((id) => {
    const key = `lore:seen:${id}`;
    const kept = JSON.parse(localStorage.getItem(key) ?? "{}");
    localStorage.setItem(key, JSON.stringify({ ...kept, size: kept.size - 1, root: "A".repeat(43) + "=" }));
  }, pen.community.id);
  await page.reload();
  await page.getByText("The past was changed since your last visit").waitFor({ timeout: 5_000 });
});

inBrowser(
  "a tool gets the table it declared and nothing else: no network, storage, parent or other table",
  async (page, address) => {
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(address(`${home}/page/which.html`));
    const out = page.frameLocator("iframe").locator("#out");
    await out.getByText("managed:").waitFor();
    assert.equal(await out.innerText(), "managed: tables: tools");
    assert.match(page.url(), /which\.html$/);
    assert.ok(!asked.some((path) => path === "/api/c" || path.includes(units["secret"]?.text ?? "?")), asked.join(" "));
  },
);

inBrowser("a tool opened alone has no origin either", async (page, address) => {
  await page.goto(address(`${home}/tool/${units["tool"]?.text}`));
  await page.getByText("managed:").waitFor();
  assert.doesNotMatch(await page.locator("#out").innerText(), /cookie|storage|session|indexedDB|fetch|image|socket/);
});

inBrowser("the slash and Ctrl-K lead into the search box, unless the slash is switched off", async (page, address) => {
  await page.goto(address(`${home}/page/kettle`));
  const isFocused = () => page.evaluate(() => document.activeElement?.getAttribute("name") === "q");
  await page.keyboard.press("/");
  assert.equal(await isFocused(), true);
  await page.goto(address("/keyboard"));
  await page.getByLabel("Use / h and ? on their own").uncheck();
  await page.goto(address(`${home}/page/kettle`));
  await page.keyboard.press("/");
  assert.equal(await isFocused(), false);
  await page.keyboard.press("Control+k");
  assert.equal(await isFocused(), true);
});

inBrowser(
  "h opens the versions of a page, ? what the keys do; neither while somebody types or when switched off",
  async (page, address) => {
    await page.goto(address(`${home}/page/kettle`));
    await page.keyboard.press("h");
    await page.waitForURL(/\/history\//);
    // Here it has nothing to open.
    await page.keyboard.press("h");
    await page.keyboard.press("?");
    await page.waitForURL(/\/keyboard$/);
    await page.goto(address(`${home}/page/kettle`));
    await page.keyboard.press("/");
    await page.keyboard.type("h?/");
    assert.equal(await page.getByLabel("Ask a question or search").inputValue(), "h?/");
    await page.goto(address("/keyboard"));
    await page.getByLabel("Use / h and ? on their own").uncheck();
    await page.goto(address(`${home}/page/kettle`));
    for (const key of ["h", "?"]) await page.keyboard.press(key);
    await page.waitForTimeout(300);
    assert.match(page.url(), /\/page\/kettle$/);
  },
);

/** What may differ in the dark is colour alone. */
const COLOUR_RULES = ["color-contrast", "link-in-text-block"];

/** DESIGN.md 2: never on a screen. What people wrote may say them. */
const NEVER = /\b(?:tokens?|ops?|parts?|tiles?|projections?|DAG)\b/i;
/** Pages for programs, and those on which somebody's own text stands. */
const SPEAKS_OTHERWISE = /^\/api|which\.html|\/page\/kettle|\/history\/|\/diff\/|search\?q=kettle/;

/** Wider than most windows and narrower than any phone. */
const WINDOWS = { wide: { width: 1_280, height: 800 }, phone: { width: 320, height: 640 } };

inBrowser(
  "every page keeps to its policy, to people's words and to a phone of 320 pixels, without a barrier that axe can find, light or dark",
  async (page, address) => {
    const wrong: string[] = [];
    let path = "";
    const tell = (found: string) => void wrong.push(`${path}: ${found}`);
    page.on("console", (message) => {
      const ofTool = path.includes("which.html") || path.includes("tools.csv");
      if (message.type() === "error" && !message.text().includes("404") && !ofTool) tell(message.text());
    });
    page.on("pageerror", (error) => tell(error.message));
    // The policy of a page forbids foreign scripts; the protocol is not the page. Sent once, compiled once.
    await page.addInitScript(AXE);
    for (path of pages()) {
      await page.setViewportSize(WINDOWS.wide);
      // Without motion a colour changes at once.
      await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
      await page.goto(address(path), { waitUntil: "load" });
      const said = SPEAKS_OTHERWISE.test(path) ? null : NEVER.exec(await page.innerText("body"));
      if (said !== null) tell(`says ${said[0]}`);
      for (const barrier of await barriers(page)) tell(barrier);
      await page.setViewportSize(WINDOWS.phone);
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      if (width > WINDOWS.phone.width) tell(`is ${width} wide`);
      await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
      for (const barrier of await barriers(page, { runOnly: COLOUR_RULES })) tell(`dark: ${barrier}`);
    }
    assert.deepEqual(wrong, []);
    await page.goto(address("/keyboard"));
    assert.ok(await page.locator("main kbd").first().isVisible(), "the keys have names there");
  },
);

inBrowser(
  "dark is dark: the page follows the device",
  async (page, address) => {
    await page.goto(address(home));
    const [red = 255] =
      (await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor))
        .match(/\d+/g)
        ?.map(Number) ?? [];
    assert.ok(red < 60);
  },
  { dark: true },
);
