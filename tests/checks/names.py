#!/usr/bin/env python3
"""names.py [ROOT] - a file's name points to one place, and no file names a place on some machine.

Source files have names that are unique in the whole tree, and begin with them: "name - what". What stands
for a user's file does not. Text files hold no home folders, no
build machine's folders and no addresses of package mirrors. Test data is not looked into.
"""
import os
import re
import sys

import tree

SOURCES = (".c", ".h", ".cpp", ".hpp", ".py", ".sh", ".go")
DATA = re.compile(r"(^|/)(corpus|cases|regress|golden|testdata)/|\.(gz|zst|pb|bin|png)$")
OF_USERS = re.compile(r"^tests/(gen/hostile|install)/.*\.[ch]$")
# Each pattern is written so that it does not match itself.
PLACES = re.compile(r"/[h]ome/\w+|/[r]oot/|/[U]sers/\w+|/[w]ork/|/[t]mp/hf|/[t]mp/(research|bash_jobs|studio)"
                    r"|\.[l]ibrary/|https?://(deb|registry|proxy|mirror)\.\S+")


def begins_with_name(text, base):
    """Behind what begins a comment, and behind a line that is for a program: the interpreter, the build, a test."""
    begin = re.sub(r"^(#!|/\* (ctest|fuzz libraries): |// not: ).*\n", "", text)
    return re.match(r'(/\*|//|#|""")\s*' + re.escape(base) + r"\b", begin) is not None


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else tree.ROOT
    offences, first = [], {}
    names = tree.files(root)
    for name in names:
        base = os.path.basename(name)
        if base.endswith(SOURCES) and not DATA.search(os.path.dirname(name) + "/"):
            if base in first:
                offences.append(f"{name}: {first[base]} has the same name")
            first.setdefault(base, name)
            if not OF_USERS.match(name) and not begins_with_name(tree.read(root, name), base):
                offences.append(f"{name}: the first line does not begin with the file's name")
        if DATA.search(name):
            continue
        for number, line in enumerate(tree.read(root, name).split("\n"), 1):
            found = PLACES.search(line)
            if found:
                offences.append(f"{name}:{number}: a place on some machine: {found[0]}")
    tree.finish(offences, f"{len(names)} files")


main()
