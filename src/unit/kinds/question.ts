/** A question nobody has answered yet; an answer links to it. */
import { type Kind, meta } from "./kind.ts";

export const question: Kind = {
  name: "question",
  body: "markdown",
  media: "text/markdown",
  suffix: ".md",
  links: ["cites", "partOf", "translates", "sameAs"],
  governed: false,
  meta: meta({}),
};
