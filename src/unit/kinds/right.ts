/** A right: shares, licence terms, a grant or a transfer. Parties and numbers are in the op's `rules`. */
import { type Kind, meta } from "./kind.ts";

export const right: Kind = {
  name: "right",
  body: "markdown",
  media: "text/markdown",
  suffix: ".md",
  links: ["derivedFrom", "cites", "governs", "partOf", "translates"],
  governed: true,
  meta: meta({}),
};
