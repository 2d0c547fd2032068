export { firstWrongTerm } from "./check.ts";
export { searchProjection } from "./projector.ts";
export { QUERY_CHARS_MAX } from "./query-text.ts";
export { type Hit, type Query, search, type SearchResult } from "./search.ts";
export type { Snippet } from "./snippet.ts";
export { Analyser } from "./tokenise.ts";
