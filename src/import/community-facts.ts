/** What every report of an import says of the community as it now is. */
import { hex } from "../bytes/index.ts";
import { type Community, links, units } from "../community/index.ts";
import type { ImportReport } from "./report.ts";

const BROKEN_LISTED_MAX = 1_000;

/** What every report says of the community as it now is. */
export function communityFacts(
  community: Community,
): Pick<ImportReport, "community" | "units" | "brokenLinks" | "pointers"> {
  const counts: Record<string, number> = {};
  const listing = units.listUnits(community);
  for (const { kind } of listing) counts[kind] = (counts[kind] ?? 0) + 1;
  const broken = links.brokenLinks(community);
  const list = broken.slice(0, BROKEN_LISTED_MAX).map(({ path, title, href }) => ({ page: path ?? title, href }));
  return {
    community: { id: community.id, name: community.name },
    units: counts,
    brokenLinks: { count: broken.length, list },
    pointers: listing.filter((unit) => isPointer(community, unit)).map(({ path, title }) => path ?? title),
  };
}

/** Git LFS, docs/spec.md: a pointer file begins with its version and takes less than 1,024 bytes. */
const POINTER_START = "version https://git-lfs.github.com/spec/";
const POINTER_BYTES_MAX = 1_023;

function isPointer({ store }: Community, { sha256, sizeBytes }: units.UnitListing): boolean {
  if (sha256 === null || sizeBytes < POINTER_START.length || sizeBytes > POINTER_BYTES_MAX) return false;
  const start = store.parts.get(hex.decode(sha256))?.subarray(0, POINTER_START.length);
  return start !== undefined && Buffer.from(start).toString("latin1") === POINTER_START;
}
