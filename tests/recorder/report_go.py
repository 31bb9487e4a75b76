#!/usr/bin/env python3
"""report_go.py COMMAND GROWS HEAP.go - our profile in `go tool pprof -top`, and a profile of Go's own profiler in
`holdfast report`: the same numbers on both sides. Skipped without Go."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "support"))
import said  # noqa: E402

COMMAND, GROWS, SOURCE = sys.argv[1:4]
UNITS = {"B": 1, "kB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}


def top(go, profile, index, unit="bytes"):
    """{function: flat value} as `go tool pprof -top` says."""
    code, out, err = said.run(go, "tool", "pprof", "-top", "-nodefraction=0", f"-sample_index={index}", f"-unit={unit}", profile, timeout=120)
    said.check(code == 0, f"go tool pprof: {err}")
    rows = re.findall(r"^\s*([\d.]+)(B|kB|MB|GB)?\s+[\d.]+%\s+[\d.]+%\s+[\d.]+(?:B|kB|MB|GB)?\s+[\d.]+%\s+(\S+)", out, re.M)
    return {name: float(value) * UNITS.get(of or "B", 1) for value, of, name in rows}


def test_ours(go, folder):
    profile = os.path.join(folder, "ours.pb.gz")
    said.run(COMMAND, "run", "-q", "--pprof", profile, "--", GROWS, "4000")
    said.check(top(go, profile, "inuse_space").get("leak") == 4000000, f"bytes: {top(go, profile, 'inuse_space')}")
    said.check(top(go, profile, "inuse_objects", "count").get("leak") == 4000, "objects in use")
    made = top(go, profile, "alloc_objects", "count")
    said.check(made.get("leak") == 4000 and made.get("churn") == 4000 * 200, f"objects: {made}")


def test_theirs(go, folder):
    program = os.path.join(folder, "heap")
    environment = dict(os.environ, GOCACHE=os.path.join(folder, "cache"), GOFLAGS="-mod=mod", GO111MODULE="off")
    built = subprocess.run([go, "build", "-o", program, SOURCE], env=environment, capture_output=True, text=True, timeout=300)
    if not said.check(built.returncode == 0, f"go build: {built.stderr}"):
        return
    profiles = os.path.join(folder, "profiles")
    os.mkdir(profiles)
    subprocess.run([program, profiles], check=True, timeout=60)
    names = sorted(os.listdir(profiles))
    said.check(len([n for n in names if n.endswith(".heap.pb.gz")]) == 12, f"profiles: {names}")
    last = os.path.join(profiles, [n for n in names if n.endswith(".heap.pb.gz")][-1])
    theirs = top(go, last, "inuse_space")
    code, out, err = said.run(COMMAND, "report", "--json", profiles)
    verdict = said.verdict_of(out)
    found = [f for f in verdict["findings"] if f["function"] == "main.keep"]
    said.check(code == 1 and len(found) == 1, f"report: exit {code}: {err}")
    said.check(found and abs(found[0]["live_bytes"] - theirs.get("main.keep", 0)) < 1,
               f"main.keep: {found and found[0]['live_bytes']} here, {theirs.get('main.keep')} there")
    said.check(verdict["reconciled"]["allocator_live"] > 0, "MemStats beside the profiles are not read")
    again = os.path.join(folder, "again.pb.gz")
    said.run(COMMAND, "report", "--pprof", again, profiles)
    ours = top(go, again, "inuse_space")
    said.check(abs(ours.get("main.keep", 0) - theirs.get("main.keep", -1)) < 1, f"written again: {ours}")


compiler = shutil.which("go")
if compiler is None:
    print("skipped: Go is not installed")
    sys.exit(77)
with tempfile.TemporaryDirectory() as scratch:
    test_ours(compiler, scratch)
    test_theirs(compiler, scratch)
said.finish()
