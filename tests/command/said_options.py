#!/usr/bin/env python3
"""said_options.py PROGRAM ROOT - what the texts say of the command is what it does.

Each option that the README, the pages of docs/ and the manual's sources give to a verb is one of the verb's help; the
part of the manual that is made from the tables has the same options as the help, with the same words; and the exit
codes of a page of the manual are those that the help of its verb, or of the command, knows.
"""
import glob
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "support"))
import said  # noqa: E402

PROGRAM, ROOT = sys.argv[1:3]
VERBS = ("format", "get", "size", "run", "report", "gen")


def said_by(*words):
    code, out, err = said.run(PROGRAM, *words)
    said.check(code == 0, f"{' '.join(words)}: exit {code}, {err}")
    return out


def options_of(verb):
    """Each spelling of an option with its words, as the help has them."""
    found = {}
    for line in said_by("help", verb).splitlines():
        option = re.match(r"  (?:(-\w), )?(--[\w-]+)(?:[ \[][^ ]+)? +(\S.*)", line)
        for spelling in option.groups()[:2] if option else ():
            if spelling:
                found[spelling] = option[3]
    return found


def check_manual(verb, options):
    made = re.sub(r"\\(.)", r"\1", said_by("help", "--scdoc", verb))
    entries = re.findall(r"^(\*-.*)\n\t(.*)$", made, re.M)
    met = {spelling: words for names, words in entries for spelling in re.findall(r"\*(--?[\w-]+)\*", names)}
    said.check(met == options, f"{verb}: manual {sorted(met.items() ^ options.items())}")
    page = open(os.path.join(ROOT, "docs/man", f"holdfast-{verb}.1.scd"), encoding="utf-8").read()
    for spelling in re.findall(r"\*(--?[a-z][\w-]*)\*", page):
        said.check(spelling in options, f"holdfast-{verb}.1.scd: no {spelling}")
    status = page.split("# EXIT STATUS")[1].split("\n# ")[0]
    codes = set(re.findall(r"\*(\d)\*", status))
    said.check({"0", "2"} <= codes <= set("012345"), f"holdfast-{verb}.1.scd: exit status {sorted(codes)}")
    told = set(re.findall(r"(?<![\w/])([1345]) (?:a leak|undecided|the program|bad data|a file)", said_by("help", verb)))
    said.check(told <= codes, f"holdfast-{verb}.1.scd: exit status {sorted(codes)}, the help says {sorted(told)}")


def check_texts(options):
    pages = ["README.md", "CAVEATS.md", *sorted(os.path.relpath(p, ROOT) for p in glob.glob(os.path.join(ROOT, "docs/**/*.*"), recursive=True))]
    mentions = 0
    for page in pages:
        if not page.endswith((".md", ".scd")):
            continue
        text = open(os.path.join(ROOT, page), encoding="utf-8").read()
        for verb, words in re.findall(r"\bholdfast (" + "|".join(VERBS) + r")\b([^`\n|;#]*)", text):
            for spelling in re.findall(r"(?<=\s)(--?[a-z][a-z-]*)", re.split(r"\s--(?:\s|$)", words)[0]):
                mentions += 1
                said.check(verb not in options or spelling in options[verb], f"{page}: holdfast {verb} has no {spelling}")
    said.check(mentions >= 20, f"{mentions} options in all texts: the search finds too few")


every = {verb: options_of(verb) for verb in VERBS if re.search(rf"^  {verb} ", said_by("help"), re.M)}
for name, table in every.items():
    said.check("--help" in table and len(table) > 2, f"{name}: help has {sorted(table)}")
    check_manual(name, table)
check_texts(every)
said.finish()
