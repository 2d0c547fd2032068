/**
 * One community, opened: the only write path (DESIGN.md 3) and the door to everything that is read.
 *
 * A write: check -> fold and project in the open transaction of the rows -> append to the log (fsync) ->
 * acknowledge -> commit the rows, soon or when somebody reads -> seal -> let search follow. A crash before the
 * append leaves nothing; one after it leaves rows that are behind the log and are caught up at the next open.
 * Committed rows are never ahead of the log, and search is never ahead of them.
 * Writers that arrive while a group is being written form the next group.
 */
import { mkdirSync } from "node:fs";

import { equal, isLoreError, LoreError } from "../bytes/index.ts";
import type { Signer } from "../bytes/node.ts";
import { communityId, decodeSidecar, logOrigin, parseCheckpoint, verifierKey } from "../log/index.ts";
import { Analyser } from "../projection/search/index.ts";
import { type Db, type HighWater, type MoveWal, openSqliteStore, rowsError, type Store } from "../store/index.ts";
import { requireAdmissible } from "./admission.ts";
import { Desk } from "./credit/desk.ts";
import type { Background } from "./background.ts";
import type { Submission } from "./draft.ts";
import type { Environment } from "./environment.ts";
import { type CharterInForce, charterInForce, communityFacts, type CommunityFacts } from "./charter.ts";
import { ErasedBytes, eraseDue, type Erasing } from "./erasure.ts";
import { Rows } from "./fold/rows.ts";
import { Projections, standingOf } from "./projections.ts";
import { openRows, RowsFile } from "./rows-file.ts";
import { LicenceTable } from "./licence-table.ts";
import { Follower } from "./follower.ts";
import { FollowedTables } from "./followed-tables.ts";
import { asRead, requireNotBehind, seal } from "./sealing.ts";
import { Turns } from "./turns.ts";
import { type Acknowledgement, type WriteGroup, WriteQueue } from "./write-queue.ts";

const SEAL_DELAY_MS = 500;

export interface CommunityOptions {
  readonly environment: Environment;
  /** The community's own directory. */
  readonly directory: string;
  readonly highWater: HighWater;
  /** Signs checkpoints; without it the community can be read, not written. */
  readonly logSigner?: Signer | undefined;
  readonly readOnly?: boolean;
  /** Does beside the writing what can be; without it this thread does all. */
  readonly background?: Background | undefined;
  readonly onProgress?: (done: number, of: number) => void;
}

export class Community {
  readonly environment: Environment;
  readonly store: Store;
  readonly projections: Projections;
  /** What is searched: it follows the rows, within a second where there is time. */
  readonly search: Follower;
  /** Whose words the texts are; it follows when there is time. */
  readonly authorship: Follower;
  /** Remembers stems between queries. */
  readonly analyser = new Analyser();
  /** What is not taken again. */
  readonly erased: ErasedBytes;
  /** Which licences mix. */
  readonly licences = new LicenceTable();
  readonly #options: CommunityOptions;
  readonly #rows: RowsFile;
  readonly #queue = new WriteQueue((submissions, onRefused) => this.#writeGroup(submissions, onRefused));
  readonly #seals = new Turns();
  #desk: Desk | undefined;
  #sealTimer: NodeJS.Timeout | undefined;
  /** This node's own hand writes much: search keeps up with it, since nobody else waits. */
  #isFilling = false;
  #refusal: LoreError | undefined;
  readonly #known: Erasing["known"] = new Map();

