/** People in a real browser: a stranger suggests on a phone, a steward lets them in and accepts, with keys of their own. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import type { BrowserContext, Page } from "playwright-core";

import { Author, persons, units } from "../../src/community/index.ts";
import { serve, type Serving } from "../../src/http/index.ts";
import { openSite, Pen, type TestSite, type WrittenUnit } from "../http/site.ts";
import { AXE, barriers, startBrowser, type Started } from "./chromium.ts";

const WELCOME = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
let site: TestSite;
let serving: Serving;
let started: Started;
let pen: Pen;
let home: string;

before(async () => {
  started = await startBrowser();
  if ("reason" in started) return;
  site = openSite();
  pen = await site.community("Repair Guild");
  home = `/c/${pen.community.id}`;
  await pen.write({ path: "kettle.md", title: "Kettle", body: "# Mend a kettle\n\nUnplug it frist.\n" });
  await pen.community.seal();
  serving = await serve({ node: site.node, port: 0, welcome: WELCOME });
});

after(async () => {
  if ("reason" in started) return;
  await started.browser.close();
  await serving.close();
  await site.close();
});

const PHONE = { width: 390, height: 800 };
const DESK = { width: 1_280, height: 800 };

/** A person with a browser of their own. */
interface Someone {
  readonly page: Page;
  readonly context: BrowserContext;
}

async function somebody(viewport: { width: number; height: number }): Promise<Someone> {
  if ("reason" in started) throw new Error(started.reason);
  const context = await started.browser.newContext({ viewport });
  context.setDefaultTimeout(5_000);
  return { context, page: await context.newPage() };
}

async function steward(): Promise<Someone> {
  const person = await somebody(DESK);
  await person.page.goto(`${serving.url}/welcome#${WELCOME}`);
  await person.page.getByText("What you write in this browser").waitFor();
  return person;
}

function inBrowser(name: string, act: () => Promise<void>): void {
  test(name, (context) => ("reason" in started ? context.skip(started.reason) : act()));
}

inBrowser("a stranger on a phone mends a word, is let in, and their name stands on it", async () => {
  const anna = await somebody(PHONE);
  await anna.page.goto(`${serving.url}${home}/page/kettle`);
  await anna.page.getByRole("link", { name: "Suggest a change" }).first().click();
  await anna.page.getByLabel("Text").fill("# Mend a kettle\n\nUnplug it first.\n");
  await anna.page.getByLabel("Why?").fill("Typo");
  await anna.page.getByLabel("Your name").fill("Anna");
  await anna.page.getByRole("button", { name: "Send suggestion" }).click();
  await anna.page.getByText("It waits until a member has looked at it").waitFor();
  assert.equal(pen.community.size, 2, "what a stranger sends is not on record");

  const keeper = await steward();
  await keeper.page.goto(`${serving.url}${home}/you`);
  // What changes is shown, not the whole text.
  await keeper.page.locator("ins", { hasText: "first" }).waitFor();
  await keeper.page.getByRole("button", { name: "Let in and accept" }).click();
  await keeper.page.getByText("Accepted.").waitFor();
  const ref = units.findUnit(pen.community, "kettle.md");
  const detail = units.revisionDetail(pen.community, units.resolve(pen.community, ref));
  assert.deepEqual(
    detail.authors.map(({ name }) => name),
    ["Anna"],
  );
  await keeper.page.goto(`${serving.url}${home}/page/kettle`);
  assert.match(await keeper.page.innerText("main"), /Unplug it first\./);

  await anna.page.goto(`${serving.url}${home}/you`);
  await anna.page.getByText("You write here as").waitFor();
  assert.match(await anna.page.innerText("main"), /Anna[^]*You can suggest/);
  await Promise.all([anna.context.close(), keeper.context.close()]);
});

inBrowser("one press thanks, and a suggestion of a member is accepted on its page", async () => {
  const keeper = await steward();
  await keeper.page.goto(`${serving.url}${home}/page/kettle`);
  await keeper.page.getByRole("button", { name: "Thanks" }).click();
  await keeper.page.getByText("Thanked.").waitFor();
  const size = pen.community.size;
  await founder().write({
    of: kettle(),
    path: "kettle.md",
    title: "Kettle",
    body: "# Mend a kettle\n\nUnplug it first. Wait.\n",
    propose: true,
  });
  assert.equal(pen.community.size, size + 1);
  await keeper.page.goto(`${serving.url}${home}/hands`);
  await keeper.page.getByRole("link", { name: "Look at it" }).first().click();
  await keeper.page.getByRole("button", { name: "Accept" }).click();
  await keeper.page.getByText("Accepted.").waitFor();
  await keeper.context.close();
});

