/** Logs of jobs, which are hostile: figures, totals, the line that says why. */
import { expect, it } from "vitest";
import { cleaned, failureIn, lastLines, stepsOf } from "./trl-log.ts";

// As TRL 1.16 prints them under transformers 5.24: figures are quoted, the bar rewrites its line.
const real = [
  "Running entrypoint for job seas-1: trl dpo --loss_weights 1 1",
  "\r  0%|          | 0/2 [00:00<?, ?it/s]",
  "\r 50%|█████     | 1/2 [00:17<00:17, 17.90s/it]",
  "\r{'loss': '3.286', 'grad_norm': '3.617', 'learning_rate': '0', 'num_tokens': '334', 'rewards/chosen': '0', 'logps/chosen': '-21.4', 'epoch': '1'}",
  "{'loss': 0.694, 'grad_norm': 1e-05, 'learning_rate': 5e-06, 'rewards/accuracies': 0.5, 'epoch': 2.0}",
  "{'train_runtime': '34.74', 'train_loss': '3.286', 'epoch': '2'}",
].join("\n");

it("reads the steps and their number, quoted or not, and leaves the summary out", () => {
  expect(stepsOf(real)).toEqual({
    total: 2,
    steps: [
      {
        step: 1,
        epoch: 1,
        loss: 3.286,
        grad_norm: 3.617,
        learning_rate: 0,
        num_tokens: 334,
        "rewards/chosen": 0,
        "logps/chosen": -21.4,
      },
      { step: 2, epoch: 2, loss: 0.694, grad_norm: 1e-5, learning_rate: 5e-6, "rewards/accuracies": 0.5 },
    ],
  });
});

it.each([
  ["no dictionary", "loss 3"],
  ["a loss that is no number", "{'loss': 'nan', 'grad_norm': '1', 'learning_rate': '1', 'epoch': '1'}"],
  ["a loss of dots", "{'loss': '1.2.3', 'grad_norm': '1', 'learning_rate': '1', 'epoch': '1'}"],
  ["a number without end", `{'loss': '1e99999', 'grad_norm': '1', 'learning_rate': '1', 'epoch': '1'}`],
  ["a line without end", `{'loss': '1', 'grad_norm': '1', 'learning_rate': '1', 'epoch': '1'${" ".repeat(5000)}}`],
  ["half a line", "{'loss': '1', 'grad_norm': '1', 'learning_rate': '1', 'epo"],
])("takes %s for no step", (_, line) => {
  expect(stepsOf(line).steps).toEqual([]);
});

it("gives no key of an object's own another meaning", () => {
  const line = "{'__proto__': '7', 'loss': '1', 'grad_norm': '1', 'learning_rate': '1', 'epoch': '1', 'step': '99'}";
  const [step] = stepsOf(line).steps;
  expect(Object.getPrototypeOf(step)).toBe(Object.prototype);
  expect(step!.step).toBe(1);
  expect(({} as Record<string, unknown>).loss).toBeUndefined();
});

it("comes to the end of megabytes of nonsense", () => {
  const nonsense = `${"{'a': '1', ".repeat(300)}\n`;
  expect(stepsOf(nonsense.repeat(600)).steps).toEqual([]);
  expect(stepsOf("9".repeat(5_000_000)).total).toBeUndefined();
});

it("cleans what a terminal would obey", () => {
  expect(cleaned("\u001b[31mred\u001b[0m \u001b]0;title\u0007x\u202egnp.\u0000\u2028end")).toBe("red x gnp. end");
  expect(lastLines("one\n\n\u001b[2K\rtwo\n   \n", 5)).toEqual(["one", "two"]);
});

it("finds the error that was meant, not that of the process around it", () => {
  const log = [
    "Traceback (most recent call last):",
    '  File "x.py", line 1, in <module>',
    "FileNotFoundError: Couldn't find any data file at /there/data.",
    "Traceback (most recent call last):",
    "subprocess.CalledProcessError: Command '['python']' returned non-zero exit status 1.",
  ].join("\n");
  expect(failureIn(log)).toBe("FileNotFoundError: Couldn't find any data file at /there/data.");
  expect(failureIn("/bin/sh: 1: trl: not found\n")).toBe("/bin/sh: 1: trl: not found");
  expect(failureIn("[rank0]: torch.cuda.OutOfMemoryError: CUDA out of memory.\nlast words")).toContain("OutOfMemory");
  expect(failureIn("")).toBe("it logged nothing");
});
