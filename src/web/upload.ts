/** What the form "Start yours" sends: checked, files streamed to a scratch folder, and handed to an import. */
import { mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import type { Context } from "hono";

import { isLoreError, LoreError } from "../bytes/index.ts";
import type { ImportJob, ImportJobs } from "./jobs.ts";
import { type FormPart, readForm } from "./multipart.ts";
import type { StartProblem } from "./pages/start.ts";
import type { ImportSource, Site } from "./site.ts";
import { words } from "./words.ts";

/** What one upload may weigh; more goes through the program. */
export const UPLOAD_BYTES_MAX = 1_000_000_000;
const NAME_CHARS_MAX = 200;
const PATH_CHARS_MAX = 1_024;
const DEPTH_MAX = 64;

export interface Upload {
  readonly problem?: StartProblem;
  readonly job?: ImportJob;
}

export async function takeUpload(c: Context, { site, jobs }: { site: Site; jobs: ImportJobs }): Promise<Upload> {
  if (site.startImport === undefined) throw new LoreError("FORBIDDEN", words.start.cannot);
  if (jobs.isBusy) return { problem: { message: words.start.busy } };
  const scratch = await mkdtemp(join(tmpdir(), "lore-upload-"));
  let isTaken = false;
  try {
    const received = new Received(scratch);
    const fields = await readForm(bodyOf(c), {
      contentType: c.req.header("content-type") ?? "",
      bytesMax: UPLOAD_BYTES_MAX,
      place: (part) => received.place(part),
    });
    const chosen = await chosenSource(fields, received);
    if ("message" in chosen)
      return {
        problem: { ...chosen, name: fields.get("name"), from: fields.get("from"), address: fields.get("address") },
      };
    const job = jobs.start(chosen, scratch);
    isTaken = true;
    return { job };
  } catch (error) {
    if (isLoreError(error, "TOO_LARGE")) return { problem: { field: "file", message: words.start.tooMany("1 GB") } };
    throw error;
  } finally {
    if (!isTaken) await rm(scratch, { recursive: true, force: true });
  }
}

async function* bodyOf(c: Context): AsyncGenerator<Uint8Array> {
  const { body } = c.req.raw;
  if (body === null) return;
  const reader = body.getReader();
  for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read())
    if (value !== undefined) yield value;
}

/** Files that arrived: one zip, or a tree of files under the names the browser gave them. */
class Received {
  readonly folder: string;
  zip: string;
  files = 0;
  readonly #scratch: string;

  constructor(scratch: string) {
    this.#scratch = scratch;
    this.folder = join(scratch, "folder");
    this.zip = join(scratch, "upload.zip");
  }

  async place({ name, fileName = "" }: FormPart): Promise<string | undefined> {
    if (fileName === "") return undefined;
    if (name === "zip") {
      // Under its own name, by which it is called where it cannot be read.
      const [own = ""] = safePath(fileName) ?? [];
      if (own !== "" && own !== "folder") this.zip = join(this.#scratch, own);
      return this.zip;
    }
    const path = name === "folder" ? safePath(fileName) : undefined;
    if (path === undefined) return undefined;
    const target = join(this.folder, ...path);
    await mkdir(dirname(target), { recursive: true });
    this.files += 1;
    // A name that came twice is kept once.
    return (await stat(target).catch(() => undefined)) === undefined ? target : undefined;
  }
}

/** The steps of a relative path, without the chosen folder's own name; undefined for one that could leave it. */
export function safePath(fileName: string): string[] | undefined {
  if (fileName.length > PATH_CHARS_MAX || fileName.includes("\0") || fileName.includes("\\")) return undefined;
  const steps = fileName.split("/");
  if (steps.length > DEPTH_MAX || steps.some((step) => step === "" || step === "." || step === "..")) return undefined;
  return steps.length === 1 ? steps : steps.slice(1);
}

async function chosenSource(
  fields: ReadonlyMap<string, string>,
  received: Received,
): Promise<{ name: string; source: ImportSource } | StartProblem> {
  const name = (fields.get("name") ?? "").trim().slice(0, NAME_CHARS_MAX);
  if (name === "") return { field: "name", message: words.start.nameMissing };
  switch (fields.get("from")) {
    case "nothing":
      return { name, source: { type: "empty" } };
    case "zip": {
      const size = (await stat(received.zip).catch(() => undefined))?.size ?? 0;
      return size === 0
        ? { field: "file", message: words.start.fileMissing }
        : { name, source: { type: "zip", file: received.zip } };
    }
    case "folder":
      return received.files === 0
        ? { field: "file", message: words.start.fileMissing }
        : { name, source: { type: "folder", directory: received.folder } };
    case "address":
      return addressSource(name, (fields.get("address") ?? "").trim());
    default:
      return { field: "from", message: words.start.fromMissing };
  }
}

/** An address or a bundle is a repository; a path is what lies there. */
async function addressSource(
  name: string,
  address: string,
): Promise<{ name: string; source: ImportSource } | StartProblem> {
  if (address === "" || address.startsWith("-")) return { field: "address", message: words.start.addressMissing };
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(address)) return { name, source: { type: "git", location: address } };
  const found = await stat(address).catch(() => undefined);
  if (found === undefined) return { field: "address", message: words.start.addressMissing };
  if (found.isFile())
    return {
      name,
      source: /\.zip$/i.test(address) ? { type: "zip", file: address } : { type: "git", location: address },
    };
  const isRepository =
    (await stat(join(address, ".git")).catch(() => undefined)) !== undefined ||
    (await stat(join(address, "objects")).catch(() => undefined)) !== undefined;
  return { name, source: isRepository ? { type: "git", location: address } : { type: "folder", directory: address } };
}
