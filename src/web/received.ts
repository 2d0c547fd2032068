/**
 * Files of an upload as they arrive: one zip, or a tree under the names the browser gave them. A name is never
 * trusted: what could leave the folder, or cannot be kept on this disk, is left out and listed with its reason.
 */
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname, join } from "node:path";

import type { SkippedItem } from "../import/report.ts";
import { systemCode } from "../store/index.ts";
import { limits } from "../unit/index.ts";
import type { FormPart } from "./multipart.ts";
import { words } from "./words.ts";

const DEPTH_MAX = 64;
/** What a disk answers to a name it has no place for: a folder where a file is, marks it does not know. */
const NO_PLACE = new Set<unknown>(["ENOTDIR", "EISDIR", "EINVAL", "ENOENT", "ENAMETOOLONG", "EILSEQ", "EPERM"]);

export class Received {
  readonly folder: string;
  /** Where the zip is, once there is one. */
  zip: string | undefined;
  files = 0;
  readonly leftOut: SkippedItem[] = [];
  readonly #scratch: string;

  constructor(scratch: string) {
    this.#scratch = scratch;
    this.folder = join(scratch, "folder");
  }

  /** Where the bytes of a part go; undefined drops them. */
  async place({ name, fileName = "" }: FormPart): Promise<FileHandle | undefined> {
    // A browser sends an empty name where nothing was chosen.
    if (fileName === "") return undefined;
    if (name === "zip") return this.#placeZip(fileName);
    if (name !== "folder") return undefined;
    // The first step names the chosen folder itself.
    const all = fileName.split("/");
    const steps = all.length === 1 || isOutside(all) ? all : all.slice(1);
    const reason = reasonToLeave(steps);
    const placed = reason === undefined ? await this.#create(steps) : reason;
    if (typeof placed !== "string") {
      this.files += 1;
      return placed;
    }
    this.leftOut.push({
      path: steps.join("/").replaceAll("\0", "\uFFFD").slice(0, limits.PATH_BYTES_MAX),
      reason: placed,
    });
    return undefined;
  }

  /** Under its own name, by which it is called where it cannot be read. Of several the first is taken. */
  async #placeZip(fileName: string): Promise<FileHandle | undefined> {
    if (this.zip !== undefined) return undefined;
    const isPlain = fileName !== "folder" && !fileName.includes("/") && reasonToLeave([fileName]) === undefined;
    this.zip = join(this.#scratch, isPlain ? fileName : "upload.zip");
    return open(this.zip, "wx", 0o600);
  }

  /** The new file, or why there can be none. */
  async #create(steps: readonly string[]): Promise<FileHandle | string> {
    const target = join(this.folder, ...steps);
    try {
      await mkdir(dirname(target), { recursive: true });
      return await open(target, "wx", 0o600);
    } catch (error) {
      const code = systemCode(error);
      // On many disks, names that differ in capitals only are one name.
      if (code === "EEXIST") return words.start.leftOut.twice;
      if (NO_PLACE.has(code)) return words.start.leftOut.noPlace;
      throw error;
    }
  }
}

function isOutside(steps: readonly string[]): boolean {
  return steps.some((step) => step === "" || step === "." || step === "..");
}

/** Why a path below the folder has no place; undefined where it has. */
function reasonToLeave(steps: readonly string[]): string | undefined {
  const { leftOut } = words.start;
  if (isOutside(steps)) return leftOut.leadsOut;
  if (steps.length > DEPTH_MAX) return leftOut.deep(DEPTH_MAX);
  // A byte that is no UTF-8 arrives as U+FFFD.
  if (steps.some((step) => /[\0\uFFFD]/.test(step))) return leftOut.unreadable;
  if (steps.some((step) => step.includes("\\"))) return leftOut.backslash;
  if (Buffer.byteLength(steps.join("/")) > limits.PATH_BYTES_MAX) return leftOut.longPath(limits.PATH_BYTES_MAX);
  if (steps.some((step) => Buffer.byteLength(step) > limits.STEP_BYTES_MAX))
    return leftOut.longName(limits.STEP_BYTES_MAX);
  return undefined;
}
