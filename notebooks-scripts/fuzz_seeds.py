#!/usr/bin/env python3
"""The seeds of `make fuzz`: small files of every kind that is read, from this repository's own data.

    python notebooks-scripts/fuzz_seeds.py FOLDER     FOLDER/TARGET/*

Graphs come from the conformance suite where notebooks-scripts/fetch_suites.sh has put it. Needs nothing but Python.
"""
import hashlib
import io
import json
import pathlib
import struct
import sys
import tarfile
import zipfile
import zlib

ROOT = pathlib.Path(__file__).parents[1]
LARGEST = 40_000


def main(folder):
    folder = pathlib.Path(folder)
    for target, seeds in {
        "onnx": graphs(),
        "weights": files("Tests/*/Golden/**/*.pth", "Tests/*/Golden/**/*.pt", "Tests/*/Golden/**/*.pkl", "Tests/*/Golden/**/*.safetensors"),
        "npz": [*files("Tests/*/Golden/**/*.npz"), *archives()],
        "tar": tars(),
        "npy": arrays(),
        "picture": [*files("Tests/*/Golden/**/*.png"), *golden_pictures(), *pictures()],
        "sound": sounds(),
        "yaml": files("notebooks-scripts/recipes/*.y*ml", "Tests/**/*.yaml"),
        "request": requests(),
    }.items():
        (folder / target).mkdir(parents=True, exist_ok=True)
        for seed in seeds:
            if len(seed) <= LARGEST:
                (folder / target / hashlib.sha1(seed).hexdigest()).write_bytes(seed)


def files(*patterns):
    return [path.read_bytes() for pattern in patterns for path in sorted(ROOT.glob(pattern)) if path.is_file()]


def graphs():
    suite = files("models/suites/onnx-*/node/*/model.onnx")
    return suite or [minimal_graph()]


def field(number, content):
    return bytes([number << 3 | 2, *varint(len(content))]) + content


def varint(value):
    found = []
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return [*found, value]


def minimal_graph():
    """x (1x3x8x8) -> Conv -> y."""
    extents = b"".join(field(1, b"\x08" + bytes([extent])) for extent in (1, 3, 8, 8))
    tensor = field(1, b"\x08\x01" + field(2, extents))
    weight = b"\x08\x02\x08\x03\x08\x03\x08\x03\x10\x01" + field(8, b"w") + field(9, struct.pack("<54f", *[0.1] * 54))
    attribute = field(1, b"strides") + b"\x40\x02\x40\x02" + b"\xa0\x01\x07"
    node = field(1, b"x") + field(1, b"w") + field(2, b"y") + field(4, b"Conv") + field(5, attribute)
    graph = field(1, node) + field(2, b"g") + field(5, weight) + field(11, field(1, b"x") + field(2, tensor)) + field(12, field(1, b"y"))
    return b"\x08\x08" + field(7, graph) + field(8, b"\x10\x11")


def sounds():
    """WAV files of every encoding: integers, floating point and the extensible form, with chunks of odd length."""
    found = []
    for tag, bits in ((1, 8), (1, 16), (1, 24), (1, 32), (3, 32), (3, 64), (6, 8)):
        for channels in (1, 2):
            for is_extensible in (False, True):
                block = channels * bits // 8
                form = struct.pack("<HHIIHH", 0xFFFE if is_extensible else tag, channels, 16000, 16000 * block, block, bits)
                if is_extensible:
                    form += struct.pack("<HHIH", 22, bits, 3, tag) + bytes.fromhex("000000001000800000aa00389b71")
                note, data = b"LIST\x03\x00\x00\x00abc\x00", bytes(range(block)) * 5
                body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + note + b"data" + struct.pack("<I", len(data)) + data
                found.append(b"RIFF" + struct.pack("<I", len(body)) + body)
    return found


def array(kind, shape, data, order="False"):
    header = f"{{'descr': '{kind}', 'fortran_order': {order}, 'shape': {shape}, }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + data


def arrays():
    found = []
    for kind, size in {"<f4": 4, "<f8": 8, ">f4": 4, "<f2": 2, "|u1": 1, "|b1": 1, "<i8": 8, "<u2": 2, "<c8": 8}.items():
        for order in ("False", "True"):
            found.append(array(kind, "(2, 3)", bytes(6 * size), order))
    return found + [array("<f4", "()", bytes(4)), array("<f4", "(0, 3)", b"")]


def archives():
    found = []
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", method) as archive:
            for index, data in enumerate(arrays()[:3]):
                archive.writestr(f"a{index}.npy", data)
        found.append(buffer.getvalue())
    return found


def tars():
    """Every form of tar, with names that are too long for the header, a folder and a link."""
    found = []
    for form in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
            for name, size in (("a.png", 5), ("b/" * 60 + "long.png", 600), ("empty", 0)):
                member = tarfile.TarInfo(name)
                member.size = size
                archive.addfile(member, io.BytesIO(bytes(size)))
            for name, kind in (("folder", tarfile.DIRTYPE), ("link", tarfile.SYMTYPE)):
                member = tarfile.TarInfo(name)
                member.type, member.linkname = kind, "a.png" if kind == tarfile.SYMTYPE else ""
                archive.addfile(member)
        found.append(buffer.getvalue())
    return found


def requests():
    """Heads of HTTP requests."""
    lines = (
        "GET / HTTP/1.1\r\nHost: localhost:80",
        "GET /units/features.9%2F40.json?size=3&name=a+b%20c HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nAccept: */*",
        "POST /drop HTTP/1.1\r\nHost: [::1]:1\r\nOrigin: http://[::1]:1\r\nContent-Length: 12\r\nExpect: 100-continue",
        "HEAD /%2e%2e/x/ HTTP/1.0\r\nHost: localhost\r\nSec-Fetch-Site: same-origin\r\nTransfer-Encoding: chunked",
    )
    return [line.encode() for line in lines]


def golden_pictures():
    """PNG and JPEG of every kind, as the tests of Imaging have them."""
    golden = ROOT / "Tests/ImagingTests/Golden"
    data = (golden / "pictures.bin").read_bytes()
    entries = json.loads((golden / "pictures.json").read_text())
    return [data[entry["offset"] :][: entry["size"]] for entry in entries]


def pictures():
    """Portable network graphics of every colour type and depth."""
    found = []
    for colour, channels, depths in ((0, 1, (1, 2, 4, 8, 16)), (2, 3, (8, 16)), (3, 1, (1, 2, 4, 8)), (4, 2, (8, 16)), (6, 4, (8, 16))):
        for depth in depths:
            for interlaced in (0, 1):
                rows = b"".join(b"\x00" + bytes((5 * channels * depth + 7) // 8) for _ in range(5))
                if interlaced:
                    rows += rows
                palette = chunk(b"PLTE", bytes(range(48))) if colour == 3 else b""
                found.append(
                    b"\x89PNG\r\n\x1a\n"
                    + chunk(b"IHDR", struct.pack(">IIBBBBB", 5, 5, depth, colour, 0, 0, interlaced))
                    + palette
                    + chunk(b"IDAT", zlib.compress(rows))
                    + chunk(b"IEND", b"")
                )
    return found


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


if __name__ == "__main__":
    main(*sys.argv[1:])
