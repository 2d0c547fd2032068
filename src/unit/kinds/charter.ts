/** The charter: how the community works. Its rules are in the op; the body says the same in words. */
import { type Kind, meta } from "./kind.ts";

export const charter: Kind = {
  name: "charter",
  body: "markdown",
  media: "text/markdown",
  suffix: ".md",
  links: ["derivedFrom", "cites", "translates"],
  governed: true,
  meta: meta({}),
};
