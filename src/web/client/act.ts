/**
 * Buttons with which readers say something. Who only reads loads this and no more: keys, and what signs with them, come
 * with the first press.
 */
import { sayWhatWasLeft } from "./said.ts";
import type { act } from "./voice.ts";

const VOICE = "/assets/voice.js";

for (const part of document.querySelectorAll<HTMLElement>("[data-needs-scripts]")) part.hidden = false;

addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest<HTMLButtonElement>("button[data-act]") : null;
  if (button === null) return;
  event.preventDefault();
  button.disabled = true;
  void begin(button).finally(() => (button.disabled = false));
});

async function begin(button: HTMLButtonElement): Promise<void> {
  // Its address is that of a script of this site (assets.ts).
  const voice = (await import(VOICE)) as { act: typeof act };
  await voice.act(button);
}

sayWhatWasLeft();
