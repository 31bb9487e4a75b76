#!/usr/bin/env python3
"""abi.py [--renew] LIBRARY.so - programs linked to what libholdfast.abi describes still run with LIBRARY.so.

Uses abidw and abidiff of abigail-tools; without them the test skips. Added functions are no
difference. A wanted one: `make abi`, an entry in CHANGELOG.md marked BINARY, and after a release
another number behind .so.
"""
import os
import platform
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
HEADERS = os.path.join(ROOT, "include")
DESCRIPTION = os.path.join(HERE, "libholdfast.abi")


def main():
    library = os.path.realpath([a for a in sys.argv[1:] if a != "--renew"][0])
    if shutil.which("abidw") is None or shutil.which("abidiff") is None:
        print("abi: skipped: abidw and abidiff (abigail-tools) are not installed")
        return 77
    if platform.machine() != "x86_64":
        print("abi: skipped: the description is that of x86-64")
        return 77
    if "--renew" in sys.argv:
        done = subprocess.run(["abidw", "--headers-dir", HEADERS, "--drop-private-types", "--no-corpus-path",
                               "--no-comp-dir-path", "--no-show-locs", "--no-elf-needed", "--type-id-style", "hash",
                               library], capture_output=True, text=True)
        if done.returncode == 0:
            with open(DESCRIPTION, "w", encoding="utf-8") as file:
                file.write(done.stdout.replace(ROOT + "/", ""))
        print(done.stderr, end="")
        return done.returncode
    done = subprocess.run(["abidiff", "--headers-dir2", HEADERS, "--drop-private-types", "--no-added-syms", DESCRIPTION, library],
                          capture_output=True, text=True)
    if done.returncode != 0:
        print(done.stdout + done.stderr)
        print("abi: the binary interface differs; if that is wanted: make abi")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
