/** A page: Markdown, the usual way a community writes. */
import { LINK_RELS } from "../common.ts";
import { type Kind, meta } from "./kind.ts";

export const page: Kind = {
  name: "page",
  body: "markdown",
  media: "text/markdown",
  suffix: ".md",
  links: LINK_RELS,
  governed: false,
  meta: meta({}),
};
