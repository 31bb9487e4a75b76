#!/usr/bin/env python3
"""recorder_imports.py RECORDER.so [LIST] - the preloaded object calls only what the list names.

It is a guest in another program: whatever it imports runs in there. The list is
locator/recorder/imports.txt: one name per line, `#` and what follows is the reason; `name?` is one
that only some builds import (memset, when a compiler makes a call of a loop). It also may need no
library but libc and the loader.
"""
import os
import re
import subprocess
import sys

import tree

LIBRARIES = re.compile(r"(libc|libdl|libpthread|ld-linux[-\w]*)\.so(\.\d+)?")


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"recorder_imports.py: {done.stderr}")
    return done.stdout


def main():
    recorder = sys.argv[1]
    listed_in = sys.argv[2] if len(sys.argv) > 2 else os.path.join(tree.ROOT, "locator/recorder/imports.txt")
    with open(listed_in, encoding="utf-8") as file:
        words = {line.split("#")[0].strip() for line in file} - {""}
    listed = {word.rstrip("?") for word in words}
    always = {word for word in words if not word.endswith("?")}
    rows = [line.split() for line in run("nm", "--format=posix", "--dynamic", "--undefined-only", recorder).splitlines()]
    # Weak names of the start-up files are resolved to nothing when nobody defines them.
    imported = {row[0].split("@")[0] for row in rows if row and row[1] not in ("w", "v")}
    imported |= {row[0].split("@")[0] for row in rows if row and row[1] in ("w", "v")
                 and not row[0].startswith(("_ITM_", "__gmon_start__", "__cxa_finalize"))}
    offences = [f"imported, not listed: {name}" for name in sorted(imported - listed)]
    offences += [f"listed, not imported: {name}" for name in sorted(always - imported)]
    for needed in re.findall(r"\(NEEDED\).*\[([^\]]+)\]", run("readelf", "--dynamic", "--wide", recorder)):
        if not LIBRARIES.fullmatch(needed):
            offences.append(f"needs another library: {needed}")
    tree.finish(offences, f"{len(imported)} imports")


main()
