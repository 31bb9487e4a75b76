#!/usr/bin/env python3
"""readme.py [ROOT] - what README.md shows is what is compiled."""
import re
import sys

import tree


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else tree.ROOT
    offences = []
    readme = tree.read(root, "README.md")
    for block in re.findall(r"^```c\n(.*?)^```", readme, re.M | re.S):
        named = re.findall(r"\((examples/[\w/]+\.c)\)", readme[:readme.index(block)])
        if not named:
            offences.append("README.md: a C block that names no example before it")
        elif block.strip() not in tree.read(root, named[-1]):
            offences.append(f"README.md: its C block is not what {named[-1]} says")
    tree.finish(offences, "one page")


main()
