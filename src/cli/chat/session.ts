/** A conversation with several models at once: each hears the same lines and its own answers. Knows no terminal and no engine. */
import type { Message } from "../../records.ts";
import type { Lines } from "./lines.ts";

/** An answer of one model; undefined text = the conversation has become too long for it. */
export interface Spoken {
  readonly text: string | undefined;
  /** Why it ended before the model ended it, to be shown. */
  readonly note?: string | undefined;
}

/** What a session works with. */
export interface ChatSession {
  /** How many models. */
  readonly models: number;
  readonly lines: Pick<Lines, "next">;
  /** All models' answers, each to its own conversation. */
  ask(conversations: readonly (readonly Message[])[]): Promise<readonly Spoken[]>;
  /** Shows what came to a line. */
  show(line: string, answers: readonly Spoken[]): void;
  /** Says a line. */
  say(text: string): void;
}

/** Goes on until there are no more lines, or `/quit`. */
export async function chatSession({ models, lines, ask, show, say }: ChatSession): Promise<void> {
  const anew = (): (readonly Message[])[] => Array.from({ length: models }, () => []);
  let conversations = anew();
  for (;;) {
    const line = (await lines.next())?.trim();
    if (line === undefined || line === "/quit") return;
    if (line === "") continue;
    if (line === "/reset") {
      conversations = anew();
      say("the conversation begins anew");
      continue;
    }
    if (line.startsWith("/")) {
      say("there are /reset, which begins anew, and /quit");
      continue;
    }
    const asked = conversations.map((messages): Message[] => [...messages, { role: "user", content: line }]);
    const answers = await ask(asked);
    show(line, answers);
    // Who could not hear the line does not remember it.
    conversations = answers.map(({ text }, i) =>
      text === undefined ? conversations[i]! : [...asked[i]!, { role: "assistant", content: text }],
    );
  }
}
