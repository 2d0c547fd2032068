/** The page of whoever writes in this browser: who they are here, what waits at the door, invitations, their key. */
import { base32, base64 } from "../../bytes/index.ts";
import { PERSON_SECRET_BYTES } from "../../bytes/person-key.ts";
import type { Invitation } from "../../desk/index.ts";
import type { DiffBlock } from "../markdown/diff.ts";
import type { SuggestionShown, WaitingShown } from "../waiting.ts";
import { diffWords } from "../words-diff.ts";
import { voiceWords } from "../words-voice.ts";
import { element, fieldOf } from "./dialog.ts";
import { Pen } from "./pen.ts";
import { keepSecret, secretHere } from "./person.ts";
import { decisionWords } from "./revisions.ts";
import { sayNext } from "./said.ts";

const { you, sent } = voiceWords;
const { diff } = diffWords;
const DAY_MS = 86_400_000;
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric" });
const FILE_KIND = "commonlore person v1";

/** Says it on this page, loaded anew. */
function sayAnew(text: string): void {
  sayNext(text);
  location.reload();
}

function failed(button: HTMLButtonElement, error: unknown): void {
  const note = element("p", { className: "note bad" }, `${sent.failed} ${error instanceof Error ? error.message : ""}`);
  note.setAttribute("role", "alert");
  button.disabled = false;
  button.parentElement?.append(note);
}

function pressing(label: string, className: string, press: () => Promise<void>): HTMLButtonElement {
  const button = element("button", { className, type: "button" }, label);
  button.addEventListener("click", () => {
    button.disabled = true;
    press().catch((error: unknown) => failed(button, error));
  });
  return button;
}

function section(title: string, ...inside: (Node | string)[]): HTMLElement {
  return element("section", { className: "section" }, element("h2", {}, title), ...inside);
}

async function waitingSection(pen: Pen): Promise<HTMLElement> {
  const waiting = (await pen.ask("waiting")) as readonly WaitingShown[];
  const cards = waiting.flatMap((entry) => entry.suggestions.map((each) => waitingCard(pen, entry, each)));
  return section(
    you.waiting,
    ...(cards.length === 0
      ? [element("p", { className: "quiet" }, you.none)]
      : [element("p", {}, you.waitingLead), ...cards]),
  );
}

function waitingCard(pen: Pen, { entry, name, time }: WaitingShown, suggestion: SuggestionShown): HTMLElement {
  const { revision, isNew, title, note, unit, difference } = suggestion;
  const heading = element("h3", {}, title ?? you.newPage);
  const page = element("a", { href: `/c/${pen.community}/u/${unit}` }, title ?? "");
  const about = element("p", {}, `${name}, ${DAY.format(time)}`, isNew ? `, ${you.newPage}` : "");
  const header = element("header", {}, isNew ? heading : element("h3", {}, page), about);
  const body = element("div", { className: "prose diff" }, ...difference.map(blockOf));
  const accept = pressing(you.letIn, "btn main", async () => {
    await pen.write(() => [{ op: "review", verdict: "approve", on: base32.decode(revision) }]);
    sayAnew(await decisionWords(pen.community, revision, "approve"));
  });
  const dismiss = pressing(you.dismiss, "btn bare", async () => {
    await pen.ask("dismiss", { on: base32.decode(entry) });
    sayAnew(sent.reject);
  });
  const reason = note === null ? [] : [element("p", { className: "reason" }, note)];
  return element(
    "article",
    { className: "card up-5" },
    header,
    ...reason,
    body,
    element("footer", {}, accept, dismiss),
  );
}

function blockOf(block: DiffBlock): HTMLElement {
  if (block.type === "gap")
    return element("p", { className: "gap" }, block.at === "end" ? diff.gapEnd : diff.gapMiddle(block.count));
  const pieces = block.type === "text" ? block.pieces : block.cells.flat();
  const inside = pieces.map(({ kind, text }) =>
    kind === "same" ? text : element(kind === "gone" ? "del" : "ins", {}, text),
  );
  return element("p", { className: "lines" }, ...inside);
}

