/**
 * What people type, against the pages that show it: payloads through texts, titles, names, paths, notes, cells and
 * questions, judged by a browser's own parser: nothing but this site's markup may come out.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { openSite, type Pen, type TestSite } from "../http/site.ts";
import { startBrowser, type Started } from "./chromium.ts";

const PAYLOADS = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<svg onload=alert(1)>",
  "<svg><script>alert(1)</script></svg>",
  "<iframe src=javascript:alert(1)></iframe>",
  "<a href=javascript:alert(1)>x</a>",
  '<a href="java\nscript:alert(1)">x</a>',
  '<a href="&#106;avascript:alert(1)">x</a>',
  '<a href="\u0001javascript:alert(1)">x</a>',
  '<a href="//evil.example" onclick=alert(1)>x</a>',
  "[x](javascript:alert(1))",
  "[x](JaVaScRiPt:alert(1))",
  "[x](data:text/html,<script>alert(1)</script>)",
  "[x](vbscript:msgbox(1))",
  "[x](  javascript:alert(1))",
  "[x](javascript&colon;alert(1))",
  "[x](&#x6A;avascript:alert(1))",
  "[x](\\javascript:alert(1))",
  "![x](javascript:alert(1))",
  '![x" onerror="alert(1)](x.png)',
  '![x](x.png" onerror="alert(1))',
  '[x](y "\\" onmouseover=alert(1) \\"")',
  "[x]: javascript:alert(1)\n\n[x]",
  "<javascript:alert(1)>",
  "<style>*{background:url(javascript:alert(1))}</style>",
  "<link rel=stylesheet href=//evil.example>",
  "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
  "<base href=//evil.example>",
  "<form action=//evil.example><input name=x><button>go</button></form>",
  "<object data=javascript:alert(1)></object>",
  "<embed src=javascript:alert(1)>",
  "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>',
  "<details open ontoggle=alert(1)><summary>x</summary>y</details>",
  "<details ontoggle=alert(1)>\n<summary onclick=alert(1)>x <img src=x onerror=alert(1)></summary>\n\ny <script>alert(1)</script>\n\n</details>",
  "<kbd onclick=alert(1)>x</kbd>",
  "<sub style='position:fixed'>x</sub>",
  "<b><i></b></i><u>",
  '<p align=center onmouseover=alert(1)><img src="a.png" onload="alert(1)" width="9" style="x"></p>',
  '<img src="x.png" alt="&quot; onerror=&quot;alert(1)">',
  "<!--><script>alert(1)</script>-->",
  "<!-- x --!><script>alert(1)</script>",
  "`<script>alert(1)</script>`",
  "```\n</code></pre><script>alert(1)</script>\n```",
  '```"><script>alert(1)</script>\nx\n```',
  "| <script>alert(1)</script> | b |\n|---|---|\n| <img src=x onerror=alert(1)> | [x](javascript:alert(1)) |",
  "[[<script>alert(1)</script>]]",
  "[[x|<img src=x onerror=alert(1)>]]",
  '[[x"onclick="alert(1)]]',
  '![[x"onerror="alert(1).png]]',
  "# <img src=x onerror=alert(1)>",
  '# "><script>alert(1)</script>',
  'https://x.example/"onmouseover="alert(1)',
  "http://x.example/<script>alert(1)</script>",
  "\u0000<script>alert(1)</script>\u0000 \u00000\u0000",
  "</title><script>alert(1)</script>",
  "</textarea><script>alert(1)</script>",
  "'\"><script>alert(1)</script>",
  "{{constructor.constructor('alert(1)')()}}",
  "\u202e<script>alert(1)</script>",
  "<ſcript>alert(1)</ſcript>",
  "<a href='https://x.example' target=_blank ping=//evil.example download>x</a>",
  "---\ntitle: <script>alert(1)</script>\n---\n<script>alert(1)</script>",
] as const;

let site: TestSite;
let started: Started;
let pen: Pen;
const paths: string[] = [];

before(async () => {
  started = await startBrowser();
  site = openSite();
  pen = await site.community('Guild <script>alert(1)</script>" onload="alert(1)');
  const home = `/c/${pen.community.id}`;
  for (const [i, payload] of PAYLOADS.entries()) {
    const title = payload.replaceAll(/[\0\n]/g, " ").slice(0, 280);
    const member = await pen.nameInHistory(title);
    const path = `${i} ${payload.replaceAll(/[\0\n/]/g, "_").slice(0, 200)}.md`;
    const unit = await pen.write({
      path,
      title,
      body: `${payload}\n\nwords${i} ${payload}\n`,
      note: payload,
      meta: { tags: [title.slice(0, 60)] },
      by: [{ member }],
    });
    const next = await pen.write({ of: unit, path, title, body: `Changed. ${payload}\n`, note: payload });
    const table = await pen.write({
      path: `t${i}.csv`,
      title,
      kind: "dataset",
      body: `a,${JSON.stringify(payload)}\n"${payload.replaceAll('"', '""')}",https://x.example/${encodeURI(payload.toWellFormed())}\n`,
    });
    const tool = await pen.write({
      path: `p${i}.html`,
      title,
      kind: "program",
      body: payload,
      meta: { reads: [title.slice(0, 200)], prompt: payload, madeBy: title },
    });
    paths.push(
      `${home}/u/${unit.text}@${unit.revision}`,
      `${home}/u/${next.text}@${next.revision}`,
      `${home}/diff/${unit.text}`,
      `${home}/history/${unit.text}`,
      `${home}/u/${table.text}@${table.revision}`,
      `${home}/u/${tool.text}@${tool.revision}`,
      `${home}/genuine/${unit.text}`,
      `${home}/search?q=${encodeURIComponent(payload.toWellFormed())}`,
      `${home}/search?q=words${i}`,
      `/search?q=${encodeURIComponent(payload.toWellFormed())}`,
    );
  }
  await pen.community.seal();
  paths.push("/", home, `${home}/browse`, `${home}/people`, `${home}/hands`, `${home}/copy`);
});

after(async () => {
  if (!("reason" in started)) await started.browser.close();
  await site.close();
});

/** What must not be in a page, found by the parser of the browser itself. */
function foreignMarkup(pages: readonly (readonly [path: string, html: string])[]): string[] {
  const found: string[] = [];
  const allowed = new Set(
    "html head meta title link script body a header div nav ul ol li form label input kbd main p h1 h2 h3 h4 h5 h6 span b i em strong s del ins u small code samp var q cite abbr sub sup br img section article aside footer time dl dt dd svg path circle details summary table caption thead tbody tr th td pre blockquote hr mark figure button noscript iframe fieldset legend".split(
      " ",
    ),
  );
  for (const [path, text] of pages) {
    const parsed = new DOMParser().parseFromString(text, "text/html");
    for (const element of parsed.querySelectorAll("*")) {
      const name = element.localName;
      const report = (what: string) => void found.push(`${path}: ${what} in ${element.outerHTML.slice(0, 150)}`);
      if (!allowed.has(name)) report(`element ${name}`);
      if (name === "script" && !/^\/assets\/[a-z]+\.js$/.test(element.getAttribute("src") ?? "")) report("script");
      if (name === "iframe" && (element.hasAttribute("srcdoc") || element.getAttribute("sandbox") !== "allow-scripts"))
        report("frame");
      if (name === "meta" && element.hasAttribute("http-equiv") && element.getAttribute("http-equiv") !== "refresh")
        report("meta");
      for (const { name: attribute, value } of element.attributes) {
        if (/^on|^style$|^srcdoc$|^formaction$|^ping$|^target$/.test(attribute)) report(`attribute ${attribute}`);
        const isAddress = ["href", "src", "action", "cite", "data-src", "xlink:href"].includes(attribute);
        const scheme = isAddress ? new URL(value, "http://site.example/").protocol : "http:";
        if (!["http:", "https:", "mailto:", "tel:"].includes(scheme)) report(`scheme ${scheme}`);
        if (
          ["form", "img", "link", "script"].includes(name) &&
          isAddress &&
          new URL(value, "http://site.example/").host !== "site.example"
        )
          report("something from elsewhere");
      }
    }
  }
  return found;
}

test(`${PAYLOADS.length} payloads come out of every page as text`, async (context) => {
  if ("reason" in started) return context.skip(started.reason);
  const pages: [string, string][] = [];
  for (const path of paths) pages.push([path, (await site.get(path)).text]);
  const page = await started.browser.newPage();
  const found = await page.evaluate(foreignMarkup, pages);
  assert.deepEqual(found.slice(0, 10), []);
});

test("the oracle itself finds what it looks for", async (context) => {
  if ("reason" in started) return context.skip(started.reason);
  const page = await started.browser.newPage();
  const bad = PAYLOADS.filter((payload) =>
    /^<(?:script|img src=x|svg onload|iframe|style|base|object|embed|form)/.test(payload),
  );
  const found = await page.evaluate(
    foreignMarkup,
    bad.map((payload): [string, string] => ["x", payload]),
  );
  assert.ok(found.length >= bad.length, `${found.length} of ${bad.length}`);
});
