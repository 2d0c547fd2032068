/** Passing value on: the exact pass, beside a float power iteration of the same graph to 1e-7 (typed arrays). */
import { flow, type FlowGraph } from "../src/projection/credit/flow.ts";
import { type Figure, median } from "./world.ts";

const SIZES = [100_000, 1_000_000] as const;
const LINKS_EACH = 2;
const ROUNDS = 5;
const RATES = [3_000, 500, 200];
/** Of the power iteration: what a unit passes on, and when it rests. */
const DAMPING = 0.35;
const RESTS_AT = 1e-7;

export function benchFlow(): Figure[] {
  return SIZES.map((size) => {
    const { graph, inflow } = world(size);
    const exact: number[] = [];
    const float: number[] = [];
    let iterations = 0;
    for (let round = 0; round < ROUNDS; round++) {
      exact.push(timed(() => flow(graph, inflow, RATES)));
      float.push(timed(() => (iterations = powerIteration(graph, inflow))));
    }
    const [own, other] = [median(exact), median(float)];
    return {
      ratio: own / other,
      what: `value passed on through ${size} units, ${LINKS_EACH} links each, exactly`,
      figure: `${own.toFixed(0)} ms, ${Math.round(process.memoryUsage().rss / 2 ** 20)} MB`,
      against: `power iteration, ${iterations} rounds ${other.toFixed(0)} ms`,
    };
  });
}

function timed(work: () => unknown): number {
  const started = performance.now();
  work();
  return performance.now() - started;
}

/** Units that link to two older ones each, and amounts for all of them; the same each time. */
function world(size: number): { graph: FlowGraph; inflow: Float64Array } {
  let state = 1;
  const below = (bound: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % bound;
  };
  const links = (size - 1) * LINKS_EACH;
  const first = Uint32Array.from({ length: size + 1 }, (_, i) => Math.max(0, i - 1) * LINKS_EACH);
  const graph = {
    first,
    to: Uint32Array.from({ length: links }, (_, link) => below(Math.floor(link / LINKS_EACH) + 1)),
    kind: Uint8Array.from({ length: links }, (_, link) =>
      Math.floor(link / LINKS_EACH) % 3 === 0 ? link % LINKS_EACH : 0,
    ),
    weight: Uint32Array.from({ length: links }, () => 1 + below(500)),
  };
  return { graph, inflow: Float64Array.from({ length: size }, () => below(100_000)) };
}

/** Answers how many rounds it took. */
function powerIteration({ first, to }: FlowGraph, inflow: Float64Array): number {
  const total = inflow.reduce((sum, amount) => sum + amount, 0);
  const seed = inflow.map((amount) => amount / total);
  let now = Float64Array.from(seed);
  for (let round = 1; ; round++) {
    const next = seed.map((amount) => amount * (1 - DAMPING));
    for (let node = 0; node < now.length; node++) {
      const [start, end] = [first[node] ?? 0, first[node + 1] ?? 0];
      const each = ((now[node] ?? 0) * DAMPING) / Math.max(1, end - start);
      for (let link = start; link < end; link++) next[to[link] ?? 0] = (next[to[link] ?? 0] ?? 0) + each;
    }
    let change = 0;
    for (let node = 0; node < now.length; node++) change += Math.abs((next[node] ?? 0) - (now[node] ?? 0));
    now = next;
    if (change < RESTS_AT) return round;
  }
}
