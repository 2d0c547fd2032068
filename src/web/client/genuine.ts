/**
 * "Is this genuine?", checked in the reader's browser: the words against the signed fingerprint, the signature,
 * the entry's place in the record, the summary's signature by the community's key, and the summary against the
 * one this browser kept from its last visit. Nothing the server says about itself is taken as a check.
 */
import {
  base64,
  commitment,
  communityId,
  decode,
  decodeEntry,
  type Entry,
  hex,
  logKeyOf,
  logOrigin,
  nobleSuite,
  openCheckpoint,
  parseProof,
  partsOf,
  type ProofFile,
  tree,
  verifyEntry,
} from "../../verify.ts";

interface Subject {
  readonly community: string;
  readonly part: string;
  readonly proof: string;
  readonly checkpoint: string;
  readonly consistency: string;
  readonly signer: string;
  readonly title: string;
}

type StepName = "words" | "signature" | "record" | "summary" | "memory";
type Mark = "checked" | "failed" | "waiting";

const PATHS: Readonly<Record<Mark, string>> = {
  checked: "M8 14.5l4 4 8-9",
  failed: "M9.5 9.5l9 9M18.5 9.5l-9 9",
  waiting: "M14 8v7M14 18.5v1.5",
};
const LABELS: Readonly<Record<Mark, string>> = { checked: "Checked", failed: "Failed", waiting: "Not checked" };
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
const number = new Intl.NumberFormat("en-GB");

/** A check that did not hold: what was expected and what was found. */
class Failed extends Error {}

function drawMark(svg: SVGElement, mark: Mark): void {
  svg.setAttribute("aria-label", LABELS[mark]);
  svg.querySelector("path")?.setAttribute("d", PATHS[mark]);
  svg.querySelector("path")?.setAttribute("fill", "none");
  svg.querySelector("path")?.setAttribute("stroke", "currentColor");
  if (mark !== "waiting") svg.querySelector("circle")?.removeAttribute("stroke-dasharray");
}

function setStep(name: StepName, mark: Mark, say: { title?: string; text: string; fingerprint?: string }): void {
  const item = document.querySelector<HTMLElement>(`[data-step="${name}"]`);
  const [svg, title, text] = [item?.querySelector("svg"), item?.querySelector("h2"), item?.querySelector("p")];
  if (item == null || svg == null || title == null || text == null) return;
  item.className = mark === "checked" ? "" : mark;
  drawMark(svg, mark);
  if (say.title !== undefined) title.textContent = say.title;
  text.textContent = say.text;
  if (say.fingerprint !== undefined) item.append(fingerprint(say.fingerprint));
}

function fingerprint(text: string): HTMLElement {
  const [details, summary, code] = [
    document.createElement("details"),
    document.createElement("summary"),
    document.createElement("code"),
  ];
  summary.textContent = "Fingerprint";
  code.textContent = text;
  details.append(summary, code);
  return details;
}

function setVerdict(mark: Mark, line: string, text: string): void {
  const verdict = document.getElementById("lore:verdict");
  const [svg, first, second] = [verdict?.querySelector("svg"), ...(verdict?.querySelectorAll("p") ?? [])];
  if (verdict == null || svg == null || first == null || second == null) return;
  verdict.className = `verdict up-5${mark === "failed" ? " bad" : mark === "waiting" ? " wait" : ""}`;
  drawMark(svg, mark);
  first.textContent = line;
  second.textContent = text;
}

