#!/usr/bin/env python3
"""guide.py --extract GUIDE.md OUTPUT.c   the blocks of code as one program, a function for each
guide.py GUIDE.md PROGRAM              runs each, and compares what it prints with what the guide says

A block ```c is the body of a function, ```c file stands at the level of the file, and ```text behind
a body is what it prints.
"""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "support"))
import said  # noqa: E402


def blocks_of(path):
    """(language, line, text, expected output or None) of each block of code."""
    blocks = []
    language = None
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if language is None and line.startswith("```"):
                language, start, lines = line[3:].strip(), number + 1, []
            elif language is not None and line.rstrip() == "```":
                blocks.append((language, start, "".join(lines)))
                language = None
            elif language is not None:
                lines.append(line)
    found = []
    for i, (language, start, text) in enumerate(blocks):
        following = blocks[i + 1] if i + 1 < len(blocks) else ("", 0, "")
        if language in ("c", "c file"):
            found.append((language, start, text, following[2] if following[0] == "text" else None))
    return found


def extract(path, output):
    bodies = []
    with open(output, "w", encoding="utf-8") as file:
        file.write(f"/* Made from {re.sub('.*/', '', path)} by guide.py. */\n")
        for language, start, text, _ in blocks_of(path):
            if language == "c file":
                file.write(f'#line {start} "guide.md"\n{text}\n')
                continue
            bodies.append(start)
            file.write(f'static void block_{len(bodies)}(void)\n{{\n#line {start} "guide.md"\n{text}}}\n\n')
        file.write("int main(int count, char **arguments)\n{\n    static void (*const blocks[])(void) = { ")
        file.write(", ".join(f"block_{i + 1}" for i in range(len(bodies))))
        file.write(" };\n    size_t number = count == 2 ? (size_t)atoi(arguments[1]) : SIZE_MAX;\n"
                   "    if (number >= sizeof blocks / sizeof blocks[0])\n        return 2;\n    blocks[number]();\n    return 0;\n}\n")


def check(path, program):
    bodies = [block for block in blocks_of(path) if block[0] == "c"]
    for number, (_, start, _, expected) in enumerate(bodies):
        code, out, err = said.run(program, str(number))
        said.check(code == 0 and out == expected, f"guide.md:{start}: exit {code}, prints\n{out}expected\n{expected}\n{err}")
    said.finish()


if __name__ == "__main__":
    if sys.argv[1] == "--extract":
        extract(sys.argv[2], sys.argv[3])
    else:
        check(sys.argv[1], sys.argv[2])
