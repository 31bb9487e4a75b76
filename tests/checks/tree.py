"""tree.py - what the checks share: the project's files, offences, the last line.

Every check is a program `CHECK.py [ROOT] ...` over a tree of files, so that self_test.py can run it
on a tree with a planted offence. It prints one line per offence and ends with status 1 when there
are any.
"""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SKIPPED_FOLDERS = {"build", ".git", ".cache", "node_modules", "__pycache__"}


def files(root):
    """Relative paths of the project's own files, tracked or new; never what .gitignore names."""
    if os.path.exists(os.path.join(root, ".git")):
        listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                                cwd=root, capture_output=True)
        if listed.returncode == 0:
            names = listed.stdout.decode().split("\0")
            return sorted(n for n in set(names) if n and os.path.isfile(os.path.join(root, n)))
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [f for f in folders if f not in SKIPPED_FOLDERS]
        found += [os.path.relpath(os.path.join(folder, n), root) for n in names]
    return sorted(found)


def read(root, name):
    with open(os.path.join(root, name), encoding="utf-8", errors="replace") as file:
        return file.read()


def finish(offences, checked):
    """Prints the offences and one line about what was looked at; ends the program."""
    for offence in offences:
        print(offence)
    print(f"{os.path.basename(sys.argv[0])}: {checked}, {len(offences)} offences")
    sys.exit(1 if offences else 0)
