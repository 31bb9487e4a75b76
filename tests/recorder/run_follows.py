#!/usr/bin/env python3
"""run_follows.py COMMAND GROWS - `holdfast run` reads its recording while the program runs, by a second thread, and
says in the end what `holdfast report` says of the same file."""
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "support"))
import said  # noqa: E402

COMMAND, GROWS = sys.argv[1:3]


def run_and_report(name, path, options, program):
    """Both answers, and how many threads the command had at most."""
    threads = 0
    running = subprocess.Popen([COMMAND, "run", "-q", "--json", "-o", path, *options, "--", *program],
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while running.poll() is None:
        try:
            threads = max(threads, len(os.listdir(f"/proc/{running.pid}/task")))
        except OSError:
            pass
        time.sleep(0.01)
    told = running.stdout.read().splitlines()
    code, out, err = said.run(COMMAND, "report", "--json", path)
    said.check(running.returncode == code, f"{name}: run ends with {running.returncode}, report with {code}: {err}")
    said.check(told == ["", out.strip()], f"{name}: run says\n{told}\nreport says\n{out}")
    return threads


with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "recording")
    at_most = run_and_report("long", path, [], [GROWS, "800", "pace", "2000"])
    said.check(at_most == 2, f"long: {at_most} threads")
    at_most = run_and_report("past its size", path, ["--size-max", "100000"], [GROWS, "800", "pace", "2000"])
    said.check(at_most == 2, f"past its size: {at_most} threads")
    run_and_report("short", path, [], ["true"])
said.finish()
