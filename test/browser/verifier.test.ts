/** The page that comes with an archive, in a real browser: what it asks for, and what it says it did not check. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";

import { exportArchive } from "../../src/export/index.ts";
import { openSite, type TestSite } from "../http/site.ts";
import { AXE, barriers, startBrowser, type Started } from "./chromium.ts";

let started: Started;
let site: TestSite;

before(async () => {
  started = await startBrowser();
  site = openSite();
});

after(async () => {
  if (!("reason" in started)) await started.browser.close();
  await site.close();
});

test("the verifier asks for the id first, and without one says what it did not check", async (context) => {
  if ("reason" in started) return context.skip(started.reason);
  const pen = await site.community("Repair Guild");
  await pen.write({ path: "kettle.md", title: "Kettle", body: "# Kettle\n" });
  const directory = join(site.home, "copy");
  await exportArchive(pen.community, { directory });
  const page = await started.browser.newPage();
  await page.goto(pathToFileURL(join(directory, "verify.html")).href);
  await page.evaluate(AXE);
  assert.deepEqual(await barriers(page), []);
  const id = page.locator("#community");
  const verdict = page.locator("#verdict");
  const check = async (known: string): Promise<string> => {
    await page.reload();
    await id.fill(known);
    await page.setInputFiles("#folder", directory);
    await page.waitForFunction(() => !/^(?:|Checking …)$/.test(document.getElementById("verdict")?.textContent ?? ""));
    return `${await verdict.getAttribute("class")} ${await verdict.textContent()}`;
  };
  assert.equal(await id.inputValue(), "");
  assert.match(
    await check(""),
    new RegExp(`^half This copy is whole in itself: .*Not checked: whose it is\\. .*${pen.community.id}`),
  );
  assert.match(await check(` ${pen.community.id.toUpperCase()} `), /^good This copy is unchanged: /);
  assert.match(await check("a".repeat(32)), /^bad This copy is NOT/);
  await page.close();
});