async function bytesAt(href: string): Promise<Uint8Array> {
  const response = await fetch(href, { cache: "no-store" });
  if (!response.ok) throw new Error(`${href} answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/** Runs a step; when it fails its line says so and the rest stays unchecked. */
function step<T>(name: StepName, title: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    setStep(name, "failed", { title, text: error instanceof Error ? error.message : String(error) });
    throw new Failed(title, { cause: error });
  }
}

interface Extra {
  readonly entry: Entry;
  readonly genesis: Entry;
  readonly genesisHashes: readonly Uint8Array[];
  readonly op: number;
  readonly part: string;
  readonly salt: Uint8Array;
}

interface RawExtra {
  readonly entry: Uint8Array;
  readonly op: number;
  readonly part: string;
  readonly salt: Uint8Array;
  readonly genesis: { readonly entry: Uint8Array; readonly hashes: readonly Uint8Array[] };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function isExtra(value: unknown): value is RawExtra {
  const { entry, op, part, salt, genesis } = fieldsOf(value);
  const first = fieldsOf(genesis);
  const areBytes = [entry, salt, first["entry"]].every((each) => each instanceof Uint8Array);
  const areHashes = Array.isArray(first["hashes"]) && first["hashes"].every((hash) => hash instanceof Uint8Array);
  return areBytes && areHashes && typeof op === "number" && typeof part === "string";
}

/** What a proof carries besides hashes; its bytes are checked below, not here. */
function extraOf(proof: ProofFile): Extra {
  const extra = decode(proof.extra);
  if (!isExtra(extra)) return fail("The proof does not hold what a proof must.");
  const [entry, genesis] = [decodeEntry(nobleSuite, extra.entry), decodeEntry(nobleSuite, extra.genesis.entry)];
  return { entry, genesis, genesisHashes: extra.genesis.hashes, op: extra.op, part: extra.part, salt: extra.salt };
}

function checkWords(words: Uint8Array, { entry, op, part, salt }: Extra): void {
  const digest = nobleSuite.sha256(words);
  step("words", "These are not the words that were signed", () => {
    const named = partsOf(entry.ops[op] ?? fail("The signed entry has no such place."));
    const signed = named.find(({ name }) => name === part)?.commit ?? fail("The signed entry names no such text.");
    const found = commitment(nobleSuite, salt, digest);
    if (hex.encode(signed) !== hex.encode(found)) {
      fail(
        `One letter or more differs from what was signed. Do not rely on this page. Signed: ${hex.encode(signed).slice(0, 16)}…, found: ${hex.encode(found).slice(0, 16)}….`,
      );
    }
  });
  setStep("words", "checked", {
    text: "The text you read gives the same fingerprint as the one that was signed.",
    fingerprint: hex.encode(digest),
  });
}

function fail(message: string): never {
  throw new Error(message);
}

/** Checks everything that the proof alone can show; answers the checkpoint it stands under. */
function checkProof(words: Uint8Array, proof: ProofFile, { community, signer }: Subject) {
  const extra = step("words", "The proof cannot be read", () => extraOf(proof));
  const { entry, genesis } = extra;
  checkWords(words, extra);
  step("signature", "The signature does not hold", () => verifyEntry(nobleSuite, entry));
  setStep("signature", "checked", {
    text: `on ${DAY.format(entry.time)}, by the signer's own clock, with a key that, this site says, belongs to ${signer}. The signature holds for that key.`,
    fingerprint: hex.encode(entry.key),
  });
  const key = step("summary", "The record is not this community's", () => {
    if (communityId(genesis.digest) !== community)
      fail(`The record begins with the community ${communityId(genesis.digest)}, not ${community}.`);
    if (entry.log !== null && hex.encode(entry.log) !== hex.encode(genesis.digest))
      fail("The entry was signed for another record.");
    return { name: logOrigin(community, 0), publicKey: logKeyOf(genesis) };
  });
  const checkpoint = step("summary", "The summary of the record is not signed by this community", () =>
    openCheckpoint(nobleSuite, proof.checkpoint, key),
  );
  step("record", "They do not stand in the record", () => {
    const { size, root } = checkpoint;
    const places = [
      [proof.index, entry.bytes, proof.hashes],
      [0, genesis.bytes, extra.genesisHashes],
    ] as const;
    for (const [index, bytes, hashes] of places) {
      const holds = tree.verifyInclusion(nobleSuite, {
        index,
        size,
        root,
        leaf: tree.leafHash(nobleSuite, bytes),
        proof: hashes,
      });
      if (!holds) fail(`Entry ${index} does not stand in the record that the summary sums up.`);
    }
  });
  setStep("record", "checked", {
    text: `as entry ${number.format(proof.index + 1)} of ${number.format(checkpoint.size)}. Taking it out or changing it would change every later summary of the record.`,
  });
  setStep("summary", "checked", {
    text: "with the key that its first entry names. That entry's fingerprint is the community's own address.",
    fingerprint: hex.encode(checkpoint.root),
  });
  return { checkpoint, key, entry };
}

