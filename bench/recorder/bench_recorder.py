#!/usr/bin/env python3
"""bench_recorder.py - what recording costs: programs alone, recorded in full, sampled, and under heaptrack, in turn.

One round runs each way once, in an order that changes from round to round. Only ratios to the bare
run of the same round are kept; the median of the rounds counts. Three figures for each mode:

  program     wall time of the program under the recorder, from its start until it was seen to end
  its processor time   user and system time of the program, less moved by what else the machine does
  command     wall time of `holdfast run -q -- PROGRAM`, the judging and the symbols included
  collector   processor time of the collector, which runs beside the program, as a share of the bare time

usage: bench_recorder.py --programs FOLDER --command HOLDFAST --corpora FOLDER [--rounds N]
                         [--only NAME,...] [--modes MODE,...] [--out FILE]
"""
import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

PERIOD = 512 << 10
# name: (pairs of allocation and release or None, wanted ratio in full, sampled)
WANTED = {"jq": (230e3, 1.15, 1.03), "sqlite": (None, 1.25, 1.03), "parse": (3.94e6, 1.8, 1.15),
          "threads": (10e6, 3.2, 1.3),
          "threads-small": (10e6, 3.2, 1.3), "recursion": (1.803e6, None, None), "true": (None, None, None)}
RECURSION_US_PER_PAIR = 0.6
START_MS = 2.0


def sql_script(path):
    """300,000 rows with texts, and two indexes over them: some five allocations for each row."""
    with open(path, "w") as out:
        out.write("""create table t(a integer,b text,c text);
with recursive n(i) as (select 1 union all select i+1 from n where i<300000)
insert into t select i,printf('x%d-%d',i*7919%300007,i),lower(hex(i*104729%1000003)) from n;
create index i on t(b);
create index j on t(c);
select count(*),sum(length(b)) from t;
""")


def workloads(args, scratch):
    def corpus(name):
        path = os.path.join(args.corpora, name)
        return path if os.path.isfile(path) else None

    def program(name):
        path = os.path.join(args.programs, name)
        return path if os.access(path, os.X_OK) else None

    found = {"true": ["/bin/true"], "threads": [program("load_threads"), "10000000", "2000"],
             "threads-small": [program("load_threads"), "10000000", "255"],
             "recursion": [program("load_recursion"), "3000"],
             "parse": [program("load_parse"), corpus("citm_catalog.json"), "50"],
             "jq": [shutil.which("jq"), "[..|numbers]|add", corpus("canada.json")]}
    if shutil.which("sqlite3") and "sqlite" in args.only:
        script = os.path.join(scratch, "rows.sql")
        sql_script(script)
        found["sqlite"] = [shutil.which("sqlite3"), ":memory:", f".read {script}"]
    else:
        found["sqlite"] = [None]
    for name in args.only:
        if None in found[name]:
            print(f"left out: {name} (a program or its file is missing)", file=sys.stderr)
    return {name: found[name] for name in args.only if None not in found[name]}


def wall(command):
    begin = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return time.perf_counter() - begin, done.stderr


