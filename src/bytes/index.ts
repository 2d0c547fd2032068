export { ERRORS, isLoreError, LoreError, type LoreErrorCode } from "./error.ts";
