#!/usr/bin/env python3
"""compare_headers.py - reads every self-contained C header below /usr/include with the declaration reader, and
compares the numbers of records, fields, enums and enumerators with libclang's on the same text.

Usage: compare_headers.py GEN_COUNTS [--every N] [--root DIR]
Most headers there are C++, or need others before them: libclang says so in this process, and only what it
takes is worth a compiler's start. Without libclang's Python module the headers are read and not compared."""
import concurrent.futures
import os
import subprocess
import sys

sys.path.append("/usr/lib/python3/dist-packages")  # Debian's, when another Python comes first

try:
    from clang.cindex import Config, CursorKind, Index, TranslationUnit
    for library in ("/usr/lib/llvm-14/lib/libclang.so.1", "/usr/lib/x86_64-linux-gnu/libclang-14.so.1"):
        if os.path.exists(library):
            Config.set_library_file(library)
            break
    INDEX = Index.create()
    OPTIONS = TranslationUnit.PARSE_SKIP_FUNCTION_BODIES
except Exception:  # no module, or no library for it
    INDEX = None

COMPILER = "clang" if subprocess.run(["sh", "-c", "command -v clang"], capture_output=True).returncode == 0 else "cc"


def headers(root):
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in ("c++", "clang"))
        for name in sorted(files):
            if name.endswith(".h"):
                yield os.path.relpath(os.path.join(folder, name), root)


def parse(header):
    """What libclang makes of a header alone, None when that is not C."""
    unit = INDEX.parse("header.c", args=["-std=gnu17", "-w", "-Wfatal-errors"], unsaved_files=[("header.c", f"#include <{header}>\n")],
                       options=OPTIONS)
    return None if any(message.severity >= 3 for message in unit.diagnostics) else unit


def counts_of(unit):
    records = fields = enums = enumerators = 0
    waiting = [unit.cursor]
    while waiting:
        for cursor in waiting.pop().get_children():
            kind = cursor.kind
            if kind in (CursorKind.STRUCT_DECL, CursorKind.UNION_DECL):
                records += cursor.is_definition()
                waiting.append(cursor)
            elif kind == CursorKind.ENUM_DECL:
                enums += cursor.is_definition()
                waiting.append(cursor)
            elif kind == CursorKind.FIELD_DECL:
                fields += cursor.spelling != ""
            elif kind == CursorKind.ENUM_CONSTANT_DECL:
                enumerators += 1
    return [records, fields, enums, enumerators]


def compile_alone(header, *flags):
    return subprocess.run([COMPILER, *flags, "-w", "-std=gnu17", "-x", "c", "-"], input=f"#include <{header}>\n".encode(), capture_output=True)


def compare(program, header):
    """"skipped", "compared", "read", or what is wrong."""
    unit = parse(header) if INDEX is not None else None
    if unit is None and (INDEX is not None or compile_alone(header, "-fsyntax-only").returncode != 0):
        return "skipped"
    ours = subprocess.run([program], input=compile_alone(header, "-E").stdout, capture_output=True)
    if ours.returncode != 0:
        return f"{header}: {ours.stderr.decode(errors='replace').strip()}"
    if unit is None:
        return "read"
    found, theirs = [int(word) for word in ours.stdout.split()[:4]], counts_of(unit)
    if found != theirs:
        return f"{header}: found {found}, libclang {theirs} (records, fields, enums, enumerators)"
    return "compared"


def main():
    program, every, root = sys.argv[1], 1, "/usr/include"
    if "--every" in sys.argv:
        every = int(sys.argv[sys.argv.index("--every") + 1])
    if "--root" in sys.argv:
        root = sys.argv[sys.argv.index("--root") + 1]
    chosen = list(headers(root))[::every]
    with concurrent.futures.ProcessPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        answers = list(pool.map(compare, [program] * len(chosen), chosen, chunksize=16))
    wrong = [answer for answer in answers if answer not in ("skipped", "compared", "read")]
    for answer in wrong:
        print(answer)
    skipped, compared = answers.count("skipped"), answers.count("compared")
    read = len(answers) - skipped
    print(f"{read} headers read, {compared} compared with libclang, {skipped} not C on their own")
    print(f"# cases: {read - len(wrong)} passed, {len(wrong)} failed, {skipped} skipped")
    return 1 if wrong or read == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
