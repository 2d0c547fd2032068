/** An agent: the instructions of an assistant, what it may use and what it knows. */
import { LINK_RELS } from "../common.ts";
import { list, text } from "../shape.ts";
import { type Kind, meta } from "./kind.ts";

export const agent: Kind = {
  name: "agent",
  body: "markdown",
  media: "text/markdown",
  suffix: ".md",
  links: LINK_RELS,
  governed: false,
  meta: meta({ tools: list(text(60), 32), model: text(200), knowledge: list(text(1_024), 64) }),
};
