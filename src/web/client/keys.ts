/**
 * "/" and Ctrl-K lead into the search box, "h" to the versions of what is read, "?" to what the keys do. Those pressed on
 * their own can be switched off: some people's keys are pressed by a voice.
 */

const SETTING = "lore:single-keys";

function isSwitchedOff(): boolean {
  try {
    return localStorage.getItem(SETTING) === "off";
  } catch {
    return false;
  }
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}

function search(): boolean {
  const box = document.querySelector<HTMLInputElement>('input[type="search"]');
  box?.focus();
  box?.select();
  return box !== null;
}

function follow(href: string | undefined): boolean {
  if (href !== undefined) location.assign(href);
  return href !== undefined;
}

/** What a key does on its own; whether it did. */
const KEYS: Readonly<Record<string, () => boolean>> = {
  "/": search,
  h: () => follow(document.querySelector<HTMLAnchorElement>('a[rel="version-history"]')?.href),
  e: () => follow(document.querySelector<HTMLAnchorElement>('a[rel="edit"]')?.href),
  n: () => follow(document.querySelector<HTMLAnchorElement>('a[rel="new"]')?.href),
  "?": () => follow("/keyboard"),
};

addEventListener("keydown", (event) => {
  const isHeld = event.ctrlKey || event.metaKey || event.altKey;
  const isCommand = isHeld && !event.altKey && event.key.toLowerCase() === "k";
  const isOwn = !isHeld && !event.isComposing && !isTyping(event.target) && !isSwitchedOff();
  const act = isCommand ? search : isOwn && Object.hasOwn(KEYS, event.key) ? KEYS[event.key] : undefined;
  if (act?.() === true) event.preventDefault();
});

const choice = document.getElementById(SETTING);
if (choice instanceof HTMLInputElement) {
  choice.checked = !isSwitchedOff();
  choice.addEventListener("change", () => localStorage.setItem(SETTING, choice.checked ? "on" : "off"));
}
