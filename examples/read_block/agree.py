#!/usr/bin/env python3
"""agree.py SAVE_BLOCK FILE.json... - the block read by Python must show what Python's json reads."""
import json
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from read_block import Block, Damaged, Number  # noqa: E402


def same(a, b):
    """Without recursion; a spelled number equals what json made of it."""
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
        elif a != b:
            return False
    return True


def main():
    save, files = sys.argv[1], sys.argv[2:]
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for name in files:
            block_name = os.path.join(folder, "block.hf")
            subprocess.run([save, name, block_name], check=True)
            with open(name, encoding="utf-8") as file:
                expected = json.load(file)
            with open(block_name, "rb") as file:
                data = file.read()
            if same(Block(data).read(), expected):
                passed += 1
            else:
                failed += 1
                print(f"{name}: differs")
            try: # a cut block is refused, not misread
                Block(data[:-1]).read()
                failed += 1
                print(f"{name}: a cut block was read")
            except Damaged:
                passed += 1
    print(f"# cases: {passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
