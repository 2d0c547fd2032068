/**
 * What a member asks of the desk, signed with the key they write with (docs/formats/desk.md): the desk holds what is no
 * business of readers. A request holds for two minutes, and once.
 */
import { concat, decodeFirst, encode, LoreError, SIGNATURE_BYTES, type Suite, utf8 } from "../bytes/index.ts";
import { bytes, integer, oneOf, record, type Shaped, text } from "../unit/shape.ts";

const DOMAIN = utf8("lore-desk/v1\n");
export const DESK_REQUEST_BYTES_MAX = 1_024;
export const DESK_ACTS = ["waiting", "dismiss", "invite", "invitations", "end"] as const;

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
  const map = encode({ v: 1, ...request });
  return concat(map, sign(concat(DOMAIN, suite.sha256(map))));
}

/** @throws LoreError MALFORMED, TOO_LARGE; BAD_SIGNATURE. */
export function readDeskRequest(suite: Suite, request: Uint8Array): DeskRequest {
  if (request.length > DESK_REQUEST_BYTES_MAX)
    throw new LoreError("TOO_LARGE", `A request to the desk takes at most ${DESK_REQUEST_BYTES_MAX} bytes.`, {
      limit: DESK_REQUEST_BYTES_MAX,
    });
  const { value, length } = decodeFirst(request);
  if (request.length !== length + SIGNATURE_BYTES)
    throw new LoreError(
      "MALFORMED",
      `Reading a request to the desk: ${SIGNATURE_BYTES} bytes of signature must follow.`,
    );
  const read = shape(value, "request");
  const map = request.subarray(0, length);
  if (suite.verify(concat(DOMAIN, suite.sha256(map)), request.subarray(length), read.key)) return read;
  throw new LoreError(
    "BAD_SIGNATURE",
    "Reading a request to the desk: its signature does not hold for the key it names.",
  );
}
