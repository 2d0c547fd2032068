/** A dialog that asks for a few words, and who is new for a name. */
import { voiceWords } from "../words-voice.ts";

const { dialog: say, sent } = voiceWords;

export interface Question {
  readonly title: string;
  readonly asksName: boolean;
  /** Whether there must be words, may be, or are none asked for. */
  readonly text: "needed" | "optional" | "none";
}

export interface Given {
  readonly name: string;
  readonly text: string;
}

/** Makes an element; text is text. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

interface Field {
  readonly box: HTMLDivElement;
  readonly input: HTMLInputElement | HTMLTextAreaElement;
  readonly wrong: HTMLSpanElement;
}

export function fieldOf(id: string, label: string, hint: string, input: HTMLInputElement | HTMLTextAreaElement): Field {
  input.id = `lore:${id}`;
  const wrong = element("span", { className: "wrong", id: `lore:${id}-wrong`, hidden: true });
  const hinted = element("span", { className: "hint", id: `lore:${id}-hint`, hidden: hint === "" }, hint);
  input.setAttribute("aria-describedby", `${hinted.id} ${wrong.id}`);
  const box = element(
    "div",
    { className: "field" },
    element("label", { htmlFor: input.id }, label),
    input,
    hinted,
    wrong,
  );
  return { box, input, wrong };
}

/** Says below a field what is missing; whether nothing is. */
export function requireIn({ input, wrong }: Field, message: string): boolean {
  const isMissing = input.value.trim() === "";
  wrong.textContent = isMissing ? message : "";
  wrong.hidden = !isMissing;
  input.toggleAttribute("aria-invalid", isMissing);
  if (isMissing) input.focus();
  return !isMissing;
}

/**
 * Asks, and hands what was given to `send`; where that fails the dialog stays, with the words in it and the reason.
 * Resolves with what `send` answered; undefined when it was called off.
 */
export function ask<T>(question: Question, send: (given: Given) => Promise<T>): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<T | undefined>();
  const name = fieldOf("name", say.name, say.nameHint, element("input", { maxLength: 100, autocomplete: "name" }));
  const text = fieldOf(
    "said",
    say.why,
    question.text === "optional" ? say.optional : "",
    element("textarea", { rows: 3, maxLength: 4_000, className: "short" }),
  );
  const button = element("button", { className: "btn main" }, say.send);
  const cancel = element("button", { className: "btn bare", type: "button" }, say.cancel);
  const problem = element("div", { className: "note bad up-4", hidden: true });
  problem.setAttribute("role", "alert");
  const fields = [...(question.text === "none" ? [] : [text.box]), ...(question.asksName ? [name.box] : [])];
  const heading = element("h2", { id: "lore:asked" }, question.title);
  const form = element(
    "form",
    { noValidate: true },
    ...fields,
    problem,
    element("div", { className: "row" }, button, cancel),
  );
  const dialog = element("dialog", {}, heading, form);
  dialog.setAttribute("aria-labelledby", heading.id);
  let answer: T | undefined;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (question.text === "needed" && !requireIn(text, say.needed)) return;
    if (question.asksName && !requireIn(name, say.nameNeeded)) return;
    button.disabled = true;
    void sending({ name: name.input.value.trim(), text: text.input.value.trim() });
  });
  const sending = async (given: Given): Promise<void> => {
    try {
      answer = await send(given);
      dialog.close();
    } catch (error) {
      problem.hidden = false;
      problem.replaceChildren(element("b", {}, sent.failed), ` ${error instanceof Error ? error.message : ""}`);
      button.disabled = false;
    }
  };
  cancel.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => {
    dialog.remove();
    resolve(answer);
  });
  document.body.append(dialog);
  dialog.showModal();
  return promise;
}
