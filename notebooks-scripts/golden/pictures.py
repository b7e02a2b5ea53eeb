"""Golden data for Tests/ImagingTests: small PNG and JPEG files and the samples they hold.

PNG files are written here bit by bit (zlib and struct), so that the samples are known without any decoder; where the
Python Imaging Library keeps the full depth, it must agree. JPEG samples are those the Python Imaging Library decodes.

    python notebooks-scripts/golden/pictures.py
"""
import io
import json
import pathlib
import struct
import zlib

import numpy
from PIL import Image, ImageOps

folder = pathlib.Path(__file__).parents[2] / "Tests/ImagingTests/Golden"
folder.mkdir(exist_ok=True)
random = numpy.random.default_rng(1789)
files, cases, samples = bytearray(), [], []


def add(name, data, expected, scale):
    """`expected` is channels × height × width of integers that mean 0…scale."""
    expected = numpy.ascontiguousarray(expected, dtype="<u2")
    cases.append({
        "name": name, "offset": len(files), "size": len(data), "shape": list(expected.shape), "scale": scale,
        "samples": sum(s.size for s in samples)})
    files.extend(data)
    samples.append(expected)


# ---- PNG ------------------------------------------------------------------------------------------------------------
def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def packed_rows(pixels, depth):
    """Rows of height × width × channels integers as PNG packs them."""
    rows = []
    for row in pixels.reshape(pixels.shape[0], -1):
        if depth == 16:
            rows.append(row.astype(">u2").tobytes())
        elif depth == 8:
            rows.append(row.astype(numpy.uint8).tobytes())
        else:
            bits = numpy.concatenate([[(v >> b) & 1 for b in range(depth - 1, -1, -1)] for v in row]) if row.size else []
            rows.append(numpy.packbits(numpy.array(bits, dtype=numpy.uint8)).tobytes())
    return rows


