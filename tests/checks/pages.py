#!/usr/bin/env python3
"""pages.py [ROOT] - what pages and man pages name is there: links with their headings, files of the tree, names of the C sources.

A public name (hf_name) stands in a public header; an internal one or a constant (hf__name, HF_NAME) in some
header or source. A path that begins with a folder of the tree leads to something, and so does a file that is
named alone, except where a word stands for many: NAME, BASE, thing. Folders of folders are told of in
ARCHITECTURE.md, each one in them.
"""
import glob
import os
import re
import sys

import tree

CODE = (".c", ".h", ".cc", ".cpp", ".cmake", ".txt", ".go")
STANDS_FOR_MANY = re.compile(r"NAME|BASE|(^|/|_)thing(_\w+)?\.|^lib/holdfast/")
# Not hf_value_*, which stands for many; but *hf_read*, which a man page shows in bold.
NAME = re.compile(r"\b(?:hf_|HF_)\w*[A-Za-z0-9]\b(?!\*)|(?<=\*)(?:hf_|HF_)\w*[A-Za-z0-9](?=\*)")
FILE = re.compile(r"`([\w-]+\.(?:c|h|cc|py|sh|cmake|go))`")


GROUPS = ("lib", "locator", "tests")


def headings_of(root, page):
    """As links name them: small letters, no marks, a hyphen for each blank."""
    headings = re.findall(r"^#+ (.*)$", tree.read(root, page), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def names_in(root, names):
    return {word for name in names for word in NAME.findall(tree.read(root, name))}


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else tree.ROOT
    files = tree.files(root)
    folders = sorted({name.split("/")[0] for name in files if "/" in name})
    path = re.compile(r"(?<![\w./-])((?:" + "|".join(map(re.escape, folders)) + r")/[\w./*-]*\w/?)")
    alone = {os.path.basename(name) for name in files}
    public = names_in(root, [name for name in files if name.startswith("include/")])
    all_names = names_in(root, [name for name in files if name.endswith(CODE)])
    pages = [name for name in files if name.endswith((".md", ".scd"))]
    offences = []
    for page in pages:
        for number, line in enumerate(tree.read(root, page).split("\n"), 1):
            for target, heading in re.findall(r"\]\(([^)#:\s]*)(?:#([^)]*))?\)", line):
                place = os.path.normpath(os.path.join(os.path.dirname(page), target)) if target else page
                if not os.path.exists(os.path.join(root, place)):
                    offences.append(f"{page}:{number}: links to {target}, which is not there")
                elif heading and heading not in headings_of(root, place):
                    offences.append(f"{page}:{number}: links to #{heading}, and {place} has no such heading")
            for word in NAME.findall(line):
                known = public if word.startswith("hf_") and not word.startswith("hf__") else all_names
                if word not in known:
                    offences.append(f"{page}:{number}: no header has {word}")
            for target in path.findall(line):
                if not STANDS_FOR_MANY.search(target) and not glob.glob(os.path.join(root, target)):
                    offences.append(f"{page}:{number}: no file {target}")
            for target in FILE.findall(line):
                if not STANDS_FOR_MANY.search(target) and target not in alone:
                    offences.append(f"{page}:{number}: no file is called {target}")
    told = tree.read(root, "ARCHITECTURE.md") if "ARCHITECTURE.md" in files else ""
    for folder in sorted({"/".join(name.split("/")[:2]) + "/" for name in files if name.count("/") > 1}):
        if folder.split("/")[0] in GROUPS and f"`{folder}`" not in told:
            offences.append(f"ARCHITECTURE.md: tells nothing of {folder}")
    tree.finish(offences, f"{len(pages)} pages")


main()
