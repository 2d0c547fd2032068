/**
 * Keys of this node's user, one file per community, readable by nobody else. Never in an archive, an export
 * or a message.
 */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { hex, LoreError } from "../bytes/index.ts";
import { createSigner, type Signer } from "../bytes/node.ts";
import { makeMissing, openError } from "../store/index.ts";
import { isRecord, record, text } from "../unit/shape.ts";

const shape = record(
  { v: text(1, /^1$/), member: text(40, /^[0-9a-f]{40}$/), seed: text(64, /^[0-9a-f]{64}$/) },
  { logSeed: text(64, /^[0-9a-f]{64}$/) },
);

export interface Keys {
  /** Member id of the user here. */
  readonly member: Uint8Array;
  readonly signer: Signer;
  /** Signs checkpoints; absent on a machine that only keeps a copy. */
  readonly logSigner: Signer | undefined;
}

export interface KeyFile {
  readonly member: Uint8Array;
  readonly seed: Uint8Array;
  readonly logSeed?: Uint8Array | undefined;
}

/** The key file's text: what `lore key export` hands out, too. */
export function formatKeys({ member, seed, logSeed }: KeyFile): string {
  const file = {
    v: "1",
    member: hex.encode(member),
    seed: hex.encode(seed),
    ...(logSeed === undefined ? {} : { logSeed: hex.encode(logSeed) }),
  };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

/** @throws LoreError MALFORMED. */
export function parseKeyFile(contents: string): KeyFile {
  let value: unknown;
  try {
    value = JSON.parse(contents);
  } catch (error) {
    throw new LoreError("MALFORMED", "Reading a key file: it is not JSON.", { cause: error });
  }
  const { member, seed, logSeed } = shape(isRecord(value) ? value : undefined, "key file");
  return {
    member: hex.decode(member),
    seed: hex.decode(seed),
    ...(logSeed === undefined ? {} : { logSeed: hex.decode(logSeed) }),
  };
}

/** @throws LoreError MALFORMED. */
export function parseKeys(contents: string): Keys {
  const { member, seed, logSeed } = parseKeyFile(contents);
  return { member, signer: createSigner(seed), logSigner: logSeed === undefined ? undefined : createSigner(logSeed) };
}

export class Keystore {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** `label` names further identities of this user in one community; without it, the first. */
  path(community: string, label?: string): string {
    if (label !== undefined && !/^[\w -]{1,60}$/.test(label)) {
      throw new LoreError(
        "USAGE",
        `An identity's name may have letters, digits, spaces, "-" and "_"; got "${label.slice(0, 60)}".`,
      );
    }
    return join(this.#directory, label === undefined ? `${community}.json` : `${community}.${label}.json`);
  }

  /** undefined when this node has no such keys for the community. */
  read(community: string, label?: string): Keys | undefined {
    const path = this.path(community, label);
    return existsSync(path) ? parseKeys(readFileSync(path, "utf8")) : undefined;
  }

  write(community: string, keys: KeyFile, label?: string): void {
    this.writeText(community, formatKeys(keys), label);
  }

  /** Keeps the text of a key file; the caller has read it with `parseKeys`. */
  writeText(community: string, contents: string, label?: string): void {
    const path = this.path(community, label);
    try {
      makeMissing(this.#directory, 0o700);
      writeFileSync(`${path}.new`, contents, { mode: 0o600, flush: true });
      renameSync(`${path}.new`, path);
    } catch (error) {
      rmSync(`${path}.new`, { force: true });
      throw openError(error, "Keeping a key");
    }
  }
}
