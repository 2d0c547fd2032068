/** The web interface: pages rendered here, readable without a script. */
export { Assets } from "./assets.ts";
export { communityRoutes } from "./community-routes.ts";
export { ImportJobs } from "./jobs.ts";
export { errorPage } from "./pages/error.ts";
export { answer, attachment, BYTES_POLICY, IMMUTABLE, notModified, PAGE_POLICY, pageAnswer, pictureMedia, streamOf } from "./respond.ts";
export { type ImportRequest, type ImportSource, Site, type SiteOptions, type StartImport, type WriteCopy } from "./site.ts";
export { page as pageOf } from "./layout.ts";
export { siteRoutes } from "./site-routes.ts";
