#!/usr/bin/env python3
"""Checks that peft loads an adapter that the engine wrote, as it is. Not part of npm test: it needs torch and peft.

    npx tsx test/parity/scripts/write_adapter.ts OUT
    python test/parity/scripts/check_peft.py FOLDER OUT

FOLDER as in record_engine.py. Every matrix must load and hold the record's values bit for bit, the logits must be those of
the same values filled in by hand, and the mean log-probability of the chosen answers that of the record, within 1e-3.
"""
import argparse
import gzip
import json

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM

from record_engine import ALPHA, MODULES, RANK, RECORDED, fill, log_prob, lora_matrices


@torch.no_grad()
def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("adapter")
    args = parser.parse_args()
    load = lambda: AutoModelForCausalLM.from_pretrained(args.folder, dtype=torch.float32)
    record = json.loads(gzip.decompress((RECORDED / "engine.json.gz").read_bytes()))
    ours = PeftModel.from_pretrained(load(), args.adapter).eval()
    config = LoraConfig(r=RANK, lora_alpha=ALPHA, lora_dropout=0.0, target_modules=MODULES, task_type="CAUSAL_LM")
    filled = get_peft_model(load(), config).eval()
    fill(filled, "default", 0)
    for (name, a), (_, b) in zip(lora_matrices(ours, "default"), lora_matrices(filled, "default"), strict=True):
        assert torch.equal(a, b), f"{name} differs"
    ids = torch.tensor([record["logits"]["prompts"][0]["ids"]])
    delta = (ours(ids).logits - filled(ids).logits).abs().max().item()
    pairs = record["dpo"]["pairs"]
    chosen = sum(log_prob(ours, p["prompt"], p["chosen"]) for p in pairs) / len(pairs)
    expected = record["dpo"]["cases"][0]["metrics"]["logps/chosen"]
    print(f"max |delta logit| {delta}, mean log-probability {chosen} against {expected}")
    assert delta <= 1e-3 and abs(chosen - expected) <= 1e-3
    print("peft loads the adapter as it is")


if __name__ == "__main__":
    main()
