/**
 * Brings a tree of files into a community: a folder, a zip, or the tip of a repository whose history was
 * rewritten. Writes one version for each file that differs from what was brought in last, takes a file that
 * moved for the same unit, and retires what is gone. A page edited here meanwhile gets the newer file as a
 * suggestion; what was written here and never imported is left alone.
 */
import { hex, LoreError, textOf, utf8 } from "../bytes/index.ts";
import {
  type Author,
  type Community,
  type DraftOp,
  type DraftPart,
  type HeldPart,
  WAS_ERASED,
} from "../community/index.ts";
import { limits, type Rules, unitId } from "../unit/index.ts";
import { Batch } from "./batch.ts";
import { type FileContent, kindOfFile, mediaOfFile, titleOfFile } from "./content.ts";
import type { SkippedItem } from "./report.ts";
import { wasErased } from "./erased.ts";
import { unreadableReason } from "./unreadable.ts";
import { linksOfUnit, type Manifest, type ManifestUnit } from "./manifest.ts";

/** One file of the tree. */
export interface TreeFile {
  readonly path: Uint8Array;
  readonly mode: number;
  /** The content, read when it is needed; chunks for a file too large for memory. */
  open(): Promise<Uint8Array | AsyncIterable<Uint8Array>>;
}

export interface TreeImport {
  readonly community: Community;
  readonly author: Author;
  readonly files: readonly TreeFile[];
  readonly manifest?: Manifest | undefined;
  /** Whose words they are, where that is known; else the author's. */
  readonly by?: readonly { readonly member: Uint8Array }[] | undefined;
  /** When, at the source, in ms. */
  readonly time?: number | undefined;
  readonly note?: string | undefined;
  /** Commit they are from. */
  readonly commit?: string | undefined;
  /** Only paths below this are compared and retired. */
  readonly prefix?: string | undefined;
  /** Whether most of what was brought in before may be retired because it is not among `files`. */
  readonly mayRetireMost?: boolean | undefined;
  /** Paths that are at the source and could not be read, a folder's with all below it: what stands here of them stays. */
  readonly unread?: readonly string[];
  /** Whether files from there came to this community before: then it may have nothing left of them. */
  readonly isKnownSource?: boolean | undefined;
  /** Ops to stand before the files, in the same entry. */
  readonly before?: readonly DraftOp[];
  /** Ops to stand after them. */
  readonly after?: (size: number) => readonly DraftOp[];
  readonly onProgress?: ((done: number, of: number) => void) | undefined;
}

export interface TreeImportResult {
  readonly revisions: number;
  readonly entries: number;
  readonly retired: number;
  readonly needsMerge: readonly string[];
  /** Files that were not written. */
  readonly skipped: readonly SkippedItem[];
}

/** So few may go without a question. */
const MISSING_MIN = 4;

interface Place {
  readonly unit: Uint8Array;
  readonly kind: string;
  readonly path: string;
  /** Digest of the body brought in last. */
  readonly imported: string | undefined;
  readonly head: Uint8Array;
  readonly headIsImport: boolean;
  readonly retired: boolean;
  readonly body: Uint8Array | undefined;
}

interface Incoming extends FileContent {
  readonly file: TreeFile;
  readonly isText: boolean;
  readonly digest: Uint8Array;
  readonly held: { readonly digest: Uint8Array; readonly size: number } | undefined;
}

export async function importTree(options: TreeImport): Promise<TreeImportResult> {
  return new TreeWriter(options).run();
}

class TreeWriter {
  readonly #options: TreeImport;
  readonly #batch: Batch;
  readonly #places: Map<string, Place>;
  readonly #units: Map<string, ManifestUnit>;
  /** Unit ids by path, known before anything is written so that links can name each other. */
  readonly #ids = new Map<string, { id: Uint8Array; nonce: Uint8Array | undefined }>();
  readonly #result = { revisions: 0, retired: 0, needsMerge: [] as string[], skipped: [] as SkippedItem[] };

