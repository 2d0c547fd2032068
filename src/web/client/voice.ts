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

type Act = "confirm" | "fails" | "dispute" | "thank" | "approve" | "reject" | "comment";

const TEXT: Readonly<Record<Act, Question["text"]>> = {
  confirm: "optional",
  fails: "needed",
  dispute: "needed",
  thank: "none",
  approve: "none",
  reject: "needed",
  comment: "needed",
};

function isAct(name: string | undefined): name is Act {
  return name !== undefined && Object.hasOwn(TEXT, name);
}

function opOf(act: Act, button: HTMLButtonElement, text: string): DraftOp {
  const { on, unit, at } = button.dataset;
  const content = words(text);
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
  const write = (text: string, as: string): Promise<Sent> => pen.write(() => [opOf(name, button, text)], as);
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
  const decided = isDecision ? await decisionWords(dataset["community"] ?? "", dataset["on"] ?? "", name) : undefined;
  sayNext(decided ?? (level === "waiting" ? sent.waiting : sent[name]));
  location.reload();
}
