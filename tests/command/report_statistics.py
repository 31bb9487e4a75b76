#!/usr/bin/env python3
"""report_statistics.py COMMAND - memory statistics beside profiles in a folder reach the reconciliation: Go's MemStats and
the whole of expvar's answer, jemalloc's as text and JSON, what mallctl said, tcmalloc's page of statistics and its properties."""
import json
import os
import re
import subprocess
import sys
import tempfile

import profiles

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "support"))
import said  # noqa: E402

COMMAND = sys.argv[1]

# As jemalloc 5.3 writes them (malloc_stats_print), shortened.
JEMALLOC_TEXT = """___ Begin jemalloc statistics ___
Version: "5.3.0-0-g54eaed1d8b56b1aa528be3bdd1877e59c56fa90c"
Build-time option settings
  config.stats: true
Arenas: 9
Quantum size: 16
Page size: 4096
Allocated: {live}, active: 6000000, metadata: 2593280 (n_thp 0), resident: {held}, mapped: 12000000, retained: 123456
Background threads: 0, num_runs: 0, run_interval: 0 ns
--- End jemalloc statistics ---
"""
MALLCTL = "stats.allocated: {live}\nstats.active: 6000000\nstats.resident: {held}\nstats.mapped: 12000000\n"
# MallocExtension::GetStats of gperftools 2.10.
TCMALLOC_TEXT = """------------------------------------------------
MALLOC:       {live} (    4.8 MiB) Bytes in use by application
MALLOC: +      491520 (    0.5 MiB) Bytes in page heap freelist
MALLOC: +      109704 (    0.1 MiB) Bytes in central cache freelist
MALLOC: +           0 (    0.0 MiB) Bytes in transfer cache freelist
MALLOC:   ------------
MALLOC: =     {held} (    7.6 MiB) Actual memory used (physical + swap)
MALLOC: +           0 (    0.0 MiB) Bytes released to OS (aka unmapped)
------------------------------------------------
"""
PROPERTIES = "generic.current_allocated_bytes: {live}\ngeneric.heap_size: {held}\ntcmalloc.pageheap_free_bytes: 5\n"


def jemalloc_json(live, held):
    return json.dumps({"jemalloc": {"version": "5.3.0", "stats": {"allocated": live, "active": 6000000, "resident": held, "mapped": 12000000}}})


def memstats(live, held):
    return {"Alloc": live, "TotalAlloc": 9 * live, "Sys": 2 * held, "HeapAlloc": live, "HeapSys": held + 1000, "HeapReleased": 1000,
            "HeapObjects": 77, "StackInuse": 65536, "NumGC": 7}


def expvar(live, held):
    return json.dumps({"cmdline": ["./service", "-v"], "requests": 123, "memstats": memstats(live, held)})


def filled(text):
    return lambda live, held: text.format(live=live, held=held)


# Names of files, and their text for so many bytes in use and held.
STATISTICS = {
    "jemalloc, text": (".stats.txt", filled(JEMALLOC_TEXT)), "jemalloc, JSON": (".jemalloc.json", jemalloc_json),
    "mallctl": (".mallctl.txt", filled(MALLCTL)), "tcmalloc, text": (".tcmalloc.txt", filled(TCMALLOC_TEXT)),
    "MallocExtension": (".properties.txt", filled(PROPERTIES)),
    "MemStats": (".memstats.json", lambda live, held: json.dumps(memstats(live, held))), "expvar": (".vars.json", expvar),
}


def report(folder, *options):
    return subprocess.run([COMMAND, "report", *options, folder], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


def put_profile(folder, index, live):
    with open(os.path.join(folder, f"{index:04}.heap.pb.gz"), "wb") as file:
        file.write(profiles.heap([(("store", "main"), live // 1000, live)], 1000 + index))


def put(folder, index, suffix, text):
    with open(os.path.join(folder, f"{index:04}{suffix}"), "w", encoding="utf-8") as file:
        file.write(text)


for name, (suffix, text) in STATISTICS.items():
    with tempfile.TemporaryDirectory() as folder:
        for index in range(12):
            # The profile sees four fifths of what lives; both stand still at the end.
            live, held = 4_000_000 + min(index, 6) * 100_000, 7_000_000 + min(index, 6) * 100_000
            put_profile(folder, index, live * 4 // 5)
            put(folder, index, suffix, text(live, held))
        done = report(folder, "--json")
        verdict = json.loads(done.stdout.strip().splitlines()[-1])
        seen = verdict["reconciled"]
        said.check(seen["allocator_live"] == 4_600_000, f"{name}: allocator_live {seen}")
        said.check(seen["allocator_held"] == 7_600_000, f"{name}: allocator_held {seen}")
        said.check(seen["recorded_live"] == 3_680_000, f"{name}: recorded_live {seen}")
        said.check(seen["overhead"] == 920_000 and seen["free_held"] == 3_000_000, f"{name}: overhead {seen}")
        said.check(seen["stacks"] == (65536 if name in ("MemStats", "expvar") else None), f"{name}: stacks {seen}")
        said.check(re.search("allocator's .*count 4.39 MiB", done.stderr) and "free but held 2.86 MiB" in done.stderr, f"{name}: says {done.stderr}")
        # Without the statistics nothing is known of them.
        for index in range(12):
            os.unlink(os.path.join(folder, f"{index:04}{suffix}"))
        seen = json.loads(report(folder, "--json").stdout.strip().splitlines()[-1])["reconciled"]
        said.check(seen["allocator_live"] is None and seen["allocator_held"] is None, f"{name}: without statistics {seen}")

with tempfile.TemporaryDirectory() as folder:
    for index in range(4):
        put_profile(folder, index, 1_000_000)
    put(folder, 2, ".memstats.json", '{"HeapAlloc": 1,\n "HeapSys": ')
    done = report(folder)
    said.check(done.returncode == 5 and "0002.memstats.json:2:" in done.stderr, f"cut statistics: {done.returncode}, {done.stderr}")
    put(folder, 2, ".memstats.json", '{"HeapSys": 5}')
    done = report(folder)
    said.check(done.returncode == 5 and "0002.memstats.json" in done.stderr and "HeapAlloc" in done.stderr, f"no live bytes: {done.stderr}")

said.finish()
