/** The server: the app, and the app listening. */
export { type AppOptions, createApp } from "./app.ts";
export { PORT, serve, type Serving } from "./serve.ts";
export type { ImportRequest } from "../web/index.ts";
