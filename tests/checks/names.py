#!/usr/bin/env python3
"""names.py [ROOT] - a file's name points to one place, and no file names a place on some machine.

Source files have names that are unique in the whole tree. Text files hold no home folders, no
build machine's folders and no addresses of package mirrors. Test data is not looked into.
"""
import os
import re
import sys

import tree

SOURCES = (".c", ".h", ".cpp", ".hpp", ".py", ".sh", ".go")
DATA = re.compile(r"(^|/)(corpus|cases|regress|golden|testdata)/|\.(gz|zst|pb|bin|png)$")
# Each pattern is written so that it does not match itself.
PLACES = re.compile(r"/[h]ome/\w+|/[r]oot/|/[U]sers/\w+|/[w]ork/|/[t]mp/hf|/[t]mp/(research|bash_jobs|studio)"
                    r"|\.[l]ibrary/|https?://(deb|registry|proxy|mirror)\.\S+")


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
        if DATA.search(name):
            continue
        for number, line in enumerate(tree.read(root, name).split("\n"), 1):
            found = PLACES.search(line)
            if found:
                offences.append(f"{name}:{number}: a place on some machine: {found[0]}")
    tree.finish(offences, f"{len(names)} files")


main()
