/** The catalog projection: titles, paths, names, headings, hyperlinks. */
export { catalogProjection } from "./projector.ts";
