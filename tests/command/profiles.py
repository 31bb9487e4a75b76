"""profiles.py - heap profiles as Go captures them, made up: for tests of what is said about them.

Format: https://github.com/google/pprof/blob/main/proto/profile.proto
"""
import gzip
import json
import os


def varint(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field, value):
    return varint(field << 3) + varint(value)


def block(field, data):
    return varint(field << 3 | 2) + varint(len(data)) + data


def heap(places, seconds, types=("alloc_objects", "alloc_space", "inuse_objects", "inuse_space"), below=None):
    """One profile: `places` has (functions from the innermost out, blocks, bytes); every block is there (period 1).
    `types`: names of blocks and bytes, in turn. `below`: path of a library without symbols, from which all is allocated."""
    texts, functions = [""], []

    def text(name):
        if name not in texts_at:
            texts_at[name] = len(texts)
            texts.append(name)
        return texts_at[name]

    texts_at, functions_at = {"": 0}, {}
    out = bytearray()
    for i, kind in enumerate(types):
        out += block(1, number(1, text(kind)) + number(2, text(("count", "bytes")[i % 2])))
    for stack, blocks, size in places:
        for name in stack:
            if name not in functions_at:
                functions_at[name] = len(functions_at) + 1
                functions.append(name)
        ids = b"".join(varint(at) for at in ([9999] if below else []) + [functions_at[name] for name in stack])
        values = b"".join(varint(value) for value in (blocks, size) * (len(types) // 2))
        out += block(2, block(1, ids) + block(2, values))
    if below:
        for at, path in (1, "/srv/app/main"), (2, below):
            out += block(3, number(1, at) + number(2, at << 40) + number(3, at << 40 | 0x100000) + number(5, text(path)))
        out += block(4, number(1, 9999) + number(2, 2) + number(3, 2 << 40 | 0x1234))
    for name in functions:
        at = functions_at[name]
        out += block(4, number(1, at) + block(4, number(1, at) + number(2, 10 + at % 1000)))
        out += block(5, number(1, at) + number(2, text(name)) + number(4, text("/srv/app/main file.go")))
    out += number(9, int(seconds * 1e9)) + block(11, number(1, text("space")) + number(2, text("bytes"))) + number(12, 1)
    for name in texts:
        out += block(6, name.encode("utf-8", "surrogateescape"))
    return gzip.compress(bytes(out), 1)


def statistics(live, allocated):
    return json.dumps({"memstats": {"HeapAlloc": live, "HeapObjects": live // 64, "TotalAlloc": allocated, "Sys": live * 2, "HeapSys": live * 2,
                                    "HeapInuse": live, "StackInuse": 65536, "NumGC": 7}}).encode()


def put_checkpoint(folder, index, places, seconds, allocated=None, width=4):
    live = sum(size for _, _, size in places)
    stem = os.path.join(folder, str(index).zfill(width))
    with open(stem + ".heap.pb.gz", "wb") as file:
        file.write(heap(places, seconds))
    with open(stem + ".memstats.json", "wb") as file:
        file.write(statistics(live, allocated if allocated is not None else live * 3))
