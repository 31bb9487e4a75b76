#!/usr/bin/env python3
"""readme.py [ROOT] - what README.md shows is what is compiled, and its links lead somewhere."""
import os
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
    pages = [name for name in tree.files(root) if name.endswith(".md")]
    for page in pages:
        for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", tree.read(root, page)):
            if not os.path.exists(os.path.join(root, os.path.dirname(page), target)):
                offences.append(f"{page}: links to {target}, which is not there")
    tree.finish(offences, f"{len(pages)} pages")


main()
