#!/usr/bin/env python3
"""How often photographs look like a grid that was resized or turned, and how often such grids are found.

    notebooks-scripts/fetch_photographs.sh models/photographs
    python notebooks-scripts/moved_grids.py calibrate models/photographs/calibration [--gingham .build/release/gingham]
    python notebooks-scripts/moved_grids.py judge models/photographs/judging

`calibrate` prints the upper quantiles of the score of `gingham measure`'s `moved`, which stand in
`Sources/Lattices/Pictures/MovedGrid.swift`. `judge` prints on other photographs how many are called artifacts, as they are
and after every change, and of grids of a decoder's kind resized and turned how many are found, and at the right period.
Photographs whose files have steps at the edges of blocks of 8 pixels are left out: reduced, these are grids that moved.
"""
import argparse
import collections

import numpy
from PIL import Image

import picture_false_alarms as kinds

SIDE = 256
QUANTILES = (1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01)
CHANGES = {"as it was": (1, 0), "resized by 1.1": (1.1, 0), "resized by 0.9": (0.9, 0), "turned by 2°": (1, 2),
           "turned by 2°, resized by 1.2": (1.2, 2)}


def has_blocks(picture):
    """Whether columns step more at one place of eight than at the others."""
    luma = numpy.asarray(picture.convert("L"), dtype=float)
    steps = numpy.abs(numpy.diff(luma, axis=1)).mean(0)
    profile = numpy.array([steps[k::8].mean() for k in range(8)])
    others = numpy.delete(profile, profile.argmax())
    return (profile.max() - others.mean()) / max(others.std(), 1e-9) >= 6


def changed(picture, scale, angle):
    if scale != 1:
        picture = picture.resize([round(extent * scale) for extent in picture.size], Image.BICUBIC)
    if angle:
        picture = picture.rotate(angle, Image.BICUBIC)
    left = (picture.width - SIDE) // 2
    return picture.crop((left, left, left + SIDE, left + SIDE))


def reduced(pictures, random, side=320):
    picture = pictures[random.integers(len(pictures))]
    return kinds.reduced(picture, random, side)


def painted(picture, period, levels, random):
    kinds.SIDE = picture.width
    return kinds.painted(picture, period, levels)


def measured(gingham, pictures):
    return [image.get("moved") for image in kinds.answered(gingham, "measure", pictures)["images"]]


def calls(found):
    return [grid for grid in found if grid and grid["verdict"] == "artifact"]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("what", choices=("calibrate", "judge"))
    arguments.add_argument("folders", nargs="+")
    arguments.add_argument("--gingham", default=".build/release/gingham")
    arguments.add_argument("--count", type=int, default=200)
    arguments.add_argument("--seed", type=int, default=0)
    options = arguments.parse_args()
    random = numpy.random.default_rng(options.seed)
    every = list(kinds.photographs(options.folders))
    pictures = [picture for picture in every if not has_blocks(picture)]
    print(f"{len(pictures)} of {len(every)} photographs, {options.count} pictures of {SIDE}² a row")
    if options.what == "calibrate":
        for name, (scale, angle) in CHANGES.items():
            found = measured(
                options.gingham, [changed(reduced(pictures, random), scale, angle) for _ in range(options.count)])
            scores = [grid["score"] if grid else 0 for grid in found]
            print(f"{name:30s}", [(round(float(numpy.quantile(scores, 1 - q)), 2), q) for q in QUANTILES], flush=True)
        return
    print("no grid: called artifact")
    for name, (scale, angle) in CHANGES.items():
        found = calls(measured(
            options.gingham, [changed(reduced(pictures, random), scale, angle) for _ in range(options.count)]))
        low, high = kinds.interval(len(found), options.count)
        print(f"  {name:30s} {len(found):4d} [{100 * low:.1f}, {100 * high:.1f}] %", flush=True)
    kinds.SIDE = SIDE
    for kind in ("text", "table", "squared", "lined", "screenshot", "ramp", "stripes"):
        found = calls(measured(options.gingham, [getattr(kinds, kind)(random) for _ in range(options.count)]))
        periods = collections.Counter(round(grid["period"], 1) for grid in found)
        print(f"  {kind:30s} {len(found):4d} {dict(periods) if found else ''}", flush=True)
    print("grids: found, at the right period and angle")
    for name, (scale, angle) in list(CHANGES.items())[1:]:
        for period in (2, 4, 8):
            for levels in (1, 2, 4):
                found = calls(measured(options.gingham, [
                    changed(painted(reduced(pictures, random), period, levels, random), scale, angle)
                    for _ in range(max(1, options.count // 5))]))
                right = sum(abs(g["period"] / (period * scale) - 1) < 0.02 and abs(abs(g["turn"]) - angle) < 0.3 for g in found)
                print(f"  period {period}, {levels} levels, {name:30s} {len(found):3d} {right:3d} of {max(1, options.count // 5)}",
                      flush=True)


if __name__ == "__main__":
    main()
