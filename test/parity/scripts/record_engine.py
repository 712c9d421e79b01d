#!/usr/bin/env python3
"""Records what torch, transformers, peft and TRL compute on the default model: the reference of test/parity/engine.test.ts.

    python record_engine.py FOLDER    # writes ../recorded/engine.json.gz and ../recorded/adamw.json

FOLDER is a Hugging Face folder of SmolLM2-135M-Instruct whose float32 weights are those of the Q4_1 GGUF file, dequantised.
The DPO figures and their gradients are TRL's own: DPOTrainer's collator and compute_loss on given token ids, the
trained adapter under "default", another fixed one under "ref"; sftWeight is its "sft" loss with that weight.
Logits, log-probabilities and greedy text are float32, as people run the model; DPO is float64 (same weights), so that
the engine's float32 gradients are held against the true ones and not against another rounding. Arrays are base64 of
little-endian float32 or int32, row-major.

Adapters and every fixed choice come from one counter-based generator, the same in TypeScript: `mix(stream, i)` below.
Matrix number k of adapter a (modules in PEFT's order of layers, A before B) has stream 1000·a + k and values
(2·mix/2³² − 1)·bound, bound 1/√in for A and 0.02 for B. Of each gradient are kept: its norm, the entries at
mix(5000 + k, j) mod size, and its products with vectors of signs (the top bit of mix(6000 + 16·k + p, i)), whose mean
square tells the size of any difference in the whole matrix.
"""
import argparse
import base64
import gzip
import importlib.metadata
import json
import os
import tempfile
from pathlib import Path

import numpy as np
import torch
from datasets import Dataset
from peft import LoraConfig, get_peft_model
from transformers import AutoModelForCausalLM, AutoTokenizer
from trl import DPOConfig, DPOTrainer

RECORDED = Path(__file__).resolve().parent.parent / "recorded"
RANK, ALPHA, BETA, SFT_WEIGHT = 16, 32, 0.1, 0.2
ENTRIES, PROJECTIONS, COLUMNS, NEW_TOKENS = 16, 16, 128, 24
ADAMW = {"lr": 1e-4, "weight_decay": 0.01, "betas": (0.9, 0.999), "eps": 1e-8}
MODULES = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]

TEXTS = [
    "The ferry leaves the harbour at seven, and nobody on the pier is in a hurry.",
    "def area(width, height):\n    \"\"\"Of a rectangle.\"\"\"\n    return width * height\n\nprint(area(3, 4))",
    "Rice, lentils, two onions, a spoon of cumin: the whole dinner cost less than a cup of coffee at the station.",
    "Why does bread go stale faster in the fridge than on the counter?",
    "3 + 4 = 7, 7 + 11 = 18, and 18 + 29 = 47; the next sum in the row is",
    "Dear Ms. Okafor,\n\nthank you for your letter of 12 March. We have looked at the heating again and",
    "Der Zug nach Norden hat heute zwanzig Minuten Verspätung, sagt die Anzeige.",
    "SELECT name, COUNT(*) FROM visits GROUP BY name ORDER BY 2 DESC;",
    "She tuned the cello by ear, first the A, then down in fifths, while the hall filled up behind her.",
    "<ul>\n  <li>milk</li>\n  <li>matches</li>\n</ul>",
    "Une petite maison au bord de la mer, des volets bleus, et le vent toute la nuit.",
    "Water boils at a lower temperature on a mountain because",
    "QUESTION: Which planet has the shortest year?\nANSWER:",
    "naïve café façade — “quoted”, … and an emoji 🙂 at the end",
    "Once the snow had melted the path was mud, and once the mud had dried it was dust.",
    "1. Open the window.\n2. Take the plant outside.\n3. Water it until it drips.\n4.",
    "東京の冬は乾燥していて、空がとても青い。",
    "The committee could not agree whether the bridge should be painted green, grey or not at all, so it was",
    "a b c d e f g h i j k l m n o p",
    "In short: measure first, then change one thing, then measure again.",
]
CHATS = [
    [("user", "What is the capital of Portugal?")],
    [("system", "You answer in one short sentence."), ("user", "Why is the sky blue?")],
    [("user", "Write a haiku about a slow train.")],
    [("user", "Hi!"), ("assistant", "Hello! How can I help you today?"), ("user", "Name three vegetables that are red.")],
    [("user", "Translate to Spanish: The window is open.")],
    [("user", "How many minutes are in three hours? Explain.")],
    [("user", "Give me a title for a cookbook about soup.")],
    [("system", "You are a patient teacher."), ("user", "What does a thermometer measure, and how does the one with liquid in it work inside?")],
    [("user", "Write a line of Python that prints the numbers from 1 to 5.")],
    [("user", "Which is heavier, a kilogram of iron or a kilogram of feathers?")],
]
# user, chosen, rejected: lengths differ on purpose; together more than one part of the engine's memory budget.
PAIRS = [
    ("How do I keep basil alive on a windowsill?", "Give it light, water from below, and pinch off the tops before they flower. Turn the pot every few days, keep it away from cold glass at night, and move it to a larger pot once roots show at the bottom. A plant from the shop is often many seedlings in one pot: part them into two or three pots, and each will live far longer than the crowded bunch would have.", "I do not know."),
    ("What is a prime number?", "A whole number above one that only one and itself divide.", "A prime number is a number that is very large and that nobody can divide, like a million, which is why they are used in banks."),
    ("Tell me a joke about clocks.", "My clock was hungry, so it went back four seconds.", "No."),
    ("Is it rude to leave a party without saying goodbye?", "It depends on the size: from a crowd, slip out and send a note; from a dinner for six, say goodbye.", "Yes, it is always rude and people will remember it for ever, so you should have stayed at home."),
]


