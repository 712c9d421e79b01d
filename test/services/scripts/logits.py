#!/usr/bin/env python3
"""Logits by transformers, with peft where an adapter is named: python logits.py INPUT.json, which holds
{model, adapter, prompts, logits}: model is a Hugging Face folder, adapter a PEFT folder or null, prompts lists of token ids.
Writes to the file `logits` every position of every prompt as float32, one after another; prints {vocab, peft, transformers}.
"""
import json
import sys

import peft
import torch
import transformers

given = json.load(open(sys.argv[1]))
model = transformers.AutoModelForCausalLM.from_pretrained(given["model"], dtype=torch.float32).eval()
if given["adapter"] is not None:
    model = peft.PeftModel.from_pretrained(model, given["adapter"]).eval()
with torch.no_grad(), open(given["logits"], "wb") as out:
    for prompt in given["prompts"]:
        out.write(model(torch.tensor([prompt])).logits[0].float().numpy().astype("<f4").tobytes())
print(json.dumps({"vocab": model.config.vocab_size, "peft": peft.__version__, "transformers": transformers.__version__}))