  private constructor(options: CommunityOptions, store: Store) {
    const { environment, directory, readOnly = false } = options;
    this.#options = options;
    this.environment = environment;
    this.store = store;
    this.erased = new ErasedBytes(directory, environment);
    this.#rows = new RowsFile(directory, {
      readOnly,
      moveWal: moveWal(options),
      onUndone: () => this.projections.discard(),
    });
    this.projections = new Projections({ db: this.#rows.writer, suite: environment.suite, store });
    const following = { directory, readOnly, store, background: options.background };
    this.search = new Follower({ ...following, following: "search" });
    this.authorship = new Follower({ ...following, following: "authorship" });
  }

  /**
   * Opens what `directory` holds, and brings the rows up to the log; opened for reading, nothing is changed.
   * @throws LoreError; BUSY when its rows cannot be read beside another process until that one brought them up.
   */
  static open(options: CommunityOptions): Community {
    const { directory, readOnly = false } = options;
    if (!readOnly) mkdirSync(directory, { recursive: true });
    const store = openSqliteStore(directory, { readOnly, moveWal: moveWal(options) });
    try {
      const community = new Community(options, store);
      community.#start();
      return community;
    } catch (error) {
      store.close();
      throw error;
    }
  }

  /** Deletes the rows in `directory`; the next open makes them anew. */
  static dropRows(directory: string): void {
    RowsFile.drop(directory);
    FollowedTables.drop(directory);
  }

  /** Whether the rows in `directory` can be read as they are, or how not. */
  static standing(directory: string): "current" | "behind" | "unreadable" {
    const search = RowsFile.exist(directory) ? FollowedTables.sizeIn("search", directory) : undefined;
    // Nothing but authorship itself needs its tables.
    const authorship = FollowedTables.sizeIn("authorship", directory) ?? -1;
    if (search === undefined) return "unreadable";
    const store = openSqliteStore(directory, { readOnly: true });
    try {
      const rows = openRows(directory, { readOnly: true });
      const standing = standingOf(rows, store);
      const isBehind = standing === "current" && Math.min(search, authorship) < new Rows(rows).size();
      rows.close();
      return isBehind ? "behind" : standing;
    } finally {
      store.close();
    }
  }

  #start(): void {
    const { highWater, onProgress, environment, readOnly = false } = this.#options;
    if (!readOnly) {
      this.projections.catchUp(onProgress);
      this.search.start(this.facts);
      this.authorship.start(this.facts);
    }
    if (this.store.log.size() === 0) return;
    try {
      requireNotBehind({
        suite: environment.suite,
        store: this.store,
        highWater: readOnly ? asRead(highWater) : highWater,
        id: this.id,
      });
    } catch (error) {
      if (!isLoreError(error, "BEHIND")) throw error;
      this.#refusal = error;
    }
  }

  /** Rows for reading: all that was acknowledged, and nothing else. */
  get rows(): Db {
    return this.#rows.reader;
  }

  /** What the rules say of members, units and revisions, for reading. */
  get facts(): Rows {
    return new Rows(this.#rows.reader);
  }

  /** Why nothing can be written now, or undefined. */
  get refusal(): LoreError | undefined {
    if (this.#refusal !== undefined) return this.#refusal;
    if (this.store.failure !== undefined) {
      return new LoreError(
        "READ_ONLY",
        `This community is read-only since its storage failed: ${this.store.failure.message}. Check the disk, then start again.`,
      );
    }
    const { logSigner } = this.#options;
    if (logSigner !== undefined && this.size > 0 && !equal(logSigner.publicKey, this.projections.fold.rules.logKey)) {
      return new LoreError(
        "READ_ONLY",
        'The key on this machine is not the one that signs this record. Bring the right one with "lore key import FILE".',
      );
    }
    if (logSigner === undefined && this.store.log.size() > 0) {
      return new LoreError(
        "READ_ONLY",
        'This is a copy: the key that signs its record is not here. Bring it with "lore key import FILE".',
      );
    }
    return undefined;
  }

  /** Where its files are. */
  get directory(): string {
    return this.#options.directory;
  }

  /** Who used what, beside the record; opened when it is first asked for. */
  get desk(): Desk {
    this.#desk ??= new Desk(this, { readOnly: this.#options.readOnly === true });
    return this.#desk;
  }

  /** Number of entries, durable. */
  get size(): number {
    return this.store.log.size();
  }

  /** The community's id, base32. @throws when the community is empty. */
  get id(): string {
    return communityId(this.log);
  }

  /** What the charter in force says of the community. */
  get about(): CommunityFacts {
    return communityFacts(this.rows);
  }

  get name(): string {
    return this.about.name;
  }

  /** The charter in force. @throws when the community is empty. */
  get charter(): CharterInForce {
    return charterInForce(this.facts);
  }

  /** Digest of the genesis entry. @throws when the community is empty. */
  get log(): Uint8Array {
    const { log } = this.projections.fold;
    if (log === undefined) throw new Error("an empty community has no log digest");
    return log;
  }

  get origin(): string {
    return logOrigin(this.id, this.projections.fold.rules.term);
  }

  /** The verifier key of the log, for witnesses and other clients. */
  get vkey(): string {
    return verifierKey(this.environment.suite, { name: this.origin, publicKey: this.projections.fold.rules.logKey });
  }

  /** The latest checkpoint, read; undefined before the first seal. */
  get checkpoint() {
    const note = this.store.log.checkpoint();
    return note === undefined ? undefined : { note, ...parseCheckpoint(note) };
  }

  /** Takes the genesis into an empty community. */
  async begin(submission: Submission): Promise<void> {
    if (this.size > 0 || submission.entry.log !== null) throw new LoreError("REFUSED", "A community begins once.");
    await this.append(submission);
    await this.seal();
  }

  /**
   * Writes one entry; durable when the promise resolves, under a checkpoint at most a second later. What is still
   * being checked takes its place in the order already.
   * @throws LoreError what it was refused for, with nothing written.
   */
  append(submission: Submission | Promise<Submission>): Promise<Acknowledgement> {
    return this.#queue.append(submission);
  }

  /**
   * Writes many entries by this node's own hand in one group, all or none.
   * @throws LoreError the first refusal; then none is written.
   */
  appendAll(submissions: readonly Submission[]): Promise<void> {
    this.#isFilling = true;
    return this.#queue.appendAll(submissions);
  }

  async #writeGroup(...[submissions, onRefused]: Parameters<WriteGroup>): Promise<Map<Submission, number>> {
    this.#requireWritable();
    this.#bringUpRows();
    const start = this.size;
    const indexes = new Map<Submission, number>();
    const accepted: Submission[] = [];
    await this.#rows.write(async () => {
      for (const submission of submissions) {
        const admitted = this.#admit(submission, onRefused);
        if (admitted === undefined) continue;
        // From here on a failure is nobody's mistake: it undoes the whole group.
        for (const { digest, bytes, like } of admitted.arriving) {
          if (digest === undefined) continue;
          this.store.parts.put(digest, bytes, { like });
          this.projections.keepAtHand(digest, bytes);
        }
        this.projections.project(admitted.step);
        indexes.set(submission, start + accepted.length);
        accepted.push(submission);
      }
      if (accepted.length === 0) return;
      this.projections.flush();
      await this.store.log.append(
        accepted.map(({ entry, sidecar }) => ({ bytes: entry.bytes, sidecar })),
        start,
      );
    });
    if (accepted.length > 0) this.#sealSoon();
    return indexes;
  }

  /** They are behind only where they could not be committed after the entries were. @throws LoreError DISK_FULL and the like. */
  #bringUpRows(): void {
    const { fold } = this.projections;
    if (fold.size === this.size || fold.newerFrom !== undefined) return;
    try {
      this.projections.catchUp();
    } catch (error) {
      throw rowsError(error, this.id);
    }
  }

  /** Checks a submission and folds it in; undefined when it was refused, with nothing changed. */
  #admit(submission: Submission, onRefused: (error: unknown, submission: Submission) => void) {
    try {
      const arriving = requireAdmissible(this, submission);
      return { arriving, step: this.projections.admit(submission.entry, decodeSidecar(submission.sidecar)) };
    } catch (error) {
      onRefused(error, submission);
      return undefined;
    }
  }

  #requireWritable(): void {
    if (this.refusal !== undefined) throw this.refusal;
    if (this.#options.readOnly === true)
      throw new LoreError("READ_ONLY", "This community was opened for reading only.");
  }

  #sealSoon(): void {
    this.#sealTimer ??= setTimeout(() => {
      const wasFilled = this.#isFilling;
      this.#isFilling = false;
      void this.#sealRecord()
        .catch((error: unknown) => {
          // Nothing was changed: it is tried again until it can be done.
          if (isLoreError(error, "DISK_FULL") || isLoreError(error, "BUSY")) return this.#sealSoon();
          this.#refusal ??= isLoreError(error)
            ? error
            : new LoreError("READ_ONLY", "Sealing the record failed; it is read-only until the next start.", {
                cause: error,
              });
        })
        // The record needs neither: the next seal tries again, and whoever reads hears what is wrong.
        .then(() => (wasFilled ? this.search.follow(this.facts) : this.search.followInTime(() => this.facts)))
        .then(() => this.authorship.followInTime(() => this.facts))
        .catch(() => undefined);
    }, SEAL_DELAY_MS);
  }

  /** Signs a checkpoint over everything that is durable, read back; afterwards it can be found, too. */
  async seal(): Promise<void> {
    await this.#sealRecord();
    await this.search.follow(this.facts);
    this.authorship.followInTime(() => this.facts);
  }

  /** Others may write meanwhile: what is sealed is durable already. */
  #sealRecord(): Promise<void> {
    clearTimeout(this.#sealTimer);
    this.#sealTimer = undefined;
    return this.#seals.take(() => this.#sealNow());
  }

  async #sealNow(): Promise<void> {
    const { store, environment, erased } = this;
    const { logSigner, highWater, readOnly = false } = this.#options;
    if (logSigner === undefined || this.refusal !== undefined || readOnly) return;
    await this.#queue.exclusively(async () => this.#bringUpRows());
    await this.#queue.exclusively(() =>
      eraseDue({ environment, store, erased, rows: this.rows, time: this.projections.fold.time, known: this.#known }),
    );
    await seal({ suite: environment.suite, store, highWater, origin: this.origin, id: this.id, logSigner });
  }

  /** Seals, then lets go of the files, whatever comes of it. */
  async close(): Promise<void> {
    try {
      if (this.size > 0 && this.refusal === undefined && this.#options.readOnly !== true) await this.#sealRecord();
      await this.search.follow(this.facts).catch(() => undefined);
    } finally {
      await this.#seals.take(() => Promise.resolve());
      clearTimeout(this.#sealTimer);
      this.authorship.stop();
      // A thread that has ended holds no files.
      await this.#options.background?.order({ act: "release", directory: this.directory }).catch(() => undefined);
      await this.search.close();
      await this.authorship.close();
      this.#desk?.close();
      this.#rows.close();
      this.store.close();
    }
  }
}

function moveWal({ background, directory }: CommunityOptions): MoveWal | undefined {
  return background === undefined ? undefined : (path) => background.order({ act: "move", directory, path });
}