def wall_and_cpu(command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds, _ = wall(command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, max(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1e-4)


class Bench:
    def __init__(self, args, scratch):
        self.args, self.scratch = args, scratch
        self.collect = os.path.join(args.programs, "bench_collect")
        self.figures = {}

    def note(self, load, what, value):
        self.figures.setdefault(load, {}).setdefault(what, []).append(value)

    def run(self, load, command, mode):
        """One run; its figures beside the bare time `self.bare`."""
        recording = os.path.join(self.scratch, "recording")
        if mode == "heaptrack":
            self.note(load, mode, wall(["heaptrack", "-o", recording, *command])[0] / self.bare)
            return
        period = PERIOD if mode == "sampled" else 0
        _, text = wall([self.collect, str(period), recording, *command])
        told = json.loads(text.splitlines()[-1])
        seconds = told["seconds"]
        self.note(load, mode + " program", seconds / self.bare)
        self.note(load, mode + " cpu", told["program_cpu"] / self.bare_cpu)
        self.note(load, mode + " added", seconds - self.bare)
        self.note(load, mode + " collector", told["collector_cpu"] / self.bare)
        self.note(load, mode + " bytes", told["file_bytes"])
        self.note(load, mode + " lost", told["lost"])
        options = ["--sample", str(PERIOD)] if period else []
        whole, _ = wall([self.args.command, "run", "-q", "--size-max", "8g", *options, "--", *command])
        self.note(load, mode + " command", whole / self.bare)
        self.note(load, mode + " command added", whole - self.bare)

    def round(self, load, command, modes):
        self.bare, self.bare_cpu = wall_and_cpu(command)
        self.note(load, "bare", self.bare)
        for mode in modes:
            self.run(load, command, mode)

    def middle(self, load, what):
        values = self.figures.get(load, {}).get(what)
        return statistics.median(values) if values else None


def memory(args, scratch):
    """Resident bytes that the recorder adds to a program, and those of the collector, as blocks come to live."""
    program, collect = os.path.join(args.programs, "load_live"), os.path.join(args.programs, "bench_collect")
    rows = []
    for blocks in (1000, 1000000, 2000000):
        def resident(command):
            done = subprocess.run(command + [program, str(blocks)], capture_output=True, text=True)
            return int(done.stdout), done.stderr
        bare = statistics.median(resident([])[0] for _ in range(3))
        for mode, period in (("full", "0"), ("sampled", str(PERIOD))):
            own, text = resident([collect, period, os.path.join(scratch, "recording")])
            told = json.loads(text.splitlines()[-1])
            rows.append((mode, blocks, (own - bare) / 1024, (own - bare) * 1024 / blocks, told["collector_kib"] / 1024))
    return rows


def number(value, digits=2):
    return "" if value is None else f"{value:.{digits}f}"


def table(bench, loads, modes):
    lines = ["| program | bare, s | mode | program | wanted | its processor time | command | collector | bytes a pair |",
             "|---|---:|---|---:|---:|---:|---:|---:|---:|"]
    for load in loads:
        pairs, *wanted = WANTED[load]
        for mode in modes:
            middle = lambda what: bench.middle(load, f"{mode} {what}")
            if mode == "heaptrack":
                lines.append(f"| {load} | | heaptrack | | | | {number(bench.middle(load, mode))} | | |")
                continue
            goal = wanted[0 if mode == "full" else 1]
            size = middle("bytes") / pairs if pairs and middle("bytes") and mode == "full" else None
            lines.append(f"| {load} | {number(bench.middle(load, 'bare'), 3)} | {mode} | {number(middle('program'))} | "
                         f"{number(goal)} | {number(middle('cpu'))} | {number(middle('command'))} | {number(middle('collector'))} | {number(size)} |")
            if middle("lost"):
                lines.append(f"| | | {mode} | events lost: {middle('lost'):.0f} | | | | | |")
    for load, what in (("recursion", "us a pair"), ("true", "ms at start")):
        if load in loads and "full" in modes:
            added = bench.middle(load, "full added") * (1e6 / WANTED[load][0] if WANTED[load][0] else 1e3)
            whole = bench.middle(load, "full command added") * (1e6 / WANTED[load][0] if WANTED[load][0] else 1e3)
            goal = RECURSION_US_PER_PAIR if load == "recursion" else START_MS
            lines.append(f"\n{load}: {added:.2f} {what} added to the program, {whole:.2f} to the command; wanted {goal}")
    return lines


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--programs", required=True)
    parser.add_argument("--command", required=True)
    parser.add_argument("--corpora", required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(WANTED))
    parser.add_argument("--modes", type=lambda text: text.split(","), default=["full", "sampled", "heaptrack"])
    parser.add_argument("--no-memory", action="store_true")
    parser.add_argument("--out")
    args = parser.parse_args()
    if "heaptrack" in args.modes and not shutil.which("heaptrack"):
        print("left out: heaptrack (not installed)", file=sys.stderr)
        args.modes.remove("heaptrack")
    with tempfile.TemporaryDirectory() as scratch:
        loads = workloads(args, scratch)
        bench = Bench(args, scratch)
        for load, command in loads.items():
            wall(command)   # files and pages are warm from here on
            rounds = args.rounds * 5 if load == "true" else args.rounds
            for i in range(rounds):
                modes = args.modes if i % 2 == 0 else args.modes[::-1]
                if i >= 3:   # it takes a second and more
                    modes = [mode for mode in modes if mode != "heaptrack"]
                bench.round(load, command, modes)
        lines = table(bench, loads, args.modes)
        if not args.no_memory:
            lines += ["", "| mode | blocks alive | added to the program, MiB | bytes a block | collector, MiB |",
                      "|---|---:|---:|---:|---:|"]
            lines += [f"| {mode} | {blocks} | {added:.1f} | {each:.1f} | {collector:.1f} |"
                      for mode, blocks, added, each, collector in memory(args, scratch)]
    print("\n".join(lines))
    if args.out:
        with open(args.out, "w") as out:
            out.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
