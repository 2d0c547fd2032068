/** A note: a discussion, a chat message, a report from the field ("I tried this"). */
import { LINK_RELS } from "../common.ts";
import { type Kind, meta } from "./kind.ts";

export const note: Kind = {
  name: "note",
  body: "markdown",
  media: "text/markdown",
  suffix: ".md",
  links: LINK_RELS,
  governed: false,
  meta: meta({}),
};
