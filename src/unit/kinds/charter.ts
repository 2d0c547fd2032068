/** The charter: how the community works. Its rules are in the op; the body says the same in words. */
import { list, text } from "../shape.ts";
import { type Kind, meta } from "./kind.ts";

export const charter: Kind = {
  name: "charter",
  body: "markdown",
  media: "text/markdown",
  suffix: ".md",
  links: ["derivedFrom", "cites", "translates"],
  governed: true,
  meta: meta({
    /** The community's name, a sentence about it, and the paths to start reading with. */
    name: text(300),
    about: text(1_000),
    start: list(text(1_024), 64),
  }),
};
