/**
 * Shapes: small strict readers that turn decoded CBOR or JSON into typed values.
 * A shape names the place of what it refuses. An unknown field or enum value is not an error of the writer
 * but a newer format, and is told apart by code UNSUPPORTED, so that a reader can stop there and say so
 * (DESIGN.md 3, "Void, not fatal").
 */
import { LoreError } from "../bytes/index.ts";

/** Reads one value; `where` names it in messages. @throws LoreError MALFORMED or UNSUPPORTED. */
export type Shape<T> = (value: unknown, where: string) => T;
export type Shaped<S> = S extends Shape<infer T> ? T : never;

export function bytes(length: number): Shape<Uint8Array> {
  return (value, where) => {
    if (value instanceof Uint8Array && value.length === length) return value;
    throw refuse(where, `${length} bytes`, value);
  };
}

export function integer(least: number, most = Number.MAX_SAFE_INTEGER): Shape<number> {
  return (value, where) => {
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= least && value <= most) return value;
    throw refuse(where, `a whole number from ${least} to ${most}`, value);
  };
}

/** Text of 1 to `most` UTF-16 units that matches `pattern`, if given. */
export function text(most: number, pattern?: RegExp): Shape<string> {
  return (value, where) => {
    const fits = typeof value === "string" && value.length > 0 && value.length <= most;
    if (fits && (pattern === undefined || pattern.test(value))) return value;
    throw refuse(
      where,
      pattern === undefined ? `text of 1 to ${most} characters` : `text like ${pattern.source}`,
      value,
    );
  };
}

export function oneOf<const T extends string>(...words: readonly T[]): Shape<T> {
  return (value, where) => {
    const word = words.find((candidate) => candidate === value);
    if (word !== undefined) return word;
    if (typeof value === "string") throw newer(where, `"${value.slice(0, 40)}"`);
    throw refuse(where, `one of ${words.join(", ")}`, value);
  };
}

/** The literal `true`: a flag that is present or absent, never false. */
export const flag: Shape<true> = (value, where) => {
  if (value === true) return true;
  throw refuse(where, "true, or nothing", value);
};

export const boolean: Shape<boolean> = (value, where) => {
  if (typeof value === "boolean") return value;
  throw refuse(where, "true or false", value);
};

export function list<T>(item: Shape<T>, most: number, least = 0): Shape<readonly T[]> {
  return (value, where) => {
    if (!Array.isArray(value) || value.length < least || value.length > most) {
      throw refuse(where, `a list of ${least} to ${most}`, value);
    }
    return value.map((element: unknown, i) => item(element, `${where}[${i}]`));
  };
}

type Fields = Readonly<Record<string, Shape<unknown>>>;
type Read<R extends Fields, O extends Fields> = { readonly [K in keyof R]: Shaped<R[K]> } & {
  readonly [K in keyof O]?: Shaped<O[K]>;
};

/** A map with exactly these fields: all of `required`, any of `optional`, no other. */
export function record<R extends Fields, O extends Fields = Record<never, never>>(
  required: R,
  optional?: O,
): Shape<Read<R, O>> {
  const shapes = new Map<string, Shape<unknown>>(Object.entries({ ...required, ...optional }));
  const needed = Object.keys(required);
  return (value, where) => {
    if (!isRecord(value)) throw refuse(where, "a map", value);
    const read: Record<string, unknown> = {};
    for (const key of Object.keys(value)) {
      const shape = shapes.get(key);
      if (shape === undefined) throw newer(where, `the field "${key.slice(0, 40)}"`);
      read[key] = shape(value[key], `${where}.${key}`);
    }
    for (const key of needed) if (!(key in read)) throw refuse(`${where}.${key}`, "a value", undefined);
    // Every field was read by its own shape just above.
    return read as Read<R, O>;
  };
}

/** The first of two shapes that fits, chosen by `isFirst`. */
export function either<A, B>(isFirst: (value: unknown) => boolean, first: Shape<A>, second: Shape<B>): Shape<A | B> {
  return (value, where) => (isFirst(value) ? first(value, where) : second(value, where));
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array);
}

export function refuse(where: string, wanted: string, found: unknown): LoreError {
  return new LoreError("MALFORMED", `Reading ${where}: wanted ${wanted}, found ${describe(found)}.`, { field: where });
}

function newer(where: string, found: string): LoreError {
  const message = `Reading ${where}: ${found} is not known to this version; a newer one is needed.`;
  return new LoreError("UNSUPPORTED", message, { field: where });
}

function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === "object" && value !== null ? "a map" : JSON.stringify(value).slice(0, 60);
}
