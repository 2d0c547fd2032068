/** The page where somebody writes: keeps what they type in this browser, signs it and sends it. */
import { base32, base64, decode, utf8 } from "../../bytes/index.ts";
import { nobleSuite } from "../../bytes/noble.ts";
import type { DraftOp } from "../../community/draft.ts";
import { type Link, limits, RANK, type Role, unitId } from "../../unit/index.ts";
import { voiceWords } from "../words-voice.ts";
import { element, fieldOf, requireIn } from "./dialog.ts";
import { NotTaken, Pen } from "./pen.ts";
import { stateOf } from "./revisions.ts";
import { sayNext } from "./said.ts";

const { dialog: say, edit, sent } = voiceWords;
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
  /** Its signed links, which stay: canonical CBOR in base64. */
  readonly links?: string;
  /** The facts of the version before. */
  readonly meta: Readonly<Record<string, unknown>>;
  /** The least role that writes without asking. */
  readonly direct: Role;
  /** Where to go afterwards; a new page has no address yet. */
  readonly href: string;
}

class Editor {
  readonly #form: HTMLFormElement;
  readonly #draft: Draft;
  readonly #pen: Pen;
  readonly #text: HTMLTextAreaElement;
  readonly #name = fieldOf("name", say.name, say.nameHint, element("input", { maxLength: 100, autocomplete: "name" }));
  readonly #problem = element("div", { className: "note bad up-4", hidden: true });
  readonly #started: string;
  /** The version that what is typed began from. Another one may stand by now. */
  #base: string | undefined;

  constructor(form: HTMLFormElement, draft: Draft, pen: Pen) {
    this.#form = form;
    this.#draft = draft;
    this.#base = draft.revision;
    this.#pen = pen;
    this.#text = form.querySelector<HTMLTextAreaElement>("textarea[name=text]") ?? element("textarea");
    // Not its value: somebody may have typed before this script was there.
    this.#started = this.#text.defaultValue;
    this.#problem.setAttribute("role", "alert");
    const row = form.querySelector(".row");
    if (!pen.isKnown) row?.before(this.#name.box);
    row?.after(this.#problem);
    this.#restore();
    this.#button.textContent = this.#isDirect ? edit.publish : edit.suggest;
    this.#button.disabled = false;
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
    // What stands by now must not go unseen: somebody brings the two together.
    if (this.#base !== this.#draft.revision) return false;
    return role !== null && RANK[role] >= RANK[this.#draft.direct];
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
    else localStorage.setItem(this.#place, JSON.stringify({ text: this.#text.value, revision: this.#base }));
  }

  #restore(): void {
    const kept = localStorage.getItem(this.#place);
    if (kept === null) return;
    // Written above.
    const { text, revision } = JSON.parse(kept) as { text: string; revision?: string };
    this.#text.value = text;
    this.#base = revision;
    const drop = element("button", { className: "btn bare", type: "button" }, edit.drop);
    const note = element("div", { className: "note up-4" }, element("b", {}, edit.restored), " ");
    if (revision !== this.#draft.revision) note.append(edit.moved, " ");
    note.append(drop);
    drop.addEventListener("click", () => {
      localStorage.removeItem(this.#place);
      // Leaving keeps nothing that is as it was.
      this.#text.value = this.#started;
      location.reload();
    });
    this.#form.prepend(note);
  }

  async #send(): Promise<void> {
    const text = this.#text.value;
    if (text === this.#started) return this.#say(edit.same);
    const bytes = utf8(text);
    if (bytes.length > limits.PAGE_BYTES_MAX) return this.#say(edit.tooLong);
    if (!this.#pen.isKnown && !requireIn(this.#name, say.nameNeeded)) return;
    if (this.#draft.unit === undefined && (await this.#isTaken())) return this.#say(edit.taken);
    this.#button.disabled = true;
    try {
      const { level, revision } = await this.#pen.write((pen) => [this.#op(pen, bytes)], this.#name.input.value.trim());
      localStorage.removeItem(this.#place);
      // Leaving must not keep it again.
      this.#text.value = this.#started;
      sayNext(level === "waiting" ? sent.waiting : this.#isDirect ? sent.published : sent.suggested);
      const { href, unit, community } = this.#draft;
      const { unit: made, state } = level === "waiting" ? {} : await stateOf(community, revision ?? "");
      // A new page has an address once it is accepted; a suggestion is among what needs hands.
      location.assign(unit === undefined && state === "current" ? `/c/${community}/u/${made ?? ""}` : href);
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
    const { unit, kind, licence, links, media } = this.#draft;
    const nonce = crypto.getRandomValues(new Uint8Array(16));
    const id =
      unit === undefined ? unitId(nobleSuite, { log: pen.log, author: pen.member, nonce }) : base32.decode(unit);
    return {
      op: "revise",
      unit: id,
      kind,
      parents: this.#base === undefined ? [] : [base32.decode(this.#base)],
      ...(unit === undefined ? { nonce } : {}),
      ...(this.#isDirect ? {} : { propose: true as const }),
      ...(licence === undefined ? {} : { licence }),
      // Written by the page from what was signed (pages/edit.ts).
      ...(links === undefined ? {} : { links: decode(base64.decode(links)) as readonly Link[] }),
      content: [
        { name: "meta", media: "application/json", bytes: utf8(JSON.stringify(this.#meta())) },
        { name: "body", media, bytes },
      ],
    };
  }

  get #path(): string {
    const path = this.#value("path");
    return path === "" || SUFFIX.test(path) ? path : `${path}.md`;
  }

  /** Whether something has the path already: one of the two could not be taken along as a file. */
  async #isTaken(): Promise<boolean> {
    const { community } = this.#draft;
    const answer = await fetch(`/api/c/${community}/units/${encodeURIComponent(this.#path)}`, { cache: "no-store" });
    const { path } = (await answer.json().catch(() => ({}))) as { path?: string };
    return answer.ok && path === this.#path;
  }

  /** What was known stays; where it was brought in from was of the version before. */
  #meta(): Readonly<Record<string, unknown>> {
    const { source: _, note: __, ...kept } = this.#draft.meta;
    const [title, path, note] = [this.#value("title"), this.#path, this.#value("why")];
    return {
      ...kept,
      ...(title === "" ? {} : { title }),
      ...(path === "" ? {} : { path }),
      ...(note === "" ? {} : { note }),
    };
  }
}

const form = document.querySelector<HTMLFormElement>("form[data-draft]");
if (form !== null) {
  // Written by the page (pages/edit.ts).
  const draft = JSON.parse(form.dataset["draft"] ?? "{}") as Draft;
  void Pen.hereOrNew(draft.community).then((pen) => new Editor(form, draft, pen));
}
