/** What the buttons of a page do: marks on what stands, and reviews of what was suggested. */
import { base32 } from "../../bytes/index.ts";
import { type DraftOp, words } from "../../community/draft.ts";
import type { MarkOp, Target } from "../../unit/index.ts";
import { voiceWords } from "../words-voice.ts";
import { ask, type Question } from "./dialog.ts";
import { Pen, type Sent } from "./pen.ts";
import { decisionWords } from "./revisions.ts";
import { say, sayNext } from "./said.ts";

const { dialog, sent } = voiceWords;

type Act = "confirm" | "fails" | "dispute" | "thank" | "approve" | "reject" | "comment" | "mine" | "hide";

const TEXT: Readonly<Record<Act, Question["text"]>> = {
  confirm: "optional",
  fails: "needed",
  dispute: "needed",
  thank: "none",
  approve: "none",
  reject: "needed",
  comment: "needed",
  mine: "needed",
  hide: "optional",
};

function isAct(name: string | undefined): name is Act {
  return name !== undefined && Object.hasOwn(TEXT, name);
}

function opOf(act: Act, button: HTMLButtonElement, { text, member }: { text: string; member: Uint8Array }): DraftOp {
  const { on, unit, at } = button.dataset;
  const content = words(text);
  if (act === "mine") return { op: "member", alias: [base32.decode(on ?? "")], into: member, content };
  if (act === "hide") {
    const slots = (on ?? "").split(" ").map((op) => ({ op: base32.decode(op), part: "name" }));
    return { op: "redact", slots, content };
  }
  if (act === "approve" || act === "reject" || act === "comment")
    return { op: "review", verdict: act, on: base32.decode(on ?? ""), content };
  const target: Target = { unit: base32.decode(unit ?? ""), ...(at === undefined ? {} : { at: base32.decode(at) }) };
  const mark: Pick<MarkOp, "mark" | "verdict"> =
    act === "confirm" || act === "fails"
      ? { mark: "confirm", verdict: act === "fails" ? "fails" : "holds" }
      : { mark: act };
  return { op: "mark", ...mark, on: target, content };
}

/** Does what a button says: at once where nothing need be asked. */
export async function act(button: HTMLButtonElement): Promise<void> {
  const { act: name, community = "" } = button.dataset;
  if (!isAct(name)) return;
  const pen = await Pen.hereOrNew(community);
  const write = (text: string, as: string): Promise<Sent> =>
    pen.write(({ member }) => [opOf(name, button, { text, member })], as);
  const question = { title: dialog[name], asksName: !pen.isKnown, text: TEXT[name] };
  // One press is enough where there is nothing to ask.
  const done =
    question.text === "none" && !question.asksName
      ? await write("", "").catch(failed)
      : await ask(question, ({ text, name: as }) => write(text, as));
  if (done !== undefined) await tell(name, done, button);
}

function failed(error: unknown): undefined {
  say(`${sent.failed} ${error instanceof Error ? error.message : ""}`, "alert");
}

/** Shown once the page is loaded anew, with what was said in it. */
async function tell(name: Act, { level }: Sent, { dataset }: HTMLButtonElement): Promise<void> {
  const isDecision = level === "stored" && (name === "approve" || name === "reject");
  const { community = "", on = "", of } = dataset;
  const decided = !isDecision ? undefined : of === "act" ? sent.decided : await decisionWords(community, on, name);
  sayNext(decided ?? (level === "waiting" ? sent.waiting : sent[name]));
  location.reload();
}
