#!/usr/bin/env python3
"""report_forms.py COMMAND GROWS - every form of `holdfast report` on a recording, and what it says of files that it
cannot use: missing, of another kind, cut, damaged, several at once."""
import os
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "support"))
import said  # noqa: E402

COMMAND, GROWS = sys.argv[1:3]


def report(*words):
    return said.run(COMMAND, "report", *words)


def test_wrong_files(folder, recording):
    text = os.path.join(folder, "text")
    with open(text, "w", encoding="utf-8") as file:
        file.write("no recording\n")
    empty = os.path.join(folder, "nothing")
    os.mkdir(empty)
    cases = [
        ("missing", ["/no/such/file"], 5, "holdfast: /no/such/file: No such file or directory"),
        ("text", [text], 5, f"holdfast: {text}: neither a recording of `holdfast run -o` nor a heap profile"),
        ("empty folder", [empty], 5, f"holdfast: {empty}: a folder without files"),
        ("two recordings", [recording, recording], 5, "a recording is judged alone; --diff tells what grew between two"),
        ("mixture", [text, recording], 5, "a recording is judged alone"),
        ("missing other", ["--diff", "/no/such/file", recording], 5, "/no/such/file: No such file"),
        ("text as other", ["--diff", text, recording], 5, "neither a recording"),
        ("since the end", ["--since", "1000", recording], 2, "--since 1000: nothing was recorded after"),
        ("difference to the end", ["--diff", "@1000", recording], 2, "--diff 1000: nothing was recorded after"),
        ("since words", ["--since", "noon", recording], 2, "--since takes seconds, not 'noon'"),
        ("top 0", ["--top", "0", recording], 2, "--top: '0' is no number"),
        ("json into nowhere", ["--json=/no/such/folder/x", recording], 5, "/no/such/folder/x: No such file"),
    ]
    for name, words, code, expected in cases:
        got, _, err = report(*words)
        said.check(got == code and expected in err, f"{name}: exit {got}, says {err}")


def test_cut(folder, recording):
    """A recording may end anywhere: what was written until there is judged, or its absence told."""
    with open(recording, "rb") as file:
        whole = file.read()
    path = os.path.join(folder, "cut.hf")
    told = 0
    for part in range(0, 100, 7):
        with open(path, "wb") as file:
            file.write(whole[:len(whole) * part // 100])
        code, _, err = report(path)
        said.check(code in (1, 3, 5) and err, f"cut at {part} %: exit {code}, of a program that leaks: {err[:300]}")
        told += "the recording ends in the middle" in err
    said.check(told > 0, "cut: never told")
    with open(path, "wb") as file:
        file.write(whole[:40] + bytes(len(whole) - 40))
    code, _, err = report(path)
    said.check(code == 5 and "cut.hf" in err, f"zeros: exit {code}, {err}")
    damaged = bytearray(whole)
    for at in range(len(whole) // 2, len(whole), 997):
        damaged[at] ^= 0x55
    with open(path, "wb") as file:
        file.write(damaged)
    code, _, err = report(path)
    said.check(code == 5 and "damaged profile or recording" in err, f"damaged: exit {code}, {err}")
    with open(path, "wb") as file:
        file.write(whole[:8] + b"\x63" + whole[9:])
    code, _, err = report(path)
    said.check(code == 5 and "version 99" in err, f"another version: exit {code}, {err}")


def test_forms(folder, recording):
    code, out, err = report(recording)
    said.check(code == 1 and out == "" and "leak (grows.c" in err, f"report: exit {code}")
    code, out, err = report("--json", recording)
    verdict = said.verdict_of(out)
    said.check(code == 1 and verdict["schema"] == "holdfast.verdict/1" and verdict["findings"][0]["function"] == "leak", "json")
    said.check(verdict["recording"]["allocations"] == 4000 * 201, f"json: {verdict['recording']}")
    said.check(verdict["findings"][0]["blocks"] == 4000 and verdict["findings"][0]["live_bytes"] == 4000000, "json: exact")
    code, _, err = report("--top", "1", recording)
    said.check(code == 1 and "#1 " in err and "#2 " not in err, "top")
    code, _, err = report("--ages", recording)
    ages = [line for line in err.splitlines() if line.startswith("      leak:")]
    said.check(code == 1 and len(ages) == 1 and ages[0].count("iB") == 6, f"ages: {err}")
    half = verdict["seconds"] / 2
    code, out, _ = report("--json", "--since", str(half), recording)
    later = said.verdict_of(out)
    said.check(code == 1 and later["findings"][0]["since_s"] > verdict["findings"][0]["since_s"] + half / 2,
               f"since {half}: {later['findings'][0]['since_s']}")
    code, _, err = report("--diff", f"@{half}", recording)
    said.check("what is live at the end, against" in err and "leak" in err.splitlines()[1], f"diff in time: {err[:300]}")
    for form, first in ("pprof", b"\x1f\x8b"), ("junit", b"<?xml"), ("sarif", b"{"), ("write-baseline", b""):
        path = os.path.join(folder, form)
        code, _, err = report(f"--{form}", path, recording)
        with open(path, "rb") as file:
            said.check(code == 1 and file.read().startswith(first), f"{form}: exit {code} {err[-200:]}")
    code, _, err = report("--baseline", os.path.join(folder, "write-baseline"), recording)
    said.check(code == 0 and "known" in err, f"baseline: exit {code}")


def test_difference(folder, recording):
    smaller = os.path.join(folder, "smaller.hf")
    said.run(COMMAND, "run", "-q", "-o", smaller, "--", GROWS, "1500", "pace", "4000")
    code, _, err = report("--diff", smaller, recording)
    line = next((l for l in err.splitlines() if l.endswith("  leak")), "")
    said.check(code == 1 and "+2500 blocks" in line and line.lstrip().startswith("+"), f"diff: {err[:400]}")
    code, _, err = report("--diff", recording, smaller)
    line = next((l for l in err.splitlines() if l.endswith("  leak")), "")
    said.check("-2500 blocks" in line and line.lstrip().startswith("-"), f"diff the other way: {err[:400]}")
    code, _, err = report("--diff", recording, recording)
    said.check("no difference" in err, f"diff with itself: {err[:200]}")


with tempfile.TemporaryDirectory() as scratch:
    kept = os.path.join(scratch, "run.hf")
    said.run(COMMAND, "run", "-q", "-o", kept, "--", GROWS, "4000", "pace", "4000")
    test_wrong_files(scratch, kept)
    test_cut(scratch, kept)
    test_forms(scratch, kept)
    test_difference(scratch, kept)
said.finish()
