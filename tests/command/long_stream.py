#!/usr/bin/env python3
"""long_stream.py PROGRAM BYTES - streams much longer than memory should be, made on the fly.

Documents go through a pipe into `holdfast format --stream`, `get --stream` and `size --stream`. Held:
what comes out is what went in, byte for byte; the peak of resident memory is that of a stream a
tenth as long (within 768 KiB); on a terminal progress is shown, no wider than that, and taken away again, elsewhere
nothing is said. BYTES are for `format`; the other verbs get a tenth. Prints times and peaks.
"""
import json
import os
import pty
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "support"))
import said  # noqa: E402

BLOCK = 4 << 20
SLACK_KIB = 768


def make_block():
    """Some thousand different documents, minified, a line each."""
    lines, length = [], 0
    while length < BLOCK:
        i = len(lines)
        document = {"id": i, "name": f"größe {i % 977}", "at": [i / 7, -i, 1e-3 * i], "ok": i % 3 == 0, "none": None,
                    "nested": {"list": list(range(i % 40)), "text": "a\"b\\c\u2028" * (i % 9), "deep": [[[{"k": i}]]]}}
        lines.append(json.dumps(document, ensure_ascii=False, separators=(",", ":")))
        length += len(lines[-1].encode()) + 1
    return ("\n".join(lines) + "\n").encode(), len(lines)


class Run:
    """One run of the program over `count` blocks; `expected` is what each block must come out as."""

    def __init__(self, arguments, block, count, expected, stderr=subprocess.PIPE):
        begin = time.monotonic()
        child = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr)
        self.peak_kib = 0
        feeder = threading.Thread(target=self.feed, args=(child, block, count))
        feeder.start()
        self.output, self.same = self.compare(child.stdout, expected)
        feeder.join()
        self.said = child.stderr.read() if child.stderr else b""
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        self.code = child.returncode
        self.processor_s, self.elapsed_s = usage.ru_utime + usage.ru_stime, time.monotonic() - begin

    def feed(self, child, block, count):
        """Looks at the peak after each block: what wait4 says of it counts this script's own memory in."""
        try:
            for _ in range(count):
                child.stdin.write(block)
                with open(f"/proc/{child.pid}/status", encoding="ascii") as status:
                    self.peak_kib = next((int(line.split()[1]) for line in status if line.startswith("VmHWM")), self.peak_kib)
            child.stdin.close()
        except BrokenPipeError:
            pass

    @staticmethod
    def compare(pipe, expected):
        """Bytes that came, and whether they are `expected` again and again; without it the last 64 KiB."""
        room, length, same, tail = bytearray(1 << 20), 0, True, b""
        view = memoryview(room)
        while got := pipe.readinto(room):
            at = 0
            while expected and same and at < got:
                place = (length + at) % len(expected)
                part = min(got - at, len(expected) - place)
                same = view[at:at + part] == expected[place:place + part]
                at += part
            length += got
            tail = b"" if expected else (tail + bytes(view[:got]))[-65536:]
        return (length, same) if expected else (tail, True)


def main():
    program, total = sys.argv[1], int(sys.argv[2])
    block, documents = make_block()

    def through(verb, count, expected):
        runs = [Run([program, *verb], block, blocks, expected) for blocks in (max(1, count // 10), count)]
        for run in runs:
            said.check(run.code == 0, f"{verb[0]}: status {run.code}: {run.said.decode()}")
            said.check(run.said == b"", f"{verb[0]}: said {run.said!r}, though not on a terminal")
            said.check(run.same, f"{verb[0]}: other bytes came out")
        if expected:
            said.check(runs[1].output == count * len(expected), f"{verb[0]}: {runs[1].output} bytes, not {count * len(expected)}")
        less, more = runs[0].peak_kib, runs[1].peak_kib
        said.check(more <= less + SLACK_KIB, f"{verb[0]}: peak {less} KiB, for ten times as much {more} KiB")
        print(f"{' '.join(verb)}: {count * len(block) / 1e6:.0f} MB, {count * documents} documents, "
              f"{runs[1].elapsed_s:.1f} s ({runs[1].processor_s:.1f} s of its processor), peak {more} KiB; "
              f"a tenth of it: peak {less} KiB")
        return runs[1]

    blocks = max(10, total // len(block))
    through(["format", "--stream", "--minify"], blocks, block)
    ids = "".join(f"{i}\n" for i in range(documents)).encode()
    through(["get", "--stream", "/nested/deep/0/0/0/k"], max(10, blocks // 10), ids)
    last = through(["size", "--stream", "--json"], max(10, blocks // 10), None)
    told = json.loads(last.output)
    said.check(told["documents"] == max(10, blocks // 10) * documents, f"size: counted {told['documents']} documents")

    os.environ["COLUMNS"] = "30"
    terminal, theirs = pty.openpty()
    seen = []
    reader = threading.Thread(target=lambda: seen.append(read_all(terminal)))
    reader.start()
    run = Run([program, "format", "--stream", "--minify"], block, max(40, blocks // 10), block, stderr=theirs)
    os.close(theirs)
    reader.join()
    if run.elapsed_s > 1:
        said.check(b" MB, " in seen[0] and b"documents" in seen[0], f"progress: {seen[0][:80]!r}")
        said.check(max(map(len, seen[0].replace(b"\x1b[K", b"").split(b"\r"))) < 30, f"progress is wider than the terminal: {seen[0][:80]!r}")
    said.check(seen[0] == b"" or seen[0].endswith(b"\r\x1b[K"), f"progress stays: {seen[0][-40:]!r}")
    print(f"progress: {seen[0].count(b'documents')} times in {run.elapsed_s:.1f} s")

    said.finish()


def read_all(descriptor):
    data = b""
    while True:
        try:
            data += os.read(descriptor, 4096)
        except OSError:  # the other side is closed
            return data


sys.exit(main())
