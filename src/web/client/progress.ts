/** Follows an import: asks how far it is, draws that, and loads the report when it is there. */

interface State {
  readonly is: string;
  readonly stage?: string;
  readonly done?: number;
  readonly of?: number;
}

const INTERVAL_MS = 400;
const number = new Intl.NumberFormat("en-GB");

function show(box: HTMLElement, { stage, done = 0, of = 0 }: State): void {
  const [label, bar, text] = ["label", "progress", ".num"].map((selector) => box.querySelector(selector));
  if (label != null && stage !== undefined) label.textContent = stage;
  if (bar instanceof HTMLProgressElement) {
    if (of > 0) {
      bar.max = of;
      bar.value = done;
    } else bar.removeAttribute("value");
  }
  if (text != null)
    text.textContent = of > 0 ? `${number.format(done)} of ${number.format(of)}` : done > 0 ? number.format(done) : "";
}

async function follow(box: HTMLElement): Promise<void> {
  for (;;) {
    const response = await fetch(box.dataset["job"] ?? "", { cache: "no-store" }).catch(() => undefined);
    const state = response?.ok === true ? ((await response.json()) as State) : undefined;
    if (state !== undefined && state.is !== "running") {
      location.reload();
      return;
    }
    if (state !== undefined) show(box, state);
    await new Promise((resolve) => setTimeout(resolve, INTERVAL_MS));
  }
}

const box = document.getElementById("lore:job");
if (box !== null) void follow(box);
