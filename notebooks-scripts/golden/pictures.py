"""Golden data for Tests/ImagingTests: small PNG, JPEG, WebP and TIFF files and the samples they hold.

PNG files are written here bit by bit (zlib and struct), so that the samples are known without any decoder; where the
Python Imaging Library keeps the full depth, it must agree. JPEG samples are those the Python Imaging Library decodes. TIFF files are
written here tag by tag, but for compressed ones; WebP by the Python Imaging Library.

    python notebooks-scripts/golden/pictures.py
"""
import io
import json
import pathlib
import struct
import zlib

import numpy
from PIL import Image, ImageOps

from made_with import record

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


# ---- EXIF orientation of PNG ------------------------------------------------------------------------------------------
def exif(orientation):
    return b"MM" + struct.pack(">HIH", 42, 8, 1) + struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0) + bytes(4)


def turned(pixels, orientation):
    """Height × width × channels as a viewer shows it."""
    picture = Image.fromarray(pixels)
    picture.getexif()[0x0112] = orientation
    return numpy.asarray(ImageOps.exif_transpose(picture))


for orientation in range(1, 9):
    pixels = random.integers(0, 256, (5, 7, 3)).astype(numpy.uint8)
    data = png(pixels, 8, 2, 0)
    # In front of the pixels, or behind them.
    place = data.index(b"IDAT" if orientation % 2 else b"IEND") - 4
    data = data[:place] + chunk(b"eXIf", exif(orientation)) + data[place:]
    add(f"orientation{orientation}.png", data, turned(pixels, orientation).transpose(2, 0, 1), 255)

# ---- WebP -------------------------------------------------------------------------------------------------------------
def add_webp(name, picture, expected=None, **options):
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", **options)
    data = buffer.getvalue()
    if expected is None:
        expected = numpy.asarray(Image.open(io.BytesIO(data)))
    add(name, data, expected.transpose(2, 0, 1), 255)


add_webp("lossless.webp", colour, scene, lossless=True)
add_webp("lossy.webp", colour, quality=80)
opaque = numpy.concatenate([scene, numpy.linspace(1, 255, 19 * 27).reshape(19, 27, 1).astype(numpy.uint8)], axis=2)
add_webp("alpha.webp", Image.fromarray(opaque), opaque, lossless=True, exact=True)
for orientation in (3, 6, 8):
    prefix = b"Exif\0\0" if orientation == 6 else b""
    add_webp(f"orientation{orientation}.webp", colour, turned(scene, orientation), lossless=True,
             exif=prefix + exif(orientation))


# ---- TIFF -------------------------------------------------------------------------------------------------------------
def tiff(pixels, order="<", photometric=None, planar=False, tile=None, rows=None, orientation=None, extra=None,
         is_float=False):
    height, width, channels = pixels.shape
    size = 4 if is_float else pixels.dtype.itemsize
    kind = numpy.dtype(f"{order}f4" if is_float else f"{order}u{size}")
    if photometric is None:
        photometric = 2 if channels >= 3 else 1
    planes = [pixels[:, :, c:c + 1] for c in range(channels)] if planar else [pixels]
    blocks = []
    for plane in planes:
        if tile:
            for top in range(0, height, tile):
                for left in range(0, width, tile):
                    block = numpy.zeros((tile, tile, plane.shape[2]), plane.dtype)
                    part = plane[top:top + tile, left:left + tile]
                    block[:part.shape[0], :part.shape[1]] = part
                    blocks.append(block.astype(kind).tobytes())
        else:
            step = rows or height
            blocks += [plane[top:top + step].astype(kind).tobytes() for top in range(0, height, step)]
    offsets, data = [], b""
    for block in blocks:
        offsets.append(8 + len(data))
        data += block
    tags = [(256, 4, [width]), (257, 4, [height]), (258, 3, [8 * size] * channels), (259, 3, [1]),
            (262, 3, [photometric]), (277, 3, [channels]), (284, 3, [2 if planar else 1])]
    if orientation:
        tags.append((274, 3, [orientation]))
    if extra is not None:
        tags.append((338, 3, [extra]))
    if is_float:
        tags.append((339, 3, [3] * channels))
    counts = [len(block) for block in blocks]
    if tile:
        tags += [(322, 4, [tile]), (323, 4, [tile]), (324, 4, offsets), (325, 4, counts)]
    else:
        tags += [(278, 4, [rows or height]), (273, 4, offsets), (279, 4, counts)]
    directory = 8 + len(data)
    behind = directory + 2 + 12 * len(tags) + 4
    entries, values = b"", b""
    for tag, kind_of, numbers in sorted(tags):
        packed = struct.pack(f"{order}{len(numbers)}{'H' if kind_of == 3 else 'I'}", *numbers)
        entries += struct.pack(f"{order}HHI", tag, kind_of, len(numbers))
        if len(packed) <= 4:
            entries += packed.ljust(4, b"\0")
        else:
            entries += struct.pack(f"{order}I", behind + len(values))
            values += packed
    # The directory stands behind the pixels, so that a file that is cut off has none.
    head = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, directory)
    return head + data + struct.pack(f"{order}H", len(tags)) + entries + struct.pack(f"{order}I", 0) + values


