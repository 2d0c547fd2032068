/** Limits of units and ops (DESIGN.md 12), in the unit each name ends in. */

export const ENTRY_BYTES_MAX = 65_535;
export const OPS_MAX = 256;
export const LINKS_MAX = 256;
export const PARENTS_MAX = 64;
export const PARTS_MAX = 64;
export const BY_MAX = 256;
export const SLOTS_MAX = 256;
export const ALIASES_MAX = 64;
export const RULES_BYTES_MAX = 4_096;
/** Approvals that a charter may ask for. */
export const REVIEWERS_MAX = 100;
export const REDACT_DELAY_MS_MAX = 365 * 86_400_000;
export const META_BYTES_MAX = 65_536;
export const PATH_BYTES_MAX = 1_024;
/** One step of a path, in bytes: what the disks of today take. A longer one is kept, and left out of copies in folders. */
export const STEP_BYTES_MAX = 255;
export const PART_BYTES_MAX = 2 ** 30;
/** A page longer than this is kept, but not rendered. */
export const PAGE_BYTES_MAX = 1_000_000;
export const TITLE_LENGTH_MAX = 300;
/** The last moment that ECMAScript can write as a date. */
export const TIME_MS_MAX = 8_640_000_000_000_000;
/** Money and shares, in minor units or millionths. */
export const AMOUNT_MAX = Number.MAX_SAFE_INTEGER;
