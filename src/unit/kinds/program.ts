/** A program: one HTML file, with the prompt it was asked for or "written by hand", and the table it may read. */
import { LINK_RELS } from "../common.ts";
import { list, text } from "../shape.ts";
import { type Kind, meta } from "./kind.ts";

export const program: Kind = {
  name: "program",
  body: "html",
  media: "text/html",
  suffix: ".html",
  links: LINK_RELS,
  governed: false,
  meta: meta({
    /** The prompt it was made from; absent when `madeBy` says it all. */
    prompt: text(20_000),
    /** "written by hand", or the model that wrote it. */
    madeBy: text(300),
    /** Paths of the tables it may read through the message bridge; each is also a `uses` link. */
    reads: list(text(1_024), 8),
  }),
};
