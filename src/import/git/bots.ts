/**
 * Whether a signature is a program's: a bot, a converter or a coding agent. Programs are named where
 * they worked and earn nothing. A person is never guessed to be one: only known names, known
 * addresses and the marks that hosts put on programs count.
 */

import type { Signature } from "./commits.ts";

export type Identity = Pick<Signature, "name" | "email">;

/** Bots, services and web editors by their whole name, in lower case. */
const BOT_NAMES = new Set([
  "allcontributors",
  "all-contributors",
  "circleci",
  "codacy-badger",
  "dependabot",
  "dependabot-preview",
  "fossabot",
  "gitbook",
  "github",
  "github action",
  "github actions",
  "github-actions",
  "gitlocalize",
  "google-labs-jules",
  "greenkeeper",
  "imgbot",
  "jenkins",
  "mediawiki default",
  "mediawiki import",
  "pre-commit-ci",
  "pyup-bot",
  "renovate",
  "semantic-release",
  "snyk",
  "the codacy badger",
  "transifex",
  "travis ci",
  "weblate",
  "web-flow",
  "whitesource-bolt-for-github",
]);

/** Coding agents by the first word of their name; the address decides for names people have too. */
const AGENT_NAMES = /^(?:aider|chatgpt|codex|copilot|cursor agent|devin ai|gemini cli|openhands|sweep ai)\b/i;
const AGENT_EMAILS = new Set([
  "amp@ampcode.com",
  "codex@openai.com",
  "copilot@github.com",
  "cursoragent@cursor.com",
  "gemini-code-assist@google.com",
  "noreply@aider.chat",
  "noreply@anthropic.com",
  "noreply@openai.com",
  "openhands@all-hands.dev",
]);

/** `name[bot]`, `name-bot`, `name_bot`, `name bot`, `namebot` in lower case, `bot@…`. */
const BOT_MARK = /\[bot\]|[-_ .]bot$/i;
/** One lower-case word ending in "bot", unless it is a surname or an ordinary account of that name. */
const BOT_WORD = /^[a-z0-9]{2,}(?<!ab|tal|ca|ra)bot$/;
const ORDINARY_ACCOUNT = /@users\.noreply\.github\.com$/;
const BOT_EMAIL = /(?:\[bot\]@|^(?:[a-z0-9.-]*[-_.+])?bots?@)/i;

export function isBot({ name, email }: Identity): boolean {
  const whole = name.trim().toLowerCase();
  const address = email.trim().toLowerCase();
  if (BOT_NAMES.has(whole) || AGENT_EMAILS.has(address)) return true;
  if (BOT_MARK.test(name.trim()) || AGENT_NAMES.test(name.trim()) || BOT_EMAIL.test(address)) return true;
  return BOT_WORD.test(name.trim()) && !ORDINARY_ACCOUNT.test(address);
}
