/**
 * The one error class for wrong input, conflict, absence and a failing environment.
 * A programmer's mistake is an `assert` instead and is never caught.
 * `ERRORS` is the closed table that every edge reads: HTTP status, exit code, whether a retry can help.
 * Contract: DESIGN.md 11.
 */

/** What each code means at the edges. `status` is HTTP, `exit` the CLI's exit code. */
export const ERRORS = {
  USAGE: { status: 400, exit: 2, retry: false },
  MALFORMED: { status: 400, exit: 3, retry: false },
  UNAUTHENTICATED: { status: 401, exit: 3, retry: false },
  FORBIDDEN: { status: 403, exit: 3, retry: false },
  NOT_FOUND: { status: 404, exit: 3, retry: false },
  METHOD: { status: 405, exit: 2, retry: false },
  STALE: { status: 409, exit: 3, retry: true },
  TOO_LARGE: { status: 413, exit: 3, retry: false },
  UNSUPPORTED: { status: 415, exit: 3, retry: false },
  REFUSED: { status: 422, exit: 3, retry: false },
  BAD_SIGNATURE: { status: 422, exit: 3, retry: false },
  RATE_LIMITED: { status: 429, exit: 5, retry: true },
  INTEGRITY: { status: 500, exit: 4, retry: false },
  BEHIND: { status: 503, exit: 4, retry: false },
  UNREACHABLE: { status: 502, exit: 5, retry: true },
  DISK_FULL: { status: 503, exit: 5, retry: true },
  READ_ONLY: { status: 503, exit: 5, retry: true },
  BUSY: { status: 503, exit: 5, retry: true },
  ENVIRONMENT: { status: 500, exit: 5, retry: false },
  INTERNAL: { status: 500, exit: 5, retry: false },
} as const satisfies Record<string, { status: number; exit: 2 | 3 | 4 | 5; retry: boolean }>;

export type LoreErrorCode = keyof typeof ERRORS;

export interface LoreErrorOptions {
  /** The field or argument at fault, when one is. */
  readonly field?: string;
  /** The limit that was passed, in the unit the message names. */
  readonly limit?: number;
  /** What a program can act on: the current head of a stale write, the index of a bad entry. */
  readonly data?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** `message` says what was attempted, on what, what was found and what to do. */
export class LoreError extends Error {
  override readonly name = "LoreError";
  readonly code: LoreErrorCode;
  readonly field: string | undefined;
  readonly limit: number | undefined;
  readonly data: Readonly<Record<string, unknown>>;

  constructor(code: LoreErrorCode, message: string, options: LoreErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.field = options.field;
    this.limit = options.limit;
    this.data = options.data ?? {};
  }
}

/** Whether a thrown value is a LoreError, of one code if given. */
export function isLoreError(error: unknown, code?: LoreErrorCode): error is LoreError {
  return error instanceof LoreError && (code === undefined || error.code === code);
}
