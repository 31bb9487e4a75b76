"""said.py - for tests written in Python: what a program said, and how many cases held.

A script that lies elsewhere in tests/ puts this folder on its path, and ends with finish(). Where
nothing was checked, or something failed, the exit status says so."""
import json
import subprocess
import sys

passed = failed = skipped = 0


def check(holds, words):
    """Counts a case, and tells when it fails."""
    global passed, failed
    if holds:
        passed += 1
    else:
        failed += 1
        print("failed: " + words, file=sys.stderr)
    return bool(holds)


def skip(words):
    """Counts a case that this machine or build cannot try."""
    global skipped
    skipped += 1
    print("skipped: " + words)


def finish():
    print(f"# cases: {passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    sys.exit(1 if failed or not passed + skipped else 0)


def run(*words, timeout=60, **more):
    """Starts a program; its exit status, standard output and standard error."""
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout, **more)
    return done.returncode, done.stdout, done.stderr


def verdict_of(output):
    """The line of JSON that ends standard output."""
    return json.loads(output.strip().splitlines()[-1])
