#!/usr/bin/env python3
"""run.py --build FOLDER [--short] - runs the gallery and prints one table.

Every mechanism of manifest.json in its three forms: leaking, careful, holdfast. Same requests, same
answers, unless the mistake makes them wrong or ends the program. Growth is counted by the allocator
itself, from a quarter of the rounds on, in bytes per 1000 rounds. Fails when a Holdfast form grows by
a byte, answers otherwise than the careful form, or crashes; and when a careful form does, or when a
leaking one shows no harm, since then the story is not told.
"""
import argparse
import json
import os
import re
import signal
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
FORMS = ["leaking", "careful", "holdfast"]
BARS = " ▁▂▃▄▅▆▇█"


def run_form(build, name, form, rounds, seconds):
    program = os.path.join(os.path.abspath(build), f"{name}_{form}")
    # Without the allocator's per-thread cache, whose blocks it counts as in use.
    environment = dict(os.environ, GLIBC_TUNABLES="glibc.malloc.tcache_count=0")
    try:
        done = subprocess.run([program, "--rounds", str(rounds), "--seconds", str(seconds)], env=environment,
                              capture_output=True, text=True, timeout=seconds * 3 + 30)
    except subprocess.TimeoutExpired:
        return {"crash": "hangs"}
    if done.returncode < 0:
        return {"crash": signal.Signals(-done.returncode).name}
    if done.returncode != 0 or not done.stdout:
        return {"crash": f"exit {done.returncode}: {done.stderr.strip()}"}
    return json.loads(done.stdout.splitlines()[-1])


def lines_of_code(name, form):
    with open(os.path.join(HERE, f"{name}_{form}.c"), encoding="utf-8") as source:
        text = re.sub(r"/\*.*?\*/", "", source.read(), flags=re.S)
    return sum(1 for line in text.splitlines() if line.strip())


def bytes_text(number):
    for unit in ["B", "KiB", "MiB"]:
        if abs(number) < 10000:
            return f"{number:.0f} {unit}"
        number /= 1024
    return f"{number:.0f} GiB"


def chart(samples, column):
    values = [sample[column] for sample in samples]
    top = max(values + [1])
    return "".join(BARS[round(value / top * (len(BARS) - 1))] for value in values)


def row(form, result, expected, lines):
    if "crash" in result:
        return f"      {form:<9} {'-':>12} {'-':>10} {'-':>7} {result['crash']:<14} {lines:>5} {'-':>10}"
    answers = "ok" if result["answer"] == expected else "wrong answers"
    return (f"      {form:<9} {bytes_text(result['growth_per_1000']):>12} {bytes_text(result['live_bytes']):>10} "
            f"{result['threads']:>7} {answers:<14} {lines:>5} {result['ns_per_round'] / 1000:>8.1f} us")


def judge(results):
    """What is not as the gallery promises."""
    careful, holdfast, leaking = results["careful"], results["holdfast"], results["leaking"]
    faults = [f"the {form} form ends with {results[form]['crash']}" for form in FORMS[1:] if "crash" in results[form]]
    if faults:
        return faults
    for form in FORMS[1:]:
        if results[form]["grown_bytes"] > 0: # not the rate, which a byte would hardly move
            faults.append(f"the {form} form grows by {results[form]['grown_bytes']} bytes")
    if holdfast["answer"] != careful["answer"]:
        faults.append("the holdfast form answers otherwise than the careful form")
    harmed = "crash" in leaking or leaking["growth_per_1000"] > 1000 or leaking["answer"] != careful["answer"]
    if not harmed:
        faults.append("the leaking form shows no harm")
    return faults


def run_mechanism(build, mechanism, short):
    name = mechanism["name"]
    rounds = max(100, mechanism["rounds"] // (20 if short else 1))
    results = {form: run_form(build, name, form, rounds, 3 if short else 10) for form in FORMS}
    print(f"  {mechanism['number']:<3} {mechanism['title']}, {rounds} rounds; guilty: "
          f"{mechanism['guilty']['function']} in {mechanism['guilty']['file']}")
    expected = results["careful"].get("answer")
    for form in FORMS:
        print(row(form, results[form], expected, lines_of_code(name, form)))
    if not short and mechanism["guilty"]["kind"] == "thread":
        for form in ("leaking", "holdfast"):
            samples = results[form].get("samples", [[0, 0, 0]])
            print(f"        {form:<9} threads  {chart(samples, 2)} {samples[-1][2]}")
            print(f"        {'':<9} resident {chart(samples, 1)} {samples[-1][1] // 1024} MiB")
    return [f"{name}: {fault}" for fault in judge(results)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", required=True)
    parser.add_argument("--short", action="store_true", help="a twentieth of the rounds")
    options = parser.parse_args()
    with open(os.path.join(HERE, "manifest.json"), encoding="utf-8") as manifest:
        mechanisms = json.load(manifest)["mechanisms"]
    print(f"      {'form':<9} {'growth/1000':>12} {'live':>10} {'threads':>7} {'answers':<14} {'lines':>5} {'per round':>11}")
    faults = []
    for mechanism in mechanisms:
        faults += run_mechanism(options.build, mechanism, options.short)
    for fault in faults:
        print(f"gallery: {fault}", file=sys.stderr)
    print(f"# cases: {len(mechanisms) - len({f.split(':')[0] for f in faults})} passed, "
          f"{len({f.split(':')[0] for f in faults})} failed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
