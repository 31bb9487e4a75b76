#!/usr/bin/env python3
"""hostile.py - headers as nobody should write them: what `holdfast gen` makes of each compiles without a warning as
C11, C17 and from C++, straight and as tables, and takes round trips under the sanitizers; or the header is refused with its place.

Usage: hostile.py HOLDFAST INCLUDE LIBRARY FOLDER [--refused] [NAME...]
--refused: only what is refused, which needs no compiler but the preprocessor.
A header may begin with a line of its own:
  // refused: LINE:COLUMN: part of the message
  // flags: FLAGS, for the compiler and the generator
  // only: COMPILER..., when the others cannot read it
  // not: C++, when C++ cannot read it"""
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "support"))
import said  # noqa: E402

STRICT = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"]
SANITIZED = ["-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]


def run(*command, **more):
    return subprocess.run(command, capture_output=True, text=True, errors="replace", **more)


def first_error(text):
    lines = text.splitlines()
    at = next((i for i, line in enumerate(lines) if "error" in line), 0)
    return "\n".join(lines[at:at + 3])


def directives(path):
    found = {}
    with open(path, encoding="utf-8", errors="replace") as header:
        for line in header:
            match = re.match(r"// (refused|flags|only|not): (.*)", line)
            if match is None:
                break
            found[match[1]] = match[2].strip()
    return found


def check_refused(name, path, what, holdfast, flags):
    done = run(holdfast, "gen", "-q", path, "-o", "/nonexistent/x", "--", *flags)
    wanted, message = what.split(": ", 1)
    said.check(done.returncode in (2, 5) and f"{name}:{wanted}: error: " in done.stderr and message in done.stderr,
               f"{name} is refused at {what}: exit {done.returncode}: {done.stderr}")


def check_taken(name, path, how, holdfast, library, flags):
    compilers = [one for one in how.get("only", "gcc clang").split() if shutil.which(one)]
    for form in [], ["--tables"]:
        with tempfile.TemporaryDirectory() as work:
            base = os.path.join(work, "out")
            done = run(holdfast, "gen", "-q", *form, "--compiler", compilers[0], path, "-o", base, "--", *flags)
            if not said.check(done.returncode == 0, f"{name} {form} is taken: {done.stderr}"):
                return
            with open(base + ".h", encoding="utf-8") as header:
                types = re.findall(r"extern const hf_type (\w+)_hf_type;", header.read())
            program = os.path.join(work, "main.c")
            with open(program, "w", encoding="utf-8") as text:
                text.write('#include "out.h"\n#include "round_any.h"\nint main(void)\n{\n' + "".join(f"    ROUND({one});\n" for one in types) +
                           "    return 0;\n}\n")
            places = [f"-I{work}", f"-I{os.path.dirname(path)}"]
            for compiler, standard in zip(compilers, ["-std=c11", "-std=c17"]):
                chosen = [] if any(flag.startswith("-std=") for flag in flags) else [standard]
                done = run(compiler, *chosen, *STRICT, *flags, *places, "-O1", "-c", base + ".c", "-o", "/dev/null")
                said.check(done.returncode == 0, f"{name} {form} {compiler}: {first_error(done.stderr)}")
            if "C++" not in how.get("not", ""):
                for compiler in [{"gcc": "g++", "clang": "clang++"}[one] for one in compilers]:
                    done = run(compiler, "-std=c++17", "-Wall", "-Wextra", "-Werror", *[flag for flag in flags if not flag.startswith("-std=")], *places,
                               "-x", "c++", "-fsyntax-only", "-", input='#include "out.h"\n')
                    said.check(done.returncode == 0, f"{name} {form} {compiler}: {first_error(done.stderr)}")
            done = run(compilers[0], *SANITIZED, *flags, *places, program, base + ".c", "-o", os.path.join(work, "main"), library, "-lm", "-lpthread")
            if said.check(done.returncode == 0, f"{name} {form} is linked: {first_error(done.stderr)}"):
                done = run(os.path.join(work, "main"))
                said.check(done.returncode == 0, f"{name} {form} goes round: exit {done.returncode}: {first_error(done.stderr)}")


def main():
    holdfast, include, library, folder = sys.argv[1:5]
    names = [name for name in sys.argv[5:] if name != "--refused"]
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".h") or name == "round_any.h" or (names and name[:-2] not in names):
            continue
        path = os.path.join(folder, name)
        how = directives(path)
        flags = [f"-I{include}", *how.get("flags", "").split()]
        if "only" in how and not any(shutil.which(one) for one in how["only"].split()):
            said.skip(f"{name}: {how['only']} is not installed")
        elif "refused" in how:
            check_refused(name, path, how["refused"], holdfast, flags)
        elif "--refused" not in sys.argv:
            check_taken(name, path, how, holdfast, library, flags)
    said.finish()


main()
