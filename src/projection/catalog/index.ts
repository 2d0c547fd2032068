/** The catalog projection: titles, paths, names, headings, hyperlinks. */
export { catalogProjection, pageName } from "./projector.ts";
