#!/usr/bin/env python3
"""readme.py [ROOT] - what README.md shows is what is compiled, and the figures it states are those of docs/performance.md."""
import re
import sys

import tree

PERFORMANCE = "docs/performance.md"

# A row of README's table of costs, and where the other page has its figure.
COSTS = {
    "read JSON": r"read: ([\d.]+) times as fast",
    "write JSON, from the source that was kept": r"write: ([\d.]+) times as fast",
    "write JSON, nothing from source": r"write, nothing from source: ([\d.]+) times as fast",
    "walk, your code compiled in (`each.h`)": r"walk, compiled in: ([\d.]+) times as fast",
    "walk, by cursor (`walk.h`)": r"walk, by cursor: ([\d.]+) times as fast",
    "private copy of a document": r"private clone: ([\d.]+) times as fast",
    "bytes kept, beside yyjson's, less is better": r"bytes kept: .* ([\d.]+) in the mean",
}


def recording_costs(page):
    """(least, most) of the program's time while it is recorded, in full and sampled, as they are spelled there."""
    for mode in "full", "sampled":
        spelled = re.findall(rf"^\|[^|]*\|[^|]*\| {mode} \| ([\d.]+) \|", page, re.M)
        yield (min(spelled, key=float), max(spelled, key=float)) if spelled else ("?", "?")


def check_examples(root, readme):
    for block in re.findall(r"^```c\n(.*?)^```", readme, re.M | re.S):
        named = re.findall(r"\((examples/[\w/]+\.c)\)", readme[:readme.index(block)])
        if not named:
            yield "README.md: a C block that names no example before it"
        elif block.strip() not in tree.read(root, named[-1]):
            yield f"README.md: its C block is not what {named[-1]} says"


def check_costs(page, readme):
    rows = dict(re.findall(r"^\| ([^|]+?) \| ([\d.]+) \|$", readme, re.M))
    for name in COSTS.keys() | rows.keys():
        measured = re.search(r"^- \w+ " + COSTS[name], page, re.M) if name in COSTS else None
        if measured is None or rows.get(name) != measured[1]:
            yield f"README.md: '{name}' is {rows.get(name)} there, {measured and measured[1]} in {PERFORMANCE}"
    said = re.search(r"take ([\d.]+) \(.*?\) to ([\d.]+) times .*?, ([\d.]+) to ([\d.]+) times", readme, re.S)
    measured = [figure for pair in recording_costs(page) for figure in pair]
    if said is None or list(said.groups()) != measured:
        yield f"README.md: recording takes {said and said.groups()} there, {measured} in {PERFORMANCE}"


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else tree.ROOT
    readme = tree.read(root, "README.md")
    offences = list(check_examples(root, readme))
    if PERFORMANCE in tree.files(root):
        offences += check_costs(tree.read(root, PERFORMANCE), readme)
    tree.finish(offences, "one page")


main()