async function inviteSection(pen: Pen): Promise<HTMLElement> {
  const label = fieldOf("label", you.for, "", element("input", { maxLength: 100 }));
  const uses = fieldOf("uses", you.uses, "", element("input", { type: "number", min: "1", max: "1000", value: "1" }));
  const days = fieldOf("days", you.days, "", element("input", { type: "number", min: "1", max: "365", value: "14" }));
  const made = element("div", { className: "note up-4", hidden: true });
  made.setAttribute("role", "status");
  const make = pressing(you.make, "btn main", async () => {
    const until = pen.standing.now + Number(days.input.value) * DAY_MS;
    const asked = {
      uses: Number(uses.input.value),
      until,
      ...(label.input.value === "" ? {} : { label: label.input.value }),
    };
    const { secret } = (await pen.ask("invite", asked)) as { secret: string };
    const href = `${location.origin}/c/${pen.community}/join#${secret}`;
    const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);
    const link = element("a", { href }, href);
    const copy = pressing(you.copy, "btn", async () => {
      await navigator.clipboard.writeText(href);
      copy.textContent = you.copied;
    });
    made.replaceChildren(
      element("p", {}, you.link),
      element("p", {}, link),
      copy,
      ...(isLocal ? [element("p", {}, you.local)] : []),
    );
    made.hidden = false;
    make.disabled = false;
  });
  const known = (await pen.ask("invitations")) as readonly Invitation[];
  const lines = known.map((invitation) =>
    element(
      "li",
      {},
      `${invitation.label} `,
      element("span", { className: "quiet" }, you.left(invitation.uses, DAY.format(invitation.until))),
      " ",
      pressing(you.end, "btn bare", async () => {
        await pen.ask("end", { on: base32.decode(invitation.name) });
        location.reload();
      }),
    ),
  );
  const list = lines.length === 0 ? [] : [element("ul", { className: "up-4" }, ...lines)];
  return section(
    you.invite,
    element("p", { className: "down-5" }, you.inviteLead),
    label.box,
    uses.box,
    days.box,
    element("div", { className: "row" }, make),
    made,
    ...list,
  );
}

/** One key for every community on this site. */
function keySection(secret: Uint8Array | undefined): HTMLElement {
  const file = element("input", { type: "file", accept: ".txt,text/plain", className: "hide", id: "lore:file" });
  const problem = element("p", { className: "note bad", hidden: true });
  problem.setAttribute("role", "alert");
  file.addEventListener("change", () => void bring(file, problem));
  const save = pressing(you.save, "btn", () => {
    const text = `${FILE_KIND}\n${base64.encode(secret ?? new Uint8Array())}\n`;
    const href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    element("a", { href, download: "commonlore-recovery.txt" }).click();
    save.disabled = false;
    return Promise.resolve();
  });
  const open = pressing(you.bring, "btn bare", () => {
    file.click();
    open.disabled = false;
    return Promise.resolve();
  });
  // Absent over plain http, whatever the types say.
  const isPlain = (crypto.subtle as SubtleCrypto | undefined) === undefined;
  return section(
    you.key,
    element("p", {}, you.keyText),
    ...(isPlain ? [element("p", { className: "note care" }, you.keyPlain)] : []),
    ...(secret === undefined ? [] : [element("p", { className: "quiet up-2 down-5" }, you.replaces)]),
    element("label", { className: "hide", htmlFor: file.id }, you.bring),
    element("div", { className: "row" }, ...(secret === undefined ? [] : [save]), open, file),
    problem,
  );
}

async function bring(input: HTMLInputElement, problem: HTMLElement): Promise<void> {
  const [kind, text = ""] = ((await input.files?.[0]?.text()) ?? "").split("\n");
  const secret = secretIn(kind, text);
  problem.hidden = secret !== undefined;
  problem.textContent = you.badFile;
  if (secret === undefined) return;
  await keepSecret(new Uint8Array(secret));
  sayAnew(you.brought);
}

function secretIn(kind: string | undefined, text: string): Uint8Array | undefined {
  try {
    const secret = base64.decode(text.trim());
    return kind?.trim() === FILE_KIND && secret.length === PERSON_SECRET_BYTES ? secret : undefined;
  } catch {
    return undefined;
  }
}

async function show(box: HTMLElement): Promise<void> {
  const community = box.dataset["you"] ?? "";
  const secret = await secretHere();
  const pen = secret === undefined ? undefined : await Pen.of(community, secret);
  const standing = pen?.standing;
  const who =
    standing?.member == null
      ? [element("p", { className: "lead up-2" }, you.nobody), element("p", {}, you.nobodyText)]
      : [
          element("p", { className: "lead up-2" }, `${you.named} `, element("b", {}, standing.name ?? "")),
          element("p", {}, standing.role === null ? you.outside : you.roles[standing.role]),
        ];
  const isMember = pen !== undefined && standing?.role != null;
  const parts = [
    ...(isMember ? [await waitingSection(pen)] : []),
    ...(isMember && standing?.role !== "contributor" ? [await inviteSection(pen)] : []),
    keySection(secret),
  ];
  box.replaceChildren(...who, ...parts);
}

const box = document.querySelector<HTMLElement>("[data-you]");
if (box !== null)
  show(box).catch((error: unknown) => {
    box.textContent = error instanceof Error ? error.message : sent.failed;
  });
