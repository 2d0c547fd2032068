/** The one signature rule where engines like to differ. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { ed25519 } from "@noble/curves/ed25519.js";

import { concat, utf8 } from "./octets.ts";
import { createNodeSuite, createSigner } from "./node.ts";
import { nobleSuite } from "./noble.ts";
import { hex } from "./rfc4648.ts";

const { Point } = ed25519;
const L = Point.Fn.ORDER;
const message = utf8("the same on every node");
const suites = { node: createNodeSuite(), noble: nobleSuite };

function littleEndian(value: bigint): Uint8Array {
  return hex.decode(value.toString(16).padStart(64, "0")).toReversed();
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${hex.encode(bytes.toReversed())}`);
}

/** A signature with this R, by secret scalar `a`: s = r + h a, where r is the part of R in the large group. */
function signed(R: Uint8Array, r: bigint, a: bigint): { signature: Uint8Array; key: Uint8Array } {
  const key = Point.BASE.multiply(a).toBytes();
  const h =
    numberOf(
      new Uint8Array(
        createHash("sha512")
          .update(concat(R, key, message))
          .digest(),
      ),
    ) % L;
  return { signature: concat(R, littleEndian((r + h * a) % L)), key };
}

async function verdicts(signature: Uint8Array, key: Uint8Array): Promise<boolean[]> {
  const awaited = suites.node.verifyAsync(message, signature, key);
  return [...Object.values(suites).map((suite) => suite.verify(message, signature, key)), await awaited];
}

test("a commitment R of small order is taken, as the cofactored equation has it", async () => {
  const { signature, key } = signed(Point.ZERO.toBytes(), 0n, 12_345n);
  assert.deepEqual(await verdicts(signature, key), [true, true, true]);
});

test("a component of small order in R does not matter, though strict engines refuse it", async () => {
  const small = Point.fromHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
  const R = Point.BASE.multiply(777n).add(small).toBytes();
  const { signature, key } = signed(R, 777n, 12_345n);
  assert.deepEqual(await verdicts(signature, key), [true, true, true]);
});

test("a sign where x is 0, a y beyond the field and an S beyond the order are refused", async () => {
  const { signature, key } = signed(Point.ZERO.toBytes(), 0n, 12_345n);
  const [negativeZero, large] = [signature.slice(), signature.slice()];
  negativeZero[31] = 0x80;
  large.set(littleEndian(numberOf(signature.subarray(32)) + L), 32);
  const beyond = concat(littleEndian(2n ** 255n - 18n), signature.subarray(32));
  for (const each of [negativeZero, large, beyond, signature.subarray(1)])
    assert.deepEqual(await verdicts(each, key), [false, false, false]);
});

test("a key of small order signs nothing", async () => {
  for (const y of ["01", "00", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"]) {
    const key = hex.decode(y.padEnd(64, "0"));
    assert.deepEqual(await verdicts(concat(Point.ZERO.toBytes(), new Uint8Array(32)), key), [false, false, false]);
  }
});

test("an ordinary signature holds in both, and for no other message", async () => {
  const signer = createSigner(new Uint8Array(32).fill(7));
  const signature = signer.sign(message);
  assert.deepEqual(await verdicts(signature, signer.publicKey), [true, true, true]);
  assert.ok(!suites.node.verify(utf8("another"), signature, signer.publicKey));
});
