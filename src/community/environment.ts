/**
 * Everything a community takes from outside itself: the clock, randomness and where a node keeps things.
 * The program makes one from the machine; a test makes a fixed one.
 */
import type { AsyncSuite } from "../bytes/index.ts";

export interface Environment {
  /** Milliseconds since 1970. */
  now(): number;
  /** `length` unpredictable bytes. */
  random(length: number): Uint8Array;
  readonly suite: AsyncSuite;
  /** The data folder: communities, keys, the owner's lock. */
  readonly home: string;
  /** A folder outside the data folder, for the last signed checkpoint of each log. */
  readonly state: string;
}
