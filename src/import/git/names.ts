/**
 * What a name and an e-mail address say about who somebody is, and when they say nothing.
 * Pure comparisons for `people.ts`; none of them decides a merge alone.
 */

/** Letters and digits only, without accents, lower case; one string per word. */
export function wordsOf(name: string): string[] {
  const plain = name
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase();
  return plain.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
}

const HAN_NAME = /\p{Script=Han}{2,}/u;

/** Two words or more (or a Chinese name, which is written as one): enough to mean one person. */
export function isFullName(words: readonly string[]): boolean {
  return words.length >= 2 || HAN_NAME.test(words.join(""));
}

const PART_CHARS_MIN = 3;
const PREFIX_CHARS_MIN = 4;

/** Whether two names are spellings of one: `sinker` and `Daniel Sinker`, `dsinker`, `DanielSinker`. */
export function areVariants(one: readonly string[], other: readonly string[]): boolean {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  if (short.length === 0) return true;
  if (short.join("") === long.join("")) return true;
  if (short.length >= 2) return short.every((word) => long.includes(word));
  return isHandleOf(short[0] ?? "", long);
}

/** Whether one word is how people shorten this name. */
export function isHandleOf(handle: string, words: readonly string[]): boolean {
  const first = words[0] ?? "";
  const last = words.at(-1) ?? "";
  const whole = words.join("");
  if (handle.length < PART_CHARS_MIN || whole.length < PART_CHARS_MIN) return false;
  if (handle === whole || words.includes(handle)) return true;
  if (words.length === 1)
    return (
      Math.min(handle.length, whole.length) >= PREFIX_CHARS_MIN &&
      (whole.startsWith(handle) || handle.startsWith(whole))
    );
  if (last.length < PART_CHARS_MIN) return false;
  const initials = [first.slice(0, 1) + last, last + first.slice(0, 1), last + first];
  return (
    initials.includes(handle) || (first.length >= PART_CHARS_MIN && handle.startsWith(first) && handle.endsWith(last))
  );
}

export interface Address {
  /** Lower case. */
  readonly email: string;
  /** Whether it can stand for one mailbox at all; `none@none` and `root@host.local` cannot. */
  readonly usable: boolean;
  /** Whether several people may read it: `info@…`. */
  readonly shared: boolean;
  /** The local part without a +tag, or the account of a noreply address; letters and digits only. */
  readonly handle: string;
  /** The account behind a noreply address of a code host. */
  readonly account: { readonly login: string; readonly id: string | undefined } | undefined;
}

const ACCOUNT = /^(?:([0-9]+)\+)?([^@+]+)@users\.noreply\.github\.com$/;
const MAILBOX = /^[^@\s<>()]+@(?:[^@\s<>().]+\.)+[a-z\p{L}][^@\s<>().]*$/u;
const PLACEHOLDER_HOST =
  /(?:^|[@.])(?:localhost|localdomain|local|lan|home|internal|invalid|test|none|example(?:\.(?:com|org|net))?)$/;
const PLACEHOLDER_NAMES = new Set([
  "anon",
  "anonymous",
  "devnull",
  "do-not-reply",
  "donotreply",
  "email",
  "no-reply",
  "nobody",
  "none",
  "noreply",
  "root",
  "unknown",
  "ubuntu",
  "you",
  "user",
]);
const SHARED_NAMES = new Set([
  "admin",
  "contact",
  "dev",
  "git",
  "github",
  "hello",
  "hi",
  "info",
  "mail",
  "me",
  "office",
  "support",
  "team",
  "webmaster",
]);

export function parseAddress(text: string): Address {
  const email = text.trim().toLowerCase();
  const [, id, login] = ACCOUNT.exec(email) ?? [];
  const local = login ?? email.slice(0, Math.max(email.lastIndexOf("@"), 0)).replace(/\+.*$/, "");
  const usable =
    MAILBOX.test(email) && !PLACEHOLDER_HOST.test(email) && (login !== undefined || !PLACEHOLDER_NAMES.has(local));
  return {
    email,
    usable,
    shared: login === undefined && SHARED_NAMES.has(local),
    handle: usable ? wordsOf(local).join("") : "",
    account: login === undefined ? undefined : { login, id },
  };
}
