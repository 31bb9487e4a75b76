#!/usr/bin/env python3
"""bench_report.py PROGRAM [--seconds S] [--out FILE] [--growth BYTES] [--levels] FILE... - the table.

Runs bench_values once for each file, in a process of its own, one library after the other in
random order, several rounds; the figure is the median of the rounds. Writes Markdown: the machine,
the method, one table for each operation with Holdfast's time and each library's as a multiple of
it (above 1: slower than Holdfast), and a line PASS or MISS for each requirement. The exit status
is 1 only when a program failed, such as by a wrong answer: a missed speed is a finding, not an
error. --smoke: one short round over one file, for the tests.
"""
import argparse
import datetime
import json
import math
import os
import platform
import re
import statistics
import subprocess
import sys

GROUPS = [("holdfast,yyjson,simdjson,simdjson-new,rapidjson", 7), ("holdfast,cjson,jansson,json-c", 3)]
REQUIRED = ["twitter.json", "citm_catalog.json", "canada.json", "mdn-bcd.json"]
LOOKUP_FILE = "mdn-bcd.json"
OPERATIONS = ["read", "read-fresh", "read-as-text", "drop", "walk", "hold", "clone", "clone-other", "equal",
              "write", "write-respelled", "path-8", "lookup-8", "lookup-64", "lookup-1024", "lookup-8192"]


def run(program, arguments, environment=None):
    done = subprocess.run([program, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, env={**os.environ, **(environment or {})})
    if done.returncode != 0:
        sys.exit(f"bench_report: {' '.join(arguments)}: status {done.returncode}\n{done.stderr}")
    return done.stdout


def measure(program, file, peers, rounds, min_time, select, environment=None, more=()):
    """{operation: {peer: ns}} and the versions of the peers."""
    arguments = [f"--peers={peers}", f"--benchmark_filter={select}", f"--benchmark_repetitions={rounds}",
                 f"--benchmark_min_time={min_time}", "--benchmark_format=json",
                 "--benchmark_enable_random_interleaving=true", *more, file]
    found = json.loads(run(program, arguments, environment))
    times = {}
    for row in found["benchmarks"]:
        if row.get("run_type") != "iteration":
            continue
        if row.get("error_occurred"):
            sys.exit(f"bench_report: {file}: {row['name']}: {row['error_message']}")
        operation, peer = row["name"].split("/")[:2]
        clock = "real_time" if operation == "drop" else "cpu_time"
        times.setdefault(operation, {}).setdefault(peer, []).append(row[clock] / row.get("each", 1))
    context = found["context"]
    versions = {key[5:]: value for key, value in context.items() if key.startswith("peer ")}
    medians = {operation: {peer: statistics.median(all_) for peer, all_ in peers_.items()}
               for operation, peers_ in times.items()}
    return medians, versions, int(context["bytes"])


def spell_time(ns):
    for unit, size in (("ns", 1), ("us", 1e3), ("ms", 1e6)):
        if ns < 1000 * size:
            return f"{ns / size:.3g} {unit}"
    return f"{ns / 1e9:.3g} s"


def machine():
    model = re.search(r"^model name\s*:\s*(.*)$", open("/proc/cpuinfo").read(), re.M)
    return (f"{model.group(1) if model else platform.machine()}, {os.cpu_count()} processors, "
            f"Linux {platform.release()}, load at the start {os.getloadavg()[0]:.1f}, "
            f"{datetime.date.today().isoformat()}")


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values))


def requirements(results):
    """One line for each; results: {file name: {operation: {peer: ns}}}."""
    lines = []
    files = [name for name in REQUIRED if name in results and "yyjson" in results[name].get("read", {})]
    for what, operation, peer_operations, wanted in (
            ("read", "read", ["read"], 1.0), ("write", "write", ["write"], 1.0),
            ("write, nothing from source", "write-respelled", ["write"], 1.0),
            ("walk", "walk", ["walk"], 1.3), ("private clone", "clone", ["clone", "clone-other"], 1.5)):
        if len(files) < len(REQUIRED):
            lines.append(f"SKIP {what}: needs yyjson and {', '.join(REQUIRED)}")
            continue
        ratios = [min(results[name][other]["yyjson"] for other in peer_operations)
                  / results[name][operation]["holdfast"] for name in files]
        mean = geometric_mean(ratios)
        each = ", ".join(f"{name.split('.')[0]} {ratio:.2f}" for name, ratio in zip(files, ratios))
        lines.append(f"{'PASS' if mean >= wanted else 'MISS'} {what}: {mean:.2f} times yyjson, "
                     f"wanted {wanted:.1f} ({each})")
    for name in results:
        if "lookup-1024" in results[name]:
            ns = results[name]["lookup-1024"]["holdfast"]
            lines.append(f"{'PASS' if ns <= 20 else 'MISS'} lookup among 1024 keys: {ns:.1f} ns, wanted 20")
    return lines


