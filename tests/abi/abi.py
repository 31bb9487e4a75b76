#!/usr/bin/env python3
"""abi.py [--renew] LIBRARY.so - programs linked to what libholdfast.abi describes still run with LIBRARY.so.

Uses abidw and abidiff of abigail-tools; without them the test skips. Added functions are no
difference. A wanted one: `make abi`, an entry in CHANGELOG.md marked BINARY, and after a release
another number behind .so.
"""
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
HEADERS = os.path.join(ROOT, "include")
DESCRIPTION = os.path.join(HERE, "libholdfast.abi")


def describe(library):
    """The description of the library as text; what is private to it left out, and where it was built."""
    done = subprocess.run(["abidw", "--headers-dir", HEADERS, "--drop-private-types", "--no-corpus-path", "--no-comp-dir-path",
                           "--no-show-locs", "--no-elf-needed", "--type-id-style", "hash", library],
                          capture_output=True, text=True, check=True)
    return done.stdout.replace(ROOT + "/", "")


def difference(old, new):
    """What abidiff says of two descriptions, or None. Descriptions are compared, not libraries: given
    a library and what is private, abidiff takes a changed struct for a private one."""
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for name, text in ("old.abi", old), ("new.abi", new):
            names.append(os.path.join(folder, name))
            with open(names[-1], "w", encoding="utf-8") as file:
                file.write(text)
        done = subprocess.run(["abidiff", "--no-added-syms", *names], capture_output=True, text=True)
    return None if done.returncode == 0 else done.stdout + done.stderr


def main():
    library = os.path.realpath([a for a in sys.argv[1:] if a != "--renew"][0])
    if shutil.which("abidw") is None or shutil.which("abidiff") is None:
        print("abi: skipped: abidw and abidiff (abigail-tools) are not installed")
        return 77
    if platform.machine() != "x86_64":
        print("abi: skipped: the description is that of x86-64")
        return 77
    new = describe(library)
    if "--renew" in sys.argv:
        with open(DESCRIPTION, "w", encoding="utf-8") as file:
            file.write(new)
        return 0
    with open(DESCRIPTION, encoding="utf-8") as file:
        old = file.read()
    planted = re.sub(r"(<class-decl name='hf_error' size-in-bits=')\d+", r"\g<1>4544", new)
    if planted == new or difference(planted, new) is None:
        print("abi: a planted difference is not found")
        return 1
    found = difference(old, new)
    if found is not None:
        print(found)
        print("abi: the binary interface differs; if that is wanted: make abi")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