  constructor(options: TreeImport) {
    this.#options = options;
    this.#batch = new Batch(options.community, options.author);
    this.#places = importedPlaces(options.community);
    this.#units = new Map((options.manifest?.units ?? []).map((unit) => [unit.path, unit]));
  }

  async run(): Promise<TreeImportResult> {
    const { files, before = [], after, onProgress } = this.#options;
    for (const op of before) this.#add(op);
    const paths = new Set(files.map(({ path }) => pathKey(path)));
    const gone = [...this.#places.values()].filter(
      (place) => !place.retired && !paths.has(place.path) && this.#inScope(place) && !this.#isUnread(place),
    );
    const moved = new Map(
      gone.flatMap((place) => (place.imported === undefined ? [] : [[place.imported, place] as const])),
    );
    this.#requireSameSource(gone.length);
    this.#chooseIds();
    for (const [i, file] of files.entries()) {
      const incoming = await this.#read(file);
      if (incoming !== undefined) await this.#bringIn(incoming, moved);
      if (this.#batch.isFull) await this.#batch.write();
      onProgress?.(i + 1, files.length);
    }
    const reused = new Set([...this.#ids.values()].map(({ id }) => hex.encode(id)));
    for (const place of gone) if (!reused.has(hex.encode(place.unit))) this.#retire(place);
    for (const unit of this.#units.values()) this.#replace(unit);
    this.#batch.endGroup();
    for (const op of after?.(this.#batch.size) ?? []) this.#add(op);
    await this.#batch.write();
    return { ...this.#result, entries: this.#batch.entries };
  }

  /** A source that lacks most of what was brought in is most likely another one. @throws LoreError REFUSED. */
  #requireSameSource(gone: number): void {
    const brought = [...this.#places.values()].filter((place) => !place.retired && this.#inScope(place)).length;
    const { mayRetireMost = false, isKnownSource = false } = this.#options;
    const hasNothing = !isKnownSource && gone > 0 && gone === brought;
    if (mayRetireMost || (!hasNothing && (gone < MISSING_MIN || gone * 2 <= brought))) return;
    throw new LoreError(
      "REFUSED",
      `Bringing in the source: ${gone} of the ${brought} files that were brought in before are not in it, so it looks like another one. Nothing was written. Begin another community with --name NAME; or, if these are to be retired here, add --retire.`,
      { data: { missing: gone, of: brought } },
    );
  }

  #add(draft: DraftOp): void {
    this.#batch.add(this.#options.author.seal(draft));
  }

  #inScope({ path }: Place): boolean {
    const { prefix } = this.#options;
    return prefix === undefined || path === prefix || path.startsWith(`${prefix}/`);
  }

  #isUnread({ path }: Place): boolean {
    return this.#options.unread?.some((unread) => path === unread || path.startsWith(`${unread}/`)) ?? false;
  }

  #chooseIds(): void {
    const { community, author, files } = this.#options;
    const { environment, log } = community;
    for (const { path } of files) {
      const key = pathKey(path);
      const place = this.#places.get(key);
      const nonce = place === undefined ? environment.random(16) : undefined;
      const id =
        place?.unit ?? unitId(environment.suite, { log, author: author.member, nonce: nonce ?? new Uint8Array(16) });
      this.#ids.set(key, { id, nonce });
    }
  }

  /** A file that cannot be read after all is left out; what stands here of it stays. */
  async #read(file: TreeFile): Promise<Incoming | undefined> {
    try {
      return await this.#contentOf(file);
    } catch (error) {
      const reason = unreadableReason(error);
      if (reason === undefined) throw error;
      this.#result.skipped.push({ path: new TextDecoder().decode(file.path), reason });
      return undefined;
    }
  }

  async #contentOf(file: TreeFile): Promise<Incoming> {
    const content = await file.open();
    const path = textOf(file.path);
    const shown = path ?? new TextDecoder().decode(file.path);
    const base = { file, path: shown, isText: path !== undefined, mode: file.mode };
    if (content instanceof Uint8Array) {
      return {
        ...base,
        bytes: content,
        held: undefined,
        digest: this.#options.community.environment.suite.sha256(content),
      };
    }
    const held = await this.#options.community.store.parts.putStream(content);
    return { ...base, bytes: undefined, held, digest: held.digest };
  }

  async #bringIn(incoming: Incoming, moved: Map<string, Place>): Promise<void> {
    const key = pathKey(incoming.file.path);
    const unit = this.#units.get(key);
    if (unit?.kind === "charter") return this.#charter(incoming, unit);
    const at = this.#places.get(key);
    const digest = hex.encode(incoming.digest);
    const from = at === undefined ? moved.get(digest) : undefined;
    if (from !== undefined) {
      moved.delete(digest);
      this.#ids.set(key, { id: from.unit, nonce: undefined });
    }
    const place = at ?? from;
    if (place?.retired === true)
      this.#add({ op: "mark", mark: "restore", on: { unit: place.unit }, ...this.#source() });
    if (place !== undefined && place.imported === digest && place.path === key) return;
    const conflict = place !== undefined && !place.headIsImport;
    const draft = this.#revise(incoming, { place, unit, conflict });
    if (wasErased(this.#options.community, draft.content)) {
      this.#result.skipped.push({ path: incoming.path, reason: WAS_ERASED });
      return;
    }
    if (conflict) this.#result.needsMerge.push(incoming.path);
    this.#add(draft);
    this.#result.revisions += 1;
  }

  #source() {
    const { time } = this.#options;
    return time === undefined ? {} : { source: { time } };
  }

