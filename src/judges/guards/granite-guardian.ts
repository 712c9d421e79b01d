/**
 * Granite Guardian 3.0 to 3.3 (IBM; Apache-2.0): the chat template takes the risk's name and asks about the last turn. Until
 * 3.2 the reply is Yes or No, in 3.2 with `<confidence>`; 3.3 answers `<score> yes|no </score>`, behind `<think>` where that
 * is on. 3.3 names its argument otherwise, so both are sent, and a template passes over the one it does not know.
 * Source: the models' cards (ibm-granite/granite-guardian-3.*) and ibm.com/granite/docs/models/guardian.
 */
import { conversation } from "./conversation.ts";
import { type GuardFormat, lastMatch, probabilityOf, scored, unreadable } from "./format.ts";

export const graniteGuardian: GuardFormat = {
  requests: (input) => [
    {
      messages: conversation(input),
      maxTokens: 48,
      templateArguments: { guardian_config: { risk_name: "harm", criteria_id: "harm" }, think: false },
    },
  ],
  parse([reply]) {
    const { text } = reply!;
    const said = text.replace(/<think>[\s\S]*?(?:<\/think>|$)/gi, "");
    const word = lastMatch(said, /<score>\s*(yes|no)\s*<\/score>/gi) ?? lastMatch(said, /^\s*(yes|no)\b/gi);
    if (word === undefined) return unreadable(reply!);
    return scored(word[1]!.toLowerCase() === "yes", probabilityOf(reply!, ["yes"], ["no"]));
  },
};
