#!/usr/bin/env python3
"""self_test.py - each check finds a planted offence and accepts the same tree without it."""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
results = []


def check(name, *arguments):
    done = subprocess.run([sys.executable, os.path.join(HERE, name), *arguments], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def expect(title, outcome, status, *words):
    code, output = outcome
    good = code == status and all(word in output for word in words)
    results.append(good)
    print(("ok      " if good else "FAILED  ") + title)
    if not good:
        print(f"  status {code}, expected {status} with {words}:\n{output}")


def plant(root, files):
    for name, text in files.items():
        path = os.path.join(root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


def fresh(files):
    root = tempfile.mkdtemp(prefix="holdfast-check-")
    plant(root, files)
    return root


def test_layers():
    good = {
        "include/holdfast/base.h": "\n", "include/holdfast/walk.h": "#include <holdfast/base.h>\n",
        "lib/base/fail.h": "\n", "lib/base/fail.c": '#include "fail.h"\n',
        "lib/memory/page.h": '#include "base/fail.h"\n', "lib/walk/cursor.c": '#include "memory/page.h"\n',
        "lib/bind/bind.h": "\n", "lib/service/cache.c": '#include "base/fail.h"\n',
        "locator/trace/trace.h": "\n", "locator/recorder/record.c": '#include "trace/trace.h"\n',
        "locator/profile/live.c": '#include "trace/trace.h"\n#include <holdfast/walk.h>\n',
        "cli/cmd_run.c": "#include <holdfast/walk.h>\n", "gen/emit.c": "#include <holdfast/walk.h>\n",
        "tests/unit/test_x.c": '#include "walk/cursor.c"\n',
    }
    offences = {
        "an include to the right": ("lib/memory/bad.c", '#include "walk/steps.h"\n'),
        "an include by bare name": ("lib/base/bad.c", '#include "page.h"\n'),
        "a public header above": ("lib/base/bad.c", "#include <holdfast/walk.h>\n"),
        "bind seen from service": ("lib/service/bad.c", '#include "bind/bind.h"\n'),
        "the recorder using the library": ("locator/recorder/bad.c", "#include <holdfast/base.h>\n"),
        "the command using internals": ("cli/bad.c", '#include "walk/steps.h"\n'),
        "the generator using internals": ("gen/bad.c", '#include "base/fail.h"\n'),
        "an unknown public header": ("include/holdfast/strange.h", "\n"),
        "an unknown folder": ("lib/misc/bad.c", "\n"),
    }
    root = fresh(good | {"lib/walk/steps.h": "\n"})
    expect("layers: accepts a good tree", check("layers.py", root), 0)
    for title, (name, text) in offences.items():
        plant(root, {name: text})
        expect(f"layers: {title}", check("layers.py", root), 1, name)
        os.remove(os.path.join(root, name))
    shutil.rmtree(root)


def test_called():
    root = fresh({
        "include/holdfast/a.h": "/* HF_API hf_status hf_ghost(void); */\nHF_API hf_status hf_make(int x);\n"
                                "HF_API int hf_look(int x);\nHF_API hf_status hf_hold(void);\n"
                                "HF_API void\nhf_out(void);\n",
        "tests/unit/test_a.c": "NTH_LOOP(nth) hf_make(1);\n", "tests/unit/test_b.c": "hf_look(1); hf_hold();\n",
        "gen/gen_a.c": 'put("hf_out();");\n', "tests/checks/takes_no_memory.txt": "# calls\nhf_hold  a counter\n",
    })
    expect("called: accepts a good tree", check("called.py", root), 0)
    offences = {
        "a call that no test makes": ("include/holdfast/b.h", "HF_API int hf_lonely(void);\n", "hf_lonely"),
        "memory that never fails": ("tests/unit/test_a.c", "hf_make(1);\n", "hf_make"),
        "a call only named in a comment": ("tests/unit/test_b.c", "hf_look(1); /* hf_hold() */\n", "hf_hold"),
        "a listed call that is none": ("tests/checks/takes_no_memory.txt", "hf_hold x\nhf_gone x\n", "hf_gone"),
        "a listed call that is tested": ("tests/checks/takes_no_memory.txt", "hf_hold x\nhf_make x\n", "hf_make"),
    }
    for title, (name, text, word) in offences.items():
        path = os.path.join(root, name)
        before = open(path, encoding="utf-8").read() if os.path.exists(path) else None
        plant(root, {name: text})
        expect(f"called: {title}", check("called.py", root), 1, word)
        if before is None:
            os.remove(path)
        else:
            plant(root, {name: before})
    shutil.rmtree(root)


def test_names():
    home = "/" + "home/someone/x"
    one, script = "/* one.c - what */\n", '#!/usr/bin/env python3\n"""three.py [FOLDER] - what."""\n'
    root = fresh({"lib/a/one.c": one, "lib/b/two.c": "/* two.c - what\n * and more */\n", "tools/three.py": script,
                  "tests/gen/hostile/bits.h": "struct s;\n", "README.md": "no place\n", "fuzz/corpus/read/one.c": home + "\n"})
    expect("names: accepts a good tree", check("names.py", root), 0)
    plant(root, {"lib/b/one.c": one})
    expect("names: the same name twice", check("names.py", root), 1, "lib/b/one.c", "same name")
    os.remove(os.path.join(root, "lib/b/one.c"))
    for name, text in ("lib/b/four.c", "/* what */\n"), ("lib/b/four.c", "\n/* four.c - what */\n"), ("lib/b/four.c", one), \
            ("tools/five.py", '#!/usr/bin/env python3\n"""What."""\n'):
        plant(root, {name: text})
        expect("names: a first line without the file's name", check("names.py", root), 1, f"{name}: the first line")
        os.remove(os.path.join(root, name))
    plant(root, {"docs/page.md": f"line\nsee {home}\n"})
    expect("names: a place on a machine", check("names.py", root), 1, "docs/page.md:2")
    shutil.rmtree(root)


def test_readme():
    example = "#include <stdio.h>\nint main(void)\n{\n    return 0;\n}\n"
    page = "See [it](examples/it.c):\n\n```c\n" + example + "```\n"
    root = fresh({"README.md": page, "examples/it.c": "/* it.c */\n" + example})
    expect("readme: accepts what is compiled", check("readme.py", root), 0)
    plant(root, {"README.md": page.replace("return 0", "return 1")})
    expect("readme: another program than the example", check("readme.py", root), 1, "examples/it.c")
    names = re.findall(r'^    "(.+?)": r"', open(os.path.join(HERE, "readme.py"), encoding="utf-8").read(), re.M)
    costs = page + "".join(f"| {name} | 1.16 |\n" for name in names) + "Programs take 1.04 (jq) to 3.32 times theirs, 1.00 to 1.41 times.\n"
    measured = ("- PASS read: 1.16 times as fast\n- PASS write: 1.16 times as fast\n- MISS write, nothing from source: 1.16 times as fast\n"
                "- MISS walk, compiled in: 1.16 times as fast\n- PASS walk, by cursor: 1.16 times as fast\n"
                "- PASS private clone: 1.16 times as fast\n- MISS bytes kept: at most 1.53 times, 1.16 in the mean\n"
                "| jq | 0.35 | full | 1.04 |\n| | | sampled | 1.00 |\n| two | 0.1 | full | 3.32 |\n| | | sampled | 1.41 |\n")
    plant(root, {"README.md": costs, "docs/performance.md": measured})
    expect("readme: accepts the figures that were measured", check("readme.py", root), 0)
    plant(root, {"docs/performance.md": measured.replace("clone: 1.16", "clone: 1.17").replace("3.32", "3.33")})
    expect("readme: other figures", check("readme.py", root), 1, "private copy", "1.17", "3.33")
    check("readme.py", root, "--renew")
    expect("readme: figures renewed", check("readme.py", root), 0)
    shutil.rmtree(root)


def test_pages():
    good = {
        "include/holdfast/a.h": "HF_API int hf_look(void);\n", "lib/base/a.c": "enum { HF_MANY = 3 };\n/* hf__inner */\n",
        "ARCHITECTURE.md": "`lib/base/` has `a.c`; see [it](docs/a.md); new ones: `lib/x/thing.c`\n",
        "docs/a.md": "# From C++, with care\n[here](#from-c-with-care), [there](a.md#from-c-with-care)\n`hf_look`, `hf_*` and `hf_lo*`, HF_MANY of hf__inner in lib/base/a.c and lib/*/a.c\n",
        "docs/man/a.1.scd": "*hf_look*(3)\n",
    }
    offences = {
        "a link that leads nowhere": ("docs/b.md", "[gone](c.md)\n", "c.md"),
        "a link to a heading that is gone": ("docs/b.md", "[gone](a.md#from-c)\n", "#from-c"),
        "a link within a page": ("docs/b.md", "[gone](#here)\n", "#here"),
        "a call that is gone": ("docs/b.md", "call `hf_stare`\n", "hf_stare"),
        "an internal name that is no public one": ("docs/b.md", "call hf_inner\n", "hf_inner"),
        "a constant that is gone": ("docs/b.md", "at most HF_FEW\n", "HF_FEW"),
        "a man page's call that is gone": ("docs/man/b.1.scd", "*hf_stare*(3)\n", "hf_stare"),
        "a path that leads nowhere": ("docs/b.md", "see lib/base/b.c\n", "lib/base/b.c"),
        "a file that is gone": ("docs/b.md", "see `b.c`\n", "b.c"),
        "a folder that is not told of": ("lib/value/b.c", "\n", "lib/value/"),
    }
    root = fresh(good)
    expect("pages: accepts what is there", check("pages.py", root), 0)
    for title, (name, text, word) in offences.items():
        plant(root, {name: text})
        expect(f"pages: {title}", check("pages.py", root), 1, word)
        os.remove(os.path.join(root, name))
    shutil.rmtree(root)


def test_thresholds():
    header = "enum {\n    HF_FEW = 6, /* blocks */\n    HF_MANY = 16,\n};\n#define HF_SHARE 0.35 /* of the peak */\n#define HF_GUARD_H\n"
    row = "| `HF_FEW` | 6 | blocks |\n| `HF_MANY` | 16 | cells |\n| `HF_SHARE` | 0.35 | of the peak |\n"
    page = "A fall by `HF_SHARE` (0.35) of it.\n\n| name | value | meaning |\n|---|---|---|\n" + row
    test = "HF_PIN(HF_FEW, 5, 6, says); HF_PIN(HF_MANY, 15, 16, says); HF_PIN(HF_SHARE, 0.3, 0.4, says);\n"
    good = {"locator/judge/shape.h": header, "docs/verdicts.md": page, "tests/locator/test_a.c": test}
    root = fresh(good)
    expect("thresholds: accepts what is told and tested", check("thresholds.py", root), 0, "3 thresholds")
    for title, name, text, word in (
            ("one that is not told", "docs/verdicts.md", page.replace(row, row[row.index("| `HF_MANY"):]), "no row for HF_FEW"),
            ("another value in the table", "locator/judge/shape.h", header.replace("0.35", "0.40"), "HF_SHARE is 0.4, in the table"),
            ("another value in the text", "docs/verdicts.md", page.replace("(0.35)", "(0.3)"), "HF_SHARE is 0.35, in the text 0.3"),
            ("one that no test names", "tests/locator/test_a.c", test.replace("HF_MANY", "4"), "no test of tests/locator names HF_MANY"),
            ("one only named in a comment", "tests/locator/test_a.c", test.replace("HF_PIN(HF_FEW", "/* HF_FEW */ PIN(6"), "names HF_FEW"),
            ("one that is gone", "docs/verdicts.md", page + "| `HF_GONE` | 1 | - |\n", "no threshold HF_GONE")):
        plant(root, {name: text})
        expect(f"thresholds: {title}", check("thresholds.py", root), 1, word)
        plant(root, good)
    shutil.rmtree(root)


def test_recursion():
    sources = {
        "good": "static int leaf(int a) { return a + 1; }\nint top(int a) { return leaf(leaf(a)); }\n",
        "self": "int down(int a) { return a == 0 ? 0 : down(a - 1); }\n",
        "mutual": "static int odd(int a);\nstatic int even(int a) { return a == 0 || odd(a - 1); }\n"
                  "static int odd(int a) { return a != 0 && even(a - 1); }\nint both(int a) { return even(a); }\n",
        "across_one": "int pong(int a);\nint ping(int a) { return a ? pong(a - 1) : 0; }\n",
        "across_two": "int ping(int a);\nint pong(int a) { return a ? ping(a - 1) : 1; }\n",
        "pointer": "int through(int (*f)(int), int a) { return f(a); }\n",
    }
    root = fresh({f"lib/{name}.c": text for name, text in sources.items()})

    def commands(*names):
        entries = [{"directory": root, "file": os.path.join(root, f"lib/{n}.c"),
                    "command": f"gcc -O2 -Wall -o {n}.o -c {os.path.join(root, f'lib/{n}.c')}"} for n in names]
        plant(root, {"compile_commands.json": json.dumps(entries)})
        return check("recursion.py", root, os.path.join(root, "lib"))

    expect("recursion: accepts plain calls", commands("good"), 0)
    expect("recursion: a function that calls itself", commands("good", "self"), 1, "down")
    expect("recursion: two functions of one file", commands("mutual"), 1, "even <-> ", "odd")
    expect("recursion: across files", commands("across_one", "across_two"), 1, "ping <-> pong")
    expect("recursion: notes calls through pointers", commands("pointer"), 0, "calls through a pointer: through")
    shutil.rmtree(root)


def test_headers():
    root = fresh({"include/holdfast/good.h": "#ifndef G\n#define G\n#include <stddef.h>\nsize_t g(void);\n#endif\n"})
    expect("headers: accepts a good one", check("headers.py", root), 0)
    for title, text in {
            "a missing include": "#ifndef B\n#define B\nsize_t b(void);\n#endif\n",
            "no guard": "typedef struct b { int a; } b;\nstatic const int twice = 1;\n",
            "not C++": "#ifndef B\n#define B\nint b(int class);\n#endif\n",
            "an unused parameter": "#ifndef B\n#define B\nstatic inline int b(int a) { return 1; }\n#endif\n"}.items():
        plant(root, {"include/holdfast/bad.h": text})
        expect(f"headers: {title}", check("headers.py", root), 1, "holdfast/bad.h")
    shutil.rmtree(root)


def build_shared(root, source):
    plant(root, {"x.c": source})
    for command in (["gcc", "-shared", "-fPIC", "-fvisibility=hidden", "-o", "libx.so", "x.c"],
                    ["gcc", "-c", "-fPIC", "-o", "x.o", "x.c"], ["ar", "rcs", "libx.a", "x.o"]):
        subprocess.run(command, cwd=root, check=True)
    return os.path.join(root, "libx.so")


def test_symbols():
    public = '__attribute__((visibility("default"))) '
    root = fresh({"list.txt": "hf_one\n"})
    listed = os.path.join(root, "list.txt")
    library = build_shared(root, public + "int hf_one(void) { return 1; }\nint hf__inner(void) { return 2; }\n")
    expect("exported_symbols: accepts what is listed", check("exported_symbols.py", library, listed), 0)
    build_shared(root, public + "int hf_one(void) { return 1; }\n" + public + "int hf_two(void) { return 2; }\n")
    expect("exported_symbols: one too many", check("exported_symbols.py", library, listed), 1, "hf_two")
    build_shared(root, public + "int hf_two(void) { return 2; }\n")
    expect("exported_symbols: one is gone", check("exported_symbols.py", library, listed), 1, "not exported: hf_one")
    build_shared(root, public + "int hf_one(void) { return 1; }\nint helper(void) { return 2; }\n")
    expect("exported_symbols: a loose global", check("exported_symbols.py", library, listed), 1, "global without hf_: helper")
    check("exported_symbols.py", "--renew", build_shared(root, public + "int hf_two(void) { return 2; }\n"), listed)
    expect("exported_symbols: --renew writes the list", check("exported_symbols.py", library, listed), 0)
    shutil.rmtree(root)


def test_imports():
    root = fresh({"imports.txt": "write   # the only way out\n"})
    listed = os.path.join(root, "imports.txt")
    say = '#include <unistd.h>\n__attribute__((visibility("default"))) long hf_say(void) { return write(1, "x", 1); }\n'
    library = build_shared(root, say)
    expect("recorder_imports: accepts what is listed", check("recorder_imports.py", library, listed), 0)
    build_shared(root, say + '#include <stdlib.h>\n__attribute__((visibility("default"))) void *hf_b(void) { return malloc(9); }\n')
    expect("recorder_imports: malloc", check("recorder_imports.py", library, listed), 1, "not listed: malloc")
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", "libx.so", "x.c", "-Wl,--no-as-needed", "-lm"], cwd=root, check=True)
    expect("recorder_imports: another library", check("recorder_imports.py", library, listed), 1, "libm.so")
    plant(root, {"imports.txt": "write\nread\n"})
    build_shared(root, say)
    expect("recorder_imports: a stale line", check("recorder_imports.py", library, listed), 1, "not imported: read")
    plant(root, {"imports.txt": "write\nmemset?  # by some compilers\n"})
    expect("recorder_imports: what only some builds import", check("recorder_imports.py", library, listed), 0)
    shutil.rmtree(root)


def test_counting():
    """tests/run counts cases, not programs."""
    import importlib.machinery
    import importlib.util
    path = os.path.join(os.path.dirname(HERE), "run")
    loader = importlib.machinery.SourceFileLoader("tests_run", path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("tests_run", loader))
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    cmocka = ("[==========] Running 3 test(s).\n[       OK ] a\n[  FAILED  ] b\n[  SKIPPED ] c\n"
              "[==========] 3 test(s) run.\n[  PASSED  ] 1 test(s).\n[  FAILED  ] 1 test(s), listed below:\n[  FAILED  ] b\n")
    for title, counted, expected in (
            ("a cmocka program by its cases", module.count_cases(cmocka, "failed"), (1, 1, 1)),
            ("a crash between cases", module.count_cases("[==========] Running\n[       OK ] a\n", "failed"), (1, 1, 0)),
            ("a leak after the last case", module.count_cases("# cases: 4 passed, 0 failed\n", "failed"), (4, 1, 0)),
            ("a line of cases", module.count_cases("x\n# cases: 4 passed, 1 failed, 2 skipped\n", "failed"), (4, 1, 2)),
            ("a program without cases", module.count_cases("fine\n", "passed"), (1, 0, 0)),
            ("a program that skipped", module.count_cases("no data\n", "skipped"), (0, 0, 1))):
        expect(f"run counts: {title}", (0 if counted == expected else 1, f"{counted}"), 0)


def main():
    for test in (test_layers, test_called, test_names, test_readme, test_pages, test_thresholds, test_recursion, test_headers,
                 test_symbols, test_imports, test_counting):
        test()
    print(f"# cases: {results.count(True)} passed, {results.count(False)} failed")
    sys.exit(0 if all(results) else 1)


main()
