/** The clients of the append bench, each on a connection of its own, each waiting for its answer. */
import { Agent, request } from "node:http";
import { parentPort, workerData } from "node:worker_threads";

// Set by append.bench.ts.
const { url, bodies } = workerData as { url: string; bodies: readonly (readonly Uint8Array[])[] };
const latenciesMs: number[] = [];

function post(agent: Agent, body: Uint8Array): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const started = performance.now();
  const sent = request(
    url,
    { method: "POST", agent, headers: { "content-type": "application/cbor", "content-length": body.length } },
    (answer) => {
      let text = "";
      answer.on("data", (chunk: Buffer) => (text += chunk.toString()));
      answer.on("end", () => {
        latenciesMs.push(performance.now() - started);
        if (answer.statusCode === 201) resolve();
        else reject(new Error(`${answer.statusCode} ${text}`));
      });
    },
  );
  sent.on("error", reject);
  sent.end(body);
  return promise;
}

async function client(own: readonly Uint8Array[]): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  for (const body of own) await post(agent, body);
  agent.destroy();
}

const started = performance.now();
await Promise.all(bodies.map(client));
parentPort?.postMessage({ durationMs: performance.now() - started, latenciesMs });
