/** A policy: how value that arrives is shared. Its rates are in the op's `rules`. */
import { type Kind, meta } from "./kind.ts";

export const policy: Kind = {
  name: "policy",
  body: "markdown",
  media: "text/markdown",
  suffix: ".md",
  links: ["derivedFrom", "cites", "governs", "translates"],
  governed: true,
  meta: meta({}),
};
