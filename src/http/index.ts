/** The server: the app, and the app listening. */
export { type AppOptions, createApp } from "./app.ts";
export { PORT, serve, type ServeOptions, type Serving } from "./serve.ts";
export type { ImportRequest, ImportSource, StartImport, WriteCopy } from "../web/index.ts";
