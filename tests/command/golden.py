#!/usr/bin/env python3
"""golden.py PROGRAM [--renew] [CASE...] - runs the command and compares all it says with what is kept.

A case is a file in cases/:

    $ holdfast get /a data.json        the command, run by sh in data/; $TMP is an empty folder
    exit 1
    stdout:
    | ...                              each line behind "| "; a last line without line feed: "|_"
    stderr:
    | ...

--renew rewrites the expectations from what the program does now: read the diff before keeping it. Where
a build has no recorder or no reports, the cases that speak of these verbs are skipped.
"""
import os
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, os.pardir, "support"))
import said  # noqa: E402


def quoted(data):
    lines = data.decode("utf-8", "backslashreplace").split("\n")
    rest = lines.pop()
    return ["| " + line if line else "|" for line in lines] + (["|_" + rest] if rest else [])


def run(program, command):
    scratch = tempfile.mkdtemp()
    bin_folder = os.path.join(scratch, "bin")
    os.mkdir(bin_folder)
    os.symlink(os.path.abspath(program), os.path.join(bin_folder, "holdfast"))
    os.mkdir(os.path.join(scratch, "tmp"))
    environment = dict(os.environ, PATH=bin_folder + os.pathsep + os.environ["PATH"], NO_COLOR="1", LC_ALL="C.UTF-8",
                       TMP=os.path.join(scratch, "tmp"), TERM="dumb")
    try:
        done = subprocess.run(["sh", "-c", command], cwd=os.path.join(HERE, "data"), env=environment,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=60)
    finally:
        shutil.rmtree(scratch)
    folder = environment["TMP"].encode()
    out, err = (text.replace(folder, b"$TMP") for text in (done.stdout, done.stderr))
    return [f"exit {done.returncode}", "stdout:", *quoted(out), "stderr:", *quoted(err)]


def verbs_left_out(program):
    told = subprocess.run([program, "help"], capture_output=True, text=True, check=False).stdout.split()
    return [verb for verb in ("run", "report") if verb not in told]


def main():
    arguments = [a for a in sys.argv[1:] if a != "--renew"]
    renew = "--renew" in sys.argv
    program, wanted = arguments[0], arguments[1:]
    folder = os.path.join(HERE, "cases")
    left_out = verbs_left_out(program)
    for name in sorted(os.listdir(folder)):
        if wanted and name not in wanted:
            continue
        path = os.path.join(folder, name)
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
        command, expected = lines[0][2:], lines[1:]
        if any(f"holdfast {verb}" in command or f"|   {verb} " in line for verb in left_out for line in lines):
            said.skip(f"{name}: no such verb here")
            continue
        met = run(program, command)
        if renew:
            with open(path, "w", encoding="utf-8") as file:
                file.write("\n".join([lines[0], *met]) + "\n")
            continue
        told = [f"$ {command}", *("  expected " + line for line in expected if line not in met),
                *("  met      " + line for line in met if line not in expected)]
        said.check(met == expected, f"{name}: " + "\n".join(told))
    if not renew:
        said.finish()


if __name__ == "__main__":
    main()
