/** A Markdown body: prose with a contents list, whole or, where it is long, by section. */
import { LoreError } from "../../bytes/index.ts";
import { count } from "../format.ts";
import { html, type Html, raw } from "../html.ts";
import { fillLinks, type LinkContext } from "../links.ts";
import type { Rendered, RenderedHeading } from "../markdown/render.ts";
import type { SaidRun } from "../markdown/said.ts";
import { words } from "../words.ts";
import { bytesOf, partOf, piecesOf, turnParts } from "./parts.ts";
import { type Body, bytesHref, type Shown, shownHref, WHO } from "./shown.ts";
import { isText, notice, shownText, type ShownText } from "./unit-text.ts";
import { WordsView } from "./unit-words.ts";

/** Before the number of a section that begins without a heading: no anchor holds it. */
const NUMBERED = "~";
const CONTENTS_LEAST = 3;
const CONTENTS_MOST = 400;
/** Sections up to which the list of them stands open on each. */
const CONTENTS_OPEN = 12;

export async function proseBody(shown: Shown): Promise<Body> {
  const text = shownText(shown);
  if (!isText(text)) return { body: text };
  const view = shown.words === undefined ? undefined : new WordsView(shown, shown.words);
  const rendered = await renderedText(shown, text, view?.runs);
  const tools = [textLink(shown)];
  if (rendered === undefined) return { ...asWritten(shown, text.read()), tools };
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

function asWritten(shown: Shown, text: string | undefined): Body {
  if (text === undefined) return { body: notice(words.page.notText) };
  const part = partOf(piecesOf(text), { asked: shown.part, sizeOf: bytesOf });
  return {
    body: html`<div class="note care down-5">${words.page.tooSlow}</div><pre class="lines" tabindex="0">${part.items.join("")}</pre>${turnParts(part, (next) => shownHref(shown, { part: next }))}`,
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
    const { sections, isShort } = rendered;
    this.#isWhole = isShort;
    const opening = (sections[0] ?? "").trim() === "" ? 1 : 0;
    this.#section = this.#asked(shown.section) ?? opening;
  }

  /** @throws LoreError NOT_FOUND. */
  #asked(name: string | undefined): number | undefined {
    const { headings, sections, titleAnchor } = this.#rendered;
    if (name === undefined || name === "" || name === titleAnchor) return undefined;
    const found = headings.find(({ anchor }) => anchor === name)?.section;
    if (found !== undefined) return found;
    const numbered = sections.findIndex((_, n) => name === `${NUMBERED}${n}`);
    if (numbered > 0) return numbered;
    throw new LoreError("NOT_FOUND", words.page.noSection(name.slice(0, 100)), { field: "section" });
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
    const who = this.#words === undefined ? undefined : WHO;
    const name = this.#headingOf(section)?.anchor ?? (section === 0 ? undefined : `${NUMBERED}${section}`);
    return shownHref(this.#shown, { section: name, who });
  }

  #headingOf(section: number): RenderedHeading | undefined {
    return this.#rendered.headings.find((heading) => heading.section === section);
  }

  contents(): Html | undefined {
    const all = this.#rendered.headings.filter(({ anchor }) => anchor !== undefined);
    const top = all.filter(({ level }) => level === 2);
    const shown = (top.length >= CONTENTS_LEAST ? top : all.filter(({ level }) => level <= 3)).slice(0, CONTENTS_MOST);
    if (shown.length < CONTENTS_LEAST) return undefined;
    const current = ({ section }: RenderedHeading) =>
      !this.#isWhole && section === this.#section ? raw(' aria-current="true"') : "";
    const list = html`<ol>
        ${shown.map((heading) => html`<li><a href="${this.#href(heading.anchor ?? "")}"${current(heading)}>${heading.text}</a></li>`)}
      </ol>`;
    // Whoever opened a section came for its text, not for the list of the others.
    if (!this.#isWhole && shown.length > CONTENTS_OPEN)
      return html`<nav class="toc" aria-label="${words.page.contents}"><details${raw(this.#shown.section === undefined ? " open" : "")}>
      <summary>${words.page.contentsOf(count(shown.length))}</summary>${list}</details></nav>`;
    return html`<nav class="toc" aria-labelledby="lore:toc">
      <h2 id="lore:toc">${words.page.contents}</h2>
      ${list}
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
    // The cards are those of the words in it.
    const filled = fillLinks(markup, links, context);
    return html`${this.#words?.key() ?? ""}<div class="prose${this.#words === undefined ? "" : " shaded"}">
${filled}
</div>${this.#words?.cards() ?? ""}${this.#isWhole ? "" : this.#turn()}`;
  }

  #turn(): Html {
    const [before, next] = [this.#section - 1, this.#section + 1];
    const name = (section: number) => {
      const own = this.#headingOf(section)?.text;
      const above = this.#rendered.headings.findLast((heading) => heading.section < section)?.text;
      return own ?? (above === undefined ? words.page.beginning : words.page.continued(above));
    };
    const hasBefore = before > 0 || (before === 0 && (this.#rendered.sections[0] ?? "").trim() !== "");
    return html`<nav class="turn" aria-label="${words.page.sections}">
  <span>${hasBefore ? html`<span class="quiet">${words.page.before}</span> <a rel="prev" href="${this.#sectionHref(before)}">${name(before)}</a>` : ""}</span>
  <span>${next < this.#rendered.sections.length ? html`<span class="quiet">${words.page.next}</span> <a rel="next" href="${this.#sectionHref(next)}">${name(next)}</a>` : ""}</span>
</nav>`;
  }
}
