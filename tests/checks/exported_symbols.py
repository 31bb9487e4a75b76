#!/usr/bin/env python3
"""exported_symbols.py [--renew] LIBRARY.so [LIST] - the shared library exports exactly the committed list.

`make symbols` renews the list; read the difference before you commit it. With LIBRARY.a beside
LIBRARY.so, every global name in the archive must begin with hf_, for a static library cannot hide
its names from the programs it is linked into.
"""
import os
import subprocess
import sys

import tree

LIST = os.path.join(tree.HERE, "exported_symbols.txt")


def symbols(*arguments):
    done = subprocess.run(["nm", "--format=posix", "--defined-only", *arguments], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"exported_symbols.py: {done.stderr}")
    rows = [line.split() for line in done.stdout.splitlines()]
    return {row[0].split("@")[0] for row in rows if len(row) > 1 and row[1] != "A"}


def main():
    arguments = [a for a in sys.argv[1:] if a != "--renew"]
    library, listed_in = arguments[0], arguments[1] if len(arguments) > 1 else LIST
    exported = symbols("--dynamic", library)
    if "--renew" in sys.argv:
        with open(listed_in, "w", encoding="utf-8") as file:
            file.writelines(name + "\n" for name in sorted(exported))
        print(f"exported_symbols.py: {len(exported)} names written to {os.path.basename(listed_in)}")
        return
    with open(listed_in, encoding="utf-8") as file:
        listed = set(file.read().split())
    offences = [f"exported, not listed: {name} (make symbols, then read the difference)"
                for name in sorted(exported - listed)]
    offences += [f"listed, not exported: {name} (make symbols, then read the difference)"
                 for name in sorted(listed - exported)]
    offences += [f"exported without hf_: {name}" for name in sorted(exported) if not name.startswith("hf_")]
    archive = library.split(".so")[0] + ".a"
    if os.path.exists(archive):
        offences += [f"global without hf_: {name}" for name in sorted(symbols("--extern-only", archive))
                     if not name.startswith("hf_")]
    tree.finish(offences, f"{len(exported)} names")


main()
