#!/usr/bin/env python3
"""run_long.py COMMAND GROWS EVENTS PER_SECOND - a run that is longer than its recording may be: file and memory stay bounded, the
program's leak is found at its exact rate although the first part of it is gone, and counters stay exact.

Both in millions. 500 are what a busy service does in a day."""
import os
import re
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "support"))
import said  # noqa: E402

COMMAND, GROWS = sys.argv[1:3]
EVENTS, PER_SECOND = float(sys.argv[3]) * 1e6, float(sys.argv[4]) * 1e6
PER_ROUND = 401                     # allocations and releases of one round of grows
ROUNDS = int(EVENTS / PER_ROUND)
LONG = EVENTS >= 50e6                # a short one may be too short to be sure, on a machine with other work
SIZE_MAX = (1 << 20) if LONG else (256 << 10)
COMMAND_BYTES_MAX = 96 << 20        # rings, batches and tables; 160 bytes for each live block come on top


def memory_of(pid):
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            return int(re.search(r"VmHWM:\s+(\d+)", file.read())[1]) << 10
    except (OSError, TypeError):
        return 0


def run_watched(path):
    """Runs it; exit status, JSON line, and the most memory that the command had."""
    process = subprocess.Popen([COMMAND, "run", "-q", "--json", "--size-max", str(SIZE_MAX), "-o", path, "--",
                                GROWS, str(ROUNDS), "pace", str(int(PER_SECOND / PER_ROUND))],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    most = [0, 0]

    def watch():
        while process.poll() is None:
            memory = memory_of(process.pid)
            if os.path.exists(path):          # judging at the end is no part of the recording
                most[0] = max(most[0], memory)
            most[1] = max(most[1], os.path.getsize(path) if os.path.exists(path) else 0)
            time.sleep(0.05)

    watcher = threading.Thread(target=watch)
    watcher.start()
    output, _ = process.communicate(timeout=1500)
    watcher.join()
    return process.returncode, output, most


def check_answer(verdict, leak):
    """What it found: right although the first events are gone."""
    said.check(verdict["verdict"] == "leak" or (verdict["verdict"] == "undecided" and not LONG), f"exit {code}, {verdict['verdict']}")
    said.check(len(verdict["findings"]) == 1 and leak["function"] == "leak" and leak["stack"] == ["leak", "main"],
               f"finding: {leak['function']} {leak['stack']}")
    # Where other work kept the command from following, recording thins out, and says so; then these are estimates.
    off = 0.5 if "thinned" in verdict.get("note", "") else 0
    said.check(abs(leak["blocks"] / ROUNDS - 1) <= off and abs(leak["live_bytes"] / (ROUNDS * 1000) - 1) <= off,
               f"holds {leak['blocks']} blocks, {leak['live_bytes']} bytes instead of {ROUNDS} and {ROUNDS * 1000}")
    # The oldest block is as old as the program got, which the command may have followed at a distance.
    lasted = leak.get("age_oldest_s") or 1e-9
    said.check(abs(leak.get("bytes_per_second", 0) * lasted / (ROUNDS * 1000) - 1) < (0.15 if LONG else 0.5),
               f"rate {leak.get('bytes_per_second')} over {lasted} s for {ROUNDS * 1000} bytes")
    said.check(lasted <= verdict["seconds"] and (0.3 < leak.get("age_median_s", 0) / lasted < 0.7 or not LONG),
               f"ages {leak.get('age_median_s')} and {lasted}")
    said.check(any(d["function"] == "churn" and d["verdict"] == "churn" for d in verdict["dismissed"]), "churn is not dismissed")


with tempfile.TemporaryDirectory() as folder:
    kept = os.path.join(folder, "long.hf")
    code, out, (memory, size) = run_watched(kept)
    verdict = said.verdict_of(out)
    leak = verdict["findings"][0] if verdict["findings"] else {"function": "", "blocks": 0, "live_bytes": 0, "stack": []}
    print(f"{ROUNDS * PER_ROUND / 1e6:.0f} million events in {verdict['seconds']:.1f} s: recording {size >> 10} KiB, "
          f"command {memory >> 20} MiB, {verdict['checkpoints']} checkpoints kept")
    note = verdict.get("note", "")
    said.check("windows instead of single events" in note, f"no windows: {note}")
    said.check(verdict["recording"]["allocations"] == ROUNDS * 201, f"allocations {verdict['recording']}")
    if "events were lost" in note:        # other work kept the command from following: it says so
        print(f"not judged: {note}")
    else:
        check_answer(verdict, leak)
    said.check(size < 3 * SIZE_MAX, f"recording: {size} bytes")
    said.check(memory < COMMAND_BYTES_MAX + 160 * ROUNDS, f"command: {memory} bytes")
    code, out, _ = said.run(COMMAND, "report", "--json", kept, timeout=300)
    again = said.verdict_of(out)
    said.check(again["verdict"] == verdict["verdict"] and again["findings"] == verdict["findings"], "the report differs from the run")
said.finish()
