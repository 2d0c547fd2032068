import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { checkStore, NOTHING_PROMISED, promisedBy } from "./check.ts";
import { inPairs, linesOf, LONG, missing, withDirectory, writer } from "./process.ts";

/** Long enough to seal, to erase twice and to write large parts. */
const STEPS = 15;
/** The calls that change the disk. SQLite makes them on the main thread, so their order is fixed. */
const CALLS = ["pwrite64", "fsync", "fdatasync", "rename", "unlink", "ftruncate"];
const unusable = missing("strace", ["-f", "--seccomp-bpf", "-e", "trace=none", "true"]);

function straced(directory: string, words: readonly string[]): string[] {
  // Only traced calls stop the writer then; a signal is injected only where all of them do.
  const filter = words.some((word) => word.includes(":signal=")) ? [] : ["--seccomp-bpf"];
  return ["strace", "-f", ...filter, "-qq", "-e", "signal=none", ...words, ...writer(directory, STEPS)];
}

/** How often an undisturbed run makes each call. */
async function countCalls(): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  await withDirectory(async (directory) => {
    const trace = `${directory}.trace`;
    const lines = await linesOf(straced(directory, ["-e", `trace=${CALLS.join()}`, "-o", trace]));
    assert.equal(lines.at(-1), "CLOSED");
    await checkStore(directory, promisedBy(lines, NOTHING_PROMISED));
    for (const [, call = ""] of readFileSync(trace, "latin1").matchAll(/^\d+ +(\w+)\(/gm))
      counts.set(call, (counts.get(call) ?? 0) + 1);
  });
  return counts;
}

interface Disturbance {
  readonly calls: readonly string[];
  /** As strace writes it. */
  readonly fault: string;
  /** How many of each call the default run disturbs. */
  readonly samples: number;
  /** What the writer's lines must be. */
  judge(lines: readonly string[]): void;
}

/** Runs the writer once for each chosen call with the fault at that call, and checks what is left. */
async function disturb(
  { calls, fault, samples, judge }: Disturbance,
  counts: ReadonlyMap<string, number>,
): Promise<void> {
  const faults = calls.flatMap((call) => chosen(counts.get(call) ?? 0, samples).map((nth) => ({ call, nth })));
  assert.ok(faults.length > 0);
  await inPairs(faults, async ({ call, nth }) => {
    await withDirectory(async (directory) => {
      const inject = `inject=${call}:${fault}:when=${nth}`;
      const lines = await linesOf(straced(directory, ["-e", `trace=${call}`, "-e", inject, "-o", "/dev/null"]));
      try {
        judge(lines);
        if (existsSync(directory)) await checkStore(directory, promisedBy(lines, NOTHING_PROMISED));
      } catch (error) {
        throw new Error(`${inject}: ${lines.join(", ")} in ${directory}`, { cause: error });
      }
    });
  });
}

/** Which of `count` calls to disturb: all of them in the long run. */
function chosen(count: number, samples: number): number[] {
  const stride = LONG ? 1 : Math.ceil(count / samples);
  return Array.from({ length: Math.ceil(count / stride) }, (_, i) => 1 + i * stride);
}

const killed: Disturbance = {
  calls: CALLS,
  fault: "signal=KILL",
  samples: 3,
  judge: (lines) => assert.ok(!lines.includes("CLOSED")),
};

const failed: Disturbance = {
  calls: ["pwrite64", "fsync", "fdatasync"],
  fault: "error=EIO",
  samples: 4,
  judge(lines) {
    const at = lines.indexOf("READ_ONLY");
    // SQLite does not say why it could not extend the WAL index, which it makes anew at every open.
    if (lines[0] !== "OPEN") assert.match(lines.join(), /^(READ_ONLY|DISK_FULL)$/);
    else if (at >= 0) assert.deepEqual(lines.slice(at), ["READ_ONLY", "REFUSED", "REFUSED"]);
    // What fails while closing is no write of ours: SQLite moves the WAL, which the next open would do as well.
    else assert.equal(lines.at(-1), "CLOSED");
  },
};

const full: Disturbance = {
  calls: ["pwrite64"],
  fault: "error=ENOSPC",
  samples: 5,
  judge(lines) {
    if (lines[0] === "OPEN") assert.equal(lines.at(-1), "CLOSED");
    else assert.deepEqual(lines, ["DISK_FULL"]);
  },
};

test(
  "nothing is acknowledged while a write waits for its fsync, so a power cut loses nothing",
  { skip: unusable },
  () =>
    withDirectory(async (directory) => {
      const trace = `${directory}.trace`;
      await linesOf(straced(directory, ["-e", "trace=write,pwrite64,fsync,fdatasync", "-o", trace]));
      const calls = [...readFileSync(trace, "latin1").matchAll(/^\d+ +(\w+)\(\d+(?:, "([A-Z]*))?/gm)];
      const acknowledged = calls.flatMap(([, call, word], at) => (call === "write" && acknowledges(word) ? [at] : []));
      assert.ok(acknowledged.length >= STEPS);
      for (const at of acknowledged) {
        const last = calls.slice(0, at).findLast(([, call]) => call !== "write");
        assert.match(last?.[1] ?? "", /sync$/, `before ${calls[at]?.[2]}`);
      }
    }),
);

function acknowledges(word: string | undefined): boolean {
  return word === "ACK" || word === "SEALED" || word === "ERASED";
}

test("a fault at any call that changes the disk", { skip: unusable }, async (context) => {
  const counts = await countCalls();
  await context.test("the process is killed: nothing acknowledged is lost, nothing is partial", () =>
    disturb(killed, counts),
  );
  await context.test("a write or fsync fails: nothing is acknowledged any more", () => disturb(failed, counts));
  await context.test("the disk is full: that write is refused, and the next one succeeds", () => disturb(full, counts));
});
