/** "/" and Ctrl-K lead into the search box. The first can be switched off: some people's keys are pressed by a voice. */

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

function search(): HTMLInputElement | null {
  return document.querySelector<HTMLInputElement>('input[type="search"]');
}

addEventListener("keydown", (event) => {
  const isCommand = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k";
  const isSlash =
    event.key === "/" &&
    !event.ctrlKey &&
    !event.metaKey &&
    !event.altKey &&
    !isTyping(event.target) &&
    !isSwitchedOff();
  const box = isCommand || isSlash ? search() : null;
  if (box === null) return;
  event.preventDefault();
  box.focus();
  box.select();
});

const choice = document.getElementById(SETTING);
if (choice instanceof HTMLInputElement) {
  choice.checked = !isSwitchedOff();
  choice.addEventListener("change", () => localStorage.setItem(SETTING, choice.checked ? "on" : "off"));
}
