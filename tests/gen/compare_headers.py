#!/usr/bin/env python3
"""Reads every self-contained C header below /usr/include with the declaration reader, and compares
the numbers of records, fields, enums and enumerators with libclang's on the same text.

Usage: compare_headers.py GEN_COUNTS [--every N] [--root DIR]
Without libclang's Python module the headers are read and not compared."""
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
except Exception:  # no module, or no library for it
    INDEX = None

COMPILER = "clang" if subprocess.run(["sh", "-c", "command -v clang"], capture_output=True).returncode == 0 else "cc"


def headers(root):
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in ("c++", "clang"))
        for name in sorted(files):
            if name.endswith(".h"):
                yield os.path.relpath(os.path.join(folder, name), root)


def preprocess(header):
    """The preprocessed text of a header that compiles alone as C, else None."""
    line = f"#include <{header}>\n".encode()
    compiled = subprocess.run([COMPILER, "-fsyntax-only", "-w", "-std=gnu17", "-x", "c", "-"], input=line,
                              capture_output=True)
    if compiled.returncode != 0:
        return None
    return subprocess.run([COMPILER, "-E", "-w", "-std=gnu17", "-x", "c", "-"], input=line,
                          capture_output=True).stdout


def counts_by_clang(text):
    unit = INDEX.parse("header.c", args=["-std=gnu17", "-w"], unsaved_files=[("header.c", text.decode("latin-1"))],
                       options=TranslationUnit.PARSE_SKIP_FUNCTION_BODIES)
    if any(message.severity >= 3 for message in unit.diagnostics):
        return None
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


def main():
    program, every, root = sys.argv[1], 1, "/usr/include"
    if "--every" in sys.argv:
        every = int(sys.argv[sys.argv.index("--every") + 1])
    if "--root" in sys.argv:
        root = sys.argv[sys.argv.index("--root") + 1]
    read = compared = skipped = failed = 0
    for number, header in enumerate(headers(root)):
        if number % every:
            continue
        text = preprocess(header)
        if text is None:
            skipped += 1
            continue
        ours = subprocess.run([program], input=text, capture_output=True)
        read += 1
        if ours.returncode != 0:
            failed += 1
            print(f"{header}: {ours.stderr.decode(errors='replace').strip()}")
            continue
        theirs = counts_by_clang(text) if INDEX is not None else None
        if theirs is not None:
            compared += 1
            found = [int(word) for word in ours.stdout.split()[:4]]
            if found != theirs:
                failed += 1
                print(f"{header}: found {found}, libclang {theirs} (records, fields, enums, enumerators)")
    print(f"{read} headers read, {compared} compared with libclang, {skipped} not C on their own")
    print(f"# cases: {read - failed} passed, {failed} failed, {skipped} skipped")
    return 1 if failed or read == 0 else 0


sys.exit(main())
