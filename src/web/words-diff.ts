/** The words around what changed, on pages and in the scripts that show it. */
export const diffWords = {
  diff: {
    title: (span: string) => `What changed ${span}`,
    crumb: "What changed",
    between: (from: string, to: string) => `from ${from} to ${to}`,
    version: ({ version, takenWith }: { readonly version: number | null; readonly takenWith: number | null }) =>
      version !== null ? `version ${version}` : takenWith === null ? "a suggestion" : "a version on a side branch",
    same: "These two versions have the same words.",
    whole: "These two versions are too different to compare word by word; both are shown whole.",
    gapStart: (n: number) => (n === 1 ? "the first paragraph is the same" : `the first ${n} paragraphs are the same`),
    gapMiddle: (n: number) => (n === 1 ? "one paragraph is the same" : `${n} paragraphs are the same`),
    gapEnd: "the rest is the same",
    gapRows: (n: number) => (n === 1 ? "one row is the same" : `${n} rows are the same`),
    row: "row",
    all: "All versions",
    cannot: "These versions cannot be compared word by word.",
    nothingBefore: "This is the first version.",
    gone: "taken out",
    come: "put in",
    isNew: "Everything in it is new.",
  },
} as const;
