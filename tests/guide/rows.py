#!/usr/bin/env python3
"""rows.py PAGE.md OUTPUT.c - what the tables of a page say to call, as a program that is compiled and not run.

Each piece of code between backticks that calls the library becomes a function of its own. The names that the pieces
use are declared once, so that a name means the same in all of a page.
"""
import re
import sys

HEADERS = ("compare", "draft", "link", "pointer", "read", "save", "stream", "walk", "write")
NAMES = """extern hf_document *document, *copy, *next;
extern hf_draft *draft;
extern hf_error error;
extern hf_value value, object, array, root, v, o, a, b;
extern hf_item item;
extern hf_place place, from, to;
extern hf_text key, pointer, spelling;
extern hf_iter iter;
extern hf_buffer out;
extern hf_write_sink sink;
extern FILE *file;
extern const char *path, *text;
extern void *context;
extern size_t n, max;
extern uint32_t i;
extern int64_t fallback;
extern double number;
extern bool is_equal;
void use(hf_text key, hf_value value);
"""


def pieces(path):
    """(line, code) of each."""
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            for code in re.findall(r"`([^`]+)`", line):
                if re.search(r"\bhf_\w+\(", code) and "..." not in code:
                    yield number, code.strip()
                elif re.match(r"\.\w+ = ", code):
                    kind = "hf_write_options" if ".canonical" in code else "hf_read_options"
                    yield number, f"{kind} options = {{ {code} }};"


def main():
    page, output = sys.argv[1:]
    found = list(pieces(page))
    if len(found) < 50:
        sys.exit(f"{page}: only {len(found)} calls found")
    with open(output, "w", encoding="utf-8") as file:
        file.write(f"/* Made from {re.sub('.*/', '', page)} by rows.py. */\n")
        file.write("".join(f'#pragma GCC diagnostic ignored "-W{name}"\n' for name in ("unused-result", "unused-value", "unused-variable", "shadow")))
        file.write("".join(f"#include <holdfast/{name}.h>\n" for name in HEADERS) + NAMES)
        for count, (number, code) in enumerate(found):
            file.write(f'void row_{count}(void);\nvoid row_{count}(void)\n{{\n#line {number} "{re.sub(".*/", "", page)}"\n'
                       f"{code if code.endswith(';') else code + ';'}\n}}\n")


main()
