#!/usr/bin/env python3
"""infer_round.py - samples, a header inferred from them, its code, and the samples again: equal in meaning.

Usage: infer_round.py HOLDFAST INCLUDE LIBRARY [--rounds N] [--seed S] [-- COMPILER FLAGS]
A number is equal to a number of the same value; null is equal to no member where the header says so, and nowhere else. Each round
infers a header from samples that are made up: keys that are no names or mean something in C, members of several
kinds, now and then absent or null, numbers at the edges, empty and mixed arrays, objects that are maps. The header
must leave --strict nothing to guess, and its code, straight and as tables, compile without a warning, as does a
program in C++ that includes it."""
import concurrent.futures
import decimal
import json
import os
import random
import subprocess
import sys
import tempfile

KEYS = ["id", "name", "name_len", "nname", "n_name", "names", "n_names", "class", "int", "linux", "unix", "", " ", "a b", "a-b", "a_b", "a",
        "b", "has_a", "has_b", "n_a", "a_count", "aa", "size", "copy", "init", "v", "v_a", "hf_type", "walk", "release", "__typename",
        "_Bool", "__LINE__", "NULL", "errno", "INT_MAX", "HF_OK", "HF", "and", "new", "int64_t", "bool", "true", "é", "日本", "q?", "a\"b",
        "c\\d", "tab\t", "??=", "*/", "//", "%s%n", "1", "22", "_", "__", "0x10", "model", "model_a", "template", "this", "EOF", "stdin", "x" * 90]
INTEGERS = [0, 1, -1, 255, 2**31, -2**31, 2**53, 2**53 + 1, 2**63 - 1, -2**63, 2**63, 2**64 - 1]
ODD_NUMBERS = [2**64, -2**63 - 1, 10**40]
TEXTS = ["", "a", "é", "\u0001", "\"\\/", "x" * 300, "null", "true", "1"]

PROGRAM = r"""
#include "model.hf.h"
#include <stdlib.h>
#include <sys/types.h>
int main(void)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    hf_buffer out = HF_BUFFER_INIT((size_t)1 << 30);
    hf_error error;
    while ((length = getline(&line, &room, stdin)) >= 0) {
        model *self = NULL;
        hf_buffer_reset(&out);
        if (model_decode(hf_text_of(line, (size_t)length), NULL, &self, &error) != HF_OK || model_encode(self, NULL, &out, &error) != HF_OK)
            return hf_error_print(stderr, &error);
        (void)model_destroy(self, NULL);
        fwrite(out.bytes, 1, out.length, stdout);
        putchar('\n');
    }
    hf_buffer_release(&out);
    free(line);
    return 0;
}
"""


class Maker:
    """Samples of a schema that is made up."""

    def __init__(self, chance):
        self.chance = chance

    def kind(self, depth):
        kinds = ["integer", "small", "double", "text", "bool", "null"]
        if depth < 5:
            kinds += ["object", "object", "array", "array", "map"]
        return self.chance.choice(kinds)

    def schema(self, depth):
        kind = self.kind(depth)
        if kind == "object":
            return kind, self.members(depth)
        if kind == "array":
            return kind, [self.schema(depth + 1) for _ in range(self.chance.choice([1, 1, 1, 2]))]
        return kind, self.chance.choice([0, 0, 0, 1])

    def members(self, depth):
        keys = self.chance.sample(KEYS, self.chance.randrange(0 if depth > 0 else 1, 12 if depth > 0 else 40))
        return [(key, [self.schema(depth + 1) for _ in range(self.chance.choice([1, 1, 1, 1, 2]))], self.chance.choice([0, 0, 0.3]),
                 self.chance.choice([0, 0, 0, 0.3])) for key in keys]

    def value(self, schema):
        kind, inner = schema
        chance = self.chance
        if kind == "integer":
            return chance.choice(INTEGERS + ODD_NUMBERS * inner)
        if kind == "small":
            return chance.randrange(-100, 100)
        if kind == "double":
            return chance.choice([0.5, -0.0, 1e300, 5e-324, 1.0, 0.1, chance.random()])
        if kind == "text":
            return chance.choice(TEXTS + ["\0"] * inner)
        if kind == "bool":
            return chance.random() < 0.5
        if kind == "null":
            return None
        if kind == "map":
            return {str(chance.randrange(1000)): chance.choice([1, "x", None]) for _ in range(chance.randrange(5))}
        if kind == "array":
            return [self.value(chance.choice(inner)) for _ in range(chance.choice([0, 1, 3]))]
        return {key: None if chance.random() < null else self.value(chance.choice(kinds)) for key, kinds, absent, null in inner
                if chance.random() >= absent}


