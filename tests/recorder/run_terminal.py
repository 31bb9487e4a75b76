#!/usr/bin/env python3
"""run_terminal.py COMMAND GROWS - `holdfast run` while the program runs: the status line on a terminal, checkpoints
by signal, Ctrl-C, and a budget of time that is kept."""
import os
import pty
import re
import select
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "support"))
import said  # noqa: E402

COMMAND, GROWS = sys.argv[1:3]
STATUS = re.compile(r"\r\x1b\[K  (\d\d:\d\d)  live ([\d.]+ \w+)  ([+-][\d.]+ \w+)/s  ([\d.]+) M allocations  "
                    r"recording costs ([\d.]+) %( \(sampled\))?  ([▁▂▃▄▅▆▇█]*)")


def on_terminal(words, seconds, then=None, columns=120, locale="C.UTF-8"):
    """Runs words on a terminal of its own; after so many seconds `then` is called with the pid. What was shown."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(NO_COLOR="1", COLUMNS=str(columns), LC_ALL=locale)
        os.execv(words[0], words)
    shown, begin = b"", time.monotonic()
    while True:
        if then is not None and time.monotonic() - begin >= seconds:
            then(pid, terminal)
            then = None
        ready, _, _ = select.select([terminal], [], [], 0.1)
        if not ready:
            if time.monotonic() - begin > 60:
                os.kill(pid, signal.SIGKILL)
                break
            continue
        try:
            piece = os.read(terminal, 65536)
        except OSError:                       # its last process has closed it
            break
        if not piece:
            break
        shown += piece
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    return os.waitstatus_to_exitcode(status), shown.decode("utf-8", "replace")


def test_status_line():
    code, shown = on_terminal([COMMAND, "run", "--for", "3s", "--", GROWS, "100000000", "pace", "2000"], 0)
    lines = STATUS.findall(shown)
    said.check(len(lines) >= 3, f"status: {len(lines)} lines in {shown!r}")
    said.check(any(float(line[3]) > 0 for line in lines), "status: no allocations are counted")
    said.check(any(line[2].startswith("+") and not line[2].startswith("+0 ") for line in lines), "status: no rate is shown")
    said.check(any(float(line[4]) > 0 for line in lines), "status: the own cost is never shown")
    said.check(len({line[6] for line in lines if line[6]}) >= 2, "status: the sparkline does not move")
    said.check(code == 1 and "LEAK" in shown, f"status: exit {code}")
    last = shown[shown.rfind("allocations  recording"):]
    said.check("\r\x1b[K" in last, "status: the line is not taken away before the report")


def test_narrow_status_line():
    for columns in (40, 80):
        _, shown = on_terminal([COMMAND, "run", "--for", "1s", "--", GROWS, "100000000", "pace", "2000"], 0, None, columns, "C")
        lines = re.findall(r"\r\x1b\[K( [^\r\n]*)", shown)
        said.check(len(lines) >= 2, f"{columns} columns: {len(lines)} lines in {shown[:300]!r}")
        said.check(all(len(line) < columns for line in lines), f"{columns} columns: {max(lines, key=len)!r}")
        said.check(shown.isascii(), f"{columns} columns, no UTF-8: {shown[:300]!r}")


def test_no_terminal():
    code, out, err = said.run(COMMAND, "run", "--", GROWS, "3000", "pace", "3000")
    said.check(code == 1 and "\r" not in err and "recording costs" not in err, "status: shown although nobody looks")
    said.check(out == "", "standard output is the program's own")


def test_interrupt():
    def interrupt(_, terminal):
        os.write(terminal, b"\x03")           # as the key does: to the program as well
    code, shown = on_terminal([COMMAND, "run", "--", GROWS, "100000000", "pace", "2000"], 1.0, interrupt)
    said.check(code == 1 and "LEAK" in shown, f"Ctrl-C: exit {code}: {shown[-300:]!r}")


def test_signal():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "run.hf")
        process = subprocess.Popen([COMMAND, "run", "-q", "-o", path, "--", GROWS, "100000000", "pace", "2000"], stdin=subprocess.DEVNULL)
        time.sleep(0.7)
        for _ in range(3):
            process.send_signal(signal.SIGUSR1)
            time.sleep(0.2)
        process.send_signal(signal.SIGTERM)
        said.check(process.wait(30) == 1, f"signal: exit {process.returncode}")
        code, _, err = said.run(COMMAND, "report", path)
        said.check(code == 1 and "3 checkpoints by signal" in err, f"signal: {err[:400]}")


def test_hangup():
    """A program that lives on when the terminal goes is recorded further; what is asked for is written at its end."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "verdict.json")
        # As when a terminal goes: to all, and then there is nobody to talk to.
        process = subprocess.Popen([COMMAND, "run", f"--json={path}", "--", "/bin/sh", "-c", "trap '' HUP; sleep 1; " + GROWS + " 3000"],
                                   stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True)
        time.sleep(0.5)
        process.stderr.close()
        os.killpg(process.pid, signal.SIGHUP)
        process.wait(30)
        said.check(os.path.exists(path), f"hang-up: exit {process.returncode}, and no verdict")
        said.check(process.returncode >= 0, f"hang-up: ended by signal {-process.returncode}")


def test_ignored_signals():
    """What is ignored, as in the background of a script, is for the program too."""
    code, out, _ = said.run("/bin/sh", "-c", f"trap '' INT; exec {COMMAND} run --passthru -q -- /bin/sh -c 'kill -INT $$; echo lives'")
    said.check((code, out) == (0, "lives\n"), f"ignored SIGINT: exit {code}, {out!r}")


def test_budget():
    code, _, err = said.run(COMMAND, "run", "--for", "3s", "--budget", "1%", "--", GROWS, "100000000", "pace", "8000")
    said.check(code in (0, 1, 3), f"budget: exit {code}")
    said.check(re.search(r"thinned out, at last to one in \d+ \w+: to keep to the budget of time", err), f"budget: says {err}")
    full = said.run(COMMAND, "run", "--for", "2s", "--json", "--", GROWS, "100000000", "pace", "8000")[1]
    said.check("thinned" not in said.verdict_of(full).get("note", ""), "no budget: thinned all the same")
    roomy = said.run(COMMAND, "run", "--budget", "90%", "--", GROWS, "2000")[2]
    said.check("thinned" not in roomy, f"a roomy budget: {roomy}")


test_status_line()
test_narrow_status_line()
test_no_terminal()
test_interrupt()
test_signal()
test_hangup()
test_ignored_signals()
test_budget()
said.finish()
