/**
 * What every page is made from: the node, the workshop, the assets, and what the program lends (an importer, a
 * writer of copies). `Visit` is one community at one moment, as one request sees it.
 */
import type { Community } from "../community/community.ts";
import type { LoreNode } from "../community/node.ts";
import { type Moment, NOW, parseMoment } from "../community/queries/moment.ts";
import { type CommunityProfile, isPublic, profile } from "../community/queries/profile.ts";
import { base32, isLoreError, LoreError } from "../bytes/index.ts";
import type { ImportProgress, ImportReport } from "../import/report.ts";
import type { Assets } from "./assets.ts";
import { FrontDesk } from "../desk/index.ts";
import { Workshop } from "./markdown/workshop.ts";

export type ImportSource =
  | { readonly type: "git"; readonly location: string; readonly branch?: string; readonly path?: string }
  | { readonly type: "zip"; readonly file: string }
  | { readonly type: "folder"; readonly directory: string }
  | { readonly type: "empty" };

export interface ImportRequest {
  readonly name: string;
  readonly source: ImportSource;
}

export type StartImport = (
  request: ImportRequest,
  onProgress: (progress: ImportProgress) => void,
) => Promise<ImportReport>;
/** The bytes of a zip of everything current, as Markdown and files. */
export type WriteCopy = (community: Community) => AsyncIterable<Uint8Array>;

export interface SiteOptions {
  readonly node: LoreNode;
  readonly startImport?: StartImport | undefined;
  readonly writeCopy?: WriteCopy | undefined;
}

/** What a crash loses of the counts of reading. */
const READS_DELAY_MS = 5_000;
/** Values kept per community while it does not change; the one longest unused goes first. */
const MEMOS_MAX = 256;

interface Memo {
  readonly version: string;
  readonly values: Map<string, unknown>;
}

export class Site {
  readonly node: LoreNode;
  readonly assets: Assets;
  readonly workshop = new Workshop();
  readonly startImport: StartImport | undefined;
  readonly writeCopy: WriteCopy | undefined;
  /** Tells answers of this process from those of an earlier one. */
  readonly started: string;
  readonly #memos = new Map<string, Memo>();
  /** By community, then by unit: not written down yet. */
  readonly #reads = new Map<string, Map<string, number>>();
  #readsTimer: NodeJS.Timeout | undefined;
  #desk: FrontDesk | undefined;

  constructor({ node, startImport, writeCopy }: SiteOptions, assets: Assets) {
    this.node = node;
    this.assets = assets;
    this.started = base32.encode(node.environment.random(5));
    this.startImport = startImport;
    this.writeCopy = writeCopy;
  }

  /** Where strangers arrive; opened when it is first asked for. */
  get desk(): FrontDesk {
    this.#desk ??= new FrontDesk(this.node.environment);
    return this.#desk;
  }

  async close(): Promise<void> {
    this.#desk?.close();
    await this.workshop.close();
  }

  /** A community that anyone may read. @throws LoreError NOT_FOUND, also for one that is hidden. */
  community(id: string): Community {
    const community = this.node.community(id);
    if (!isPublic(community))
      throw new LoreError("NOT_FOUND", `No community has the id ${id} here. "lore status" lists them.`);
    return community;
  }

  /** Communities that anyone may read. */
  communities(): Community[] {
    return this.node.ids().flatMap((id) => {
      try {
        return this.community(id);
      } catch (error) {
        if (isLoreError(error)) return [];
        throw error;
      }
    });
  }

  /** What `compute` answers, kept while the community's version stays. A key is used with one type only. */
  memo<T>(community: Community, key: string, compute: () => T): T {
    const { values } = this.#memo(community);
    const value = values.has(key) ? (values.get(key) as T) : compute();
    values.delete(key);
    values.set(key, value);
    for (const oldest of values.keys()) {
      if (values.size <= MEMOS_MAX) break;
      values.delete(oldest);
    }
    return value;
  }

  /** Counts that a unit was read, by nobody in particular; written down a little later, with others. */
  countRead({ id }: Community, unit: string): void {
    const reads = this.#reads.get(id) ?? new Map<string, number>();
    reads.set(unit, (reads.get(unit) ?? 0) + 1);
    this.#reads.set(id, reads);
    if (this.#readsTimer === undefined) this.#readsTimer = setTimeout(() => this.#writeReads(), READS_DELAY_MS).unref();
  }

  #writeReads(): void {
    this.#readsTimer = undefined;
    for (const [id, reads] of this.#reads) {
      this.#reads.delete(id);
      try {
        this.node.community(id).desk.addReads(reads);
      } catch (error) {
        // A count that cannot be kept, on a full disk say, is no reason to stop serving.
        if (!(error instanceof Error)) throw error;
      }
    }
  }

  forget(community: Community, key: string): void {
    this.#memo(community).values.delete(key);
  }

  #memo(community: Community): Memo {
    const version = this.version(community);
    const kept = this.#memos.get(community.id);
    if (kept?.version === version) return kept;
    const memo: Memo = { version, values: new Map() };
    this.#memos.set(community.id, memo);
    return memo;
  }

  /** Changes with everything that can be read here: with each entry, when it is sealed, and when it can be found. */
  version({ size, store, search, authorship }: Community): string {
    return `${this.started}-${size}-${store.log.sealedSize()}-${search.size}-${authorship.size}`;
  }

  profile(community: Community): CommunityProfile {
    return this.memo(community, "profile", () => profile(community));
  }
}

export interface Visit {
  readonly site: Site;
  readonly community: Community;
  readonly id: string;
  readonly profile: CommunityProfile;
  readonly moment: Moment;
  /** The moment as written in the address. */
  readonly asOf: string | undefined;
}

/** The same, now: for what is of today only. */
export function today(here: Visit): Visit {
  return { ...here, moment: NOW, asOf: undefined };
}

/** @throws LoreError NOT_FOUND; USAGE for a moment that is none. */
export function visit(site: Site, id: string, asOf?: string): Visit {
  const community = site.community(id);
  const written = asOf === undefined || asOf === "" ? undefined : asOf;
  return {
    site,
    community,
    id,
    profile: site.profile(community),
    moment: written === undefined ? NOW : parseMoment(community, written),
    asOf: written,
  };
}
