#!/usr/bin/env python3
"""layers.py [ROOT] - folders are the dependency graph: a file includes only what stands before it.

    base < memory < value < walk < edit < text < query < bind, service      in lib/
    locator/trace, locator/unwind < locator/recorder                        libc only
    locator/trace < locator/profile < locator/judge < locator/view < cli

The locator's reading side, gen/ and cli/ are clients of the public headers; except gen/, they may
use the internal headers of lib/base too. examples/ see public headers only. Tests, fuzzers and
benchmarks may look at everything.

A public header belongs to the layer named below, else to that of the file of its name in lib/.
"""
import os
import re
import sys

import tree

LIBRARY = ["base", "memory", "value", "walk", "edit", "text", "query", "bind", "service"]
# Public headers without a file of their name in lib/.
PUBLIC_LAYER = {
    "base.h": "base", "cancel.h": "base", "checkpoint.h": "base", "memory.h": "memory", "arena.h": "memory", "pool.h": "memory",
    "value.h": "value", "value_layout.h": "value", "document.h": "value", "build.h": "value",
    "walk.h": "walk", "visit.h": "walk", "each.h": "walk", "clone.h": "walk", "compare.h": "walk", "size.h": "walk",
    "size_report.h": "walk",
    "draft.h": "edit", "link.h": "edit", "current.h": "edit", "stream.h": "text", "save.h": "text", "read.h": "text", "write.h": "text", "json.h": "text",
    "pointer.h": "query", "bind.h": "bind", "bind_code.h": "bind", "annotate.h": "bind", "reflect.h": "bind",
    "cache.h": "service", "tasks.h": "service", "lines.h": "service",
}
READERS = ["locator/profile", "locator/judge", "locator/view"]
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def library_rule(layer):
    before = LIBRARY[:LIBRARY.index(layer) + 1]
    if layer == "service":
        before.remove("bind")
    return {f"lib/{name}" for name in before} | {f"public/{name}" for name in before}


PUBLIC = {f"public/{name}" for name in LIBRARY}
RULES = {f"lib/{name}": library_rule(name) for name in LIBRARY}
RULES |= {f"public/{name}": {r for r in library_rule(name) if r.startswith("public/")} for name in LIBRARY}
RULES["locator/trace"] = {"locator/trace"}
RULES["locator/unwind"] = {"locator/unwind", "locator/trace"}
RULES["locator/recorder"] = {"locator/recorder", "locator/unwind", "locator/trace"}
for at, reader in enumerate(READERS):
    RULES[reader] = PUBLIC | {"lib/base", "locator/trace"} | set(READERS[:at + 1])
RULES["gen"] = PUBLIC | {"gen"}
RULES["cli"] = PUBLIC | {"lib/base", "locator/trace", "gen", "cli"} | set(READERS)
RULES["examples"] = PUBLIC | {"examples"}


def umbrella(name):
    return name == "include/holdfast/holdfast.h"


def home_of(path, stems):
    """The folder of the dependency graph that a file belongs to; None when it is free."""
    parts = path.split("/")
    if path.startswith("include/holdfast/"):
        name = os.path.basename(path)
        layer = PUBLIC_LAYER.get(name) or stems.get(os.path.splitext(name)[0])
        return f"public/{layer}" if layer else "public/?"
    if parts[0] in ("lib", "locator") and len(parts) > 2:
        return "/".join(parts[:2])
    return parts[0] if parts[0] in RULES else None


def resolve(includer, quote, target, known, by_name):
    """The path of the project's file that an include means; None for a system header."""
    beside = os.path.normpath(os.path.join(os.path.dirname(includer), target))
    candidates = [beside] if quote == '"' else []
    candidates += [os.path.join(root, target) for root in ("include", "lib", "locator", "gen", "cli", "")]
    for candidate in candidates:
        if candidate in known:
            return candidate
    matches = by_name.get(os.path.basename(target), []) if quote == '"' else []
    return matches[0] if matches else None


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else tree.ROOT
    sources = [n for n in tree.files(root) if n.endswith((".c", ".h", ".cpp", ".hpp", ".inc"))]
    known = set(sources)
    by_name, stems = {}, {}
    for name in sources:
        by_name.setdefault(os.path.basename(name), []).append(name)
        parts = name.split("/")
        if parts[0] == "lib" and len(parts) > 2:
            stems.setdefault(os.path.splitext(parts[-1])[0], parts[1])
    offences, edges = [], 0
    for name in sources:
        home = home_of(name, stems)
        if home is None or umbrella(name):
            continue
        if home == "public/?":
            offences.append(f"{name}: of no layer: add it to PUBLIC_LAYER in tests/checks/layers.py")
            continue
        if home not in RULES:
            offences.append(f"{name}: the folder {home}/ has no place in the dependency graph")
            continue
        text = tree.read(root, name)
        for match in INCLUDE.finditer(text):
            target = resolve(name, match[1], match[2], known, by_name)
            if target is None or umbrella(target):
                if target and (home.startswith(("lib/", "public/"))):
                    offences.append(f"{name}: includes {target}, which includes everything")
                continue
            edges += 1
            other = home_of(target, stems)
            if other not in RULES[home]:
                line = text.count("\n", 0, match.start()) + 1
                offences.append(f"{name}:{line}: {home} may not include {target} ({other or 'no layer'})")
    tree.finish(offences, f"{len(sources)} files, {edges} includes")


main()
