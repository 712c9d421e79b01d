#!/usr/bin/env python3
"""Records what transformers' tokenizer makes of 1,000 strings and 20 chats: the reference of test/parity/tokenizer.test.ts.

    python record_tokenizer.py FOLDER > /dev/null    # writes ../recorded/tokenizer.json.gz

FOLDER is a Hugging Face folder of SmolLM2-135M-Instruct. transformers makes such a folder from the GGUF file without the
splitting of digits that the original tokenizer has (the GGUF says so in tokenizer.ggml.pre = smollm); where it is missing
it is put back, with the tokenizers library's own Digits, so that the record is the original's.
"""
import argparse
import gzip
import importlib.metadata
import json
import os
import random
import unicodedata

from tokenizers import pre_tokenizers
from transformers import AutoTokenizer

# First and last code point of what is drawn from; only assigned characters of blocks that have long been in
# Unicode are kept, so that the record holds with every engine's tables.
RANGES = [
    (0x0000, 0x007F), (0x0080, 0x00FF), (0x0100, 0x024F), (0x0250, 0x02FF), (0x0300, 0x036F), (0x0370, 0x03FF),
    (0x0400, 0x052F), (0x0530, 0x058F), (0x0590, 0x05FF), (0x0600, 0x06FF), (0x0700, 0x074F), (0x0780, 0x07BF),
    (0x0900, 0x097F), (0x0980, 0x09FF), (0x0A00, 0x0A7F), (0x0A80, 0x0AFF), (0x0B00, 0x0B7F), (0x0B80, 0x0BFF),
    (0x0C00, 0x0C7F), (0x0C80, 0x0CFF), (0x0D00, 0x0D7F), (0x0D80, 0x0DFF), (0x0E00, 0x0E7F), (0x0E80, 0x0EFF),
    (0x0F00, 0x0FFF), (0x1000, 0x109F), (0x10A0, 0x10FF), (0x1100, 0x11FF), (0x1200, 0x137F), (0x13A0, 0x13FF),
    (0x1400, 0x167F), (0x16A0, 0x16FF), (0x1780, 0x17FF), (0x1800, 0x18AF), (0x1E00, 0x1EFF), (0x1F00, 0x1FFF),
    (0x2000, 0x206F), (0x2070, 0x209F), (0x20A0, 0x20CF), (0x2100, 0x218F), (0x2190, 0x22FF), (0x2300, 0x24FF),
    (0x2500, 0x27BF), (0x2800, 0x28FF), (0x2E80, 0x2FDF), (0x3000, 0x303F), (0x3040, 0x30FF), (0x3100, 0x318F),
    (0x3200, 0x33FF), (0x3400, 0x4DB5), (0x4E00, 0x9FEF), (0xA000, 0xA4CF), (0xAC00, 0xD7A3), (0xE000, 0xE0FF),
    (0xF900, 0xFAFF), (0xFB00, 0xFDFF), (0xFE00, 0xFE6F), (0xFE70, 0xFEFF), (0xFF00, 0xFFEF), (0x10000, 0x100FF),
    (0x10330, 0x1034F), (0x10400, 0x1044F), (0x12000, 0x1239F), (0x13000, 0x1342E), (0x1D400, 0x1D7FF),
    (0x1F000, 0x1F02F), (0x1F1E6, 0x1F1FF), (0x1F300, 0x1F64F), (0x1F680, 0x1F6FF), (0x1F900, 0x1F9FF),
    (0x20000, 0x200FF), (0xE0100, 0xE01EF), (0xF0000, 0xF00FF), (0x100000, 0x1000FF),
]

