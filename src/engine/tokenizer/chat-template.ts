/**
 * Chat templates: the model's own Jinja text, rendered as transformers renders it. To keep message contents from ever
 * becoming control tokens, contents can be rendered with marks: no special token then reads across or inside a content,
 * and the tokenizer takes the marks out again after it has cut the text at the special tokens of the template itself.
 */
import { Template } from "@huggingface/jinja";
import { describeError, SeasError } from "../../errors.ts";
import type { Message } from "../../records.ts";

/** Renders messages; throws SeasError E_MODEL when there is no template or the template refuses the messages. */
export type ChatRenderer = (messages: readonly Message[], addGenerationPrompt: boolean) => string;

/**
 * A renderer for one template.
 *
 * @param template undefined for a model without one: the renderer then throws
 * @param tokens `bos_token`, `eos_token`, … as the template may print them
 * @throws SeasError E_MODEL when the template cannot be read
 */
export function chatRenderer(
  template: string | undefined,
  tokens: Readonly<Record<string, string | undefined>>,
): ChatRenderer {
  if (template === undefined) {
    return () => {
      throw new SeasError("E_MODEL", "this model has no chat template", {
        hint: "take an instruct model, or add chat_template.jinja to its folder",
      });
    };
  }
  let compiled: Template;
  try {
    compiled = new Template(template);
  } catch (cause) {
    throw new SeasError("E_MODEL", `the chat template cannot be read: ${describeError(cause)}`, { cause });
  }
  const given = Object.fromEntries(Object.entries(tokens).filter(([, value]) => value !== undefined));
  return (messages, addGenerationPrompt) => {
    try {
      return compiled.render({ ...given, messages, add_generation_prompt: addGenerationPrompt });
    } catch (cause) {
      const roles = messages.map((message) => message.role).join(", ");
      throw new SeasError(
        "E_MODEL",
        `the chat template refuses messages of the roles [${roles}]: ${describeError(cause)}`,
        { cause },
      );
    }
  };
}

/** A string that occurs in none of the texts and cannot overlap itself: noncharacters around a number. */
export function unusedMark(texts: readonly string[]): string {
  for (let n = 0; ; n++) {
    const mark = `\uFDD0${n}\uFDD1`;
    if (!texts.some((text) => text.includes(mark))) return mark;
  }
}

/**
 * The content with marks before its first and after its last character that is not white space (so that a template may
 * still trim it) and inside each special token that it spells.
 */
export function markContent(content: string, mark: string, specials: RegExp | undefined): string {
  if (content.trim() === "") return content;
  let marked = content;
  while (specials !== undefined && marked.search(specials) >= 0) {
    marked = marked.replaceAll(specials, (found) => {
      const at = found.length - found.trimStart().length;
      const first = String.fromCodePoint(found.codePointAt(at)!).length;
      return `${found.slice(0, at + first)}${mark}${found.slice(at + first)}`;
    });
  }
  const start = marked.length - marked.trimStart().length;
  const end = marked.trimEnd().length;
  return `${marked.slice(0, start)}${mark}${marked.slice(start, end)}${mark}${marked.slice(end)}`;
}
