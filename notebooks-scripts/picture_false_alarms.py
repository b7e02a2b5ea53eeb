#!/usr/bin/env python3
"""How often single pictures are called artifacts that are none, and how often grids are found that were put in.

    pip install numpy pillow
    python notebooks-scripts/picture_false_alarms.py FOLDER… [--gingham .build/release/gingham] [--count 200] [--seed 0]

Cuts squares out of the photographs in the folders, as they are, reduced and saved again, draws text, tables, rules and
ramps, puts grids of a decoder's kind in, and hands all of it to `gingham measure`. Prints a table: kind, pictures, called
artifact, at the right period, with 95 % intervals. --figures FILE keeps every picture's bands.
"""
import argparse
import collections
import io
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy
from PIL import Image, ImageDraw, ImageFont

SIDE = 256
PERIODS = (2, 4, 8, 16)


def photographs(folders, most=40):
    """As they are, at most so many of a folder, those with transparency left out."""
    for folder in folders:
        by_folder = {}
        for path in sorted(pathlib.Path(folder).rglob("*")):
            if path.suffix.lower() in (".png", ".jpg", ".jpeg", ".webp"):
                by_folder.setdefault(path.parent, []).append(path)
        for paths in by_folder.values():
            for path in paths[:: max(1, len(paths) // most)][:most]:
                picture = Image.open(path)
                if min(picture.size) >= 200 and picture.mode in ("RGB", "L"):
                    # A part is as good as the whole of a large one, and quick to resize.
                    x, y = (max(0, (extent - 1600) // 2) // 16 * 16 for extent in picture.size)
                    part = picture.crop((x, y, min(picture.width, x + 1600), min(picture.height, y + 1600))).convert("RGB")
                    part.source = path.name
                    yield part


def crop(picture, random, side=SIDE):
    if min(picture.size) < side:
        scale = side / min(picture.size)
        picture = picture.resize([max(side, round(extent * scale)) for extent in picture.size], Image.LANCZOS)
    x, y = (int(random.integers(extent - side + 1)) for extent in picture.size)
    return picture.crop((x, y, x + side, y + side))


def halved(picture, random):
    scale = 2 * SIDE / min(picture.size)
    if scale < 1:
        picture = picture.resize([max(2 * SIDE, round(extent * scale)) for extent in picture.size], Image.LANCZOS)
    big = crop(picture, random, 2 * SIDE)
    return big.resize((SIDE, SIDE), Image.LANCZOS)


def reduced(picture, random, side=SIDE):
    """A crop of the picture reduced by 1.1 to 4: no blocks and no camera's filter lie on the lattice any more."""
    largest = max(1.1, min(4, min(picture.size) / side))
    factor = float(random.uniform(1.1, largest)) if largest > 1.1 else 1.1
    small = picture.resize([max(side, round(extent / factor)) for extent in picture.size], Image.LANCZOS)
    return crop(small, random, side)


def bayer(picture):
    """Ordered dither to 32 levels."""
    tile = numpy.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]) / 16 - 0.47
    array = numpy.asarray(picture, dtype=float) / 8 + numpy.tile(tile, (SIDE // 4, SIDE // 4))[:, :, None]
    return Image.fromarray((8 * array.round()).clip(0, 255).astype("uint8"))


def enlarged(picture, factor, how):
    small = picture.resize((SIDE // factor, SIDE // factor), Image.BOX)
    return small.resize((SIDE, SIDE), how)


def smooth_with_grid(picture, random, levels=1.0):
    """A grid over a third of the picture, where it is smooth as a sky is; the rest is busy and without it."""
    array = numpy.asarray(picture, dtype=float)
    sky = numpy.linspace(120, 180, SIDE)[None, :, None] + random.normal(0, 0.7, (SIDE, SIDE, 3))
    sky += levels * grid(2)[:, :, None]
    array[: SIDE // 3] = sky[: SIDE // 3]
    return Image.fromarray(array.round().clip(0, 255).astype("uint8"))


def saved(picture, quality, subsampling=2):
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=quality, subsampling=subsampling)
    return Image.open(buffer).convert("RGB")


def grid(period):
    """What a transposed convolution of kernel period + 1 paints on a constant: of unit power, without mean."""
    counts = numpy.zeros(period)
    for tap in range(period + 1):
        counts[tap % period] += 1
    tile = numpy.outer(counts, counts) ** 2
    tile = tile - tile.mean()
    tile /= tile.std()
    return numpy.tile(tile, (SIDE // period + 1,) * 2)[:SIDE, :SIDE]


def axis_grid(period, random):
    """The same along rows or columns alone."""
    line = grid(period)[0]
    line = (line - line.mean()) / line.std()
    stripes = numpy.tile(line, (SIDE, 1))
    return stripes if random.random() < 0.5 else stripes.T


def painted(picture, period, levels, pattern=None):
    pattern = grid(period) if pattern is None else pattern
    array = numpy.asarray(picture, dtype=float) + levels * pattern[:, :, None]
    return Image.fromarray(array.round().clip(0, 255).astype("uint8"))


def text(random):
    page = Image.new("RGB", (SIDE, SIDE), (255, 255, 255))
    draw = ImageDraw.Draw(page)
    size = int(random.integers(9, 20))
    font = ImageFont.load_default(size)
    pitch = size + int(random.integers(1, 8))
    top, left = (int(n) for n in random.integers(0, 12, 2))
    for y in range(top, SIDE, pitch):
        words, x = "", left
        while x + len(words) * size * 0.5 < SIDE * random.uniform(0.7, 1.0):
            words += "".join(random.choice(list("abcdefghiklmnoprstuvwy"), int(random.integers(2, 9)))) + " "
        draw.text((left, y), words, fill=(int(random.integers(0, 80)),) * 3, font=font)
    return page


def table(random):
    page = Image.new("RGB", (SIDE, SIDE), (250, 250, 250))
    draw = ImageDraw.Draw(page)
    row, column = int(random.integers(8, 25)), int(random.integers(24, 65))
    font = ImageFont.load_default(max(7, row - 6))
    for y in range(0, SIDE, row):
        if y // row % 2:
            draw.rectangle((0, y, SIDE, y + row), fill=(240, 244, 248))
        draw.line((0, y, SIDE, y), fill=(200, 200, 200))
        for x in range(0, SIDE, column):
            draw.text((x + 3, y + 2), str(int(random.integers(0, 9999))), fill=(30, 30, 30), font=font)
    for x in range(0, SIDE, column):
        draw.line((x, 0, x, SIDE), fill=(200, 200, 200))
    return page


def squared(random):
    array = numpy.full((SIDE, SIDE, 3), 255.0)
    pitch, offset = int(random.integers(3, 25)), int(random.integers(0, 24))
    ink = random.uniform(20, 120)
    array[(numpy.arange(SIDE) + offset) % pitch == 0] -= ink
    array[:, (numpy.arange(SIDE) + offset) % pitch == 0] -= ink
    return Image.fromarray((array + random.normal(0, 1, array.shape)).clip(0, 255).astype("uint8"))


def lined(random):
    array = numpy.full((SIDE, SIDE, 3), 255 - random.uniform(0, 20))
    pitch, offset = int(random.integers(2, 25)), int(random.integers(0, 24))
    lines = (numpy.arange(SIDE) + offset) % pitch == 0
    if random.random() < 0.5:
        array[lines] -= random.uniform(10, 120)
    else:
        array[:, lines] -= random.uniform(10, 120)
    return Image.fromarray((array + random.normal(0, random.choice([0, 1, 2]), array.shape)).clip(0, 255).astype("uint8"))


def screenshot(random):
    """A window with a title, a tree beside a list, boxes and a scroll bar."""
    page = Image.new("RGB", (SIDE, SIDE), tuple(int(v) for v in random.integers(200, 256, 3)))
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(int(random.integers(9, 14)))
    draw.rectangle((0, 0, SIDE, int(random.integers(16, 28))), fill=tuple(int(v) for v in random.integers(30, 120, 3)))
    draw.text((6, 4), f"Window {random.integers(99)}", fill=(255, 255, 255), font=font)
    step, side = int(random.integers(12, 26)), int(random.integers(50, 90))
    draw.rectangle((0, 28, side, SIDE), fill=tuple(int(v) for v in random.integers(220, 246, 3)))

    def words(count):
        return " ".join("".join(random.choice(list("abcdefghilmnoprstu"), int(random.integers(2, 9)))) for _ in range(count))

    for y in range(34, SIDE, step):
        draw.rectangle((6, y, 14, y + 8), outline=(90, 90, 90))
        draw.text((18, y), words(1)[:6], fill=(20, 20, 20), font=font)
        draw.text((side + 8, y), words(4), fill=(40, 40, 40), font=font)
        if random.random() < 0.3:
            draw.rectangle((side + 4, y - 2, SIDE - 8, y + step - 4), outline=(160, 160, 200))
    draw.rectangle((SIDE - 8, 28, SIDE, SIDE), fill=(230, 230, 230))
    draw.rectangle((SIDE - 8, 60, SIDE, 120), fill=(170, 170, 170))
    return page


def ramp(random):
    angle, span = random.uniform(0, 2 * numpy.pi), random.uniform(20, 255)
    if random.random() < 0.5:
        angle = random.integers(4) * numpy.pi / 2
    y, x = numpy.mgrid[:SIDE, :SIDE] / (SIDE - 1)
    t = x * numpy.cos(angle) + y * numpy.sin(angle)
    t = (t - t.min()) / (t.max() - t.min())
    low = random.uniform(0, 255 - span)
    return Image.fromarray(numpy.repeat((low + span * t).round().astype("uint8")[:, :, None], 3, 2))


def stripes(random):
    period, angle = random.uniform(2, 40), random.uniform(0, numpy.pi)
    y, x = numpy.mgrid[:SIDE, :SIDE]
    wave = numpy.sin(2 * numpy.pi * (x * numpy.cos(angle) + y * numpy.sin(angle)) / period)
    array = 128 + 60 * wave[:, :, None] + random.normal(0, 3, (SIDE, SIDE, 3))
    return Image.fromarray(array.round().clip(0, 255).astype("uint8"))


def materials(pictures, random):
    def photo(change=lambda p: p):
        return lambda: change(crop(pictures[random.integers(len(pictures))], random))

    def small(change=lambda p: p):
        return lambda: change(reduced(pictures[random.integers(len(pictures))], random))

    yield "photographs, reduced", None, small()
    yield "photographs as they are", None, photo()
    yield "halved", None, lambda: halved(pictures[random.integers(len(pictures))], random)
    for quality in (95, 90, 75, 50, 10):
        yield f"JPEG {quality}, 4:2:0", None, small(lambda p, q=quality: saved(p, q))
    yield "JPEG 90, 4:4:4", None, small(lambda p: saved(p, 90, 0))
    yield "Bayer dither", None, small(bayer)
    yield "enlarged 2×, nearest", None, photo(lambda p: enlarged(p, 2, Image.NEAREST))
    yield "enlarged 2×, bilinear", None, photo(lambda p: enlarged(p, 2, Image.BILINEAR))
    yield "enlarged 4×, bicubic", None, photo(lambda p: enlarged(p, 4, Image.BICUBIC))
    yield "grid 2 in a sky, 1 level", 2, small(lambda p: smooth_with_grid(p, random))
    yield "text", None, lambda: text(random)
    yield "tables", None, lambda: table(random)
    yield "squared paper", None, lambda: squared(random)
    yield "lined paper", None, lambda: lined(random)
    yield "screens", None, lambda: screenshot(random)
    yield "ramps", None, lambda: ramp(random)
    yield "stripes", None, lambda: stripes(random)
    for period in PERIODS:
        for levels in (0.5, 1, 2, 4):
            yield f"grid {period}, {levels:g} levels", period, small(lambda p, q=period, a=levels: painted(p, q, a))
    for period in (2, 4, 8):
        for levels in (0.5, 1, 2, 4):
            yield f"one axis {period}, {levels:g} levels", period, small(
                lambda p, q=period, a=levels: painted(p, q, a, axis_grid(q, random)))
    for period in (2, 8):
        yield f"grid {period}, 2 levels, JPEG 85", period, small(lambda p, q=period: saved(painted(p, q, 2), 85))
        yield f"grid {period} in green, 2 levels", period, small(
            lambda p, q=period: Image.merge("RGB", (p.split()[0], painted(p, q, 2).split()[1], p.split()[2]))
        )


def interval(hits, count):
    """Wilson's, 95 %."""
    z, p = 1.96, hits / count
    middle, spread = p + z * z / (2 * count), z * (p * (1 - p) / count + z * z / (4 * count * count)) ** 0.5
    scale = 1 + z * z / count
    return max(0, (middle - spread) / scale), min(1, (middle + spread) / scale)


def answered(gingham, verb, pictures, *options, statuses=(0,)):
    """What a verb finds in pictures that stand in memory."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch) / "pictures"
        folder.mkdir()
        for index, picture in enumerate(pictures):
            picture.save(folder / f"{index:04d}.png")
        outcome = subprocess.run(
            [gingham, verb, str(folder), *options, "--json", "--quiet", "--output", f"{scratch}/run"],
            capture_output=True, text=True)
        if outcome.returncode not in statuses:
            sys.exit(outcome.stderr)
        return json.loads(outcome.stdout)


def measured(gingham, pictures):
    return answered(gingham, "measure", pictures, "--periods", ",".join(map(str, PERIODS)))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folders", nargs="+")
    arguments.add_argument("--gingham", default=".build/release/gingham")
    arguments.add_argument("--count", type=int, default=200)
    arguments.add_argument("--seed", type=int, default=0)
    arguments.add_argument("--figures", help="a file for every picture's bands")
    arguments.add_argument("--only", default="", help="kinds whose name holds this text")
    options = arguments.parse_args()
    pictures = list(photographs(options.folders))
    kept = {}
    print(f"{len(pictures)} photographs, {options.count} pictures a kind of {SIDE}²")
    print(f"{'kind':32s} {'artifact':>9s} {'95 %':>14s} {'right':>7s}  periods")
    random = numpy.random.default_rng(options.seed)
    for kind, period, make in materials(pictures, random):
        made = [make() for _ in range(options.count)]
        if options.only not in kind:
            continue
        found = measured(options.gingham, made)
        bands = [image["bands"] for image in found["images"]]
        kept[kind] = bands
        called = [[b["period"] for b in image if b["verdict"] == "artifact"] for image in bands]
        hits = sum(map(bool, called))
        low, high = interval(hits, len(called))
        right = "" if period is None else f"{100 * sum(period in c for c in called) / len(called):5.0f} %"
        each = {p: sum(p in c for c in called) for p in PERIODS}
        causes = collections.Counter(b["content"] for image in bands for b in image if b.get("content"))
        print(
            f"{kind:32s} {100 * hits / len(called):7.1f} % [{100 * low:4.1f}, {100 * high:5.1f}] {right:>7s}  {each} {dict(causes)}", flush=True
        )
    if options.figures:
        pathlib.Path(options.figures).write_text(json.dumps(kept))


if __name__ == "__main__":
    main()
