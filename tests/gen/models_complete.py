#!/usr/bin/env python3
"""models_complete.py HOLDFAST INCLUDE MODELS DOCS - every word of the annotations is in a model, and is documented.

The words are those that the generator itself lists where it meets an unknown one, so that none can be forgotten here.
Each must stand in an HF(...) of a model and in the tables of words in generator.md, and what its two tables of coverage
name as a member of a model must be one, as `--explain` shows it."""
import glob
import os
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "support"))
import said  # noqa: E402

holdfast, include, models, docs = sys.argv[1:5]


def gen(*arguments):
    return subprocess.run([holdfast, "gen", *arguments, "--", f"-I{include}"], capture_output=True, text=True)


def known(annotation):
    """The words that the generator would take in place of the one that it does not know."""
    with tempfile.TemporaryDirectory() as work:
        path = os.path.join(work, "x.h")
        with open(path, "w", encoding="utf-8") as header:
            header.write(f"#include <holdfast/annotate.h>\nstruct x {{ int a; }} HF({annotation});\n")
        found = re.search(r"expected one of: (.*)", gen("--explain", "x", path).stderr)
        return found[1].split(", ") if found else []


def section(text, begin, end):
    at = text.index(begin)
    return text[at:text.index(end, at)]


def text_of_models():
    text = ""
    for path in sorted(glob.glob(os.path.join(models, "*.h"))):
        with open(path, encoding="utf-8") as header:
            text += header.read()
    return text


def said_in(text):
    return " ".join(re.findall(r"HF\(((?:[^()\"]|\"(?:[^\"\\]|\\.)*\"|\([^()]*\))*)\)", text))


def members_named(docs_text):
    """type.member of the right column of both tables; a type alone counts too."""
    tables = section(docs_text, "| shape | member of the models |", "Copying a graph with each answer")
    rows = [line.split(" | ") for line in tables.splitlines() if line.startswith("| ") and not line.startswith("|--")]
    named = [name for row in rows if row[1].strip(" |") != "member of the models" for name in re.findall(r"`([a-z_]+(?:\.[a-z_]+)?)`", row[1])]
    return sorted(set(named))


def explained():
    """What --explain prints of each type of the models, and of the structs in them."""
    texts = {}
    for path in sorted(glob.glob(os.path.join(models, "*.h"))):
        with open(path, encoding="utf-8") as header:
            types = re.findall(r"(?:struct|union)(?: __attribute__\(\(\w+\)\))? (\w+) \{", header.read())
        for one in types:
            texts.setdefault(one, gen("--explain", one, path).stdout)
    return texts


def main():
    words, forms, parts = known("xyzzy"), known("as = xyzzy"), known("derive(xyzzy)")
    said.check(len(words) > 20 and len(parts) > 5, f"the generator lists its words: {words} {parts}")
    of_models = text_of_models()
    in_models = said_in(of_models)
    with open(docs, encoding="utf-8") as page:
        text = page.read()
    word_tables = section(text, "### On members", "### Patterns")
    coverage = section(text, "| word | member of the models |", "Copying a graph")
    for word in words:
        said.check(re.search(rf"\b{word}\b", in_models), f"'{word}' is in a model")
        said.check(re.search(rf"^\| .*`{word}\b", word_tables, re.M), f"'{word}' is among the words of generator.md")
        said.check(re.search(rf"\b{word}\b", coverage), f"'{word}' is in the table of coverage")
    for form in forms:
        said.check(re.search(rf"\bas = {form}\b", in_models), f"'as = {form}' is in a model")
    for part in parts:
        said.check(re.search(rf"`derive\([^)]*\b{part}\b", word_tables), f"'derive({part})' is among the words of generator.md")
    for sign in "=", "<=", ">=":
        said.check(f"len {sign} " in in_models, f"'len {sign}' is in a model")
    texts = explained()
    for name in members_named(text):
        one, _, member = name.partition(".")
        found = re.search(rf"^ +(one_of_)?{member} ", texts.get(one, ""), re.M) if member else one in texts or f"enum {one} {{" in of_models
        said.check(found, f"'{name}' of the tables is in a model")
    said.finish()


main()
