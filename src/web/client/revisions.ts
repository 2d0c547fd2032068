/** What became of a version, as the site tells it. */
import { voiceWords } from "../words-voice.ts";

const { sent } = voiceWords;

export interface Became {
  readonly unit?: string;
  readonly state?: string;
}

export async function stateOf(community: string, revision: string): Promise<Became> {
  const answer = await fetch(`/api/c/${community}/revisions/${revision}`, { cache: "no-store" });
  return (await answer.json().catch(() => ({}))) as Became;
}

/** What to say to whoever accepted or declined a suggestion: it may take more people than them. */
export async function decisionWords(
  community: string,
  revision: string,
  verdict: "approve" | "reject",
): Promise<string> {
  const { state } = await stateOf(community, revision);
  const isOpen = state === "proposed" || state === "needs-merge";
  if (verdict === "approve") return isOpen ? sent.approveMore : sent.approve;
  return isOpen ? sent.rejectMore : sent.reject;
}