HANDWRITTEN = [
    "", " ", "  ", "   ", "\n", "\n\n", "\r\n", "\t", " \n", "\n ", " \n \n", "a  b", "a   b", "a \n b", "trailing ", "trailing  ", "\x00", "a\x00b", "\x00\x00",
    "Hello, world!", "Hello world", " Hello world", "it's we're they've I'm he'll she'd IT'S don't can't 'tis 's", "naïve café", "nai\u0308ve cafe\u0301",
    "12 naïve cafés", "1", "12", "123", "1234567890", "3.14159", "1,000,000", "a1b2c3", "v1.2.3-rc4", " 1", "  1", "   12", "\n1", "\n\n 1", "x  1  y", "№ 5", "½ ¾ ²³ ⅷ", "٣٤٥", "१२३", "௧௨௩", "𝟙𝟚𝟛", "①②③", "二〇二六",
    "\u0301", "\u0301\u0301\u0301", "a\u0301", " \u0301", "\u200d", "\u200b", "\ufeff", "\ufeffabc", "a\ufeffb", "a \ufeff b", "\u0085", "a\u0085b", "a \u0085 b", "\u00a0", "a\u00a0b", "\u2028\u2029", "\u3000", "a\u3000\u3000b", "\u180e", "\u1680 x", "\x0b\x0c\x1c\x1d\x1e\x1f",
    "👍", "👍🏽", "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪🇫🇷🇯🇵", "❤️", "☺", "a👍b", " 👍", "👍 ", "👩🏾‍💻 writes code", "1️⃣2️⃣",
    "日本語のテキスト", "你好，世界！", "안녕하세요 세계", "こんにちは。", "ภาษาไทยไม่มีช่องว่าง", "ສະບາຍດີ", "မြန်မာ", "ខ្មែរ", "العربية لغة جميلة", "עברית", "مرحبا 123", "हिन्दी में पाठ", "தமிழ்", "ქართული", "հայերեն", "Русский текст", "Ελληνικά", "Türkçe İıŞş", "Tiếng Việt", "ꙮ", "ᚠᚢᚦ", "𒀀𒁀", "𓀀𓂀", "ﬁ ﬂ ﷺ", "Ǆ ǅ ǆ", "ß ẞ", "K Å",
    "def f(x):\n    return x + 1\n", "for (let i = 0; i < 10; i++) {\n\tconsole.log(i);\n}", "if (a && b || !c) { d(); }", "SELECT * FROM t WHERE a='b';", "<div class=\"x\">&amp;</div>", "{\"key\": [1, 2.5, null, true]}", "#!/bin/sh\nset -eu\n", "https://example.org/a?b=c&d=e#f", "user@example.org", "C:\\path\\to\\file", "\\n\\t\\u0041", "a_b-c.d/e\\f", "----", "====", "....", "!!!!????", "((()))", "```js\nx\n```", "| a | b |\n|---|---|\n", "* item\n  * sub\n    * sub\n",
    "<|im_start|>", "<|im_end|>", "<|endoftext|>", "a<|im_end|>b", "<|im_end|><|im_end|>", "<|im_end|> ", " <|im_end|>", "<|im_start|>user\nhi<|im_end|>\n", "<|im_", "<|im_end", "im_end|>", "<file_sep>", "<repo_name>x", "<jupyter_code>1", "< |im_end|>", "<|IM_END|>",
    "a" * 300, " " * 100, "ab" * 200, "\n" * 50, "é" * 100, "日" * 80, "🙂" * 40, "1" * 60, "!" * 120, "word " * 80, "\t" * 30, "- " * 60, "aA" * 60, "'" * 40, "e\u0301" * 50,
    "The quick brown fox jumps over the lazy dog.", "supercalifragilisticexpialidocious", "ALL CAPS TEXT", "camelCaseAndPascalCase", "MixedUP CaSe", "hello\nworld\n", "  leading", "tabs\tand\nnewlines", "“curly” ‘quotes’ — dashes – …", "€100 £50 ¥20", "a+b=c", "50%", "x²+y²=z²", "∑∫√∞≈≠≤≥", "→←↑↓", "°C µm Ω", "№§¶†‡", "\x04", "!\x04!", "a\x06b\x13c\x14d\x16e", " \x1d ", "\U000F0000", "a\U00040000b", "!\U00050000!",
]

