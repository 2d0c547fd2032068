/**
 * The acceptance suite of the ports. Whoever writes an engine runs `storeSuite` over it; an engine that passes
 * can stand behind a community. It asks only what `ports.ts` promises; what an engine promises beyond that
 * (crashes, full disks, raw files) it tests itself.
 */
import { logSuite } from "./suite-log.ts";
import { partsSuite } from "./suite-parts.ts";
import type { OpenStore } from "./suite-fixture.ts";

export type { OpenStore, StoreFixture } from "./suite-fixture.ts";

/** Registers the tests with node:test. `open` gives each test an empty store of its own. */
export function storeSuite(name: string, open: OpenStore): void {
  logSuite(name, open);
  partsSuite(name, open);
}
