#!/usr/bin/env python3
"""called.py [ROOT] - every public call is called by a test, and by one that lets memory fail where it takes any.

Public are the hf_ names declared HF_API in include/holdfast. Called: named with what follows a call in a
source under tests/, or written out by the generator (gen/*.c), whose output the tests run, failing memory
included (tests/gen). A call that can
fail, because it returns a status or a pointer, must stand in a test file with a loop over failing
allocations (nth.h, failing_allocator.h, system_failure.h), or in takes_no_memory.txt beside this check.
"""
import os
import re
import sys

import tree

COMMENT = re.compile(r"/\*.*?\*/", re.S)
NAME = re.compile(r"\b(hf_[a-z]\w*)\s*\(")
LOOP = re.compile(r"\b(HF_OOM_LOOP|NTH_LOOP|HF_SYSTEM_OOM_LOOP)\s*\(")
LIST = "tests/checks/takes_no_memory.txt"


def declared(root, names):
    """{call: (header, can fail)} of the public headers."""
    calls = {}
    for name in names:
        if not (name.startswith("include/holdfast/") and name.endswith(".h")):
            continue
        for statement in COMMENT.sub("", tree.read(root, name)).split(";"):
            begin = statement.rfind("HF_API")
            found = NAME.search(statement, begin) if begin >= 0 else None
            if found:
                result = statement[begin:found.start()]
                calls[found[1]] = (name, "hf_status" in result or "*" in result)
    return calls


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else tree.ROOT
    names = tree.files(root)
    calls = declared(root, names)
    called, failing = set(), set()
    for name in names:
        if name.startswith("tests/") and name.endswith((".c", ".h", ".cc", ".cpp")):
            text = COMMENT.sub("", tree.read(root, name))
            found = set(re.findall(r"\bhf_[a-z]\w*\b", text))
            called |= found
            if LOOP.search(text):
                failing |= found
        elif name.startswith("gen/") and name.endswith(".c"):
            found = set(re.findall(r"\bhf_[a-z]\w*\b", tree.read(root, name)))
            called |= found
            failing |= found
    listed = set()
    if os.path.exists(os.path.join(root, LIST)):
        lines = tree.read(root, LIST).split("\n")
        listed = {line.split()[0] for line in lines if line.strip() and not line.startswith("#")}
    offences = []
    for call, (header, can_fail) in sorted(calls.items()):
        if call not in called:
            offences.append(f"{header}: no test calls {call}")
        elif can_fail and call not in failing and call not in listed:
            offences.append(f"{header}: no test lets memory fail under {call}, and {LIST} does not name it")
        elif call in failing and call in listed:
            offences.append(f"{LIST}: {call} is called under failing memory, and need not be named")
    offences += [f"{LIST}: there is no public call {call}" for call in sorted(listed - set(calls))]
    tree.finish(offences, f"{len(calls)} public calls")


main()
