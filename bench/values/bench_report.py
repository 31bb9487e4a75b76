#!/usr/bin/env python3
"""bench_report.py PROGRAM --parts FOLDER [WHAT...] [--corpora FOLDER] [FILE...] - the table.

Runs bench_values once for each file, in a process of its own, one library after the other in
random order, several rounds; the figure is the median of the rounds. WHAT is measured:

    values    every operation beside every library, file by file
    kept      bytes that a kept document touches, beside the libraries
    levels    reading and writing at each CPU level beside yyjson
    growth    time for each byte from 1 KiB to 1 GiB (program bench_growth, beside PROGRAM)

Each part measured is kept in FOLDER and takes the place of what was there before, so that a table can
be made in several short runs; without WHAT nothing is measured. Then the whole table is printed as
Markdown: for each run its machine and load, the method, a table for each operation with
Holdfast's time and the others' as multiples of it in the same process (above 1: slower than
Holdfast), and a line PASS or MISS for each requirement. The exit status is 1 only when a program
failed, such as by a wrong answer: a missed speed is a finding, not an error.

    BENCH_SECONDS=300          for all files of `values` (60 is a quick look)
    BENCH_ONLY=twitter,canada  only these files
    BENCH_OPERATIONS=read,walk only these operations
    BENCH_SIZES=1024,1048576   only these sizes of the curve, in bytes
    --smoke                    one short round over one file, nothing kept: for the tests
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
import tempfile

# Libraries with a memory of their own, and those over malloc, which take several times as long.
GROUPS = [("holdfast,yyjson,simdjson,simdjson-new,rapidjson", 7), ("holdfast,cjson,jansson,json-c", 3)]
PEERS = list(dict.fromkeys(peer for peers, _ in GROUPS for peer in peers.split(",")))
REQUIRED = ["twitter.json", "citm_catalog.json", "canada.json", "mdn-bcd.json"]
LOOKUP_FILE = "mdn-bcd.json"
GROWTH_FILE = "random.json"
OPERATIONS = ["read", "read-fresh", "read-as-text", "drop", "walk", "walk-each", "walk-as-text", "hold", "clone",
              "clone-other", "equal", "write", "write-respelled", "path-8", "lookup-8", "lookup-64", "lookup-1024", "lookup-8192"]
MEANING = {
    "read": "blocks recycled, numbers converted",
    "read-fresh": "memory new from the system each time, numbers converted",
    "read-as-text": "blocks recycled, numbers checked and left as text",
    "drop": "what was read is released",
    "walk": "every byte of each key and every value read, numbers converted before",
    "walk-each": "likewise, Holdfast's consumer compiled into its loop",
    "walk-as-text": "likewise, numbers converted at each access",
    "hold": "a clone that shares, made and dropped",
    "clone": "a private copy made and dropped (yyjson: mutable of immutable)",
    "clone-other": "the other kind a library has (yyjson: mutable of mutable), beside Holdfast's private copy",
    "equal": "two documents read from the same text",
    "write": "minified (Holdfast: from the source that it kept)",
    "write-respelled": "minified, nothing from source, beside the others' only writing",
    "path-8": "a thousand values eight steps below the root, time of one",
}
# Where a library has no operation of that name, the one to be compared with.
STANDS_FOR = {"write-respelled": "write", "walk-as-text": "walk", "walk-each": "walk"}
BESIDE = {"clone-other": "clone"}  # Holdfast's counterpart
# What the machine alone does with the same bytes, among the operations of the curve.
MACHINE = {"walk": "scan", "clone": "copy", "read": "copy", "write": "copy-text"}
MEBIBYTE = 1 << 20
SIZES = [4**power for power in range(5, 16)]  # 1 KiB to 1 GiB


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
    text = run(program, arguments, environment)
    if not text.strip():  # nothing is called as `select` wants it
        return {}, {}
    found = json.loads(text)
    times = {}
    for row in found["benchmarks"]:
        if row.get("run_type") != "iteration":
            continue
        if row.get("error_occurred"):
            sys.exit(f"bench_report: {file}: {row['name']}: {row['error_message']}")
        operation, peer = row["name"].split("/")[:2]
        clock = "real_time" if operation == "drop" else "cpu_time"
        times.setdefault(operation, {}).setdefault(peer, []).append(row[clock] / row.get("each", 1))
    versions = {key[5:]: value for key, value in found["context"].items() if key.startswith("peer ")}
    medians = {operation: {peer: statistics.median(all_) for peer, all_ in peers_.items()}
               for operation, peers_ in times.items()}
    return medians, versions


def beside_holdfast(times):
    """{operation: {"holdfast": ns, peer: multiple}}, all of one process."""
    rows = {}
    for operation in OPERATIONS:
        own = times.get(BESIDE.get(operation, operation), {}).get("holdfast")
        others = {**times.get(STANDS_FOR.get(operation), {}), **times.get(operation, {})}
        if own is None or (operation in BESIDE and operation not in times):
            continue
        rows[operation] = {"holdfast": own, **{peer: ns / own for peer, ns in others.items() if peer != "holdfast"}}
    return rows


# ---- the parts ---------------------------------------------------------------------------------

def circumstances():
    model = re.search(r"^model name\s*:\s*(.*)$", open("/proc/cpuinfo").read(), re.M)
    return {"machine": f"{model.group(1) if model else platform.machine()}, {os.cpu_count()} processors, "
                       f"Linux {platform.release()}",
            "when": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
            "load": os.getloadavg()[0]}


def measure_values(program, file, seconds, only, smoke):
    name, size = os.path.basename(file), os.path.getsize(file)
    wanted = [operation for operation in OPERATIONS if not only or operation in only]
    looks_up = [operation for operation in wanted if operation.startswith("lookup")]
    works = [operation for operation in wanted if not operation.startswith("lookup")]
    min_time = max(0.001, min(0.1, seconds / 2000))
    rows, versions = {}, {}
    for peers, rounds in GROUPS:
        rounds = 1 if smoke else max(3, rounds - 2) if size > 8 * MEBIBYTE else rounds
        for operations, more in ((works, ()), (looks_up if name == LOOKUP_FILE or smoke else [], ("--lookups",))):
            if not operations:
                continue
            # What stands for an operation that is asked for is measured with it.
            names = set(operations) | {BESIDE.get(o, o) for o in operations} | {STANDS_FOR.get(o, o) for o in operations}
            times, found = measure(program, file, peers, rounds, min_time, f"^({'|'.join(sorted(names))})/", more=more)
            versions.update(found)
            for operation, row in beside_holdfast(times).items():
                if operation in operations:
                    into = rows.setdefault(operation, {})
                    into.update({peer: value for peer, value in row.items() if peer not in into})
    return rows, versions


def measure_kept(program, file):
    size, row = os.path.getsize(file), {}
    for line in run(program, ["--kept", file]).splitlines():
        peer, resident, known = line.split()
        row[peer] = int(resident) / size
        if peer == "holdfast":
            row["holdfast, charged"] = int(known) / size
    return row


def measure_levels(program, files, seconds):
    rows = {}
    for file in files:
        if os.path.basename(file) not in REQUIRED:
            continue
        for level in ("base", "avx2", "avx512"):
            times, _ = measure(program, file, "holdfast,yyjson", 5, max(0.001, min(0.1, seconds / 2000)),
                               "^(read|read-as-text|walk|write)/|^write-respelled/", {"HOLDFAST_CPU": level})
            rows[f"{os.path.basename(file)}, {level}"] = {
                operation: row["yyjson"] for operation, row in beside_holdfast(times).items() if "yyjson" in row}
    return rows


def measure_growth(program, size, file):
    """{size: {operation: ns for each byte}}."""
    lines = run(program, [str(size), file]).splitlines()
    return {str(size): {operation: float(ns) for operation, ns in (line.split() for line in lines)}}


# ---- the table ---------------------------------------------------------------------------------

def spell_time(ns):
    for unit, size in (("ns", 1), ("us", 1e3), ("ms", 1e6)):
        if ns < 1000 * size:
            return f"{ns / size:.3g} {unit}"
    return f"{ns / 1e9:.3g} s"


def spell_bytes(size):
    for unit, below in (("B", 1 << 10), ("KiB", 1 << 20), ("MiB", 1 << 30), ("GiB", 1 << 40)):
        if size < below:
            return f"{size * 1024 // below} {unit}"
    return str(size)


def geometric_mean(values):
    return math.exp(sum(map(math.log, values)) / len(values))


def requirements(values, kept, growth):
    lines = []
    for what, operation, wanted in (
            ("read", "read", 1.0), ("read, numbers as text", "read-as-text", None), ("write", "write", 1.0),
            ("write, nothing from source", "write-respelled", 1.0), ("walk, compiled in", "walk-each", 1.3), ("walk, by cursor", "walk", 1.3),
            ("private clone", "clone", 1.5)):
        ratios = {}
        for name in REQUIRED:
            row = values.get(name, {})
            found = [row.get(which, {}).get("yyjson") for which in (operation, *(["clone-other"] if operation == "clone" else []))]
            if any(found):
                ratios[name] = min(ratio for ratio in found if ratio)
        if len(ratios) < len(REQUIRED):
            lines.append(f"SKIP {what}: needs yyjson and {', '.join(REQUIRED)}")
            continue
        mean = geometric_mean(ratios.values())
        each = ", ".join(f"{name.split('.')[0]} {ratio:.2f}" for name, ratio in ratios.items())
        verdict = "NOTE" if wanted is None else "PASS" if mean >= wanted else "MISS"
        lines.append(f"{verdict} {what}: {mean:.2f} times as fast as yyjson{f', wanted {wanted:.1f}' if wanted else ''} ({each})")
    for row in values.values():
        if "lookup-1024" in row:
            ns = row["lookup-1024"]["holdfast"]
            lines.append(f"{'PASS' if ns <= 20 else 'MISS'} lookup among 1024 keys: {ns:.1f} ns, wanted 20")
    ratios = {name: row["holdfast"] / row["yyjson"] for name, row in kept.items() if "yyjson" in row}
    if ratios:
        worst = max(ratios, key=ratios.get)
        lines.append(f"{'PASS' if ratios[worst] <= 1.1 else 'MISS'} bytes kept: at most {ratios[worst]:.2f} times yyjson's "
                     f"({worst}), {geometric_mean(ratios.values()):.2f} in the mean, wanted 1.1")
    for operation in sorted({operation for row in growth.values() for operation in row} - {"drop", *MACHINE.values()}):
        each = [row[operation] for row in growth.values()]
        median = statistics.median(each)
        off = {size: row[operation] / median - 1 for size, row in sorted(growth.items(), key=lambda item: int(item[0])) if abs(row[operation] / median - 1) > 0.2}
        told = ", ".join(f"{spell_bytes(int(size))} {share:+.0%}" for size, share in off.items())
        same = [row[MACHINE[operation]] for row in growth.values() if MACHINE.get(operation) in row]
        lines.append(f"{'MISS' if off else 'PASS'} growth of {operation}: {median:.3f} ns a byte"
                     f"{'; beyond 20 % of it: ' + told if off else ', all sizes within 20 %'}"
                     f"{f'; the machine alone ({MACHINE[operation]}) {min(same):.3f} to {max(same):.3f}' if off and same else ''}")
    return lines


def table(rows, first, cell):
    columns = list(dict.fromkeys(column for _, row in rows for column in row))
    columns.sort(key=lambda column: PEERS.index(column) if column in PEERS else len(PEERS))
    lines = [f"| {first} | " + " | ".join(columns) + " |", "|---|" + "---:|" * len(columns)]
    for name, row in rows:
        lines.append(f"| {name} | " + " | ".join(cell(row, c) if c in row else "" for c in columns) + " |")
    return lines


def ratio_cell(row, peer):
    if peer == "holdfast":
        return spell_time(row[peer])
    return f"{row[peer]:.2f}" if row[peer] < 100 else f"{row[peer]:.0f}"


def runs_of(what, parts):
    """When the parts of one kind were measured, and how loaded the machine was as each began."""
    times = sorted(part["when"] for part in parts)
    loads = sorted(part["load"] for part in parts)
    when = times[0] if times[0] == times[-1] else f"{times[0]} to {times[-1]}"
    load = f"{loads[0]:.1f}" if loads[0] == loads[-1] else f"{loads[0]:.1f} to {loads[-1]:.1f}"
    return f"{what} {when}, load {load}"


def report(parts):
    values = {part["name"]: part["rows"] for part in parts if part["what"] == "values"}
    kept = {part["name"]: part["rows"] for part in parts if part["what"] == "kept"}
    levels = next((part["rows"] for part in parts if part["what"] == "levels"), {})
    growth = next((part for part in parts if part["what"] == "growth"), {"rows": {}, "name": ""})
    versions = {peer: version for part in parts for peer, version in part.get("versions", {}).items()}
    if not parts:
        sys.exit("bench_report: nothing has been measured")
    out = ["Machine: " + "; ".join(dict.fromkeys(part["machine"] for part in parts)) + ".", "",
           "Libraries: " + ", ".join(f"{peer} {version}" for peer, version in versions.items()) + ".", "",
           "Runs: " + "; ".join(runs_of(what, [part for part in parts if part["what"] == what])
                                for what in dict.fromkeys(part["what"] for part in parts)) + ".", ""]
    out += ["### what must hold", "", *("- " + line for line in requirements(values, kept, growth["rows"])), ""]
    if values:
        out += ["Holdfast's time, and the other libraries' as multiples of it: above 1 they take longer.", ""]
    for operation in OPERATIONS:
        rows = [(name, row[operation]) for name, row in values.items() if operation in row]
        if rows:
            meaning = f" ({MEANING[operation]})" if operation in MEANING else " keys, time of one"
            out += [f"### {operation}{meaning}", "", *table(rows, "file", ratio_cell), ""]
    if kept:
        out += ["### bytes kept, for each byte of text", "",
                *table(list(kept.items()), "file", lambda row, peer: f"{row[peer]:.2f}"), ""]
    if levels:
        out += ["### at each CPU level, yyjson's time over Holdfast's", "",
                *table(list(levels.items()), "file, level", lambda row, column: f"{row[column]:.2f}"), ""]
    if growth["rows"]:
        out += [f"### growth, ns for each byte (records of {growth['name']})", "", "![the curve](growth.svg)", "",
                *table([(spell_bytes(int(size)), row) for size, row in sorted(growth["rows"].items(), key=lambda item: int(item[0]))], "text",
                       lambda row, column: f"{row[column]:.3f}"), ""]
    return "\n".join(out)


def growth_svg(rows):
    """The curve: nanoseconds for each byte over the size, each size four times the one before."""
    sizes = sorted(map(int, rows))
    shown = [operation for operation in ("read", "walk", "clone", "write") if operation in rows[str(sizes[0])]]
    colours = dict(zip(shown, ("#1f6feb", "#2da44e", "#bf8700", "#8250df")))
    top = math.ceil(10 * max(rows[str(size)][operation] for size in sizes for operation in shown)) / 10
    width, height, left, floor = 640, 300, 48, 260

    def place(i, ns):
        return left + i * (width - left - 90) / max(1, len(sizes) - 1), floor - ns / top * (floor - 16)

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="11">',
           f'<rect width="{width}" height="{height}" fill="white"/>']
    for step in range(6):
        ns = top * step / 5
        _, y = place(0, ns)
        out += [f'<line x1="{left}" y1="{y:.1f}" x2="{width - 90}" y2="{y:.1f}" stroke="#ddd"/>',
                f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{ns:.2f}</text>']
    for i, size in enumerate(sizes):
        x, _ = place(i, 0)
        out.append(f'<text x="{x:.1f}" y="{floor + 16}" text-anchor="middle">{spell_bytes(size)}</text>')
    for operation in shown:
        points = [place(i, rows[str(size)][operation]) for i, size in enumerate(sizes)]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        out += [f'<polyline points="{line}" fill="none" stroke="{colours[operation]}" stroke-width="2"/>',
                f'<text x="{points[-1][0] + 6:.1f}" y="{points[-1][1] + 4:.1f}" fill="{colours[operation]}">{operation}</text>']
    out += [f'<text x="{left}" y="{height - 8}">ns for each byte of text, over its size</text>', "</svg>"]
    return "\n".join(out) + "\n"


# ---- in and out --------------------------------------------------------------------------------

def load_parts(folder):
    parts = []
    for name in sorted(os.listdir(folder)):
        if name.endswith(".json"):
            with open(os.path.join(folder, name), encoding="utf-8") as stream:
                parts.append(json.load(stream))
    return parts


def keep_part(folder, what, name, rows, before, versions=None):
    path = os.path.join(folder, f"{what}-{name or 'all'}".replace(".json", "") + ".json")
    part = {"what": what, "name": name, **before, "versions": versions or {}, "rows": rows}
    if os.path.exists(path) and what in ("values", "growth"):  # what an earlier run did and this one left out
        with open(path, encoding="utf-8") as stream:
            part["rows"] = {**json.load(stream)["rows"], **rows}
    with open(path + ".new", "w", encoding="utf-8") as stream:
        json.dump(part, stream, indent=1)
    os.replace(path + ".new", path)


def measure_part(what, program, files, options, folder):
    only = [name for name in os.environ.get("BENCH_OPERATIONS", "").split(",") if name]
    if what == "values":
        for file in files:
            before = circumstances()
            rows, versions = measure_values(program, file, options.seconds, only, options.smoke)
            keep_part(folder, what, os.path.basename(file), rows, before, versions)
    elif what == "kept":
        for file in files:
            before = circumstances()
            keep_part(folder, what, os.path.basename(file), measure_kept(program, file), before)
    elif what == "levels":
        before = circumstances()
        keep_part(folder, what, "", measure_levels(program, files, options.seconds), before)
    else:
        file = next((file for file in files if os.path.basename(file) == GROWTH_FILE), files[0])
        growth = os.path.join(os.path.dirname(program), "bench_growth")
        for size in map(int, os.environ.get("BENCH_SIZES", "").split(",") if os.environ.get("BENCH_SIZES") else SIZES):
            before = circumstances()
            keep_part(folder, what, os.path.basename(file), measure_growth(growth, size, file), before)


def put_into(path, text):
    with open(path, encoding="utf-8") as stream:
        page = stream.read()
    begin, end = "<!-- bench: begin -->\n", "<!-- bench: end -->"
    if begin not in page or end not in page:
        sys.exit(f"bench_report: {path} has no lines {begin.strip()} and {end}")
    before, after = page.split(begin)[0], page.split(end)[1]
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(before + begin + "\n" + text.rstrip("\n") + "\n\n" + end + after)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("rest", nargs="*", metavar="WHAT or FILE")
    parser.add_argument("--corpora", help="a folder; its files are measured too")
    parser.add_argument("--parts", help="a folder for what was measured")
    parser.add_argument("--seconds", type=float, default=float(os.environ.get("BENCH_SECONDS") or 300))
    parser.add_argument("--out", help="also written there")
    parser.add_argument("--into", help="a page whose part between the lines <!-- bench: begin --> and end becomes the table")
    parser.add_argument("--svg", help="the growth curve is drawn there")
    parser.add_argument("--smoke", action="store_true")
    options = parser.parse_intermixed_args()
    kinds = ("values", "kept", "levels", "growth")
    files = [name for name in options.rest if name not in kinds]
    if options.corpora and os.path.isdir(options.corpora):
        files += sorted(os.path.join(options.corpora, name) for name in os.listdir(options.corpora)
                        if name.endswith(".json"))
    only = [name for name in os.environ.get("BENCH_ONLY", "").split(",") if name]
    if only:
        files = [file for file in files if os.path.basename(file).split(".")[0] in only]
    asked = [what for what in options.rest if what in kinds]
    if asked and not files:
        sys.exit("bench_report: no files to read")
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.parts or scratch
        os.makedirs(folder, exist_ok=True)
        for what in asked:
            measure_part(what, options.program, files, options, folder)
        parts = load_parts(folder)
    text = report(parts)
    print(text)
    if options.into:
        put_into(options.into, text)
    growth = next((part["rows"] for part in parts if part["what"] == "growth"), None)
    if options.svg and growth:
        with open(options.svg, "w", encoding="utf-8") as stream:
            stream.write(growth_svg(growth))
    if options.out:
        with open(options.out, "w", encoding="utf-8") as stream:
            stream.write(text)
    if options.smoke:
        print("# cases: 1 passed, 0 failed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