  #revise(
    incoming: Incoming,
    { place, unit, conflict }: { place: Place | undefined; unit: ManifestUnit | undefined; conflict: boolean },
  ): DraftOp {
    const { by } = this.#options;
    const own = this.#ids.get(pathKey(incoming.file.path));
    const nonce = place === undefined ? own?.nonce : undefined;
    const kind = place?.kind ?? unit?.kind ?? kindOfFile(incoming);
    const links = (unit === undefined ? [] : linksOfUnit(unit)).flatMap(({ rel, path }) => {
      const to = this.#ids.get(path)?.id;
      return to === undefined ? [] : [{ rel, to }];
    });
    return {
      op: "revise",
      unit: place?.unit ?? own?.id ?? new Uint8Array(20),
      kind,
      parents: place === undefined ? [] : [place.head],
      ...(nonce === undefined ? {} : { nonce }),
      ...(conflict ? { propose: true as const } : {}),
      ...this.#source(),
      ...(by === undefined ? {} : { by: by.slice(0, limits.BY_MAX) }),
      ...(links.length === 0 ? {} : { links: links.slice(0, limits.LINKS_MAX) }),
      ...(unit?.licence === undefined ? {} : { licence: unit.licence }),
      // Checked by the fold when the entry is admitted; JSON holds nothing that CBOR lacks but fractions.
      ...(unit?.rules === undefined ? {} : { rules: unit.rules as Rules }),
      content: [this.#meta(incoming, kind, unit), bodyPart(incoming, { kind, like: place?.body })],
    };
  }

  #meta(incoming: Incoming, kind: string, unit: ManifestUnit | undefined): DraftPart {
    const { commit, note, manifest } = this.#options;
    const lang = unit?.lang ?? manifest?.lang;
    const meta = {
      title: unit?.title ?? titleOfFile(incoming, kind),
      ...(incoming.isText ? { path: incoming.path } : { pathHex: hex.encode(incoming.file.path) }),
      ...(lang === undefined ? {} : { lang }),
      ...(unit?.tags === undefined ? {} : { tags: unit.tags }),
      ...(note === undefined ? {} : { note }),
      ...unit?.meta,
      source: { ...(commit === undefined ? {} : { commit }), mode: incoming.mode.toString(8) },
    };
    return { name: "meta", media: "application/json", bytes: utf8(JSON.stringify(meta)) };
  }

  /** The community's own charter gets these words; its rules stay. */
  #charter(incoming: Incoming, unit: ManifestUnit): void {
    const { community, manifest, by } = this.#options;
    const charter = community.charter;
    if (charter.body !== undefined && hex.encode(charter.body) === hex.encode(incoming.digest)) return;
    const meta = {
      title: unit.title ?? titleOfFile(incoming, "page"),
      path: incoming.path,
      name: manifest?.name ?? community.name,
      ...(manifest?.about === undefined ? {} : { about: manifest.about }),
      ...(manifest?.start === undefined ? {} : { start: manifest.start }),
      ...(manifest?.lang === undefined ? {} : { lang: manifest.lang }),
      source: { mode: incoming.mode.toString(8) },
    };
    this.#add({
      op: "revise",
      unit: charter.id,
      kind: "charter",
      parents: [charter.head],
      rules: charter.rules,
      ...(manifest?.licence === undefined ? {} : { licence: manifest.licence }),
      ...(by === undefined ? {} : { by }),
      content: [
        { name: "meta", media: "application/json", bytes: utf8(JSON.stringify(meta)) },
        bodyPart(incoming, { kind: "page", like: charter.body }),
      ],
    });
    this.#result.revisions += 1;
  }

  #retire(place: Place): void {
    this.#add({ op: "mark", mark: "retire", on: { unit: place.unit }, ...this.#source() });
    this.#result.retired += 1;
  }

  #replace({ path, replaces }: ManifestUnit): void {
    const [old, by] = [replaces === undefined ? undefined : this.#ids.get(replaces)?.id, this.#ids.get(path)?.id];
    if (old === undefined || by === undefined) return;
    if (this.#options.community.facts.unitById(old)?.superseded_by != null) return;
    this.#add({ op: "mark", mark: "supersede", on: { unit: old }, by });
  }
}

