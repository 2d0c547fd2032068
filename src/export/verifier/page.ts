/** The script of `verify.html`: takes files from a drop or a chooser and shows what holds. Runs in a browser. */
import { LoreError } from "../../bytes/index.ts";
import { nobleSuite } from "../../verify.ts";
import { checkArchive, checkProof } from "./check-files.ts";

const PROOF = /\.tlog-proof$/;
const PAYLOAD = "data/";

/** Files by their path, below the folder that was dropped. */
type Files = ReadonlyMap<string, File>;

function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`the page has no ${id}`);
}

const steps = element("steps", HTMLOListElement);
const verdict = element("verdict", HTMLParagraphElement);
const known = element("community", HTMLInputElement);
const drop = element("drop", HTMLDivElement);

function show(words: string, isGood: boolean, line = document.createElement("li")): void {
  line.textContent = words;
  line.className = isGood ? "good" : "bad";
  steps.append(line);
}

/** One line for each kind of step, counted up; gives the browser time to draw it. */
function progress(): (words: string, done: number, of: number) => Promise<void> {
  const lines = new Map<string, HTMLLIElement>();
  return async (words, done, of) => {
    const line = lines.get(words) ?? document.createElement("li");
    lines.set(words, line);
    show(of === 0 ? words : `${words}: ${done} of ${of}`, true, line);
    await new Promise((resolve) => setTimeout(resolve));
  };
}

async function bytesOf(file: File): Promise<Uint8Array> {
  return new Uint8Array(await file.arrayBuffer());
}

async function check(files: Files): Promise<void> {
  steps.replaceChildren();
  verdict.textContent = "Checking …";
  try {
    const id = known.value.trim().toLowerCase() || undefined;
    verdict.textContent = await verdictOf(files, id);
    verdict.className = id === undefined ? "half" : "good";
  } catch (error) {
    const words = error instanceof LoreError ? error.message : `The check stopped: ${String(error)}`;
    show(words, false);
    verdict.textContent = "This copy is NOT what was signed, or it cannot be read.";
    verdict.className = "bad";
  }
}

/** What was not checked, where no id was given to check it by. */
function unknownOwner(found: string): string {
  return `Not checked: whose it is. Anybody can make a community and a whole copy of it. This one is of ${found}: compare that with the id you know from somewhere else, or fill that one in above and check again.`;
}

async function verdictOf(files: Files, id: string | undefined): Promise<string> {
  const proof = [...files].find(([path]) => PROOF.test(path));
  const page = [...files].find(([path]) => !PROOF.test(path));
  if (proof !== undefined && page !== undefined && files.size === 2) {
    const content = await bytesOf(page[1]);
    const { community, sha256, index, time } = checkProof(nobleSuite, {
      content,
      proof: await bytesOf(proof[1]),
      community: id,
    });
    show(`SHA-256 ${sha256}`, true);
    const signed = `signed on ${new Date(time).toISOString().slice(0, 10)}`;
    return id === undefined
      ? `${page[0]} is what its proof says: it stands in entry ${index} of a record, ${signed}. ${unknownOwner(community)}`
      : `${page[0]} is unchanged: it is what stands in entry ${index} of the community's record, ${signed}.`;
  }
  const read = async (path: string): Promise<Uint8Array> => {
    const file = files.get(PAYLOAD + path) ?? files.get(path);
    if (file === undefined)
      throw new LoreError("INTEGRITY", `${PAYLOAD}${path} is missing. Choose the whole folder of the copy.`);
    return bytesOf(file);
  };
  const { community, size, parts } = await checkArchive(nobleSuite, read, { community: id, onStep: progress() });
  if (id === undefined)
    return `This copy is whole in itself: ${size} entries and ${parts} texts and files are what was signed. ${unknownOwner(community)}`;
  return `This copy is unchanged: ${size} entries and ${parts} texts and files are what the community ${id} signed.`;
}

/** Paths without the name of the chosen folder itself. */
function chosen(list: FileList | null): Files {
  return new Map(
    [...(list ?? [])].map((file) => [file.webkitRelativePath.split("/").slice(1).join("/") || file.name, file]),
  );
}

async function dropped(items: readonly FileSystemEntry[]): Promise<Files> {
  const files = new Map<string, File>();
  const walk = async (entry: FileSystemEntry, path: string): Promise<void> => {
    if (entry instanceof FileSystemFileEntry) {
      files.set(path, await new Promise((resolve, reject) => entry.file(resolve, reject)));
    } else if (entry instanceof FileSystemDirectoryEntry) {
      for (const child of await childrenOf(entry))
        await walk(child, path === "" ? child.name : `${path}/${child.name}`);
    }
  };
  for (const entry of items) await walk(entry, entry.isDirectory ? "" : entry.name);
  return files;
}

/** A browser hands out a folder in portions. */
async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const children: FileSystemEntry[] = [];
  for (;;) {
    const portion = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (portion.length === 0) return children;
    children.push(...portion);
  }
}

for (const id of ["folder", "files"]) {
  const input = element(id, HTMLInputElement);
  input.addEventListener("change", () => void check(chosen(input.files)));
}
drop.addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("over");
});
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  // Entries must be taken before the event ends.
  const entries = [...(event.dataTransfer?.items ?? [])]
    .map((item) => item.webkitGetAsEntry())
    .filter((entry) => entry !== null);
  void dropped(entries).then(check);
});
