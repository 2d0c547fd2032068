/**
 * `commonlore.json` at the root of a folder: what files cannot say of themselves (docs/formats/manifest.md).
 * Names the community, its authors and reading order, and per path its kind, links and terms. Optional.
 */
import { LoreError, textOf } from "../bytes/index.ts";
import { LINK_RELS, type LinkRel } from "../unit/common.ts";
import { isRecord, list, record, type Shape, type Shaped, text } from "../unit/shape.ts";

export const MANIFEST_NAME = "commonlore.json";
const UNITS_MAX = 100_000;

const path = text(1_024);
const paths = list(path, 256);
const anyRecord: Shape<Readonly<Record<string, unknown>>> = (value, where) => {
  if (isRecord(value)) return value;
  throw new LoreError("MALFORMED", `Reading ${where}: wanted a map.`);
};

const unit = record(
  { path },
  {
    kind: text(20),
    title: text(300),
    lang: text(35),
    tags: list(text(60), 64),
    licence: text(200),
    /** Fields of the meta part that only this kind has. */
    meta: anyRecord,
    /** Machine-readable terms of a policy or right. */
    rules: anyRecord,
    /** The path of the unit that this one takes the place of. */
    replaces: path,
    derivedFrom: paths,
    uses: paths,
    cites: paths,
    answers: paths,
    partOf: paths,
    translates: paths,
  },
);
export type ManifestUnit = Shaped<typeof unit>;

const shape = record(
  {},
  {
    name: text(300),
    about: text(1_000),
    lang: text(35),
    licence: text(200),
    authors: list(text(200), 64),
    start: list(path, 64),
    units: list(unit, UNITS_MAX),
  },
);
export type Manifest = Shaped<typeof shape>;

/** @throws LoreError MALFORMED or UNSUPPORTED, naming the field. */
export function parseManifest(bytes: Uint8Array): Manifest {
  let value: unknown;
  try {
    value = JSON.parse(textOf(bytes) ?? "");
  } catch (error) {
    throw new LoreError("MALFORMED", `Reading ${MANIFEST_NAME}: it is not JSON.`, { cause: error });
  }
  return shape(value, MANIFEST_NAME);
}

/** The paths a unit links to, by relation. */
export function linksOfUnit(of: ManifestUnit): { readonly rel: LinkRel; readonly path: string }[] {
  return LINK_RELS.flatMap((rel) => {
    const named: unknown = Object.hasOwn(of, rel) ? Reflect.get(of, rel) : undefined;
    return paths(named ?? [], rel).map((to) => ({ rel, path: to }));
  });
}
