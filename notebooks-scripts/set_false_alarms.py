#!/usr/bin/env python3
"""How often photographs are taken for the work of a generator: false alarms of the verdict on sets.

    pip install numpy pillow
    python notebooks-scripts/set_false_alarms.py models/pictures [--gingham .build/release/gingham]

Cuts squares out of the photographs in a folder, anywhere and on JPEG's own blocks, halves them, flips them, and hands
sets of them to `gingham measure`. Prints how many sets were called artifact, faint and clean, and the largest peaks of
those that were not clean.
"""
import argparse
import collections
import json
import pathlib
import subprocess
import tempfile

import numpy
from PIL import Image


def photographs(folder):
    for path in sorted(pathlib.Path(folder).rglob("*")):
        if path.suffix.lower() in (".png", ".jpg", ".jpeg"):
            yield numpy.asarray(Image.open(path).convert("RGB"))


def tiles(pictures, count, side, kind, random):
    for _ in range(count):
        picture = pictures[random.integers(len(pictures))]
        scale = 2 if kind == "halved" else 1
        if min(picture.shape[:2]) < scale * side + 8:
            picture = max(pictures, key=lambda p: min(p.shape[:2]))
        y, x = (int(random.integers(extent - scale * side)) for extent in picture.shape[:2])
        if kind == "on JPEG's blocks":
            y, x = y // 8 * 8, x // 8 * 8
        tile = picture[y:y + scale * side, x:x + scale * side]
        if kind == "halved":
            tile = numpy.asarray(Image.fromarray(tile).resize((side, side), Image.LANCZOS))
        yield tile


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("folder")
    arguments.add_argument("--gingham", default=".build/release/gingham")
    arguments.add_argument("--sets", type=int, default=20)
    arguments.add_argument("--pictures", type=int, default=64)
    arguments.add_argument("--side", type=int, default=64)
    options = arguments.parse_args()
    pictures = list(photographs(options.folder))
    random = numpy.random.default_rng(0)
    for kind in ("anywhere", "on JPEG's blocks", "halved"):
        verdicts, loud = collections.Counter(), []
        for _ in range(options.sets):
            with tempfile.TemporaryDirectory() as scratch:
                array = numpy.stack(list(tiles(pictures, options.pictures, options.side, kind, random)))
                numpy.save(f"{scratch}/set.npy", (array.transpose(0, 3, 1, 2) / 255).astype(numpy.float32))
                outcome = subprocess.run(
                    [options.gingham, "measure", f"{scratch}/set.npy", "--json", "--quiet", "--output", f"{scratch}/run", "--force"],
                    capture_output=True, text=True, check=True)
            pooled = json.loads(outcome.stdout)["pooled"]
            verdicts[pooled["set_verdict"]] += 1
            loud += [(band["period"], round(band["peak_db"], 1), round(band["mean_peak_db"], 1))
                     for band in pooled["locked"]["bands"] if band["locked"]]
        print(f"{kind}: {dict(verdicts)}" + (f", locked (period, peak, mean peak): {loud}" if loud else ""))


if __name__ == "__main__":
    main()
