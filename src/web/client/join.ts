/** The page an invitation leads to. Its secret stands after the "#", where no server and no log sees it. */
import { voiceWords } from "../words-voice.ts";
import { keepInvitation } from "./invitation.ts";

const box = document.querySelector<HTMLElement>("[data-invited]");
const secret = location.hash.slice(1);
if (box !== null) {
  if (/^[a-z2-7]{32}$/.test(secret)) {
    keepInvitation(box.dataset["invited"] ?? "", secret);
    history.replaceState(null, "", location.pathname);
  } else if (secret === "") box.textContent = voiceWords.join.bare;
}