interface Kept {
  readonly size: number;
  readonly root: string;
  readonly day: string;
}

function keptOf(community: string): Kept | undefined {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(`lore:seen:${community}`) ?? "null");
    if (typeof value !== "object" || value === null || !("size" in value) || !("root" in value)) return undefined;
    const day = "day" in value ? String(value.day) : "";
    return typeof value.size === "number" && typeof value.root === "string"
      ? { size: value.size, root: value.root, day }
      : undefined;
  } catch {
    return undefined;
  }
}

function keep(community: string, checkpoint: { size: number; root: Uint8Array }): boolean {
  try {
    localStorage.setItem(
      `lore:seen:${community}`,
      JSON.stringify({
        size: checkpoint.size,
        root: base64.encode(checkpoint.root),
        day: DAY.format(performance.timeOrigin),
      }),
    );
    return true;
  } catch {
    return false;
  }
}

/** Compares the summary with the one kept from an earlier visit; keeps the larger. */
async function checkMemory(
  { community, consistency }: Subject,
  now: { size: number; root: Uint8Array },
): Promise<void> {
  const kept = keptOf(community);
  if (kept === undefined) {
    const isKept = keep(community, now);
    setStep("memory", "waiting", {
      title: "You have no earlier summary of your own",
      text: isKept
        ? "This is your first check with this browser. It keeps a summary now, and next time will notice if the past was changed."
        : "This browser keeps nothing, so it cannot notice if the past was changed.",
    });
    return;
  }
  const [older, newer] =
    kept.size <= now.size
      ? [kept, { size: now.size, root: base64.encode(now.root) }]
      : [{ size: now.size, root: base64.encode(now.root) }, kept];
  const { hashes } =
    older.size === newer.size
      ? { hashes: [] }
      : (JSON.parse(new TextDecoder().decode(await bytesAt(`${consistency}?from=${older.size}&to=${newer.size}`))) as {
          hashes: string[];
        });
  step("memory", "The past was changed since your last visit", () => {
    const holds = tree.verifyConsistency(nobleSuite, {
      older: older.size,
      size: newer.size,
      olderRoot: base64.decode(older.root),
      root: base64.decode(newer.root),
      proof: hashes.map((hash) => base64.decode(hash)),
    });
    if (!holds)
      fail(
        `The summary kept ${kept.day === "" ? "before" : `on ${kept.day}`} over ${number.format(kept.size)} entries does not fit this one over ${number.format(now.size)}. Keep this page open and tell other members.`,
      );
  });
  if (now.size >= kept.size) keep(community, now);
  setStep("memory", "checked", {
    text: `${kept.day === "" ? "Since your last visit" : `Since ${kept.day}`} entries were only added: all ${number.format(older.size)} of then are still there, unchanged.`,
  });
}

async function check(subject: Subject): Promise<void> {
  const started = performance.now();
  const [words, proofBytes] = await Promise.all([bytesAt(subject.part), bytesAt(subject.proof)]);
  const { checkpoint, key, entry } = checkProof(words, parseProof(proofBytes), subject);
  const latest = await bytesAt(subject.checkpoint);
  const published = step("summary", "The published summary is not signed by this community", () =>
    openCheckpoint(nobleSuite, latest, key),
  );
  await checkMemory(subject, published.size >= checkpoint.size ? published : checkpoint);
  const seconds = ((performance.now() - started) / 1_000).toFixed(2);
  setVerdict(
    "checked",
    `Yes. Unchanged since ${DAY.format(entry.time)}.`,
    `Your browser checked this itself just now, in ${seconds} seconds.`,
  );
}

const box = document.getElementById("lore:genuine");
// Written by this site's own page.
const subject = box === null ? undefined : (JSON.parse(box.dataset["subject"] ?? "null") as Subject | null);
if (subject != null) {
  check(subject).catch((error: unknown) => {
    if (error instanceof Failed)
      setVerdict(
        "failed",
        "No. Do not rely on this page.",
        "The line below that is red says what was expected and what was found.",
      );
    else
      setVerdict(
        "waiting",
        "This could not be checked.",
        `The proof did not arrive (${error instanceof Error ? error.message : String(error)}). That says nothing about the page; try again.`,
      );
  });
}
