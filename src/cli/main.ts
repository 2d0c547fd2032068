/**
 * The entry point. Lets Node keep what it compiled, which makes every later start three times as fast; and keeps the
 * young generations of this thread and its workers from growing, which takes a third off the memory of an import and
 * nothing off its speed. Those of the workers begin as bin/node.mjs lets this one begin.
 */
import { enableCompileCache } from "node:module";
import { setFlagsFromString } from "node:v8";

setFlagsFromString("--semi-space-growth-factor=1");
setFlagsFromString("--min-semi-space-size=8");
enableCompileCache();
process.exitCode = await started();

/** The program's own files are the first that may be too many. */
async function started(): Promise<number> {
  try {
    const { main } = await import("./program.ts");
    return await main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof Error && "code" in error && (error.code === "EMFILE" || error.code === "ENFILE")))
      throw error;
    process.stderr.write(
      'lore: Starting: too many files are open. Allow more, as with "ulimit -n 256", and try again.\n',
    );
    return 5;
  }
}
