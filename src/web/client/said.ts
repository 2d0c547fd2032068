/** What a page says of what was just done: now, or once it is loaded anew and shows it. */
const PLACE = "lore:said";
const SHOWN_MS = 8_000;

/** Says it on the next page of this window. */
export function sayNext(text: string): void {
  sessionStorage.setItem(PLACE, text);
}

/** Says what the page before had to say. */
export function sayWhatWasLeft(): void {
  const text = sessionStorage.getItem(PLACE);
  sessionStorage.removeItem(PLACE);
  if (text !== null) say(text, "status");
}

export function say(text: string, role: "status" | "alert"): void {
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.setAttribute("role", role);
  toast.textContent = text;
  document.body.append(toast);
  setTimeout(() => toast.remove(), SHOWN_MS);
}
