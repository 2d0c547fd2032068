/** Any other file: kept byte for byte, offered for download. */
import { LINK_RELS } from "../common.ts";
import { type Kind, meta } from "./kind.ts";

export const file: Kind = {
  name: "file",
  body: "bytes",
  media: "application/octet-stream",
  suffix: "",
  links: LINK_RELS,
  governed: false,
  meta: meta({}),
};