def kept_rows(program, files):
    rows = []
    for file in files:
        size = os.path.getsize(file)
        touched = {}
        for line in run(program, ["--kept", file]).splitlines():
            peer, resident, known = line.split()
            touched[peer] = int(resident) / size
            if peer == "holdfast":
                touched["holdfast, charged"] = int(known) / size
        rows.append((os.path.basename(file), touched))
    return rows


def table(rows, first, cell):
    columns = list(dict.fromkeys(column for _, row in rows for column in row))
    lines = [f"| {first} | " + " | ".join(columns) + " |", "|---|" + "---:|" * len(columns)]
    for name, row in rows:
        lines.append(f"| {name} | " + " | ".join(cell(row, c) if c in row else "" for c in columns) + " |")
    return lines


def ratio_cell(row, peer):
    if peer == "holdfast" or "holdfast" not in row:
        return spell_time(row[peer])
    ratio = row[peer] / row["holdfast"]
    return f"{ratio:.2f}" if ratio < 100 else f"{ratio:.0f}"


def growth_rows(program, file, largest, min_time):
    rows, size = [], 1024
    while size <= largest:
        times, _, length = measure(program, file, "holdfast", 3, min_time, "^(read|walk|write)/",
                                   more=[f"--bytes={size}"])
        rows.append((f"{size >> 10} KiB" if size < 1 << 20 else f"{size >> 20} MiB",
                     {operation: peers["holdfast"] / length for operation, peers in times.items()}))
        size *= 4
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("files", nargs="*")
    parser.add_argument("--corpora", help="a folder; its files are measured too")
    parser.add_argument("--seconds", type=float, default=float(os.environ.get("BENCH_SECONDS") or 300))
    parser.add_argument("--out", help="also written there")
    parser.add_argument("--growth", type=int, default=0, help="the curve up to so many bytes")
    parser.add_argument("--levels", action="store_true", help="reading at every CPU level")
    parser.add_argument("--smoke", action="store_true")
    options = parser.parse_intermixed_args()
    files = list(options.files)
    if options.corpora and os.path.isdir(options.corpora):
        files += sorted(os.path.join(options.corpora, name) for name in os.listdir(options.corpora)
                        if name.endswith(".json"))
    if not files:
        sys.exit("bench_report: no files to read")

    # Some sixty programs' worth of rounds share the time; large files take what one round takes.
    min_time = max(0.001, min(0.2, options.seconds / len(files) / 600))
    groups = [(peers, 1) for peers, _ in GROUPS] if options.smoke else GROUPS
    out = ["Machine: " + machine() + ".", ""]
    results, versions = {}, {}
    for file in files:
        name = os.path.basename(file)
        looks_up = name == LOOKUP_FILE or len(files) == 1
        results[name] = {}
        for peers, rounds in groups:
            times, found, _ = measure(options.program, file, peers, rounds, min_time, "." if looks_up else "-lookup")
            versions.update(found)
            for operation, row in times.items():
                into = results[name].setdefault(operation, {})
                into.update({peer: ns for peer, ns in row.items() if peer not in into})
    out += ["Libraries: " + ", ".join(f"{peer} {version}" for peer, version in versions.items()) + ".", ""]
    for operation in OPERATIONS:
        rows = [(name, result[operation]) for name, result in results.items() if operation in result]
        if rows:
            out += [f"### {operation}", "", *table(rows, "file", ratio_cell), ""]
    out += ["### bytes kept, for each byte of text", "",
            *table(kept_rows(options.program, files), "file", lambda row, peer: f"{row[peer]:.2f}"), ""]

    if options.levels:
        rows = []
        for level in ("base", "avx2", "avx512"):
            for file in (f for f in files if os.path.basename(f) in REQUIRED[:3]):
                times, _, _ = measure(options.program, file, "holdfast,yyjson", 5, min_time,
                                      "^(read|read-as-text|write|write-respelled)/", {"HOLDFAST_CPU": level})
                rows.append((f"{os.path.basename(file)}, {level}",
                             {operation: row["yyjson"] / row["holdfast"] for operation, row in times.items()
                              if "yyjson" in row}))
        out += ["### at each CPU level, yyjson's time over Holdfast's", "",
                *table(rows, "file, level", lambda row, column: f"{row[column]:.2f}"), ""]
    if options.growth:
        record = next((f for f in files if os.path.basename(f) == "random.json"), files[0])
        rows = growth_rows(options.program, record, options.growth, min_time)
        out += [f"### growth, ns for each byte (records of {os.path.basename(record)})", "",
                *table(rows, "text", lambda row, column: f"{row[column]:.3f}"), ""]
    out += ["### what must hold", "", *("- " + line for line in requirements(results)), ""]
    text = "\n".join(out)
    print(text)
    if options.out:
        with open(options.out, "w", encoding="utf-8") as stream:
            stream.write(text)
    if options.smoke:
        print("# cases: 1 passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
