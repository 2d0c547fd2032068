/** The charter: how the community works. Its rules are in the op; the body says the same in words. */
import { REDACT_DELAY_MS_MAX, REVIEWERS_MAX } from "../limits.ts";
import { bytes, integer, list, oneOf, record, text } from "../shape.ts";
import { type Kind, meta } from "./kind.ts";

/** The rules of a community (docs/formats/rules.md). A field that is not here needs a newer version. */
export const charterRules = record(
  { logKey: bytes(32), visibility: oneOf("public", "members") },
  {
    /** Approvals that accept a suggestion. */
    approvals: integer(1, REVIEWERS_MAX),
    /** The least role that writes without asking. */
    direct: oneOf("steward", "editor", "contributor"),
    join: oneOf("open", "approval", "invite"),
    redactDelay: integer(0, REDACT_DELAY_MS_MAX),
    term: integer(0),
    from: record({ size: integer(0), root: bytes(32) }),
  },
);

export const charter: Kind = {
  name: "charter",
  body: "markdown",
  media: "text/markdown",
  suffix: ".md",
  links: ["derivedFrom", "cites", "translates"],
  governed: true,
  rules: charterRules,
  meta: meta({
    /** The community's name, a sentence about it, and the paths to start reading with. */
    name: text(300),
    about: text(1_000),
    start: list(text(1_024), 64),
  }),
};