function bodyPart(
  incoming: Incoming,
  { kind, like }: { kind: string; like: Uint8Array | undefined },
): DraftPart | HeldPart {
  const media = mediaOfFile(incoming, kind);
  if (incoming.held !== undefined) return { name: "body", media, ...incoming.held };
  return { name: "body", media, bytes: incoming.bytes ?? new Uint8Array(), digest: incoming.digest, like };
}

function pathKey(path: Uint8Array): string {
  return textOf(path) ?? hex.encode(path);
}

/** Every unit that an import brought, by its path; a current one before a retired one of the same path. */
function importedPlaces({ rows }: Community): Map<string, Place> {
  const found = rows.all<{
    unit: Uint8Array;
    kind: string;
    retired: number;
    path: string;
    head: Uint8Array;
    head_mode: string | null;
    body: Uint8Array | null;
    imported: Uint8Array | null;
  }>(
    `SELECT u.id AS unit, u.kind, u.retired, coalesce(f.path_hex, f.path) AS path, r.id AS head, f.mode AS head_mode, p.digest AS body,
       (SELECT q.digest FROM catalog_fact g JOIN part q ON q.revision = g.revision AND q.name = 'body'
        WHERE g.unit = u.n AND g.mode IS NOT NULL ORDER BY g.revision DESC LIMIT 1) AS imported
     FROM unit u JOIN revision r ON r.n = u.head JOIN catalog_fact f ON f.revision = r.n
     LEFT JOIN part p ON p.revision = r.n AND p.name = 'body'
     WHERE coalesce(f.path_hex, f.path) IS NOT NULL AND u.kind <> 'charter'
       AND EXISTS (SELECT 1 FROM catalog_fact g WHERE g.unit = u.n AND g.mode IS NOT NULL)
     ORDER BY u.retired DESC, u.n DESC`,
  );
  return new Map(
    found.map((row) => [
      row.path,
      {
        unit: row.unit,
        kind: row.kind,
        path: row.path,
        imported: row.imported === null ? undefined : hex.encode(row.imported),
        head: row.head,
        headIsImport: row.head_mode !== null,
        retired: row.retired === 1,
        body: row.body ?? undefined,
      },
    ]),
  );
}
