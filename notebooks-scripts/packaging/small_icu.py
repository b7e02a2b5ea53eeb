#!/usr/bin/env python3
"""Writes ICU's tables for English and for no language in particular, from those of Swift's static libraries.

    small_icu.py SWIFT/usr/lib/swift_static/linux FOLDER      icudt.dat, and icudt.s that holds it under the same name

Foundation carries ICU's tables for every language, character set and script: 34 MB, more than everything else that it is
linked into. Gingham sorts, formats and spells nothing by language, so an installed copy needs the root of each table only.
An object linked in front of the library with the same symbol takes its place. Standard library, ar, objcopy and nm only.

The layout is ICU's "common data" (icu4c/source/common/ucmndata.h): a header, a count, the places of names and items from
behind the header, sorted by name, items at multiples of 16.
"""

import re
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

ARCHIVE, MEMBER = "lib_FoundationICU.a", "icu_packaged_data.cpp.o"

# Character sets but Unicode's, spoof checks, transliterations, numbers in words, dictionaries of line breaks, names of
# characters, orders of other languages.
LEFT_OUT = re.compile(r"\.(cnv|spp|cfu)$|^(translit|rbnf)/|dict\.dict$|_(cj|loose|normal|phrase)\w*\.brk$|^unames\.icu$")
LOCALE = re.compile(r"^(?:\w+/)?([a-z]{2,3})(?:_\w+)?\.res$")


def is_kept(name):
    locale = LOCALE.match(name)
    return not LEFT_OUT.search(name) and (locale is None or locale.group(1) == "en")


def items(data):
    """Names with their package's prefix, and what they hold."""
    start = struct.unpack_from("<H", data)[0]
    if data[2:4] != b"\xda\x27" or data[12:16] != b"CmnD":
        sys.exit("these are no tables of ICU's in the layout known here")
    count = struct.unpack_from("<I", data, start)[0]
    places = [struct.unpack_from("<II", data, start + 4 + 8 * index) for index in range(count)]
    ends = [place for _, place in places[1:]] + [len(data) - start]
    for (name, begin), end in zip(places, ends):
        yield data[start + name : data.index(b"\0", start + name)], data[start + begin : start + end]


def packed(header, kept):
    names, contents = b"".join(name + b"\0" for name, _ in kept), b""
    first = 4 + 8 * len(kept)
    begin = -(-(first + len(names)) // 16) * 16
    table, name_place = struct.pack("<I", len(kept)), first
    for name, content in kept:
        table += struct.pack("<II", name_place, begin + len(contents))
        name_place += len(name) + 1
        contents += content + bytes(-len(content) % 16)
    return header + (table + names).ljust(begin, b"\0") + contents


def main():
    libraries, target = Path(sys.argv[1]), Path(sys.argv[2])
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["ar", "x", (libraries / ARCHIVE).resolve(), MEMBER], check=True, cwd=folder)
        subprocess.run(["objcopy", "-O", "binary", "-j", ".rodata", MEMBER, "all"], check=True, cwd=folder)
        symbols = subprocess.run(["nm", MEMBER], check=True, cwd=folder, capture_output=True, text=True).stdout
        data = (Path(folder) / "all").read_bytes()
    symbol = re.search(r" R (icudt\d+_dat)$", symbols, re.MULTILINE).group(1)
    kept = [(name, content) for name, content in items(data) if is_kept(name.decode().split("/", 1)[1])]
    header = data[: struct.unpack_from("<H", data)[0]]
    small = packed(header, kept)
    assert list(items(small)) == [(name, content + bytes(-len(content) % 16)) for name, content in kept]
    (target / "icudt.dat").write_bytes(small)
    (target / "icudt.s").write_text(
        f'.section .rodata\n.balign 16\n.globl {symbol}\n{symbol}:\n.incbin "{(target / "icudt.dat").resolve()}"\n'
        '.section .note.GNU-stack,"",@progbits\n')
    print(f"tables of ICU: {len(small) / 1e6:.1f} of {len(data) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
