"""From nothing to one sampled token with transformers; whoever starts this keeps the time. argv: --model FOLDER."""
import sys

from transformers import AutoModelForCausalLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained(sys.argv[2])
model = AutoModelForCausalLM.from_pretrained(sys.argv[2])
chat = [{"role": "user", "content": "Why does bread rise?"}]
ids = tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_tensors="pt", return_dict=True)
output = model.generate(**ids, do_sample=True, temperature=0.8, top_p=0.9, top_k=0, max_new_tokens=1)
print(tokenizer.decode(output[0, -1]))
