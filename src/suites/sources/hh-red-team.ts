/**
 * Red-team attempts of HH-RLHF (Ganguli et al. 2022, arXiv 2209.07858): dialogues of people who tried to make models misbehave,
 * of which the first human turn is the prompt. Columns used: transcript, task_description, tags. The file is one JSON array
 * under the name .jsonl. MIT, https://huggingface.co/datasets/Anthropic/hh-rlhf
 */
import { optionalText, type SuiteSource, textOf } from "../source.ts";

export const hhRedTeam: SuiteSource = {
  name: "hh-red-team",
  about: "first turns of 38,961 dialogues of red-teamers",
  licence: "MIT",
  card: "https://huggingface.co/datasets/Anthropic/hh-rlhf",
  hub: { dataset: "Anthropic/hh-rlhf", paths: ["red-team-attempts/red_team_attempts.jsonl.gz"] },
  evaluationOnly: false,
  read(row) {
    const prompt = firstHumanTurn(textOf(row, "transcript"));
    if (prompt === "") return { passedOver: "transcript without a human turn" };
    const tags = row.tags;
    const first = Array.isArray(tags) && typeof tags[0] === "string" ? tags[0] : "";
    // Attempts at one task are variations of one attack.
    return { prompt, expected: "any", category: first, cluster: optionalText(row, "task_description") };
  },
};

function firstHumanTurn(transcript: string): string {
  const [, human = ""] = transcript.split(/(?:^|\n\n)Human:/, 2);
  return (human.split(/\n\nAssistant:/, 1)[0] ?? "").trim();
}
