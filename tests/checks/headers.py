#!/usr/bin/env python3
"""headers.py [ROOT] - every public header compiles alone and twice, as C17 and C++17, with no warning.

With gcc and clang, whichever are installed.
"""
import concurrent.futures
import os
import shutil
import subprocess
import sys

import tree

FLAGS = ["-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wsign-conversion", "-Wshadow", "-Wcast-qual", "-Werror", "-fsyntax-only"]
WAYS = [("gcc", "-std=c17", "c"), ("g++", "-std=c++17", "c++"),
        ("clang", "-std=c17", "c"), ("clang++", "-std=c++17", "c++")]


def compile_alone(root, header, way):
    compiler, standard, language = way
    source = f"#include <{header}>\n#include <{header}>\nint alone_{language == 'c'};\n"
    command = [compiler, standard, *FLAGS, "-I", os.path.join(root, "include"), "-x", language, "-"]
    done = subprocess.run(command, input=source, capture_output=True, text=True)
    return None if done.returncode == 0 else f"{header}: {compiler} {standard}:\n{done.stderr}"


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else tree.ROOT
    headers = [n[len("include/"):] for n in tree.files(root) if n.startswith("include/") and n.endswith(".h")]
    ways = [way for way in WAYS if shutil.which(way[0])]
    if not headers or not ways:
        sys.exit("headers.py: nothing to compile, or nothing to compile it with")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda pair: compile_alone(root, *pair), [(h, w) for h in headers for w in ways]))
    tree.finish([r for r in results if r], f"{len(headers)} headers, {len(ways)} compilers")


main()
