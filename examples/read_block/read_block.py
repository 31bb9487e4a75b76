#!/usr/bin/env python3
"""read_block.py FILE - reads a saved Holdfast document in another language and prints it as JSON.

The format is docs/formats/block.md. Python's own types stand for the values; numbers that a double
cannot hold keep their spelling. Containers are built without recursion, as the slots allow.
"""
import json
import mmap
import struct
import sys

HEADER = struct.Struct("<QIIQQQQQQQQQQII24x")
NULL, BOOL, INT64, UINT64, DOUBLE, NUMBER_TEXT, LINK, TEXT, LONG_TEXT, ARRAY, OBJECT, BYTES, CLOSE = range(1, 14)


class Number(str):
    """A number as it was spelled."""


class Damaged(Exception):
    pass


class Block:
    def __init__(self, data):
        if len(data) < HEADER.size:
            raise Damaged("shorter than a header")
        (magic, version, self.flags, size, side, side_bytes, source, source_bytes, slots, count, self.values,
         _wide, links, link_count, self.depth) = HEADER.unpack_from(data)
        if magic != 0x4B4C42464C484648 or version != 1 or size != len(data):
            raise Damaged("no block of version 1, or not all of it")
        if slots % 16 or slots + 16 * count > size or count == 0:
            raise Damaged("the slots lie outside of the block")
        self.data, self.slots, self.count = data, slots, count
        self.texts = [(side, side + side_bytes), (source, source + source_bytes)]

    def slot(self, number):
        return struct.unpack_from("<QQ", self.data, self.slots + 16 * number)

    def text_at(self, number, offset, length):
        """Bytes at a signed 48-bit offset from a slot, checked to lie in the block's text."""
        offset -= (offset & 1 << 47) << 1
        begin = self.slots + 16 * number + offset
        if not any(low <= begin and begin + length <= high for low, high in self.texts):
            raise Damaged(f"slot {number}: text outside of the block's text")
        return bytes(self.data[begin:begin + length])

    def text(self, number, lo, hi):
        if lo & 15 == TEXT:
            return struct.pack("<QQ", lo, hi)[2:2 + (lo >> 8 & 255)]
        return self.text_at(number, hi >> 16, lo >> 16)

    def scalar(self, number, lo, hi):
        kind = lo & 15
        if kind == NULL:
            return None
        if kind == BOOL:
            return bool(lo & 0x10)
        if kind == INT64:
            return hi - (hi >> 63 << 64)
        if kind == UINT64:
            return hi
        if kind == DOUBLE:
            return struct.unpack("<d", struct.pack("<Q", hi))[0]
        if kind == NUMBER_TEXT:
            return Number(self.text_at(number, lo >> 16, hi).decode("ascii"))
        if kind in (TEXT, LONG_TEXT):
            return self.text(number, lo, hi).decode("utf-8")
        if kind == BYTES:
            return self.text(number, lo, hi)
        raise Damaged(f"slot {number}: kind {kind} does not stand in a saved block")

    def read(self):
        """The root as Python values. Of equal keys the last one stays, as hf_get finds it."""
        root, stack, key = [], [], None
        target = root
        for number in range(self.count):
            lo, hi = self.slot(number)
            kind = lo & 15
            if kind == CLOSE:
                if not stack:
                    raise Damaged(f"slot {number}: closes nothing")
                opened, target, key = stack.pop()
                if number - (lo >> 24) != opened:
                    raise Damaged(f"slot {number}: closes another container")
                continue
            if kind in (TEXT, LONG_TEXT) and lo & 0x10:
                key = self.text(number, lo, hi).decode("utf-8")
                continue
            value = [] if kind == ARRAY else {} if kind == OBJECT else self.scalar(number, lo, hi)
            if isinstance(target, dict):
                target[key] = value
            else:
                target.append(value)
            if kind in (ARRAY, OBJECT):
                stack.append((number, target, key))
                target = value
        if stack or len(root) != 1:
            raise Damaged("the root is not all of the slots")
        return root[0]


def printable(value):
    """Bytes have no form in JSON: they are shown in hexadecimal digits."""
    return value.hex()


def main():
    try:
        with open(sys.argv[1], "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            value = Block(data).read()
    except (OSError, ValueError, Damaged) as error:
        print(f"{sys.argv[1]}: {error}", file=sys.stderr)
        return 5
    json.dump(value, sys.stdout, default=printable, ensure_ascii=False, separators=(",", ":"))
    print()
    return 0


if __name__ == "__main__":
    sys.exit(main())
