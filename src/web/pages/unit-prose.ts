/** A Markdown body: prose with a contents list, whole or, where it is long, by section. */
import { LoreError } from "../../bytes/index.ts";
import { at, unitPath } from "../addresses.ts";
import { html, type Html, raw } from "../html.ts";
import { fillLinks, type LinkContext } from "../links.ts";
import type { Rendered, RenderedHeading } from "../markdown/render.ts";
import type { SaidRun } from "../markdown/said.ts";
import { words } from "../words.ts";
import { type Body, bytesHref, type Shown, WHO } from "./shown.ts";
import { isText, notice, shownText, type ShownText } from "./unit-text.ts";
import { WordsView } from "./unit-words.ts";

/** Pages longer than this are shown by section (DESIGN.md 4). */
export const SECTIONED_CHARS = 60_000;
const CONTENTS_LEAST = 3;
const CONTENTS_MOST = 400;

export async function proseBody(shown: Shown): Promise<Body> {
  const text = shownText(shown);
  if (!isText(text)) return { body: text };
  const view = shown.words === undefined ? undefined : new WordsView(shown, shown.words);
  const rendered = await renderedText(shown, text, view?.runs);
  const tools = [textLink(shown)];
  if (rendered === undefined) return { ...asWritten(text.read()), tools };
  const { title, titleAnchor } = rendered;
  const layout = new Layout(shown, rendered, view);
  return { title, titleAnchor, contents: layout.contents(), body: layout.body(), tools };
}

function textLink(shown: Shown): Html {
  const href = bytesHref(shown);
  return href === undefined ? html`` : html`<a class="btn" href="${href}">${words.page.text}</a>`;
}

/** undefined when it is no text, or took too long. */
export async function renderedText(
  { here }: Pick<Shown, "here">,
  text: ShownText,
  runs?: readonly SaidRun[],
): Promise<Rendered | undefined> {
  const kept = runs === undefined ? "" : ` ${runs.map(({ end, origin }) => `${end}:${origin}`).join()}`;
  const answer = await here.site.workshop.run(`markdown ${text.sha256}${kept}`, () => ({
    type: "markdown",
    text: text.read() ?? "",
    ...(runs === undefined ? {} : { runs }),
  }));
  return answer?.type === "markdown" ? answer.rendered : undefined;
}

function asWritten(text: string | undefined): Body {
  if (text === undefined) return { body: notice(words.page.notText) };
  return {
    body: html`<div class="note care down-5">${words.page.tooSlow}</div><pre class="lines" tabindex="0">${text.slice(0, SECTIONED_CHARS)}</pre>`,
  };
}

class Layout {
  readonly #shown: Shown;
  readonly #rendered: Rendered;
  readonly #isWhole: boolean;
  /** Number of the section shown, when it is not the whole. */
  readonly #section: number;
  readonly #words: WordsView | undefined;

  constructor(shown: Shown, rendered: Rendered, words: WordsView | undefined) {
    this.#words = words;
    this.#shown = shown;
    this.#rendered = rendered;
    const { sections } = rendered;
    this.#isWhole = sections.length < 2 || sections.reduce((sum, { length }) => sum + length, 0) <= SECTIONED_CHARS;
    const asked = this.#asked(shown.section);
    const opening = (sections[0] ?? "").trim() === "" ? 1 : 0;
    this.#section = asked?.section ?? opening;
  }

  /** @throws LoreError NOT_FOUND. */
  #asked(section: string | undefined): RenderedHeading | undefined {
    const { headings, titleAnchor } = this.#rendered;
    if (section === undefined || section === "" || section === titleAnchor) return undefined;
    const found = headings.find(({ anchor }) => anchor === section);
    if (found !== undefined) return found;
    throw new LoreError("NOT_FOUND", words.page.noSection(section.slice(0, 100)), { field: "section" });
  }

  /** Where a heading is: on this page, or on that of its section. */
  #href(anchor: string): string {
    const fragment = `#${encodeURIComponent(anchor)}`;
    if (this.#isWhole) return fragment;
    const heading = this.#rendered.headings.find((known) => known.anchor === anchor);
    if (heading === undefined || heading.section === this.#section) return fragment;
    return this.#sectionHref(heading.section) + fragment;
  }

  #sectionHref(section: number): string {
    const { here, detail, isPinned } = this.#shown;
    const path = isPinned ? `/u/${detail.unit}@${detail.revision}` : unitPath(here, detail);
    const who = this.#words === undefined ? undefined : WHO;
    return at(here, path, { section: this.#headingOf(section)?.anchor, who });
  }

  #headingOf(section: number): RenderedHeading | undefined {
    return this.#rendered.headings.find((heading) => heading.section === section);
  }

  contents(): Html | undefined {
    const all = this.#rendered.headings.filter(({ anchor }) => anchor !== undefined);
    const top = all.filter(({ level }) => level === 2);
    const shown = (top.length >= CONTENTS_LEAST ? top : all.filter(({ level }) => level <= 3)).slice(0, CONTENTS_MOST);
    if (shown.length < CONTENTS_LEAST) return undefined;
    return html`<nav class="toc" aria-labelledby="lore:toc">
      <h2 id="lore:toc">${words.page.contents}</h2>
      <ol>
        ${shown.map(({ text, anchor = "", section }) => html`<li><a href="${this.#href(anchor)}"${!this.#isWhole && section === this.#section ? raw(' aria-current="true"') : ""}>${text}</a></li>`)}
      </ol>
    </nav>`;
  }

  body(): Html {
    const { here, detail } = this.#shown;
    const { sections, links } = this.#rendered;
    const context: LinkContext = {
      here,
      from: detail.path ?? "",
      anchorHref: (anchor) => this.#href(anchor),
      said: (origin, isLinked) => this.#words?.attributes(origin, isLinked) ?? html``,
    };
    const markup = this.#isWhole ? sections.join("") : (sections[this.#section] ?? "");
    if (markup.trim() === "") return notice(words.page.empty);
    return html`${this.#words?.key() ?? ""}<div class="prose${this.#words === undefined ? "" : " shaded"}">
${fillLinks(markup, links, context)}
</div>${this.#words?.cards() ?? ""}${this.#isWhole ? "" : this.#turn()}`;
  }

  #turn(): Html {
    const [before, next] = [this.#section - 1, this.#section + 1];
    const name = (section: number) => this.#headingOf(section)?.text ?? words.page.beginning;
    const hasBefore = before > 0 || (before === 0 && (this.#rendered.sections[0] ?? "").trim() !== "");
    return html`<nav class="turn" aria-label="${words.page.sections}">
  <span>${hasBefore ? html`<span class="quiet">${words.page.before}</span> <a rel="prev" href="${this.#sectionHref(before)}">${name(before)}</a>` : ""}</span>
  <span>${next < this.#rendered.sections.length ? html`<span class="quiet">${words.page.next}</span> <a rel="next" href="${this.#sectionHref(next)}">${name(next)}</a>` : ""}</span>
</nav>`;
  }
}
