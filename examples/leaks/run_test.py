#!/usr/bin/env python3
"""run_test.py - the gallery fails when it should: programs that only print results stand in for real ones."""
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
SOUND = {"rounds": 100, "answer": "a", "grown_bytes": 0, "growth_per_1000": 0, "live_bytes": 656, "threads": 1,
         "ns_per_round": 10, "samples": [[0, 1000, 1], [1, 1000, 1]]}
LEAKING = dict(SOUND, grown_bytes=1 << 20, growth_per_1000=1 << 20)
results = []


def run_gallery(changed):
    """The gallery's status and output, with the results in `changed`, by program, in place of sound ones."""
    with open(os.path.join(HERE, "manifest.json"), encoding="utf-8") as manifest:
        names = [mechanism["name"] for mechanism in json.load(manifest)["mechanisms"]]
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            for form in ("leaking", "careful", "holdfast"):
                body = changed.get(f"{name}_{form}", LEAKING if form == "leaking" else SOUND)
                path = os.path.join(folder, f"{name}_{form}")
                with open(path, "w", encoding="utf-8") as program:
                    action = body if isinstance(body, str) else f"cat <<'E'\n{json.dumps(body)}\nE"
                    program.write(f"#!/bin/sh\n{action}\n")
                os.chmod(path, 0o755)
        done = subprocess.run([sys.executable, os.path.join(HERE, "run.py"), "--build", folder], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def expect(title, changed, status, words):
    code, output = run_gallery(changed)
    fine = code == status and words in output
    results.append(fine)
    if not fine:
        print(f"{title}: status {code}, expected {status} and '{words}' in:\n{output}")


def main():
    expect("all as promised", {}, 0, "8 passed, 0 failed")
    expect("a byte", {"map_holdfast": dict(SOUND, grown_bytes=1)}, 1, "map: the holdfast form grows by 1 bytes")
    expect("shrinking is fine", {"map_holdfast": dict(SOUND, grown_bytes=-64)}, 0, "8 passed, 0 failed")
    expect("a careful form", {"pool_careful": dict(SOUND, grown_bytes=16)}, 1, "pool: the careful form grows")
    expect("other answers", {"text_holdfast": dict(SOUND, answer="b")}, 1, "text: the holdfast form answers otherwise")
    expect("a crash", {"copy_holdfast": "kill -SEGV $$"}, 1, "copy: the holdfast form ends with SIGSEGV")
    expect("no result", {"tasks_holdfast": "exit 3"}, 1, "tasks: the holdfast form ends with exit 3")
    expect("no harm", {"boxes_leaking": SOUND}, 1, "boxes: the leaking form shows no harm")
    expect("a crash is harm", {"boxes_leaking": "kill -ABRT $$"}, 0, "8 passed, 0 failed")
    print(f"# cases: {results.count(True)} passed, {results.count(False)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
