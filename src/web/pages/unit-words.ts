/** Who wrote which words of a text: each run of one origin can be followed to who, when and in which version. */
import { type AttributedText, type Origin, standingInText } from "../../community/queries/authorship.ts";
import { at, revisionHref } from "../addresses.ts";
import { date, longDate } from "../format.ts";
import { html, type Html } from "../html.ts";
import type { SaidRun } from "../markdown/said.ts";
import { byline } from "../parts.ts";
import { words } from "../words.ts";
import { bytesOf, partOf, piecesOf, turnParts } from "./parts.ts";
import { type Shown, shownHref, WHO } from "./shown.ts";

/** People with a shade of their own; all others share the last. */
const SHADES = 3;

export class WordsView {
  /** For the renderer: origins by their place here. */
  readonly runs: readonly SaidRun[];
  readonly #shown: Shown;
  readonly #origins: readonly Origin[];
  readonly #people: readonly string[];
  readonly #text: AttributedText;
  /** Places of the origins of what was written so far. */
  readonly #shownPlaces = new Set<number>();

  constructor(shown: Shown, text: AttributedText) {
    const places = new Map<string, number>();
    const origins: Origin[] = [];
    this.runs = text.runs.map(({ start, end, origin }) => {
      const place = places.get(origin.revision) ?? origins.push(origin) - 1;
      places.set(origin.revision, place);
      return { start, end, origin: place };
    });
    this.#shown = shown;
    this.#text = text;
    this.#origins = origins;
    this.#people = standingInText(text).map(({ id }) => id);
  }

  /** Attributes of the element around words of an origin. */
  attributes(place: number, isLinked: boolean): Html {
    const origin = this.#origins[place];
    if (origin === undefined) return html``;
    this.#shownPlaces.add(place);
    const name = words.who.said(origin.authors.map((person) => person.name).join(", "), longDate(origin.time));
    const href = isLinked ? "" : html` href="#${cardId(place)}"`;
    return html` class="word" data-by="${this.#shade(origin)}" title="${name}"${href}`;
  }

  #shade({ authors }: Origin): number {
    const place = this.#people.indexOf(authors[0]?.id ?? "");
    return place >= 0 && place < SHADES ? place + 1 : SHADES + 1;
  }

  /** Which shade is whose. */
  key(): Html {
    const people = standingInText(this.#text);
    const named = people.slice(0, SHADES).map(({ name }, i) => html`<span data-by="${i + 1}">${name}</span> `);
    const others = people.length > SHADES ? html`<span data-by="${SHADES + 1}">${words.who.others}</span>` : "";
    return html`<p class="quiet shaded key-words up-4">${words.who.hint} ${named}${others}</p>`;
  }

  /** Who, when and in which version, of words that were written before; shown when they are followed. */
  cards(): Html {
    return html`${this.#origins.map((origin, place) => (this.#shownPlaces.has(place) ? this.#card(origin, place) : ""))}`;
  }

  #card(origin: Origin, place: number): Html {
    const { here, detail } = this.#shown;
    const change = at(here, `/diff/${origin.unit}`, { to: origin.revision });
    const version = origin.version === null ? words.who.aVersion : words.who.version(origin.version);
    const isCopied = origin.unit !== detail.unit;
    return html`<aside class="said at-words" id="${cardId(place)}" aria-label="${words.who.card}"><p>${byline(here, origin.authors, change)}</p>
<p>${date(origin.time)}, <a href="${change}">${version}</a>${isCopied ? html` ${words.who.copied} <a href="${revisionHref(here, origin)}">${origin.title}</a>` : ""}</p>
<p><a href="#lore:none">${words.who.close}</a></p></aside>
`;
  }

  /** A text that is no prose, as it is written, and where it goes on. */
  source(): Html {
    const part = partOf(this.#pieces(), { asked: this.#shown.part, sizeOf: ({ text }) => bytesOf(text) + WORD_BYTES });
    const piece = ({ text, origin }: SourcePiece) =>
      origin === undefined ? html`${text}` : html`<a${this.attributes(origin, false)}>${text}</a>`;
    return html`<pre class="lines" tabindex="0">${part.items.map(piece)}</pre>${turnParts(part, (next) => shownHref(this.#shown, { who: WHO, part: next }))}`;
  }

  #pieces(): SourcePiece[] {
    const pieces: SourcePiece[] = [];
    const { text } = this.#text;
    const add = (origin: number | undefined, start: number, end: number) =>
      pieces.push(...piecesOf(text.slice(start, end)).map((piece) => ({ text: piece, origin })));
    let at = 0;
    for (const { start, end, origin } of this.runs) {
      add(undefined, at, start);
      add(origin, start, end);
      at = end;
    }
    add(undefined, at, text.length);
    return pieces;
  }
}

interface SourcePiece {
  readonly text: string;
  readonly origin: number | undefined;
}

/** What is said of words besides them, and the card it leads to. */
const WORD_BYTES = 60;

function cardId(place: number): string {
  return `lore:words-${place}`;
}