CHATS = [
    [("user", "Hello")], [("user", "12 naïve cafés")], [("system", "You are brief."), ("user", "Who are you?")],
    [("user", "Hi"), ("assistant", "Hello! How can I help?")], [("user", "Hi"), ("assistant", "Hello!"), ("user", "What is 17 + 4?")],
    [("user", "  two spaces first")], [("user", "\nnewline first")], [("user", "trailing newline\n")], [("user", "trailing spaces   ")], [("user", "")],
    [("user", "   ")], [("system", ""), ("user", "x")], [("user", "1"), ("assistant", "2"), ("user", "3"), ("assistant", "4")],
    [("user", "日本語で答えて"), ("assistant", "はい。")], [("user", "👨‍👩‍👧‍👦 family")], [("user", "def f(x):\n    return x\n"), ("assistant", "```py\nf(1)\n```")],
    [("system", "Rules:\n1. be kind\n2. be brief"), ("user", "ok"), ("assistant", "ok")], [("user", "العربية 123")],
    [("user", "a\x00b")], [("user", "e\u0301\u0301"), ("assistant", "\u0301")],
]


def assigned(lo, hi):
    return [chr(c) for c in range(lo, hi + 1) if unicodedata.category(chr(c)) not in ("Cn", "Cs")]


def strings(rng):
    out = list(HANDWRITTEN)
    alphabets = [a for a in (assigned(lo, hi) for lo, hi in RANGES) if a]
    seen = set(out)
    glue = ["", "", "", " ", " ", "  ", "\n", "\n\n", "\t", "1", "42", ".", ", ", "'s", "-", "a", "The ", " of", "\u0301", "\u200d"]
    while len(out) < 1000:
        kind = len(out) % 3
        if kind == 0:  # one script, in words
            alphabet = rng.choice(alphabets)
            text = " ".join("".join(rng.choices(alphabet, k=rng.randint(1, 9))) for _ in range(rng.randint(1, 8)))
        elif kind == 1:  # scripts mixed, with odd glue
            text = "".join(rng.choice(glue) + "".join(rng.choices(rng.choice(alphabets), k=rng.randint(1, 4))) for _ in range(rng.randint(2, 12)))
        else:  # ASCII and white space, as code and noise have it
            text = "".join(rng.choice(glue) + "".join(rng.choices(alphabets[0], k=rng.randint(1, 6))) for _ in range(rng.randint(1, 14)))
        if text not in seen:
            seen.add(text)
            out.append(text)
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    folder = parser.parse_args().folder
    tokenizer = AutoTokenizer.from_pretrained(folder)
    backend = tokenizer.backend_tokenizer
    if "Digits" not in json.dumps(json.loads(backend.to_str())["pre_tokenizer"]):
        backend.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(True), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)])

    rows = [{"text": text, "ids": tokenizer(text, add_special_tokens=False).input_ids} for text in strings(random.Random(20260101))]
    for row in rows:
        row["decoded"] = tokenizer.decode(row["ids"], skip_special_tokens=False, clean_up_tokenization_spaces=False)
        if row["decoded"] == row["text"]:
            del row["decoded"]
    chats = []
    for i, chat in enumerate(CHATS):
        messages = [{"role": role, "content": content} for role, content in chat]
        prompt = i % 2 == 0
        text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=prompt)
        chats.append({"messages": messages, "addGenerationPrompt": prompt, "text": text, "ids": tokenizer(text, add_special_tokens=False).input_ids})

    versions = {name: importlib.metadata.version(name) for name in ("transformers", "tokenizers")}
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "recorded", "tokenizer.json.gz")
    with open(path, "wb") as file:
        body = json.dumps({"versions": versions, "strings": rows, "chats": chats}, ensure_ascii=True, separators=(",", ":"))
        file.write(gzip.compress(body.encode(), 9, mtime=0))
    print(len(rows), "strings,", len(chats), "chats,", os.path.getsize(path), "bytes")


if __name__ == "__main__":
    main()
