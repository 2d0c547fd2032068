/** The web interface: pages rendered here, readable without a script. */
export { Assets } from "./assets.ts";
export { communityRoutes } from "./community-routes.ts";
export { ImportJobs } from "./jobs.ts";
export { errorPage } from "./pages/error.ts";
export {
  answer,
  BYTES_POLICY,
  IMMUTABLE,
  notModified,
  PAGE_POLICY,
  pageAnswer,
  pictureMedia,
  streamOf,
} from "./respond.ts";
export { usageHeaders } from "./rights.ts";
export { type ImportRequest, Site, type SiteOptions } from "./site.ts";
export { page as pageOf } from "./layout.ts";
export { siteRoutes } from "./site-routes.ts";
export type { SuggestionShown, WaitingShown } from "./waiting.ts";
