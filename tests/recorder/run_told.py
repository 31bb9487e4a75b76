#!/usr/bin/env python3
"""run_told.py COMMAND GROWS - what stands beside the verdict: how the program ended, unless it ended well or was asked to;
and how code without names gets one."""
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "support"))
import said  # noqa: E402

COMMAND, GROWS = sys.argv[1:3]


def test_ending():
    for script, ending in ("exit 7", "the program ended with status 7"), ("kill -SEGV $$", "the program was ended by signal 11"), \
            ("exit 0", None), ("kill -TERM $$", None):
        code, _, err = said.run(COMMAND, "run", "--", "sh", "-c", script)
        said.check(ending in err if ending else "the program ended" not in err and "was ended" not in err, f"{script}: exit {code}, {err}")


def test_without_symbols():
    strip, names = shutil.which("strip"), shutil.which("addr2line")
    if strip is None or names is None:
        said.skip("no strip, no addr2line")
        return
    with tempfile.TemporaryDirectory() as folder:
        bare = os.path.join(folder, "grows")
        subprocess.run([strip, "-o", bare, GROWS], check=True)
        # A pace that a machine which does much else can keep too.
        code, _, err = said.run(COMMAND, "run", "--", bare, "2000", "pace", "1000")
        said.check(code == 1, f"stripped: exit {code}")
        place = re.search(r"#1  grows\+(0x[0-9a-f]+) ", err)
        hint = re.search(r"no symbols: addr2line -fe FILE (0x[0-9a-f]+) ", err)
        if said.check(place and hint and place[1] == hint[1], f"stripped: {err}"):
            named = said.run(names, "-fe", GROWS, hint[1])[1]
            said.check(named.splitlines()[0] == "leak", f"stripped: {hint[1]} is {named}")


test_ending()
test_without_symbols()
said.finish()
