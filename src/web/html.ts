/** Markup: `html` escapes whatever is put into it; `raw` is for markup that was made here and nowhere else. */
import { html, raw } from "hono/html";

/** Escaped markup, or a promise of it. */
export type Html = ReturnType<typeof html>;
/** What may stand inside a template. */
export type Inside = Html | string | number | undefined | readonly (Html | undefined)[];

export { html, raw };

/** An attribute that stands or not. The name is a literal of ours. */
export function attribute(name: "checked" | "selected" | "required" | "multiple" | "disabled", stands: boolean): Html {
  return raw(stands ? ` ${name}` : "");
}
