/** The form "Start yours": says that the upload runs, and keeps it from being sent twice. */

const form = document.querySelector<HTMLFormElement>('form[action="/start"]');
form?.addEventListener("submit", () => {
  const button = form.querySelector("button");
  if (button === null) return;
  // After this turn, so that the button's own submission is not stopped.
  setTimeout(() => {
    button.disabled = true;
    button.textContent = "Bringing it in";
  });
});

// A page that comes back from the browser's own store has the button as it was left.
addEventListener("pageshow", () => {
  const button = form?.querySelector("button");
  if (button === null || button === undefined || !button.disabled) return;
  button.disabled = false;
  button.textContent = "Bring it in";
});
