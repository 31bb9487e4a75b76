#!/usr/bin/env python3
"""output_version.py INCLUDE OUTPUT.hf.c FOLDER... - output of another version is refused, and versions are told apart.

An output that names another HF_BIND_VERSION does not compile, and says what to do; its object names the version,
so that it does not link with another library. What generated sources are written against (the descriptions of
bind.h, and bind_code.h, comments aside) is the one that bind_version.txt has for this version: when it changes,
raise HF_BIND_VERSION, or, if every earlier output goes on as it did, only renew the file:

    tests/gen/output_version.py --renew include
"""
import hashlib
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

RECORD = Path(__file__).with_name("bind_version.txt")


def contract(include):
    bind = (include / "holdfast/bind.h").read_text()
    version = int(re.search(r"#define HF_BIND_VERSION (\d+)", bind)[1])
    begin, end = bind.index("/* ---- descriptions"), bind.index("/* ---- memory")
    text = bind[begin:end] + (include / "holdfast/bind_code.h").read_text()
    text = re.sub(r"/\*.*?\*/", " ", text, flags=re.S)
    return version, hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:32]


def refused_or_exit(compiler, source, flags, version):
    other = re.sub(r"HF_BIND_VERSION != \d+", f"HF_BIND_VERSION != {version + 1}", source)
    if other == source:
        sys.exit("the output does not look at HF_BIND_VERSION")
    done = subprocess.run([compiler, "-std=c17", "-fsyntax-only", *flags, "-xc", "-"], input=other, capture_output=True, text=True)
    if done.returncode == 0 or "run holdfast gen again" not in done.stderr:
        sys.exit(f"{compiler}: an output of another version is not refused: {done.stderr}")


def names_its_version(compiler, output, flags, version):
    with tempfile.TemporaryDirectory() as folder:
        made = os.path.join(folder, "output.o")
        subprocess.run([compiler, "-std=c17", "-O2", "-c", *flags, output, "-o", made], check=True)
        wanted = subprocess.run(["nm", "-u", made], check=True, capture_output=True, text=True).stdout.split()
    if f"hf__bind_version_{version}" not in wanted:
        sys.exit(f"{compiler}: the object does not name version {version}")


def main():
    if sys.argv[1] == "--renew":
        RECORD.write_text("%d %s\n" % contract(Path(sys.argv[2])))
        return
    include, output, *folders = sys.argv[1:]
    found = contract(Path(include))
    version, known = RECORD.read_text().split()
    if found != (int(version), known):
        sys.exit(f"generated sources are written against something else than version {version} was: see {sys.argv[0]}")
    flags = ["-I" + folder for folder in [include, os.path.dirname(output), *folders]]
    refused_or_exit(os.environ.get("CC", "cc"), Path(output).read_text(), flags, found[0])
    names_its_version(os.environ.get("CC", "cc"), output, flags, found[0])


main()
