#!/usr/bin/env python3
"""Tokens and chat texts by transformers: python tokenizer.py INPUT.json, which holds {model, texts, chats}: model is a
folder with a tokenizer, texts are strings, chats lists of messages. Prints {ids, decoded, chats, chatIds, eos, pad}; ids and
decoded for each text, chats and chatIds for each chat with the generation prompt.
"""
import json
import sys

from transformers import AutoTokenizer

given = json.load(open(sys.argv[1]))
tokenizer = AutoTokenizer.from_pretrained(given["model"])
ids = [tokenizer(text).input_ids for text in given["texts"]]
render = lambda chat, tokenize: tokenizer.apply_chat_template(
    chat, tokenize=tokenize, add_generation_prompt=True, **({"return_dict": False} if tokenize else {})
)
print(json.dumps({
    "ids": ids,
    "decoded": [tokenizer.decode(row, skip_special_tokens=True, clean_up_tokenization_spaces=False) for row in ids],
    "chats": [render(chat, False) for chat in given["chats"]],
    "chatIds": [render(chat, True) for chat in given["chats"]],
    "eos": tokenizer.eos_token_id,
    "pad": tokenizer.pad_token_id,
}))
