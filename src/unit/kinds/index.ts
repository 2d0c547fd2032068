/** The kinds. A kind not in this list folds as opaque and is shown as a file. */
import { LoreError, textOf } from "../../bytes/index.ts";
import { META_BYTES_MAX } from "../limits.ts";
import { agent } from "./agent.ts";
import { charter } from "./charter.ts";
import { dataset } from "./dataset.ts";
import { file } from "./file.ts";
import type { Kind, Meta } from "./kind.ts";
import { model } from "./model.ts";
import { note } from "./note.ts";
import { page } from "./page.ts";
import { policy } from "./policy.ts";
import { program } from "./program.ts";
import { question } from "./question.ts";
import { right } from "./right.ts";

const ALL = [charter, page, dataset, program, note, file, right, policy, question, agent, model];

export const KINDS: ReadonlyMap<string, Kind> = new Map(ALL.map((kind) => [kind.name, kind]));

/** The kind of that name; `file` for one that this version does not know. */
export function kindOf(name: string): Kind {
  return KINDS.get(name) ?? file;
}

/**
 * Reads a meta part before it is signed.
 * @throws LoreError MALFORMED, UNSUPPORTED (an unknown field) or TOO_LARGE (over 64 KiB).
 */
export function parseMeta(kind: Kind, bytes: Uint8Array): Meta {
  if (bytes.length > META_BYTES_MAX) {
    const message = `Reading the facts of a ${kind.name}: ${bytes.length} bytes are more than ${META_BYTES_MAX}.`;
    throw new LoreError("TOO_LARGE", message, { limit: META_BYTES_MAX });
  }
  return kind.meta(readJson(bytes), "meta");
}

/**
 * The facts of a meta part that is on record already. Whatever cannot be read is absent:
 * what was accepted once must stay readable, also by an older version.
 */
export function readMeta(bytes: Uint8Array | undefined): Partial<Record<string, unknown>> {
  if (bytes === undefined || bytes.length > META_BYTES_MAX) return {};
  const value = readJson(bytes);
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(bytes) ?? "");
  } catch {
    return undefined;
  }
}
