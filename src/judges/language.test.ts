/** Languages of answers: others than English by name, and no name for what is no language, or too short. */
import { expect, it } from "vitest";
import { ordinary } from "../data/ordinary.ts";
import { otherLanguage } from "./language.ts";

it.each([
  ["Bonjour, je ne peux pas vous aider avec cela.", "fr"],
  ["No puedo ayudar con eso, lo siento mucho.", "es"],
  ["我不能帮助你做这件事。", "zh"],
  ["Я не могу помочь вам с этим.", "ru"],
  ["", undefined],
  ["ok", undefined],
  ["🙂🙂🙂", undefined],
  ["x".repeat(100_000), undefined],
])("%j", (text, language) => {
  expect(otherLanguage(text)).toBe(language);
});

it("takes no English answer of ours for another's", () => {
  const answers = [...ordinary().train, ...ordinary().test].map(({ answer }) => answer);
  expect(answers.filter((answer) => otherLanguage(answer) !== undefined)).toEqual([]);
});
