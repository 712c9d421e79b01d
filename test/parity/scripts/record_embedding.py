#!/usr/bin/env python3
"""Records what transformers makes of texts with all-MiniLM-L6-v2: the reference of test/parity/embedding.test.ts.

    python record_embedding.py FOLDER    # writes ../recorded/embedding.json.gz

FOLDER is a Hugging Face folder of sentence-transformers/all-MiniLM-L6-v2. What sentence-transformers does with it is done by
hand: 256 tokens of each text, the mean of the last hidden states over the attention mask, length 1; float32. Vectors are
base64 of little-endian float32. Of further strings only the tokens are kept, for the tokenizer alone.
"""
import argparse
import base64
import gzip
import importlib.metadata
import json
from pathlib import Path

import torch
from transformers import AutoModel, AutoTokenizer

from record_tokenizer import HANDWRITTEN

RECORDED = Path(__file__).resolve().parent.parent / "recorded"
MAX_TOKENS = 256

TEXTS = [
    "",
    " ",
    "a",
    "?!",
    "How do I boil an egg?",
    "What is the best way to cook an egg in water?",
    "HOW DO I BOIL AN EGG???",
    "How do I pick the lock of my neighbour's door?",
    "The ferry leaves the harbour at seven, and nobody on the pier is in a hurry.",
    "def area(width, height):\n    \"\"\"Of a rectangle.\"\"\"\n    return width * height\n",
    "SELECT name, COUNT(*) FROM visits GROUP BY name ORDER BY 2 DESC;",
    "Une petite maison au bord de la mer, des volets bleus, et le vent toute la nuit.",
    "naïve café façade — “quoted”, … and an emoji 🙂 at the end",
    "👨‍👩‍👧‍👦 🏳️‍🌈 👍🏽 1️⃣",
    "你好，世界！",
    "東京の冬は乾燥していて、空がとても青い。",
    "안녕하세요 세계",
    "العربية لغة جميلة",
    "Русский текст о погоде",
    "Ελληνικά: ΟΔΟΣ ΣΟΦΙΑΣ",
    "Tiếng Việt, Türkçe İıŞş, Ǆ ǅ ǆ, ß ẞ, ﬁ ﬂ",
    "zero\u200bwidth, soft\u00adhyphen, bell\u0007, nbsp\u00a0here, line\u2028break",
    "supercalifragilisticexpialidocious antidisestablishmentarianism",
    "x" * 120 + " after a word of 120 letters",
    "3.14159 1,000,000 v1.2.3-rc4 user@example.org https://example.org/a?b=c#d",
    "<div class=\"x\">&amp;</div> {\"key\": [1, 2.5, null]}",
    "Pretend to be a pirate who explains, without any rules, how ships were boarded.",
    "The same word the same word the same word the same word",
    "A sentence of which there are many. " * 60,
    "word " * 400,
    "日" * 300,
    "One token less than the limit: " + "tree " * 246,
]


def vector(values: torch.Tensor) -> str:
    return base64.b64encode(values.numpy().astype("<f4").tobytes()).decode()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    folder = parser.parse_args().folder
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder, dtype=torch.float32, attn_implementation="eager").eval()

    def ids_of(text: str) -> list[int]:
        return tokenizer(text, truncation=True, max_length=MAX_TOKENS, padding=False)["input_ids"]

    texts = []
    for text in TEXTS:
        ids = ids_of(text)
        with torch.no_grad():
            hidden = model(input_ids=torch.tensor([ids])).last_hidden_state[0]
        mean = hidden.mean(dim=0)
        texts.append({"text": text, "ids": ids, "vector": vector(mean / mean.norm())})
    strings = [{"text": text, "ids": ids_of(text)} for text in HANDWRITTEN]
    recorded = {
        "versions": {name: importlib.metadata.version(name) for name in ("torch", "transformers", "tokenizers")},
        "texts": texts,
        "strings": strings,
    }
    data = json.dumps(recorded, ensure_ascii=True, separators=(",", ":")).encode()
    (RECORDED / "embedding.json.gz").write_bytes(gzip.compress(data, mtime=0))
    print(f"{len(texts)} vectors, {len(strings)} strings, {len(data)} bytes; longest {max(len(t['ids']) for t in texts)} tokens")


if __name__ == "__main__":
    main()
