/** Makes this browser's key one of whoever runs the site. The secret stands after the "#", where no log sees it. */
import { encode } from "../../bytes/index.ts";
import { personKey } from "../../bytes/person-key.ts";
import { voiceWords } from "../words-voice.ts";
import { secretOrNew } from "./person.ts";

const { welcome } = voiceWords;

async function greet(box: HTMLElement): Promise<string> {
  const secret = location.hash.slice(1);
  if (secret === "") return welcome.over;
  history.replaceState(null, "", location.pathname);
  const ids = (box.dataset["welcome"] ?? "").split(" ").filter((id) => id !== "");
  const person = await secretOrNew();
  let known = 0;
  for (const id of ids) {
    const answer = await fetch(`/api/c/${id}/welcome`, {
      method: "POST",
      headers: { "content-type": "application/cbor" },
      body: new Uint8Array(encode({ secret, key: personKey(person, id).publicKey })),
    });
    if (answer.ok) known += 1;
    else if (answer.status === 403 && known === 0) return welcome.over;
  }
  return known === 0 ? welcome.none : welcome.done(known);
}

const box = document.querySelector<HTMLElement>("[data-welcome]");
if (box !== null)
  greet(box).then(
    (said) => (box.textContent = said),
    (error: unknown) => (box.textContent = error instanceof Error ? error.message : welcome.over),
  );
