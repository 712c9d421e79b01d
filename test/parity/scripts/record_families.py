#!/usr/bin/env python3
"""Records what transformers, peft and TRL compute on tiny random models of every family: the reference of families.test.ts.

    python record_families.py    # writes ../recorded/families.json.gz

Each model has the config.json that transformers itself saves, and weights that both sides make: tensor number k of
state_dict() in sorted order (without a tied head) has stream 9000 + k and values (2·mix/2³² − 1)·bound + middle (see `weights`).
Logits are float64 over the same weights, for one sequence longer than the window where there is one; greedy text goes through
transformers' own cache. DPO is TRL's in float64: once with LoRA (record_engine.py's dpo_case), once with all parameters
trained against a reference whose tensors have streams 19000 + k.
"""
import gzip
import importlib.metadata
import json
import tempfile
from copy import deepcopy
from pathlib import Path

import numpy as np
import torch
from datasets import Dataset
from peft import LoraConfig, get_peft_model
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedTokenizerFast
from trl import DPOConfig, DPOTrainer

import record_engine
from record_engine import BETA, MODULES, RECORDED, SFT_WEIGHT, dpo_case, fill, gradients_of, mix, packed

RANK, ALPHA, LENGTH, NEW_TOKENS = 4, 8, 24, 8
COMMON = dict(
    vocab_size=64, hidden_size=32, intermediate_size=48, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2,
    head_dim=16, max_position_embeddings=256, bos_token_id=None, eos_token_id=0, pad_token_id=0,
)
LLAMA3 = {"rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64}
FAMILIES = {
    "llama": dict(rope_parameters=LLAMA3, tie_word_embeddings=False),
    "mistral": dict(sliding_window=7, tie_word_embeddings=False),
    "qwen2": dict(use_sliding_window=True, sliding_window=7, max_window_layers=1, tie_word_embeddings=True),
    "qwen3": dict(tie_word_embeddings=True, rope_parameters={"rope_type": "default", "rope_theta": 1e6}),
    "gemma3_text": dict(
        sliding_window=7, sliding_window_pattern=3, query_pre_attn_scalar=24,
        rope_parameters={
            "full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1e6},
            "sliding_attention": {"rope_type": "default", "rope_theta": 10000.0},
        },
    ),
}


def weights(model, first_stream: int) -> list[tuple[str, torch.Tensor]]:
    tied = "lm_head.weight" if model.config.tie_word_embeddings else ""
    named = sorted((n, p) for n, p in model.state_dict().items() if n != tied)
    made = []
    for k, (name, p) in enumerate(named):
        one = "norm" in name and not model.config.model_type.startswith("gemma")
        bound = 0.3 if p.dim() == 1 else 1.5 / np.sqrt(p.shape[1])
        values = (2 * (mix(first_stream + k, p.numel()) / 2**32) - 1) * bound + (1 if one else 0)
        made.append((name, torch.from_numpy(values.astype(np.float32)).reshape(p.shape)))
    return made


def set_weights(model, first_stream: int) -> None:
    model.load_state_dict(dict(weights(model, first_stream)), strict=False)
    model.tie_weights()


def trainer_of(model, tokenizer, out: str, **more) -> DPOTrainer:
    args = DPOConfig(out, beta=BETA, bf16=False, use_cpu=True, gradient_checkpointing=False, report_to=[], loss_type=["sigmoid"])
    row = {"prompt": "a", "chosen": "b", "rejected": "c"}  # the trainer wants a data set; ours are token ids
    trainer = DPOTrainer(model, args=args, train_dataset=Dataset.from_list([row]), processing_class=tokenizer, **more)
    trainer.model.train()
    return trainer


def full_case(trainer: DPOTrainer, batch: dict) -> dict:
    trainer.model.zero_grad()
    loss = trainer.compute_loss(trainer.model, batch)
    loss.backward()
    named = sorted(dict(trainer.model.named_parameters()).items())
    return {"loss": loss.item(), "names": [n for n, _ in named], **gradients_of([p for _, p in named])}


def record(model_type: str, over: dict, tokenizer) -> dict:
    with tempfile.TemporaryDirectory() as out:
        model = AutoModelForCausalLM.from_config(AutoConfig.for_model(model_type, **COMMON, **over), dtype=torch.float32)
        model.eval()
        set_weights(model, 9000)
        model.config.save_pretrained(out)
        config = json.loads((Path(out) / "config.json").read_text())
        # Parts of the ids that no greedy text ends at: 0 is the end token.
        ids = (1 + mix(40, LENGTH) % 63).astype(int).tolist()
        model.double()
        model.set_attn_implementation("sdpa")
        with torch.no_grad():
            logits = model(torch.tensor([ids])).logits[0].numpy()
            prompts = [ids[:9], ids[3:20], ids]
            greedy = [
                model.generate(torch.tensor([p]), attention_mask=torch.ones(1, len(p), dtype=torch.long), do_sample=False, max_new_tokens=NEW_TOKENS)[0, len(p):].tolist()
                for p in prompts
            ]
            greedy = [g[:-1] if g[-1] == 0 else g for g in greedy]
        pairs = [
            {"prompt_ids": ids[:12], "chosen_ids": ids[12:20], "rejected_ids": ids[20:]},
            {"prompt_ids": ids[4:9], "chosen_ids": ids[:3], "rejected_ids": ids[9:19]},
        ]
        reference = deepcopy(model)
        set_weights(reference, 19000)
        whole = trainer_of(deepcopy(model), tokenizer, out, ref_model=reference)
        full = full_case(whole, whole.data_collator(pairs))
        config_lora = LoraConfig(r=RANK, lora_alpha=ALPHA, lora_dropout=0.0, target_modules=MODULES, task_type="CAUSAL_LM")
        trainer = trainer_of(get_peft_model(model, config_lora), tokenizer, out)
        fill(trainer.model, "ref", 1)
        lora = dpo_case(trainer, trainer.data_collator(pairs), SFT_WEIGHT)
        sides = [{"prompt": p["prompt_ids"], "chosen": p["chosen_ids"], "rejected": p["rejected_ids"]} for p in pairs]
        return {
            "config": config, "ids": ids, "logits": packed(logits), "prompts": prompts, "greedy": greedy, "pairs": sides,
            "lora": lora, "full": full,
        }


def main() -> None:
    words = {"<end>": 0, **{f"w{i}": i for i in range(1, 64)}}
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(WordLevel(words, unk_token="<end>")), eos_token="<end>", pad_token="<end>", unk_token="<end>")
    text = json.dumps({
        "versions": {p: importlib.metadata.version(p) for p in ("torch", "transformers", "peft", "trl")},
        "rank": RANK, "alpha": ALPHA, "beta": BETA, "entries": record_engine.ENTRIES, "projections": record_engine.PROJECTIONS,
        "adamW": {"learningRate": record_engine.ADAMW["lr"], "weightDecay": record_engine.ADAMW["weight_decay"]},
        "families": [record(name, over, tokenizer) for name, over in FAMILIES.items()],
    }, separators=(",", ":"))
    (RECORDED / "families.json.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    print("bytes", len(text))


if __name__ == "__main__":
    main()
