#!/usr/bin/env python3
"""sampled_interval.py COMMAND KEEPS RUNS - sampled recordings state an interval for each leak: it must hold the true rate
in 95 of 100 runs. The program says itself what it kept.

All places together must reach that. One place alone, in a hundred runs, has 94 or fewer in four of ten series even when
its intervals hold in just 95 of 100; below 89 is chance in fewer than one of a hundred."""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "support"))
import said  # noqa: E402

COMMAND, KEEPS, RUNS = sys.argv[1], sys.argv[2], int(sys.argv[3])
PLACES = ("keep_small", "keep_middle", "keep_large")

within = dict.fromkeys(PLACES, 0)
told = dict.fromkeys(PLACES, 0)
widths = dict.fromkeys(PLACES, 0.0)
for _ in range(RUNS):
    _, out, err = said.run(COMMAND, "run", "-q", "--json", "--sample", "64k", "--", KEEPS)
    truth = {name: int(size) / float(seconds) for name, size, seconds in re.findall(r"^(\w+) (\d+) ([\d.]+)$", out, re.M)}
    for finding in said.verdict_of(out)["findings"]:
        name = finding["function"]
        if name in told and finding["low"] is not None:
            told[name] += 1
            within[name] += finding["low"] <= truth[name] <= finding["high"]
            widths[name] += (finding["high"] - finding["low"]) / 2 / truth[name]
for name in PLACES:
    print(f"{name}: {told[name]} of {RUNS} runs told, {within[name]} within the interval, mean half width "
          f"{100 * widths[name] / max(told[name], 1):.0f} %")
    said.check(told[name] >= 0.9 * RUNS, f"{name}: told in {told[name]} of {RUNS} runs")
    said.check(within[name] >= 0.89 * told[name], f"{name}: {within[name]} of {told[name]} within")
said.check(sum(within.values()) >= 0.95 * sum(told.values()), f"{sum(within.values())} of {sum(told.values())} within")
said.finish()