inBrowser("a name in history is said to be one's own, agreed on, and hidden", async () => {
  const early = await founder().nameInHistory("Early Bird");
  await founder().write({ path: "tea.md", title: "Tea", body: "# Tea\n\nPour it.\n", by: [{ member: early }] });
  const invited = await somebody(PHONE);
  const keeper = await steward();
  await keeper.page.goto(`${serving.url}${home}/you`);
  await keeper.page.getByRole("button", { name: "Make a link" }).click();
  const link = (await keeper.page.locator('a[href*="/join#"]').getAttribute("href")) ?? "";
  await invited.page.goto(link);
  await invited.page.getByRole("heading", { name: "You are invited" }).waitFor();
  await invited.page.goto(`${serving.url}${home}/people`);
  await invited.page.getByRole("link", { name: "Early Bird" }).click();
  await invited.page.getByRole("button", { name: "That\u2019s me" }).click();
  await invited.page.getByLabel("In a few words").fill("It was my first page, under my old address.");
  await invited.page.getByLabel("Your name").fill("Bird");
  await invited.page.getByRole("button", { name: "Send" }).click();
  await invited.page.getByText("Noted.").waitFor();
  await keeper.page.goto(`${serving.url}${home}/hands`);
  await keeper.page.getByText("Early Bird").waitFor();
  await keeper.page.getByRole("button", { name: "Accept" }).first().click();
  await keeper.page.getByText("Noted").waitFor();
  const bird = persons.findPerson(pen.community, "Bird");
  assert.deepEqual([bird.name, ...bird.alsoKnownAs], ["Bird", "Early Bird"]);
  await invited.page.goto(`${serving.url}${home}/person/${bird.id}`);
  await invited.page.getByRole("button", { name: "Hide this name" }).click();
  await invited.page.getByRole("button", { name: "Send" }).click();
  await invited.page.getByText("Noted.").waitFor();
  assert.equal(
    persons.people(pen.community).some(({ name }) => name === "Bird"),
    false,
  );
  await invited.context.close();
  await keeper.context.close();
});

inBrowser("with an invitation a stranger is a member at once; without its end the page says so", async () => {
  const keeper = await steward();
  await keeper.page.goto(`${serving.url}${home}/you`);
  await keeper.page.getByRole("button", { name: "Make a link" }).click();
  const link = await keeper.page.locator('a[href*="/join#"]').getAttribute("href");
  const ben = await somebody(PHONE);
  await ben.page.goto(link ?? "");
  await ben.page.getByRole("link", { name: "Look around" }).click();
  await ben.page.goto(`${serving.url}${home}/page/kettle`);
  await ben.page.getByRole("button", { name: "Still true" }).click();
  await ben.page.getByLabel("Your name").fill("Ben");
  await ben.page.getByRole("button", { name: "Send" }).click();
  await ben.page.getByText("Noted, with your name.").waitFor();
  assert.match(await ben.page.innerText("main"), /Ben/);

  const late = await somebody(PHONE);
  await late.page.goto(link ?? "");
  await late.page.goto(`${serving.url}${home}/page/kettle`);
  await late.page.getByRole("button", { name: "Thanks" }).click();
  await late.page.getByLabel("Your name").fill("Late");
  await late.page.getByRole("button", { name: "Send" }).click();
  await late.page.getByText("this invitation is over").waitFor();
  await Promise.all([keeper, ben, late].map(({ context }) => context.close()));
});

inBrowser("what is typed outlives a closed page; a recovery file makes another browser the same person", async () => {
  const cleo = await somebody(PHONE);
  await cleo.page.goto(`${serving.url}${home}/page/kettle`);
  await cleo.page.keyboard.press("e");
  await cleo.page.getByLabel("Text").fill("# Mend a kettle\n\nHalf a sen");
  await cleo.page.waitForTimeout(600);
  await cleo.page.close();
  const again = await cleo.context.newPage();
  await again.goto(`${serving.url}${home}/page/kettle`);
  await again.getByRole("link", { name: "Suggest a change" }).first().click();
  await again.getByText("These are your words from before").waitFor();
  assert.equal(await again.getByLabel("Text").inputValue(), "# Mend a kettle\n\nHalf a sen");
  await again.getByLabel("Your name").fill("Cleo");
  await again.getByRole("button", { name: "Send suggestion" }).click();
  await again.getByText("It waits").waitFor();
  await again.goto(`${serving.url}${home}/you`);
  const saving = again.waitForEvent("download");
  await again.getByRole("button", { name: "Save a recovery file" }).click();
  const file = await (await saving).path();

  const other = await somebody(DESK);
  await other.page.goto(`${serving.url}${home}/you`);
  await other.page.getByText("Nobody has written here").waitFor();
  await other.page.locator("#lore\\:file").setInputFiles(file);
  await other.page.getByText("You are the same person again.").waitFor();
  await other.page.getByText("You write here as").waitFor();
  assert.match(await other.page.innerText("main"), /Cleo[^]*wait to be let in/);
  await Promise.all([cleo, other].map(({ context }) => context.close()));
});