class Places:
    """At each place of the samples, items of an array being one: how many objects there were, and which kinds each member had."""

    def __init__(self):
        self.objects, self.members = {}, {}

    def add(self, value, at=()):
        if isinstance(value, dict):
            self.objects[at] = self.objects.get(at, 0) + 1
            for key, inner in value.items():
                self.members.setdefault(at + (key,), []).append(type(inner))
                self.add(inner, at + (key,))
        elif isinstance(value, list):
            for inner in value:
                self.add(inner, at + (None,))

    def null_is_absent(self, at):
        """As the header says: where it is absent in others, and of numbers, bools and arrays."""
        kinds = {int if kind in (int, decimal.Decimal) else kind for kind in self.members[at]} - {type(None)}
        return len(self.members[at]) < self.objects[at[:-1]] or kinds in ({int}, {bool}, {list})

    def same(self, before, after, at=()):
        """Whether what was read is what was written again: numbers by their value, null as the header says."""
        if isinstance(before, dict) and isinstance(after, dict):
            lost = [key for key in before if key not in after]
            return (all(key in before for key in after) and all(before[key] is None and self.null_is_absent(at + (key,)) for key in lost) and
                    all(self.same(before[key], after[key], at + (key,)) for key in after))
        if isinstance(before, list) and isinstance(after, list):
            return len(before) == len(after) and all(self.same(*both, at + (None,)) for both in zip(before, after))
        return isinstance(before, bool) == isinstance(after, bool) and before == after


def strictly(value):
    return json.loads(value, parse_float=decimal.Decimal)


def as_doubles(value):
    """What a double keeps of it."""
    if isinstance(value, dict):
        return {key: as_doubles(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [as_doubles(inner) for inner in value]
    if isinstance(value, decimal.Decimal) and value.is_finite():
        return float(value) if abs(value) < decimal.Decimal("1.8e308") else value
    return value


def must(what, work, *command, **more):
    done = subprocess.run(command, cwd=work, capture_output=True, **more)
    if done.returncode != 0:
        header = os.path.join(work, "model.h")
        print(open(header, encoding="utf-8").read()[:20000] if os.path.exists(header) else "no header")
        sys.exit(f"{what}: exit {done.returncode}: {done.stderr.decode(errors='replace')[:4000]}")
    return done.stdout


def round_trip(name, lines, holdfast, include, library, flags):
    with tempfile.TemporaryDirectory() as work:
        with open(os.path.join(work, "samples.ndjson"), "w", encoding="utf-8") as samples:
            samples.write("".join(line + "\n" for line in lines))
        with open(os.path.join(work, "main.c"), "w", encoding="utf-8") as program:
            program.write(PROGRAM)
        must(f"{name}: infer", work, holdfast, "gen", "--from", "samples.ndjson", "-o", "model.h")
        headers = set()
        for form in [], ["--tables"]:
            must(f"{name}: gen", work, holdfast, "gen", "--strict", *form, "model.h", "--", f"-I{include}")
            must(f"{name}: C", work, os.environ.get("CC", "cc"), "-std=gnu17", "-Wall", "-Wextra", "-Wpedantic", "-Werror", *flags, f"-I{include}", "main.c", "model.hf.c",
                 "-o", "main", library, "-lpthread", "-lm")
            with open(os.path.join(work, "model.hf.h"), encoding="utf-8") as header:
                headers.add(header.read())
            written = must(f"{name}: read and write {form}", work, "./main", input="".join(line + "\n" for line in lines).encode())
            written = written.decode().splitlines()
            assert len(written) == len(lines)
            places = Places()
            for line in lines:
                places.add(strictly(line))
            for number, (before, after) in enumerate(zip(lines, written)):
                if not places.same(as_doubles(strictly(before)), as_doubles(strictly(after))):
                    print(open(os.path.join(work, "model.h"), encoding="utf-8").read())
                    sys.exit(f"{name}: sample {number + 1} {form}\nwas {before}\nis  {after}")
        assert len(headers) == 1, f"{name}: the header is another one with tables"
        must(f"{name}: C++", work, os.environ.get("CXX", "c++"), "-std=c++17", "-Wall", "-Wextra", "-Werror", f"-I{include}", "-x", "c++", "-fsyntax-only", "main.c")


def main():
    holdfast, include, library = sys.argv[1:4]
    own, flags = sys.argv[4:], []
    if "--" in own:
        own, flags = own[:own.index("--")], own[own.index("--") + 1:]
    rounds = int(own[own.index("--rounds") + 1]) if "--rounds" in own else 3
    seed = int(own[own.index("--seed") + 1]) if "--seed" in own else 1
    def one(number):
        maker = Maker(random.Random(number))
        schema = maker.members(0)
        samples = [maker.value(("object", schema)) for _ in range(maker.chance.choice([1, 3, 30]))]
        lines = [json.dumps(sample, ensure_ascii=maker.chance.random() < 0.5) for sample in samples]
        if any(samples):
            round_trip(f"seed {number}", lines, holdfast, include, library, flags)

    with concurrent.futures.ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        for done in [pool.submit(one, number) for number in range(seed, seed + rounds)]:
            done.result()
    print(f"# cases: {rounds} passed, 0 failed, 0 skipped")


main()
