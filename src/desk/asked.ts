/**
 * What a member asks of the desk, signed with the key they write with (docs/formats/desk.md): the desk holds what is no
 * business of readers. A request holds for two minutes, and once.
 */
import { readSignedMap, type SignedMap, signMap, type Suite } from "../bytes/index.ts";
import { bytes, integer, oneOf, record, type Shaped, text } from "../unit/shape.ts";

const REQUEST: SignedMap = { domain: "lore-desk/v1\n", name: "a request to the desk", bytesMax: 1_024 };
const DESK_ACTS = ["waiting", "dismiss", "invite", "invitations", "end"] as const;

const shape = record(
  {
    v: integer(1, 1),
    /** Digest of the genesis entry. */
    log: bytes(32),
    key: bytes(32),
    nonce: bytes(16),
    /** ms */
    time: integer(0),
    /** List what waits, dismiss something of it; make an invitation, list them, end one. */
    act: oneOf(...DESK_ACTS),
  },
  {
    /** What is dismissed (entry digest) or ended (an invitation's name). */
    on: bytes(32),
    /** Of an invitation: how many may come with it, until when (ms), and a word on whom it is for. */
    uses: integer(1, 10_000),
    until: integer(0),
    label: text(120),
  },
);

export type DeskRequest = Shaped<typeof shape>;

/** The request's bytes: its canonical map and a signature. */
export function signDeskRequest(
  suite: Suite,
  request: Omit<DeskRequest, "v">,
  sign: (message: Uint8Array) => Uint8Array,
): Uint8Array<ArrayBuffer> {
  return signMap(suite, REQUEST, { fields: { v: 1, ...request }, sign });
}

/** @throws LoreError MALFORMED, TOO_LARGE; BAD_SIGNATURE. */
export function readDeskRequest(suite: Suite, request: Uint8Array): DeskRequest {
  return readSignedMap(suite, REQUEST, { bytes: request, shape: (value) => shape(value, "request") });
}
