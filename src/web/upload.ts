/** What the form "Start yours" sends: checked, files streamed to a scratch folder, and handed to an import. */
import { Stats } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Context } from "hono";

import { isLoreError, LoreError } from "../bytes/index.ts";
import { systemCode } from "../store/index.ts";
import type { ImportJob, ImportJobs } from "./jobs.ts";
import { readForm } from "./multipart.ts";
import type { StartProblem } from "./pages/start.ts";
import { Received } from "./received.ts";
import type { ImportSource, Site } from "./site.ts";
import { words } from "./words.ts";

/** What one upload may weigh; more goes through the program. */
export const UPLOAD_BYTES_MAX = 1_000_000_000;
const NAME_CHARS_MAX = 200;
const SHOWN_CHARS_MAX = 200;

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
    const job = jobs.start(chosen, { scratch, leftOut: received.leftOut });
    isTaken = true;
    return { job };
  } catch (error) {
    if (isLoreError(error, "TOO_LARGE") && error.limit === UPLOAD_BYTES_MAX)
      return { problem: { field: "file", message: words.start.tooMany("1 GB") } };
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
      const { zip } = received;
      const size = zip === undefined ? 0 : (await stat(zip)).size;
      return zip === undefined || size === 0
        ? { field: "file", message: words.start.fileMissing }
        : { name, source: { type: "zip", file: zip } };
    }
    case "folder":
      return received.files === 0
        ? { field: "file", message: noFile(received) }
        : { name, source: { type: "folder", directory: received.folder } };
    case "address":
      return addressSource(name, (fields.get("address") ?? "").trim());
    default:
      return { field: "from", message: words.start.fromMissing };
  }
}

/** Nothing was chosen, or nothing of it could be taken. */
function noFile({ leftOut: [first] }: Received): string {
  return first === undefined
    ? words.start.fileMissing
    : words.start.leftOut.all(first.path.slice(0, 100), first.reason);
}

function notThere(address: string, code: unknown): string {
  const shown = address.length > SHOWN_CHARS_MAX ? `${address.slice(0, SHOWN_CHARS_MAX)}…` : address;
  return code === "ENOENT" || code === "ENOTDIR"
    ? words.start.addressNothing(shown)
    : words.start.addressClosed(shown, String(code));
}

/** An address or a bundle is a repository; a path is what lies there. */
async function addressSource(
  name: string,
  address: string,
): Promise<{ name: string; source: ImportSource } | StartProblem> {
  if (address === "" || address.startsWith("-")) return { field: "address", message: words.start.addressMissing };
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(address)) return { name, source: { type: "git", location: address } };
  const found = await stat(address).catch((error: unknown) => systemCode(error));
  if (!(found instanceof Stats)) return { field: "address", message: notThere(address, found) };
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
