#!/usr/bin/env python3
"""readme.py [ROOT] [--renew] - what README.md shows is what is compiled, and the figures it states are those of
docs/performance.md. --renew takes the figures from there."""
import os
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


RECORDING = re.compile(r"take ([\d.]+) \(.*?\) to ([\d.]+) times .*?, ([\d.]+) to ([\d.]+) times", re.S)
ROW = re.compile(r"^\| ([^|]+?) \| ([\d.]+) \|$", re.M)


def measured_costs(page):
    """{row: figure} as the other page has them; a row that it lacks is None."""
    found = {name: re.search(r"^- \w+ " + place, page, re.M) for name, place in COSTS.items()}
    return {name: match and match[1] for name, match in found.items()}


def check_costs(page, readme):
    rows, measured = dict(ROW.findall(readme)), measured_costs(page)
    for name in sorted(measured.keys() | rows.keys()):
        if rows.get(name) != measured.get(name):
            yield f"README.md: '{name}' is {rows.get(name)} there, {measured.get(name)} in {PERFORMANCE}"
    said, costs = RECORDING.search(readme), [figure for pair in recording_costs(page) for figure in pair]
    if said is None or list(said.groups()) != costs:
        yield f"README.md: recording takes {said and said.groups()} there, {costs} in {PERFORMANCE}"


def renewed(page, readme):
    measured, costs = measured_costs(page), [figure for pair in recording_costs(page) for figure in pair]
    readme = ROW.sub(lambda row: f"| {row[1]} | {measured.get(row[1]) or row[2]} |", readme)
    said = RECORDING.search(readme)
    for i in range(4, 0, -1):
        readme = readme[:said.start(i)] + costs[i - 1] + readme[said.end(i):]
    return readme


def main():
    words = [word for word in sys.argv[1:] if word != "--renew"]
    root = words[0] if words else tree.ROOT
    readme = tree.read(root, "README.md")
    if "--renew" in sys.argv:
        with open(os.path.join(root, "README.md"), "w", encoding="utf-8") as file:
            file.write(renewed(tree.read(root, PERFORMANCE), readme))
        return
    offences = list(check_examples(root, readme))
    if PERFORMANCE in tree.files(root):
        offences += check_costs(tree.read(root, PERFORMANCE), readme)
    tree.finish(offences, "one page")


main()
