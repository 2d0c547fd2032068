/** The page where somebody writes: keeps what they type in this browser, signs it and sends it. */
import { base32, utf8 } from "../../bytes/index.ts";
import { nobleSuite } from "../../bytes/noble.ts";
import type { DraftOp } from "../../community/draft.ts";
import { limits, unitId } from "../../unit/index.ts";
import { voiceWords } from "../words-voice.ts";
import { element, fieldOf, requireIn } from "./dialog.ts";
import { NotTaken, Pen } from "./pen.ts";

const { dialog: say, edit, sent } = voiceWords;
const SAID = "lore:said";
const KEEP_MS = 400;
const SUFFIX = /\.md$/;

/** What the page says of what is changed; for a new page only its kind. */
interface Draft {
  readonly community: string;
  readonly kind: string;
  readonly media: string;
  /** Absent for what is new. */
  readonly unit?: string;
  readonly revision?: string;
  readonly licence?: string;
  /** The facts of the version before. */
  readonly meta: Readonly<Record<string, unknown>>;
  /** The least role that writes without asking. */
  readonly direct: "contributor" | "editor" | "steward";
  /** Where to go afterwards; a new page has no address yet. */
  readonly href: string;
}

const RANKS = { contributor: 1, editor: 2, steward: 3 } as const;

class Editor {
  readonly #form: HTMLFormElement;
  readonly #draft: Draft;
  readonly #pen: Pen;
  readonly #text: HTMLTextAreaElement;
  readonly #name = fieldOf("name", say.name, say.nameHint, element("input", { maxLength: 100, autocomplete: "name" }));
  readonly #problem = element("div", { className: "note bad up-4", hidden: true });
  readonly #started: string;

  constructor(form: HTMLFormElement, draft: Draft, pen: Pen) {
    this.#form = form;
    this.#draft = draft;
    this.#pen = pen;
    this.#text = form.querySelector<HTMLTextAreaElement>("textarea[name=text]") ?? element("textarea");
    // Not its value: somebody may have typed before this script was there.
    this.#started = this.#text.defaultValue;
    this.#problem.setAttribute("role", "alert");
    const row = form.querySelector(".row");
    if (!pen.isKnown) row?.before(this.#name.box);
    row?.before(this.#problem);
    this.#button.textContent = this.#isDirect ? edit.publish : edit.suggest;
    this.#button.disabled = false;
    this.#restore();
    let timer: ReturnType<typeof setTimeout> | undefined;
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.#keep(), KEEP_MS);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#send();
    });
    addEventListener("pagehide", () => this.#keep());
  }

  get #button(): HTMLButtonElement {
    return this.#form.querySelector<HTMLButtonElement>("button[type=submit]") ?? element("button");
  }

  get #isDirect(): boolean {
    const { role } = this.#pen.standing;
    return role !== null && RANKS[role] >= RANKS[this.#draft.direct];
  }

  get #place(): string {
    return `lore:draft:${this.#draft.community}:${this.#draft.unit ?? "new"}`;
  }

  #value(name: string): string {
    return this.#form.querySelector<HTMLInputElement | HTMLTextAreaElement>(`[name=${name}]`)?.value.trim() ?? "";
  }

  /** What is typed outlives this page, and a browser that crashes. */
  #keep(): void {
    if (this.#text.value === this.#started) localStorage.removeItem(this.#place);
    else localStorage.setItem(this.#place, JSON.stringify({ text: this.#text.value, revision: this.#draft.revision }));
  }

  #restore(): void {
    const kept = localStorage.getItem(this.#place);
    if (kept === null) return;
    // Written above.
    const { text, revision } = JSON.parse(kept) as { text: string; revision?: string };
    this.#text.value = text;
    const drop = element("button", { className: "btn bare", type: "button" }, edit.drop);
    const note = element("div", { className: "note up-4" }, element("b", {}, edit.restored), " ");
    if (revision !== this.#draft.revision) note.append(edit.moved, " ");
    note.append(drop);
    drop.addEventListener("click", () => {
      this.#text.value = this.#started;
      localStorage.removeItem(this.#place);
      note.remove();
    });
    this.#form.prepend(note);
  }

  async #send(): Promise<void> {
    const text = this.#text.value;
    if (text === this.#started) return this.#say(edit.same);
    const bytes = utf8(text);
    if (bytes.length > limits.PAGE_BYTES_MAX) return this.#say(edit.tooLong);
    if (!this.#pen.isKnown && !requireIn(this.#name, say.nameNeeded)) return;
    this.#button.disabled = true;
    try {
      const { level, revision } = await this.#pen.write((pen) => [this.#op(pen, bytes)], this.#name.input.value.trim());
      localStorage.removeItem(this.#place);
      // Leaving must not keep it again.
      this.#text.value = this.#started;
      sessionStorage.setItem(
        SAID,
        level === "waiting" ? sent.waiting : this.#isDirect ? sent.published : sent.suggested,
      );
      const { href, unit, community } = this.#draft;
      location.assign(
        unit === undefined && level === "stored" ? await addressOf(community, revision ?? "", href) : href,
      );
    } catch (error) {
      this.#keep();
      this.#button.disabled = false;
      this.#say(`${error instanceof NotTaken ? error.message : sent.failed} ${sent.kept}`);
    }
  }

  #say(text: string): void {
    this.#problem.hidden = false;
    this.#problem.textContent = text;
  }

  #op(pen: Pen, bytes: Uint8Array): DraftOp {
    const { unit, revision, kind, licence, media } = this.#draft;
    const nonce = crypto.getRandomValues(new Uint8Array(16));
    const id =
      unit === undefined ? unitId(nobleSuite, { log: pen.log, author: pen.member, nonce }) : base32.decode(unit);
    return {
      op: "revise",
      unit: id,
      kind,
      parents: revision === undefined ? [] : [base32.decode(revision)],
      ...(unit === undefined ? { nonce } : {}),
      ...(this.#isDirect ? {} : { propose: true as const }),
      ...(licence === undefined ? {} : { licence }),
      content: [
        { name: "meta", media: "application/json", bytes: utf8(JSON.stringify(this.#meta())) },
        { name: "body", media, bytes },
      ],
    };
  }

  /** What was known stays; where it was brought in from was of the version before. */
  #meta(): Readonly<Record<string, unknown>> {
    const { source: _, note: __, ...kept } = this.#draft.meta;
    const [title, path, note] = [this.#value("title"), this.#value("path"), this.#value("why")];
    const suffixed = path === "" || SUFFIX.test(path) ? path : `${path}.md`;
    return {
      ...kept,
      ...(title === "" ? {} : { title }),
      ...(suffixed === "" ? {} : { path: suffixed }),
      ...(note === "" ? {} : { note }),
    };
  }
}

/** Where a new page is: what was accepted has an address of its own, a suggestion is among what needs hands. */
async function addressOf(community: string, revision: string, otherwise: string): Promise<string> {
  const answer = await fetch(`/api/c/${community}/revisions/${revision}`, { cache: "no-store" });
  const { unit, state } = (await answer.json().catch(() => ({}))) as { unit?: string; state?: string };
  return state === "current" && unit !== undefined ? `/c/${community}/u/${unit}` : otherwise;
}

const form = document.querySelector<HTMLFormElement>("form[data-draft]");
if (form !== null) {
  // Written by the page (pages/edit.ts).
  const draft = JSON.parse(form.dataset["draft"] ?? "{}") as Draft;
  void Pen.hereOrNew(draft.community).then((pen) => new Editor(form, draft, pen));
}
