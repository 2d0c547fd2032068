/** `attest`: evidence put on record: a split view, the state of an import, a cosigned checkpoint. */
import { parts, rules } from "../common.ts";
import { oneOf, record, type Shaped } from "../shape.ts";

export const attestOp = record(
  { op: oneOf("attest"), about: oneOf("split-view", "import", "checkpoint") },
  { parts, rules },
);
export type AttestOp = Shaped<typeof attestOp>;
