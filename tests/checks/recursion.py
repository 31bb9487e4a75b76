#!/usr/bin/env python3
"""recursion.py BUILD [FOLDER] - no function of lib/ calls itself, not even by way of others.

Takes the compiler's own call graph (gcc -fcallgraph-info, without optimisation, so that nothing is
folded into a loop) of every file in FOLDER (lib) that BUILD/compile_commands.json names, joins
them, and looks for cycles. Calls through function pointers cannot be followed: the functions that
make them are listed, so that a reader can judge them.
"""
import concurrent.futures
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

import tree

NODE = re.compile(r'node: \{ title: "([^"]+)" label: "([^"]*)"')
EDGE = re.compile(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"')
DROPPED = re.compile(r"-O.*|-g.*|-c|-W.*|-fsanitize.*|-fno-sanitize.*|--coverage|-DNDEBUG|-flto.*")


def call_graph(entry, number, folder):
    """Nodes (title to place) and edges of one file."""
    words = shlex.split(entry["command"])
    output = words.index("-o")
    del words[output:output + 2]
    words = [words[0]] + [w for w in words[1:] if not DROPPED.fullmatch(w)]
    base = os.path.join(folder, str(number))
    words += ["-O0", "-c", "-w", "-fcallgraph-info", "-o", base + ".o"]
    done = subprocess.run(words, cwd=entry["directory"], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"recursion.py: {entry['file']}: {done.stderr}")
    with open(base + ".ci", encoding="utf-8") as file:
        text = file.read()
    places = {title: label.split("\\n")[1] for title, label in NODE.findall(text) if "\\n" in label}
    return places, EDGE.findall(text)


def cycles(edges):
    """Strongly connected groups that contain a cycle (Tarjan, without recursion of its own)."""
    index, low, on_stack, stack, found = {}, {}, set(), [], []
    for start in edges:
        if start in index:
            continue
        work = [(start, iter(sorted(edges.get(start, ()))))]
        index[start] = low[start] = len(index)
        stack.append(start)
        on_stack.add(start)
        while work:
            node, callees = work[-1]
            for callee in callees:
                if callee not in index:
                    index[callee] = low[callee] = len(index)
                    stack.append(callee)
                    on_stack.add(callee)
                    work.append((callee, iter(sorted(edges.get(callee, ())))))
                    break
                if callee in on_stack:
                    low[node] = min(low[node], index[callee])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    group = []
                    while not group or group[-1] != node:
                        group.append(stack.pop())
                        on_stack.discard(group[-1])
                    if len(group) > 1 or node in edges.get(node, ()):
                        found.append(sorted(group))
    return found


def main():
    build = sys.argv[1]
    with open(os.path.join(build, "compile_commands.json"), encoding="utf-8") as file:
        entries = json.load(file)
    folder = os.path.realpath(sys.argv[2]) if len(sys.argv) > 2 else os.path.join(tree.ROOT, "lib")
    entries = [e for e in entries if os.path.realpath(e["file"]).startswith(folder + os.sep)]
    if not entries:
        sys.exit(f"recursion.py: {build} compiles nothing in {folder}")
    compiler = shlex.split(entries[0]["command"])[0]
    version = subprocess.run([compiler, "--version"], capture_output=True, text=True).stdout
    if "Free Software Foundation" not in version:
        print("recursion.py: skipped: the compiler is not gcc")
        sys.exit(77)

    places, edges, indirect = {}, {}, set()
    with tempfile.TemporaryDirectory() as scratch, concurrent.futures.ThreadPoolExecutor(2) as pool:
        graphs = pool.map(lambda pair: call_graph(pair[1], pair[0], scratch), enumerate(entries))
        for file_places, file_edges in graphs:
            places |= file_places
            for caller, callee in file_edges:
                if callee == "__indirect_call":
                    indirect.add(caller)
                else:
                    edges.setdefault(caller, set()).add(callee)

    name = lambda title: title.split(":")[-1]
    for caller in sorted(indirect, key=name):
        print(f"calls through a pointer: {name(caller)} ({os.path.basename(places.get(caller, '?'))})")
    offences = [f"recursion: {' <-> '.join(name(t) for t in group)} ({places.get(group[0], '?')})"
                for group in cycles(edges)]
    tree.finish(offences, f"{len(entries)} files, {len(places)} functions, {len(indirect)} call through pointers")


main()
