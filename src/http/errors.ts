/**
 * Errors as answers: one shape for programs, one page for people, both from the one table of codes
 * (DESIGN.md 11). No stack, path or SQL leaves; what nobody foresaw is INTERNAL here and a line on stderr.
 */
import { base32, ERRORS, isLoreError, LoreError } from "../bytes/index.ts";
import { rowsError, systemError } from "../store/index.ts";

/** Seconds after which a retry may help. */
const RETRY_AFTER_S = 1;

export interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly field?: string;
  readonly limit?: number;
  readonly data?: Readonly<Record<string, string | number | boolean | null>>;
  readonly requestId: string;
}

export interface ErrorAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ErrorBody;
}

const UNFORESEEN =
  "Something went wrong inside this site. It has been noted; try again, and tell whoever runs it if it stays.";

export interface ErrorContext {
  readonly random: (length: number) => Uint8Array;
  /** Told of what nobody foresaw. */
  readonly onUnforeseen: (error: unknown, requestId: string) => void;
}

/** What an error is answered with. */
export function errorAnswer(thrown: unknown, { random, onUnforeseen }: ErrorContext): ErrorAnswer {
  const error = systemError(rowsError(thrown), "Using this machine");
  const requestId = base32.encode(random(10));
  const known = isLoreError(error) && error.code !== "INTERNAL" ? error : undefined;
  const seen = known ?? new LoreError("INTERNAL", UNFORESEEN);
  const { status, retry } = ERRORS[seen.code];
  if (status >= 500 && (known === undefined || seen.code === "INTEGRITY" || seen.code === "ENVIRONMENT"))
    onUnforeseen(error, requestId);
  const data = plainData(seen.data);
  return {
    status,
    headers: {
      ...(retry && status >= 429 ? { "retry-after": String(RETRY_AFTER_S) } : {}),
      ...(data?.["allow"] === undefined ? {} : { allow: String(data["allow"]) }),
    },
    body: {
      code: seen.code,
      message: seen.message,
      ...(seen.field === undefined ? {} : { field: seen.field }),
      ...(seen.limit === undefined ? {} : { limit: seen.limit }),
      ...(data === undefined ? {} : { data }),
      requestId,
    },
  };
}

/** Only plain values go out; ids become text. */
function plainData(
  data: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string | number | boolean | null>> | undefined {
  const plain: Record<string, string | number | boolean | null> = {};
  for (const [name, value] of Object.entries(data)) {
    if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean")
      plain[name] = value;
    else if (value instanceof Uint8Array) plain[name] = base32.encode(value);
  }
  return Object.keys(plain).length === 0 ? undefined : plain;
}
