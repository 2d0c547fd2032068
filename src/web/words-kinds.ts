/** What kinds of thing and their states are called on a page. */

interface KindWords {
  readonly one: string;
  readonly many: string;
  /** Heading of a list of them. */
  readonly title: string;
}

const KINDS: Readonly<Partial<Record<string, KindWords>>> = {
  page: { one: "page", many: "pages", title: "Pages" },
  dataset: { one: "table", many: "tables", title: "Tables" },
  program: { one: "tool", many: "tools", title: "Tools" },
  agent: { one: "assistant", many: "assistants", title: "Assistants" },
  model: { one: "model", many: "models", title: "Models" },
  note: { one: "note", many: "notes", title: "Notes" },
  question: { one: "question", many: "questions", title: "Questions" },
  right: { one: "text of terms", many: "texts of terms", title: "Terms" },
  policy: { one: "sharing rule", many: "sharing rules", title: "Sharing rules" },
  charter: { one: "page on how we work", many: "pages on how we work", title: "How we work" },
  file: { one: "file", many: "files", title: "Files" },
};

/** In the order in which lists stand. */
export const KIND_ORDER = [
  "page",
  "dataset",
  "program",
  "question",
  "note",
  "agent",
  "model",
  "charter",
  "right",
  "policy",
  "file",
] as const;

export function kindWords(kind: string): KindWords {
  return KINDS[kind] ?? { one: "file", many: "files", title: "Files" };
}

const STATES: Readonly<Partial<Record<string, string>>> = {
  disputed: "Disagreed with",
  superseded: "Replaced",
  retired: "Retired",
  proposed: "Suggested",
  "needs-merge": "Suggested",
  rejected: "Not accepted",
  withdrawn: "Withdrawn",
};

/** A current page wears no badge: undefined. */
export function stateWords(state: string): string | undefined {
  return STATES[state];
}

const SAID: Readonly<Partial<Record<string, string>>> = {
  confirm: "Still true",
  fails: "Didn't work",
  dispute: "Disagreed",
  supersede: "Replaced it",
  retire: "Retired it",
  restore: "Brought it back",
  thank: "Thanks",
  approve: "Accepted a version",
  reject: "Declined a version",
};

/** What somebody said about a page, in a word or two. */
export function saidWords(what: string, verdict: string | null): string {
  return SAID[verdict === "fails" ? "fails" : what] ?? "A comment";
}
