/**
 * For the tests of this folder: a random but repeatable history with all that makes histories hard:
 * merges of two and three parents (honest, ours, theirs, mixed), foxtrots, several roots, renames,
 * swaps, deletions and returns, file ↔ folder, colliding cases, odd names, links, empty commits.
 */

import type { ModelCommit } from "./test-repositories.ts";

const PATHS = [
  "a",
  "b.md",
  "dir",
  "dir/a",
  "dir/b",
  "dir/sub/x",
  "README",
  "readme",
  "Read me.md",
  "tab\there",
  "new\nline",
  'quo"te',
  "back\\slash",
  "-dash",
  ":colon",
  "caf\xc3\xa9",
  "latin\xe9\xff",
  "*glob?",
];
const MODES = ["100644", "100644", "100644", "100755", "120000"];
const LINES_PER_FILE = 10;

type Mutable = Map<string, { mode: string; text: string }>;

/** Numbers in [0, 1) from a seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A history whose last commit is the tip. */
export function randomHistory(seed: number): ModelCommit[] {
  return new Chance(seed).history();
}

class Chance {
  readonly #next: () => number;
  readonly #commits: { parents: number[]; files: Mutable }[] = [];

  constructor(seed: number) {
    this.#next = seeded(seed);
  }

  history(): ModelCommit[] {
    const size = 8 + this.#below(30);
    while (this.#commits.length < size) this.#commits.push(this.#commit());
    this.#commits.push(this.#merge(this.#tips().slice(0, 6)));
    return this.#commits;
  }

  #commit(): { parents: number[]; files: Mutable } {
    const roll = this.#next();
    if (this.#commits.length === 0 || roll < 0.04) return { parents: [], files: this.#edited(new Map()) };
    const recent = (): number => Math.max(this.#commits.length - 1 - this.#below(5), 0);
    if (roll < 0.35) return this.#merge([...new Set([recent(), recent(), recent()])]);
    const parent = recent();
    return {
      parents: [parent],
      files: roll < 0.4 ? this.#filesOf(parent) : this.#edited(this.#filesOf(parent)),
    };
  }

  /** Each path from any parent, mostly from one that changed it; sometimes edited on top. */
  #merge(parents: number[]): { parents: number[]; files: Mutable } {
    const sides = parents.map((parent) => this.#filesOf(parent));
    const strategy = this.#below(4);
    const files: Mutable = new Map();
    for (const path of new Set(sides.flatMap((side) => [...side.keys()]))) {
      const side = strategy < 2 ? sides[strategy % sides.length] : sides[this.#below(sides.length)];
      const file = side?.get(path);
      if (file !== undefined) place(files, path, file);
    }
    return { parents, files: this.#next() < 0.3 ? this.#edited(files) : files };
  }

  #edited(files: Mutable): Mutable {
    for (let edits = 1 + this.#below(4); edits > 0; edits -= 1) this.#edit(files);
    return files;
  }

  #edit(files: Mutable): void {
    const path = this.#one([...files.keys()]);
    const file = path === undefined ? undefined : files.get(path);
    const roll = this.#next();
    if (path === undefined || file === undefined || roll < 0.3) place(files, this.#one(PATHS) ?? "a", this.#file());
    else if (roll < 0.55) files.set(path, { ...file, text: this.#changed(file.text) });
    else if (roll < 0.65) files.delete(path);
    else if (roll < 0.85) {
      files.delete(path);
      place(files, this.#one(PATHS) ?? "a", roll < 0.75 ? file : { ...file, text: this.#changed(file.text) });
    } else if (roll < 0.9) files.set(path, { ...file, mode: this.#one(MODES) ?? "100644" });
    else {
      const other = this.#one([...files.keys()]) ?? path;
      files.set(path, files.get(other) ?? file);
      files.set(other, file);
    }
  }

  #file(): { mode: string; text: string } {
    if (this.#next() < 0.1) return { mode: "100644", text: "" };
    const lines = Array.from({ length: LINES_PER_FILE }, () => `line ${this.#below(200)}`);
    return { mode: this.#one(MODES) ?? "100644", text: lines.join("\n") };
  }

  #changed(text: string): string {
    const lines = text.split("\n");
    lines[this.#below(lines.length)] = `changed ${this.#below(1_000)}`;
    return lines.join("\n");
  }

  #tips(): number[] {
    const parents = new Set(this.#commits.flatMap((commit) => commit.parents));
    return [...this.#commits.keys()].filter((commit) => !parents.has(commit));
  }

  #filesOf(commit: number): Mutable {
    return new Map(this.#commits[commit]?.files);
  }

  #one<T>(values: readonly T[]): T | undefined {
    return values[this.#below(values.length)];
  }

  #below(size: number): number {
    return Math.floor(this.#next() * size);
  }
}

/** Puts a file where it may replace a folder, or a file that was in the way of its folder. */
function place(files: Mutable, path: string, file: { mode: string; text: string }): void {
  for (const other of files.keys()) {
    if (other.startsWith(`${path}/`) || path.startsWith(`${other}/`)) files.delete(other);
  }
  files.set(path, file);
}
