#!/usr/bin/env python3
"""thresholds.py [ROOT] - every threshold of the judge stands in docs/verdicts.md with its value, and has a test.

A threshold is a constant HF_NAME that a source of locator/judge sets to a number. The page has a table with a row
for each (name, value, meaning); where its text gives a value beside a name, it is that value. A test is one of
tests/locator that names it outside comments.
"""
import re
import sys

import tree

PAGE = "docs/verdicts.md"
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
NUMBER = r"\(?(\d[\d.]*)\)?"
SET = re.compile(r"^#define[ \t]+(HF_[A-Z][A-Z0-9_]*)[ \t]+" + NUMBER + r"[ \t]*$|\b(HF_[A-Z][A-Z0-9_]*)\s*=\s*" + NUMBER + r"\s*[,}\n]", re.M)
ROW = re.compile(r"^\|\s*`(HF_\w+)`\s*\|\s*([\d.]+)\s*\|\s*\S", re.M)
BESIDE = re.compile(r"`(HF_\w+)`(?:\s+\(|,\s+)(\d[\d.]*\d|\d)")
NONE = {"HF_SENTENCE_MAX"} # the room for a sentence decides nothing


def thresholds(root, names):
    """{name: (file, value)}."""
    found = {}
    for name in names:
        if name.startswith("locator/judge/") and name.endswith((".h", ".c")):
            for match in SET.finditer(COMMENT.sub(" ", tree.read(root, name))):
                constant, value = (match[1], match[2]) if match[1] else (match[3], match[4])
                if constant not in NONE:
                    found[constant] = (name, float(value))
    return found


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else tree.ROOT
    names = tree.files(root)
    known = thresholds(root, names)
    page = tree.read(root, PAGE)
    rows = {match[1]: float(match[2]) for match in ROW.finditer(page)}
    tested = set()
    for name in names:
        if name.startswith("tests/locator/") and name.endswith(".c"):
            tested |= set(re.findall(r"\bHF_[A-Z][A-Z0-9_]*\b", COMMENT.sub(" ", tree.read(root, name))))
    offences = []
    for constant, (file, value) in sorted(known.items()):
        if constant not in rows:
            offences.append(f"{file}: {PAGE} has no row for {constant}")
        elif rows[constant] != value:
            offences.append(f"{file}: {constant} is {value:g}, in the table of {PAGE} {rows[constant]:g}")
        if constant not in tested:
            offences.append(f"{file}: no test of tests/locator names {constant}")
    for match in BESIDE.finditer(page):
        if match[1] in known and float(match[2]) != known[match[1]][1]:
            offences.append(f"{PAGE}: {match[1]} is {known[match[1]][1]:g}, in the text {match[2]}")
    offences += [f"{PAGE}: there is no threshold {row}" for row in sorted(set(rows) - set(known))]
    tree.finish(offences, f"{len(known)} thresholds")


main()