def filtered(rows, step):
    """Every row behind a filter drawn at random."""
    result, above = bytearray(), None
    for row in rows:
        above = bytes(len(row)) if above is None else above
        kind = int(random.integers(5))
        result.append(kind)
        for i, value in enumerate(row):
            a = row[i - step] if i >= step else 0
            b = above[i]
            c = above[i - step] if i >= step else 0
            p = a + b - c
            nearest = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            result.append((value - [0, a, b, (a + b) // 2, nearest][kind]) & 255)
        above = row
    return bytes(result)


def png(pixels, depth, colour, interlaced, palette=None, transparency=None):
    height, width, channels = pixels.shape
    step = max(1, channels * depth // 8)
    if interlaced:
        passes = [(0, 8, 0, 8), (0, 8, 4, 8), (4, 8, 0, 4), (0, 4, 2, 4), (2, 4, 0, 2), (0, 2, 1, 2), (1, 2, 0, 1)]
        data = b""
        for y, dy, x, dx in passes:
            part = pixels[y::dy, x::dx]
            if part.size:
                data += filtered(packed_rows(part, depth), step)
    else:
        data = filtered(packed_rows(pixels, depth), step)
    stored = zlib.compress(data, 9)
    middle = len(stored) // 2
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced))
        + chunk(b"gAMA", struct.pack(">I", 100000))
        + (chunk(b"PLTE", palette.astype(numpy.uint8).tobytes()) if palette is not None else b"")
        + (chunk(b"tRNS", transparency) if transparency is not None else b"")
        + chunk(b"IDAT", stored[:middle]) + chunk(b"IDAT", stored[middle:]) + chunk(b"IEND", b""))


def check(data, expected):
    """The Python Imaging Library must see the same where it keeps all bits."""
    picture = numpy.asarray(Image.open(io.BytesIO(data)).convert("RGBA"))
    full = expected.transpose(1, 2, 0)
    if full.shape[2] < 3:
        full = numpy.concatenate([full[:, :, :1]] * 3 + [full[:, :, 1:]], axis=2)
    assert numpy.array_equal(picture[:, :, :full.shape[2]], full), "the Python Imaging Library disagrees"


def add_png(name, pixels, depth, colour, interlaced, palette=None, transparency=None, alpha=None):
    data = png(pixels, depth, colour, interlaced, palette, transparency)
    scale = 65535 if depth == 16 else 255
    if palette is not None:
        expected = palette[pixels[:, :, 0]]
    else:
        expected = pixels.astype(numpy.int64) * (scale // (2**depth - 1))
    if alpha is not None:
        expected = numpy.concatenate([expected, alpha[:, :, None]], axis=2)
    expected = expected.transpose(2, 0, 1)
    if depth == 8 or depth < 8 and (transparency is None or palette is not None):
        check(data, expected)  # it compares a transparent grey of fewer bits with samples already scaled up
    add(name, data, expected, scale)


kinds = [("grey", 0, 1, (1, 2, 4, 8, 16)), ("rgb", 2, 3, (8, 16)), ("palette", 3, 1, (1, 2, 4, 8)),
         ("greyAlpha", 4, 2, (8, 16)), ("rgbAlpha", 6, 4, (8, 16))]
for kind, colour, channels, depths in kinds:
    for depth in depths:
        for interlaced in (0, 1):
            for height, width in ((9, 7), (1, 1), (2, 13)):
                if (height, width) != (9, 7) and depth not in (1, 16):
                    continue
                pixels = random.integers(0, 2**depth, (height, width, channels))
                name = f"{kind}{depth}{'i' if interlaced else ''}-{height}x{width}.png"
                palette = random.integers(0, 256, (2**depth, 3)) if colour == 3 else None
                add_png(name, pixels, depth, colour, interlaced, palette)
                if (height, width) != (9, 7) or colour > 3:
                    continue
                full = 65535 if depth == 16 else 255
                if colour == 3:
                    opacity = random.integers(0, 256, max(1, 2**depth - 1))
                    table = numpy.concatenate([opacity, [255] * (2**depth - len(opacity))])
                    add_png("clear-" + name, pixels, depth, colour, interlaced, palette,
                            opacity.astype(numpy.uint8).tobytes(), table[pixels[:, :, 0]])
                else:
                    key = pixels[3, 2]
                    add_png("clear-" + name, pixels, depth, colour, interlaced, None, key.astype(">u2").tobytes(),
                            numpy.where((pixels == key).all(axis=2), 0, full))

# ---- JPEG -----------------------------------------------------------------------------------------------------------
y, x = numpy.mgrid[0:19, 0:27]
scene = numpy.stack(
    [127 + 120 * numpy.sin(x / 4) * numpy.cos(y / 5), 9 * x, 255 - 13 * y], axis=2).clip(0, 255).astype(numpy.uint8)


def jpeg(picture, **options):
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=90, **options)
    return buffer.getvalue()


def add_jpeg(name, data):
    picture = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    array = numpy.asarray(picture if picture.mode == "L" else picture.convert("RGB")).astype(numpy.int64)
    add(name, data, array[None] if array.ndim == 2 else array.transpose(2, 0, 1), 255)


colour = Image.fromarray(scene)
add_jpeg("grey.jpg", jpeg(colour.convert("L")))
add_jpeg("rgb444.jpg", jpeg(colour, subsampling=0))
add_jpeg("rgb420.jpg", jpeg(colour, subsampling=2))
add_jpeg("progressive.jpg", jpeg(colour, progressive=True))
add_jpeg("restart.jpg", jpeg(colour, restart_marker_blocks=1))
cmyk = jpeg(colour.convert("CMYK"), subsampling=0)
add_jpeg("cmyk.jpg", cmyk)
adobe = cmyk.index(b"Adobe")
add_jpeg("ycck.jpg", cmyk[:adobe + 11] + b"\x02" + cmyk[adobe + 12:])
for orientation in range(1, 9):
    order = "<" if orientation % 2 else ">"
    tags = struct.pack(order + "HHII", 0x0100, 4, 1, 27) + struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)
    tiff = (b"II" if order == "<" else b"MM") + struct.pack(order + "HIH", 42, 8, 2) + tags + bytes(4)
    add_jpeg(f"orientation{orientation}.jpg", jpeg(colour, subsampling=0, exif=b"Exif\0\0" + tiff))

(folder / "pictures.json").write_text(json.dumps(cases, indent=0))
(folder / "pictures.bin").write_bytes(bytes(files))
(folder / "pictures.u16").write_bytes(b"".join(s.tobytes() for s in samples))