inBrowser(
  "a change keeps what the page is made from, and one begun from an older version undoes nobody's",
  async () => {
    const keeper = await steward();
    const source = kettle();
    await founder().write({
      path: "pot.md",
      title: "Pot",
      body: "# Pot\n\nOne.\n",
      links: [{ rel: "derivedFrom", to: source.id }],
    });
    const change = async (text: string) => {
      await keeper.page.goto(`${serving.url}${home}/page/pot`);
      await keeper.page.getByRole("link", { name: "Suggest a change" }).first().click();
      await keeper.page
        .getByRole("button", { name: /Publish|Send suggestion/ })
        .and(keeper.page.locator(":enabled"))
        .waitFor();
      await keeper.page.getByLabel("Text").fill(text);
    };
    await change("# Pot\n\nTwo.\n");
    await keeper.page.getByRole("button", { name: "Publish" }).click();
    await keeper.page.getByText("It stands, with your name.").waitFor();
    const head = () => units.resolve(pen.community, units.findUnit(pen.community, "pot.md"));
    const [link] = units.revisionOp(pen.community, head())?.links ?? [];
    assert.deepEqual([link?.rel, Buffer.from(link?.to ?? "")], ["derivedFrom", Buffer.from(source.id)]);

    await change("# Pot\n\nThree, from two.\n");
    await keeper.page.waitForTimeout(600);
    await keeper.page.goto("about:blank");
    const two = units.revisionDetail(pen.community, head());
    const of = {
      id: units.findUnit(pen.community, "pot.md").id,
      text: two.unit,
      revision: two.revision,
      revisionId: pen.community.facts.revision(head())?.id ?? new Uint8Array(32),
    };
    const other = await founder().write({ of, path: "pot.md", title: "Pot", body: "# Pot\n\nMeanwhile.\n" });
    await keeper.page.goto(`${serving.url}${home}/edit/${two.unit}`);
    await keeper.page.getByText("The page has changed since").waitFor();
    await keeper.page.getByRole("button", { name: "Send suggestion" }).click();
    await keeper.page.getByText("Suggested.").waitFor();
    assert.equal(units.revisionDetail(pen.community, head()).revision, other.revision, "what others wrote stands");
    await keeper.context.close();
  },
);

inBrowser("dialogs and the page of whoever writes have no barrier that axe can find", async () => {
  const keeper = await steward();
  const { page } = keeper;
  await page.emulateMedia({ reducedMotion: "reduce" });
  await keeper.context.addInitScript(AXE);
  await page.goto(`${serving.url}${home}/you`);
  await page.getByRole("button", { name: "Make a link" }).click();
  await page.locator('a[href*="/join#"]').waitFor();
  assert.deepEqual(await barriers(page), []);
  await page.goto(`${serving.url}${home}/page/kettle`);
  await page.getByRole("button", { name: "Disagree" }).click();
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("Say it in a few words.").waitFor();
  assert.deepEqual(await barriers(page), []);
  await keeper.context.close();
});

/** The key on this site's computer, which the site itself signed with meanwhile. */
function founder(): Pen {
  const keys = site.node.keystore.read(pen.community.id);
  if (keys === undefined) throw new Error("the founder has keys");
  return new Pen(pen.community, new Author(pen.community, keys));
}

/** The page as it stands. */
function kettle(): WrittenUnit {
  const ref = units.findUnit(pen.community, "kettle.md");
  const detail = units.revisionDetail(pen.community, units.resolve(pen.community, ref));
  const revision = pen.community.facts.revision(units.resolve(pen.community, ref));
  return { id: ref.id, text: detail.unit, revision: detail.revision, revisionId: revision?.id ?? new Uint8Array(32) };
}