def mix(stream: int, count: int) -> np.ndarray:
    """murmur3's finaliser over i + stream · golden ratio: uint32, (count,)."""
    with np.errstate(over="ignore"):
        h = np.arange(count, dtype=np.uint32) + np.uint32((stream * 0x9E3779B9) & 0xFFFFFFFF)
        for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
            h = (h ^ (h >> np.uint32(shift))) * np.uint32(factor)
        return h ^ (h >> np.uint32(16))


def packed(values) -> str:
    array = np.asarray(values)
    return base64.b64encode(array.astype("<i4" if array.dtype.kind in "iu" else "<f4").tobytes()).decode()


def lora_matrices(model, adapter: str) -> list[tuple[str, torch.nn.Parameter]]:
    """Name and parameter of every matrix, in the order that numbers them."""
    layers = model.config.num_hidden_layers
    names = [f"layers.{i}.{'self_attn' if m[0] in 'qkvo' else 'mlp'}.{m}" for i in range(layers) for m in MODULES]
    return [
        (f"{n}.{half}", model.get_parameter(f"base_model.model.model.{n}.{half}.{adapter}.weight"))
        for n in names
        for half in ("lora_A", "lora_B")
    ]


def fill(model, adapter: str, number: int) -> None:
    for k, (name, parameter) in enumerate(lora_matrices(model, adapter)):
        bound = 1 / np.sqrt(parameter.shape[1]) if name.endswith("lora_A") else 0.02
        values = (2 * (mix(1000 * number + k, parameter.numel()) / 2**32) - 1) * bound
        parameter.data.copy_(torch.from_numpy(values.astype(np.float32)).reshape(parameter.shape))


@torch.no_grad()
def log_prob(model, prompt: list[int], completion: list[int]) -> float:
    rows = torch.log_softmax(model(torch.tensor([prompt + completion])).logits[0], -1)
    return sum(rows[len(prompt) + i - 1, token].item() for i, token in enumerate(completion))


@torch.no_grad()
def logits_of(model, ids: list[int], columns: torch.Tensor) -> dict:
    rows = model(torch.tensor([ids])).logits[0]
    return {
        "ids": ids,
        "columns": packed(rows[:, columns]),
        "argmax": rows.argmax(-1).tolist(),
        "logSumExp": packed(torch.logsumexp(rows, -1)),
    }


@torch.no_grad()
def greedy(model, tokenizer, prompt: list[int]) -> dict:
    out = model.generate(
        torch.tensor([prompt]), attention_mask=torch.ones(1, len(prompt), dtype=torch.long), do_sample=False,
        max_new_tokens=NEW_TOKENS, eos_token_id=[2, 0], pad_token_id=2,
    )[0, len(prompt):].tolist()
    stopped = out[-1] in (2, 0)
    tokens = out[:-1] if stopped else out
    return {"prompt": prompt, "tokens": tokens, "finishReason": "stop" if stopped else "length", "text": tokenizer.decode(tokens)}


def dpo_case(trainer: DPOTrainer, batch: dict, sft_weight: float) -> dict:
    model = trainer.model
    fill(model, "default", 0)
    model.zero_grad()
    trainer.loss_types, trainer.loss_weights = (["sigmoid"], [1.0]) if sft_weight == 0 else (["sigmoid", "sft"], [1.0, sft_weight])
    trainer._metrics["train"].clear()
    loss = trainer.compute_loss(model, batch)
    loss.backward()
    keys = ["rewards/chosen", "rewards/rejected", "rewards/accuracies", "rewards/margins", "logps/chosen", "logps/rejected"]
    metrics = {"loss": loss.item(), **{k: trainer._metrics["train"][k][-1] for k in keys}}
    matrices = lora_matrices(model, "default")
    gradients = gradients_of([p for _, p in matrices])
    torch.optim.AdamW([p for _, p in matrices], **ADAMW).step()
    at = [mix(5000 + k, ENTRIES) % p.numel() for k, (_, p) in enumerate(matrices)]
    weights = [p.detach().numpy().ravel()[at[k]] for k, (_, p) in enumerate(matrices)]
    return {"sftWeight": sft_weight, "metrics": metrics, **gradients, "weightsAfterAdamW": packed(weights)}


