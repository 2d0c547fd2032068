/** Taking everything out: a git repository, readable files, a complete archive; and putting an archive back. */
export { type ArchiveExport, exportArchive } from "./archive-export.ts";
export { bibtex, creditLine, cslJson } from "./citing.ts";
export { exportGit, type GitExport } from "./git-export.ts";
export { exportMarkdown, type MarkdownExport, type MarkdownTarget } from "./markdown-export.ts";
export { recover, type Recovery } from "./recover.ts";
export { type ExportProgress, type LeftOut, shownLeftOut } from "./report.ts";
export { restoreArchive } from "./restore-archive.ts";