def draw(channels, levels=256):
    return random.integers(0, levels, (11, 21, channels)).astype(numpy.uint8 if levels == 256 else numpy.uint16)


for channels, name in ((1, "grey"), (3, "rgb")):
    for levels, depth in ((256, 8), (65536, 16)):
        for order in "<>":
            for layout, options in (("strips", {"rows": 4}), ("tiles", {"tile": 16}), ("planes", {"planar": True})):
                if layout == "planes" and channels == 1:
                    continue
                pixels = draw(channels, levels)
                add(f"{name}{depth}-{layout}-{'little' if order == '<' else 'big'}.tif",
                    tiff(pixels, order, **options), pixels.transpose(2, 0, 1), levels - 1)
pixels = draw(1)
add("white-is-zero.tif", tiff(pixels, photometric=0), 255 - pixels.transpose(2, 0, 1).astype(int), 255)
pixels = draw(4)
add("alpha.tif", tiff(pixels, extra=2), pixels.transpose(2, 0, 1), 255)
pixels = draw(4)
add("unknown-channel.tif", tiff(pixels, extra=0), pixels[:, :, :3].transpose(2, 0, 1), 255)
pixels = draw(3, 65536)
add("float.tif", tiff(pixels / numpy.float32(65535), is_float=True), pixels.transpose(2, 0, 1), 65535)
for orientation in range(1, 9):
    pixels = draw(3)
    add(f"orientation{orientation}.tif", tiff(pixels, orientation=orientation),
        turned(pixels, orientation).transpose(2, 0, 1), 255)


def add_compressed(name, picture, compression):
    buffer = io.BytesIO()
    picture.save(buffer, "TIFF", compression=compression)
    array = numpy.asarray(picture.convert("L" if picture.mode in ("1", "L") else "RGB"))
    add(name, buffer.getvalue(), array[None] if array.ndim == 2 else array.transpose(2, 0, 1), 255)


add_compressed("lzw.tif", colour, "tiff_lzw")
add_compressed("deflate.tif", colour.convert("L"), "tiff_adobe_deflate")
add_compressed("palette.tif", colour.quantize(16), "packbits")


# ---- EXIF in a text of PNG --------------------------------------------------------------------------------------------
def raw_profile(data):
    """As ImageMagick writes a profile: its name, its length, and 36 bytes a line as hexadecimal digits."""
    lines = [data[start:start + 36].hex() for start in range(0, len(data), 36)]
    return "\n".join(["", "exif", f"{len(data):8}", *lines, ""]).encode()


for orientation in range(2, 9):
    pixels = random.integers(0, 256, (5, 7, 3)).astype(numpy.uint8)
    data = png(pixels, 8, 2, 0)
    text = raw_profile((b"Exif\0\0" if orientation > 3 else b"") + exif(orientation))
    key = b"Raw profile type " + (b"APP1" if orientation == 5 else b"exif") + b"\0"
    profile = chunk(b"tEXt", key + text) if orientation % 2 else chunk(b"zTXt", key + b"\0" + zlib.compress(text))
    place = data.index(b"IDAT" if orientation % 3 else b"IEND") - 4
    data = data[:place] + chunk(b"tEXt", b"Title\0a picture") + profile + data[place:]
    expected = turned(pixels, orientation)
    if key.endswith(b"exif\0"):
        assert numpy.array_equal(numpy.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data)))), expected)
    add(f"orientation{orientation}-text.png", data, expected.transpose(2, 0, 1), 255)

(folder / "pictures.json").write_text(json.dumps(cases, indent=0))
(folder / "pictures.bin").write_bytes(bytes(files))
(folder / "pictures.u16").write_bytes(b"".join(s.tobytes() for s in samples))
record(folder, "*")
