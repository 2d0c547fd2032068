/** Every command of `lore`, in the order the help lists them. */
import type { Command } from "../command.ts";
import { AUTHORSHIP } from "./authorship.ts";
import { CHECKING } from "./checking.ts";
import { CREDIT } from "./credit.ts";
import { KEYS } from "./keys.ts";
import { MEMBERSHIP } from "./membership.ts";
import { MOVING } from "./moving.ts";
import { PORTRAIT } from "./portrait.ts";
import { READING } from "./reading.ts";
import { RIGHTS } from "./rights.ts";
import { SERVING } from "./serving.ts";
import { TAKING } from "./taking.ts";
import { USING } from "./using.ts";
import { WRITING } from "./writing.ts";

export const COMMANDS: readonly Command[] = [
  ...SERVING,
  ...MOVING,
  ...TAKING,
  ...READING,
  ...PORTRAIT,
  ...AUTHORSHIP,
  ...RIGHTS,
  ...WRITING,
  ...USING,
  ...CREDIT,
  ...MEMBERSHIP,
  ...KEYS,
  ...CHECKING,
];
