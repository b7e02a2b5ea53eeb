#!/usr/bin/env python3
"""How often photographs look like a grid: the table behind the chances of `gingham measure`.

    notebooks-scripts/fetch_photographs.sh models/photographs
    python notebooks-scripts/calibrate_pictures.py models/photographs/calibration [--gingham .build/release/gingham] \\
        > Sources/Lattices/Pictures/PhotographNull+Table.swift

Cuts squares of several sizes out of photographs that were reduced by a random factor first, which moves their files'
blocks and their cameras' filters off the lattice. Measures them and writes the upper quantiles of each period's `even_db`
and `axis_db`.
"""
import argparse
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy
from PIL import Image

PERIODS = (2, 3, 4, 6, 8, 12, 16, 32)
CHANCES = (1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005)
FILTERS = (Image.LANCZOS, Image.BICUBIC, Image.BILINEAR, Image.BOX)


def photographs(folder):
    """Paths, the folders of the packages alternating."""
    found = []
    for path in sorted(pathlib.Path(folder).rglob("*")):
        if path.suffix.lower() in (".png", ".jpg", ".jpeg", ".webp"):
            found.append(path)
    return found


def opened(path):
    picture = Image.open(path)
    return picture.convert("RGBA" if picture.mode in ("RGBA", "LA", "P") else "RGB")


def crop(picture, side, random):
    """A square without transparency of the reduced picture; None where there is none."""
    largest = min(picture.size) / side
    if largest < 1.15:
        return None
    factor = float(numpy.exp(random.uniform(numpy.log(1.1), numpy.log(max(1.15, min(largest, 6))))))
    small = picture.resize([round(extent / factor) for extent in picture.size], FILTERS[random.integers(len(FILTERS))])
    for _ in range(8):
        if min(small.size) < side:
            return None
        x, y = (int(random.integers(extent - side + 1)) for extent in small.size)
        cut = small.crop((x, y, x + side, y + side))
        array = numpy.asarray(cut)
        if array.shape[2] == 4 and array[..., 3].min() < 255:
            continue
        if array[..., :3].std() < 2:
            continue
        return cut.convert("RGB")
    return None


def crops(folder, side, count, random):
    by_package = collections.defaultdict(list)
    for path in photographs(folder):
        by_package[path.parent.name].append(path)
    packages = sorted(by_package)
    opened_pictures = {}
    made, tries = [], 0
    while len(made) < count and tries < 20 * count:
        tries += 1
        # Packages with few pictures are not drawn as often as those with many, nor as seldom as their share.
        weights = numpy.sqrt([len(by_package[p]) for p in packages])
        package = packages[random.choice(len(packages), p=weights / weights.sum())]
        path = by_package[package][random.integers(len(by_package[package]))]
        if path not in opened_pictures:
            picture = opened(path)
            if max(picture.size) > 2400:
                picture.thumbnail((2400, 2400), Image.LANCZOS)
            opened_pictures[path] = picture
        cut = crop(opened_pictures[path], side, random)
        if cut is not None:
            made.append(cut)
    return made


def measured(gingham, pictures, periods=PERIODS):
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch) / "pictures"
        folder.mkdir()
        for index, picture in enumerate(pictures):
            picture.save(folder / f"{index:05d}.png", compress_level=1)
        outcome = subprocess.run(
            [gingham, "measure", str(folder), "--periods", ",".join(map(str, periods)), "--json", "--quiet",
             "--output", f"{scratch}/run"], capture_output=True, text=True)
        if outcome.returncode:
            sys.exit(outcome.stderr)
        return json.loads(outcome.stdout)["images"]


def quantiles(values):
    values = numpy.sort(values)
    return [round(float(values[0]) - 1, 1)] + [round(float(numpy.quantile(values, 1 - c)), 2) for c in CHANCES[1:]]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder")
    arguments.add_argument("--gingham", default=".build/release/gingham")
    arguments.add_argument("--count", type=int, default=600)
    arguments.add_argument("--sides", default="32,64,128,256,512")
    arguments.add_argument("--seed", type=int, default=0)
    options = arguments.parse_args()
    random = numpy.random.default_rng(options.seed)
    sides = [int(side) for side in options.sides.split(",")]
    figures = {"table": "even_db", "axisTable": "axis_db"}
    values = {name: {period: {} for period in PERIODS} for name in figures}
    for side in sides:
        pictures = crops(options.folder, side, options.count if side < 512 else options.count // 2, random)
        for image in measured(options.gingham, pictures):
            for band in image["bands"]:
                for name, key in figures.items():
                    if band[key] is not None:
                        values[name][band["period"]].setdefault(side, []).append(band[key])
        print(f"{side}: {len(pictures)} crops", file=sys.stderr)
    print("// Written by notebooks-scripts/calibrate_pictures.py; sizes are squares of these sides.\nextension PhotographNull {")
    print(f"  static let periods = {list(PERIODS)}")
    print(f"  static let sides = {[float(side) for side in sides]}")
    print(f"  static let chances = {[float(c) for c in CHANCES]}")
    for name, table in values.items():
        rows = []
        for period in PERIODS:
            # A period that a size is too small for takes the figures of the smallest that holds it.
            known = [side for side in sides if len(table[period].get(side, [])) > 50]
            cells = [quantiles(table[period][min(known, key=lambda k: (abs(k - side), k))]) for side in sides]
            rows.append(f"    // Period {period}\n    [\n" + "".join(f"      {cell},\n" for cell in cells) + "    ],\n")
        print(f"  static let {name}: [[[Double]]] = [\n" + "".join(rows) + "  ]")
    print("}")


if __name__ == "__main__":
    main()
