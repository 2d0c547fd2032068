/**
 * BagIt 1.0 (RFC 8493): a payload under `data/`, a manifest of its files and one of the other files, both
 * SHA-256. Reading is strict: every payload file is listed, every listed one is there, no path leads out.
 */
import { createHash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { hex, LoreError, textOf } from "../../bytes/index.ts";
import { sha256Node } from "../../bytes/node.ts";
import { damaged } from "./check.ts";

export const PAYLOAD = "data";
const DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
const MANIFEST = "manifest-sha256.txt";
const TAG_MANIFEST = "tagmanifest-sha256.txt";
/** Letters, digits and a few marks: all that this program writes. */
const LINE = /^([0-9a-f]{64}) {1,2}\*?([A-Za-z0-9][A-Za-z0-9._-]*(?:\/[A-Za-z0-9][A-Za-z0-9._-]*)*)$/;

/** SHA-256 in hex by path. */
export type Manifest = ReadonlyMap<string, string>;

export interface Tags {
  /** Fields of bag-info.txt, in order. */
  readonly about: Readonly<Record<string, string>>;
  /** Further files beside the payload, by path. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Writes everything of a bag but the payload, which is there already. `payload`: paths below `data/`. */
export function writeTags(directory: string, payload: Manifest, { about, files }: Tags): void {
  const lines = Object.entries(about).map(([name, value]) => `${name}: ${value.replaceAll(/\s+/g, " ")}\n`);
  const inPayload = new Map([...payload].map(([path, digest]) => [`${PAYLOAD}/${path}`, digest]));
  const tags = new Map<string, Uint8Array>([
    ...files,
    ["bagit.txt", Buffer.from(DECLARATION)],
    ["bag-info.txt", Buffer.from(lines.join(""))],
    [MANIFEST, Buffer.from(formatManifest(inPayload))],
  ]);
  const sums = new Map([...tags].map(([path, bytes]) => [path, hex.encode(sha256Node(bytes))]));
  tags.set(TAG_MANIFEST, Buffer.from(formatManifest(sums)));
  for (const [path, bytes] of tags) {
    const place = join(directory, path);
    if (existsSync(place) && readFileSync(place).equals(bytes)) continue;
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, bytes);
  }
}

function formatManifest(manifest: Manifest): string {
  return [...manifest]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, digest]) => `${digest}  ${path}\n`)
    .join("");
}

/** Files below a folder with their sizes, by path with "/" between the steps. */
export function filesBelow(folder: string): Map<string, number> {
  const files = new Map<string, number>();
  const walk = (place: string, prefix: string): void => {
    for (const item of readdirSync(place, { withFileTypes: true })) {
      const path = prefix + item.name;
      if (item.isDirectory()) walk(join(place, item.name), `${path}/`);
      else files.set(path, item.isFile() ? statSync(join(place, item.name)).size : -1);
    }
  };
  if (existsSync(folder)) walk(folder, "");
  return files;
}

/** A bag being read: each payload file is compared with the manifest when it is read. */
export class Bag {
  readonly #directory: string;
  readonly #payload: Manifest;
  readonly #read = new Set<string>();

  /**
   * Checks the declaration, both manifests, every file beside the payload, and that the payload is complete.
   * @throws LoreError NOT_FOUND when there is no bag; INTEGRITY naming the file.
   */
  constructor(directory: string) {
    this.#directory = directory;
    if (!existsSync(join(directory, "bagit.txt"))) {
      throw new LoreError(
        "NOT_FOUND",
        `Reading an archive at ${directory}: there is no bagit.txt. Name the folder that "lore export --archive" wrote.`,
        { field: "directory" },
      );
    }
    for (const [path, digest] of this.#manifest(TAG_MANIFEST)) {
      if (hex.encode(sha256Node(this.#bytes(path))) !== digest)
        throw damaged(path, `its SHA-256 is not the one in ${TAG_MANIFEST}`);
    }
    if (textOf(this.#bytes("bagit.txt")) !== DECLARATION)
      throw damaged("bagit.txt", "it declares no BagIt 1.0 in UTF-8");
    const listed = this.#manifest(MANIFEST);
    for (const path of listed.keys())
      if (!path.startsWith(`${PAYLOAD}/`)) throw damaged(MANIFEST, `it lists ${path}, which is no payload`);
    this.#payload = new Map([...listed].map(([path, digest]) => [path.slice(PAYLOAD.length + 1), digest]));
    for (const path of filesBelow(join(directory, PAYLOAD)).keys()) {
      if (!this.#payload.has(path)) throw damaged(`${PAYLOAD}/${path}`, `it is not listed in ${MANIFEST}`);
    }
  }

  /** No Buffer: its `slice` shares memory, and what takes a Uint8Array may rely on a copy. */
  #bytes(path: string): Uint8Array {
    try {
      const { buffer, byteOffset, length } = readFileSync(join(this.#directory, path));
      return new Uint8Array(buffer, byteOffset, length);
    } catch (error) {
      throw new LoreError("INTEGRITY", `${path} is missing or cannot be read. Take another copy of the archive.`, {
        cause: error,
        data: { damaged: path },
      });
    }
  }

  #manifest(name: string): Map<string, string> {
    const manifest = new Map<string, string>();
    for (const [i, line] of (textOf(this.#bytes(name)) ?? "not text").split("\n").entries()) {
      if (line === "") continue;
      const [, digest, path] = LINE.exec(line) ?? [];
      if (digest === undefined || path === undefined || manifest.has(path))
        throw damaged(name, `line ${i + 1} is no SHA-256 and path, each once`);
      manifest.set(path, digest);
    }
    return manifest;
  }

  #digest(path: string): string {
    const digest = this.#payload.get(path);
    if (digest === undefined) throw damaged(`${PAYLOAD}/${path}`, `it is not listed in ${MANIFEST}`);
    this.#read.add(path);
    return digest;
  }

  /** A payload file, whole. @throws LoreError INTEGRITY naming it. */
  read(path: string): Uint8Array {
    const digest = this.#digest(path);
    const bytes = this.#bytes(`${PAYLOAD}/${path}`);
    if (hex.encode(sha256Node(bytes)) !== digest) throw this.#wrong(path);
    return bytes;
  }

  /** Whether the manifest gives a payload file this SHA-256. */
  isNamedBy(path: string, digest: Uint8Array): boolean {
    return this.#payload.get(path) === hex.encode(digest);
  }

  /** The same in chunks; the last one comes when the whole was right. */
  async *stream(path: string): AsyncGenerator<Uint8Array> {
    const digest = this.#digest(path);
    const hash = createHash("sha256");
    let held: Uint8Array | undefined;
    // A stream of a file gives bytes.
    for await (const chunk of createReadStream(join(this.#directory, PAYLOAD, path)) as AsyncIterable<Uint8Array>) {
      if (held !== undefined) yield held;
      hash.update(chunk);
      held = chunk;
    }
    if (hash.digest("hex") !== digest) throw this.#wrong(path);
    if (held !== undefined) yield held;
  }

  #wrong(path: string): LoreError {
    return damaged(`${PAYLOAD}/${path}`, `its SHA-256 is not the one in ${MANIFEST}`);
  }

  /** Checks what nobody has read. */
  async readRest(): Promise<void> {
    // Only the last chunk's coming matters.
    for (const path of this.#payload.keys()) if (!this.#read.has(path)) for await (const _ of this.stream(path));
  }
}
