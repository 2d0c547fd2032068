/** A table: CSV or TSV, byte for byte; its rows have addresses. */
import { LINK_RELS } from "../common.ts";
import { list, oneOf, record, text } from "../shape.ts";
import { type Kind, meta } from "./kind.ts";

const column = record(
  { name: text(200) },
  { title: text(200), type: oneOf("text", "integer", "number", "date", "boolean", "url") },
);

export const dataset: Kind = {
  name: "dataset",
  body: "table",
  media: "text/csv",
  suffix: ".csv",
  links: LINK_RELS,
  governed: false,
  meta: meta({ columns: list(column, 500) }),
};
