/**
 * What came from where to which community of this node, so that the next import from there goes there too, whatever
 * either is called by now. Kept beside the record, not in it: where something lies on this machine is nobody
 * else's business. Lost, an import finds its community by name as the first one did.
 */
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";

import type { Community, LoreNode } from "../community/index.ts";
import { PRIVATE_FILE_MODE } from "../store/index.ts";

const FILE = "sources";

/** A place without its name. */
function markOf(location: string): string {
  const place = existsSync(location) ? realpathSync(location) : location;
  return createHash("sha256").update(place).digest("hex");
}

function marksIn(directory: string): string[] {
  const path = join(directory, FILE);
  return existsSync(path) ? readFileSync(path, "latin1").split("\n") : [];
}

/** Whether something from this place came to the community before. */
export function isFrom({ directory }: Community, location: string): boolean {
  return marksIn(directory).includes(markOf(location));
}

/** The one community that something from this place came to before; undefined where there is none, or are several. */
export function broughtFrom(node: LoreNode, location: string): Community | undefined {
  const mark = markOf(location);
  const [found, second] = node.ids().filter((id) => marksIn(node.directory(id)).includes(mark));
  return found === undefined || second !== undefined ? undefined : node.community(found);
}

/** To be called once something from there is on record. */
export function noteSource({ directory }: Community, location: string): void {
  const mark = markOf(location);
  if (!marksIn(directory).includes(mark))
    appendFileSync(join(directory, FILE), `${mark}\n`, { mode: PRIVATE_FILE_MODE });
}
