#!/usr/bin/env python3
"""run_wrapped.py COMMAND GROWS - a program that is started by others (a shell, env, a script) is what the answer is about:
who started it is over in a moment, or waits, and does not make the whole undecided."""
import os
import signal
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "support"))
import said  # noqa: E402

COMMAND, GROWS = sys.argv[1:3]
HEALTHY = "sleep 2"          # long beside the start, which takes ten times as long on a machine that does much else
LEAKS = "2000 pace 1000"     # a pace that a machine which does much else can keep too


def judged(name, expected, program, *words):
    code, out, err = said.run(COMMAND, "run", "--json", "--", *words)
    verdict = said.verdict_of(out)
    said.check(code == (verdict["verdict"] == "leak"), f"{name}: exit {code}, {verdict['verdict']}")
    said.check(verdict["verdict"] in expected, f"{name}: {verdict['verdict']}\n{err}")
    said.check(verdict["program"].endswith("/" + program), f"{name}: of {verdict['program']}")
    said.check("none is worse" in err or name == "exec", f"{name}: {err}")


with tempfile.TemporaryDirectory() as scratch:
    script = os.path.join(scratch, "start")
    with open(script, "w", encoding="utf-8") as file:
        file.write("#!/usr/bin/env sh\nexec " + HEALTHY + "\n")
    os.chmod(script, 0o755)
    healthy = ("steady", "churn", "filling")
    judged("env", healthy, "sleep", "env", *HEALTHY.split())
    judged("script", healthy, "sleep", script)
    judged("a slow start", healthy, "sleep", "sh", "-c", f"i=0; while [ $i -lt 60000 ]; do i=$((i+1)); done; exec {HEALTHY}")
    judged("leak in a shell", ("leak",), "grows", "sh", "-c", f"{GROWS} {LEAKS}; sleep 0.7")
# It runs until it is ended here, however late it began.
code, out, err = said.run(COMMAND, "run", "--", "sh", "-c", f"{GROWS} 60000 pace 1000 >/dev/null 2>&1 & echo $!; sleep 1.5")
os.kill(int(out.split()[0]), signal.SIGKILL)
said.check("1 process still ran when the program ended, and is recorded no further" in err, f"in the background: exit {code}, {err}")
said.finish()
