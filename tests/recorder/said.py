"""said.py - for tests that start the command: what it said, and how many cases held."""
import json
import subprocess
import sys

passed = failed = 0


def check(holds, words):
    """Counts a case, and tells when it fails."""
    global passed, failed
    if holds:
        passed += 1
    else:
        failed += 1
        print("failed: " + words, file=sys.stderr)
    return bool(holds)


def finish():
    print(f"# cases: {passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


def run(*words, timeout=60, **more):
    """Starts a program; its exit status, standard output and standard error."""
    done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout, **more)
    return done.returncode, done.stdout, done.stderr


def verdict_of(output):
    """The line of JSON that ends standard output."""
    return json.loads(output.strip().splitlines()[-1])
