/** The desk where strangers arrive: what waits to be let in, and invitations. Private to this site, never in a record. */
export { type DeskRequest, readDeskRequest } from "./asked.ts";
export { FrontDesk, type Invitation, type WaitingEntry } from "./front-desk.ts";