def gradients_of(parameters: list[torch.nn.Parameter]) -> dict:
    """What is kept of each gradient: see the head of this file."""
    norms, entries, projections = [], [], []
    for k, p in enumerate(parameters):
        gradient = p.grad.double().numpy().ravel()
        norms.append(np.linalg.norm(gradient))
        entries.append(gradient[mix(5000 + k, ENTRIES) % p.numel()])
        signs = [np.where(mix(6000 + 16 * k + j, gradient.size) >> np.uint32(31), -1.0, 1.0) for j in range(PROJECTIONS)]
        projections.append([gradient @ s for s in signs])
    return {"norms": packed(norms), "entries": packed(entries), "projections": packed(projections)}


def adamw_sequence() -> dict:
    """Five steps on two small tensors with clipping at 1 and a rate that changes."""
    scale = {"a": 0.5, "b": 3.0}
    draw = lambda stream, n: ((2 * (mix(stream, n) / 2**32) - 1)).astype(np.float32)
    tensors = {name: torch.nn.Parameter(torch.from_numpy(draw(900 + i, 4 + 3 * i))) for i, name in enumerate(scale)}
    start = {name: p.detach().numpy().tolist() for name, p in tensors.items()}
    optimizer = torch.optim.AdamW(tensors.values(), lr=0.0, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.1)
    steps = []
    for step, rate in enumerate([0.01, 0.02, 0.015, 0.01, 0.001]):
        for i, (name, p) in enumerate(tensors.items()):
            p.grad = torch.from_numpy(draw(910 + 10 * step + i, p.numel()) * np.float32(scale[name] / (step + 1)))
        gradients = {name: p.grad.numpy().tolist() for name, p in tensors.items()}
        norm = torch.nn.utils.clip_grad_norm_(tensors.values(), 1.0).item()
        optimizer.param_groups[0]["lr"] = rate
        optimizer.step()
        weights = {name: p.detach().numpy().tolist() for name, p in tensors.items()}
        steps.append({"learningRate": rate, "gradients": gradients, "norm": norm, "weights": weights})
    return {"maxGradNorm": 1.0, "weightDecay": 0.1, "start": start, "steps": steps}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder")
    folder = parser.parse_args().folder
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()
    chat = lambda messages: tokenizer.apply_chat_template(
        [{"role": r, "content": c} for r, c in messages], add_generation_prompt=True, return_dict=False
    )
    encode = lambda text: tokenizer.encode(text, add_special_tokens=False)
    columns = np.unique(mix(7, 4 * COLUMNS) % model.config.vocab_size)[:: 3][:COLUMNS].astype(np.int64)
    assert len(columns) == COLUMNS
    pairs = [{"prompt_ids": chat([("user", q)]), "chosen_ids": encode(c) + [2], "rejected_ids": encode(r) + [2]} for q, c, r in PAIRS]

    record = {
        "versions": {p: importlib.metadata.version(p) for p in ("torch", "transformers", "peft", "trl")},
        "logits": {"columns": columns.tolist(), "prompts": [logits_of(model, encode(t)[:40], torch.from_numpy(columns)) for t in TEXTS]},
        "greedy": [greedy(model, tokenizer, chat(c)) for c in CHATS],
        "logProbs": [
            {"prompt": p["prompt_ids"], "completion": p[side], "logProb": log_prob(model, p["prompt_ids"], p[side])}
            for p in pairs
            for side in ("chosen_ids", "rejected_ids")
        ],
    }

    model.double()
    model.set_attn_implementation("sdpa")  # the eager one takes its softmax in float32 whatever the weights are
    config = LoraConfig(r=RANK, lora_alpha=ALPHA, lora_dropout=0.0, target_modules=MODULES, task_type="CAUSAL_LM")
    with tempfile.TemporaryDirectory() as out:
        args = DPOConfig(
            out, beta=BETA, bf16=False, use_cpu=True, gradient_checkpointing=False, report_to=[], loss_type=["sigmoid"]
        )
        row = {"prompt": "a", "chosen": "b", "rejected": "c"}  # the trainer wants a data set; ours are token ids
        trainer = DPOTrainer(get_peft_model(model, config), args=args, train_dataset=Dataset.from_list([row]), processing_class=tokenizer)
    fill(trainer.model, "ref", 1)
    trainer.model.train()
    batch = trainer.data_collator(pairs)
    record["dpo"] = {
        "rank": RANK, "alpha": ALPHA, "beta": BETA, "entries": ENTRIES, "projections": PROJECTIONS,
        "adamW": {"learningRate": ADAMW["lr"], "weightDecay": ADAMW["weight_decay"]},
        "pairs": [{"prompt": p["prompt_ids"], "chosen": p["chosen_ids"], "rejected": p["rejected_ids"]} for p in pairs],
        "cases": [dpo_case(trainer, batch, weight) for weight in (0.0, SFT_WEIGHT)],
    }
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    (RECORDED / "engine.json.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    (RECORDED / "adamw.json").write_text(json.dumps(adamw_sequence()) + "\n")
    print(json.dumps([c["metrics"] for c in record["dpo"]["cases"]], indent=1))
    print("lengths", [len(p["ids"]) for p in record["logits"]["prompts"]], [len(s["completion"]) for s in record["logProbs"]])
    print("bytes", os.path.getsize(RECORDED / "engine.json.gz"))


if __name__ == "__main__":
    main()
