/**
 * The fault tests' course of writes, a pure function of a size: what is appended, put, published, replaced and
 * erased at each step, so that a checker can tell what must be there from the acknowledged size alone.
 */
import { bytesOf, digestOf, entryOf, pageOf } from "../../src/store/suite-fixture.ts";
import type { StoredEntry } from "../../src/store/index.ts";

const LARGE_BYTES = 300_000;

export interface Step {
  readonly entries: readonly StoredEntry[];
  readonly parts: readonly { readonly bytes: Uint8Array; readonly like: Uint8Array | undefined }[];
}

function entriesAt(size: number): number {
  return 1 + (size % 4);
}

/** The step that starts at `size`: 1 to 4 entries, a page on the page before, now and then a large part. */
export function stepAt(size: number): Step {
  const entries = Array.from({ length: entriesAt(size) }, (_, i) => entryOf(size + i));
  const page = { bytes: pageOf(size), like: undefined };
  const parts = [page, { bytes: pageOf(size + 1), like: digestOf(page.bytes) }];
  return { entries, parts: size % 16 === 3 ? [...parts, { bytes: largeOf(size), like: undefined }] : parts };
}

export function largeOf(size: number): Uint8Array {
  return bytesOf(`large ${size}`, LARGE_BYTES);
}

/** A part that the step at `size` puts and the same step erases when it has been appended. */
export function secretOf(size: number): Uint8Array {
  return bytesOf(`secret ${size}`, 700);
}

/** Every size at which a step of the script starts, up to and including the first one not below `size`. */
export function stepsTo(size: number): number[] {
  const starts = [0];
  for (let at = 0; at < size;) {
    at += entriesAt(at);
    starts.push(at);
  }
  return starts;
}
