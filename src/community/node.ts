/**
 * A node: one data folder with a directory per community, opened when first asked for, and one process that
 * owns it. Layout: `communities/<id>/`, `keys/<id>.json`, `owner.db`. A community being made has no id yet and
 * grows in `communities/new-…`, renamed in one step when its first entry is durable.
 */
import { mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

import { hex, isLoreError, LoreError } from "../bytes/index.ts";
import {
  claimFolder,
  type HighWater,
  makeMissing,
  openError,
  openHighWater,
  rowsError,
  systemCode,
} from "../store/index.ts";
import { Background } from "./background.ts";
import { Community } from "./community.ts";
import type { Environment } from "./environment.ts";
import { type Founding, found } from "./genesis.ts";
import { type Keys, Keystore } from "./keystore.ts";

const ID = /^[a-z2-7]{32}$/;

/** Entries replayed, of how many. */
type Progress = (done: number, of: number) => void;

export interface NodeOptions {
  /** Reads beside an owner process, without claiming the folder. */
  readonly readOnly?: boolean;
  readonly onProgress?: Progress;
}

export class LoreNode {
  readonly environment: Environment;
  readonly keystore: Keystore;
  readonly highWater: HighWater;
  readonly #options: NodeOptions;
  readonly #open = new Map<string, Community>();
  readonly #background = new Background();
  #claim: { release(): void } | undefined;

  /** Claims the data folder unless it is only read. @throws LoreError BUSY when another process owns it. */
  constructor(environment: Environment, options: NodeOptions = {}) {
    this.environment = environment;
    this.#options = options;
    this.keystore = new Keystore(join(environment.home, "keys"));
    this.highWater = openHighWater(environment.state);
    if (options.readOnly === true) return;
    this.#claim = claimFolder(environment.home);
    makeMissing(this.#communities, 0o700);
    this.#sweep();
  }

  get #communities(): string {
    return join(this.environment.home, "communities");
  }

  /** Removes what a crash left: communities that never began, and work under way. */
  #sweep(): void {
    for (const name of readdirSync(this.#communities)) {
      if (name.startsWith("new-")) rmSync(join(this.#communities, name), { recursive: true, force: true });
    }
  }

  /** A new folder for work under way. Whoever asks removes it; what a crash leaves goes at the next start. */
  scratch(): string {
    return mkdtempSync(join(this.#communities, "new-"));
  }

  /** Ids of the communities here, in order. @throws LoreError ENVIRONMENT where the data folder cannot be read. */
  ids(): string[] {
    return namesIn(this.#communities)
      .filter((name) => ID.test(name))
      .toSorted();
  }

  has(id: string): boolean {
    return ID.test(id) && namesIn(join(this.#communities, id)).includes("log.db");
  }

  /** The communities of that name, in any case. @throws LoreError when none of those that open has it, and one does not. */
  named(name: string): Community[] {
    const { named, failures } = this.#called(name);
    if (named.length === 0 && failures.length > 0) throw failures[0];
    return named;
  }

  #called(name: string): { readonly named: Community[]; readonly failures: readonly unknown[] } {
    const failures: unknown[] = [];
    const named = this.ids().flatMap((id) => {
      try {
        const community = this.community(id);
        return community.name.toLowerCase() === name.toLowerCase() ? [community] : [];
      } catch (error) {
        // Another community's damage is no reason to refuse this one.
        failures.push(error);
        return [];
      }
    });
    return { named, failures };
  }

  /** What a community is called names it in commands, beside its id. @throws LoreError REFUSED for a name that is taken. */
  requireFreeName(name: string): void {
    const field = { field: "name" };
    if (ID.test(name.toLowerCase()))
      throw new LoreError(
        "REFUSED",
        `"${name}" is written as an id, so it cannot be a name. Choose another one.`,
        field,
      );
    const [there] = this.#called(name).named;
    if (there !== undefined)
      throw new LoreError(
        "REFUSED",
        `A community called "${there.name}" is here already, with the id ${there.id}. Choose another name.`,
        field,
      );
  }

  /** Where a community's files are. */
  directory(id: string): string {
    return join(this.#communities, id);
  }

  /** Opens a community or hands out the open one. @throws LoreError NOT_FOUND. */
  community(id: string, onProgress: Progress | undefined = this.#options.onProgress): Community {
    const open = this.#open.get(id);
    if (open !== undefined) return open;
    if (!this.has(id))
      throw new LoreError("NOT_FOUND", `No community has the id ${id} here. "lore status" lists them.`);
    try {
      const community = this.#openAt(this.directory(id), this.keystore.read(id), onProgress);
      this.#open.set(id, community);
      return community;
    } catch (error) {
      throw rowsError(error, id);
    }
  }

  /** Opens a community with rows made anew from its log, whatever the old ones are like. @throws LoreError NOT_FOUND. */
  async rebuild(id: string, onProgress?: Progress): Promise<Community> {
    await this.release(id);
    if (this.has(id)) Community.dropRows(this.directory(id));
    return this.community(id, onProgress);
  }

  #openAt(directory: string, keys: Keys | undefined, onProgress?: Progress): Community {
    const { environment, highWater } = this;
    const { readOnly = false } = this.#options;
    const open = {
      environment,
      directory,
      highWater,
      background: this.#background,
      logSigner: keys?.logSigner,
      ...(onProgress === undefined ? {} : { onProgress }),
    };
    return Community.open({ ...open, readOnly: readOnly && !this.#mustOwn(directory) });
  }

  /**
   * A reader of rows that are behind, after a crash or an update, owns the folder to bring them up. Where it cannot,
   * because another process does or the folder may not be written, rows that are only behind read as they stand.
   * @throws LoreError BUSY when they cannot be read before that process has brought them up.
   */
  #mustOwn(directory: string): boolean {
    const standing = this.#claim === undefined ? Community.standing(directory) : "current";
    if (standing === "current") return this.#claim !== undefined;
    try {
      this.#claim = claimFolder(this.environment.home);
      return true;
    } catch (error) {
      if (standing === "behind" && isLoreError(error)) return false;
      throw error;
    }
  }

  /** Makes a new community; its founder's keys are in the keystore when this returns. @throws LoreError REFUSED for its name. */
  async begin(founding: Founding): Promise<Community> {
    this.requireFreeName(founding.name);
    const founded = found(this.environment, founding);
    const growing = join(this.#communities, `new-${hex.encode(this.environment.random(8))}`);
    const community = this.#openAt(growing, {
      member: founded.member,
      signer: founded.signer,
      logSigner: founded.logSigner,
    });
    await community.begin(founded.submission);
    await community.close();
    // Keys first: a community without them would be one that nobody can write to.
    this.keystore.write(founded.id, { member: founded.member, seed: founded.seed, logSeed: founded.logSeed });
    renameSync(growing, this.directory(founded.id));
    return this.community(founded.id);
  }

  /** Communities that are open now. */
  opened(): Community[] {
    return [...this.#open.values()];
  }

  /** Closes a community; the next use opens it again. */
  async release(id: string): Promise<void> {
    await this.#open.get(id)?.close();
    this.#open.delete(id);
  }

  /** Takes a community out of this node, files and all; its keys and its high-water mark stay. */
  async remove(id: string): Promise<void> {
    await this.release(id);
    rmSync(this.directory(id), { recursive: true, force: true });
  }

  async close(): Promise<void> {
    try {
      for (const community of this.#open.values()) await community.close();
    } finally {
      this.#open.clear();
      await this.#background.close();
      this.#claim?.release();
    }
  }
}

/** None where the folder is not there. What cannot be looked at is not taken for empty. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    throw openError(error, "Reading the data folder");
  }
}
