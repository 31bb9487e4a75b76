#!/usr/bin/env python3
"""agree.py SAVE_BLOCK FILE.json... - the block read by Python must show what Python's json reads.

Each byte of a small block is damaged in turn: it is refused or read as something else, and nothing else happens.
"""
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from read_block import Block, Damaged, Number  # noqa: E402

DAMAGED_BYTES_MAX = 4096
HEADER_BYTES_KNOWN = 20  # magic, version and size can be nothing else


def same(a, b):
    """Without recursion; a spelled number equals what json made of it, and -0.0 is not 0.0."""
    pairs = [(a, b)]
    while pairs:
        a, b = pairs.pop()
        if isinstance(a, Number):
            if float(a) != b and str(b) != a:
                return False
        elif type(a) is not type(b):
            return False
        elif isinstance(a, list):
            if len(a) != len(b):
                return False
            pairs += zip(a, b)
        elif isinstance(a, dict):
            if a.keys() != b.keys():
                return False
            pairs += [(a[key], b[key]) for key in a]
        elif a != b or repr(a) != repr(b):
            return False
    return True


def number(spelling):
    """An integer as json reads it, but for -0, which only a double can hold."""
    return -0.0 if spelling == "-0" else int(spelling)


def is_refused(data):
    try:
        Block(data).read()
    except (Damaged, UnicodeDecodeError):
        return True
    return False


def damaged(data):
    for at in range(len(data)):
        for bits in 1, 8, 255:
            copy = bytearray(data)
            copy[at] ^= bits
            yield bytes(copy)


def main():
    save, files = sys.argv[1], sys.argv[2:]
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in files:
            block_name = os.path.join(folder, "block.hf")
            subprocess.run([save, name, block_name], check=True)
            with open(name, encoding="utf-8-sig") as file:
                expected = json.load(file, parse_int=number)
            with open(block_name, "rb") as file:
                data = file.read()
            cases = [(same(Block(data).read(), expected), "differs"),
                     (is_refused(data[:-1]), "a cut block was read"), (is_refused(data + b"x"), "a longer block was read")]
            if len(data) < DAMAGED_BYTES_MAX:
                refused = sum(is_refused(copy) for copy in damaged(data))
                cases += [(refused >= 3 * HEADER_BYTES_KNOWN, f"of {3 * len(data)} damaged blocks {refused} were refused")]
            for is_fine, words in cases:
                passed += is_fine
                failed += not is_fine
                if not is_fine:
                    print(f"{name}: {words}")
    print(f"# cases: {passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
