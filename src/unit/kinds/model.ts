/** A model: which one, from where, under which terms; never its weights unless attached as parts. */
import { LINK_RELS } from "../common.ts";
import { text } from "../shape.ts";
import { type Kind, meta } from "./kind.ts";

export const model: Kind = {
  name: "model",
  body: "markdown",
  media: "text/markdown",
  suffix: ".md",
  links: LINK_RELS,
  governed: false,
  meta: meta({ provider: text(200), url: text(2_048), digest: text(64, /^[0-9a-f]{64}$/) }),
};
