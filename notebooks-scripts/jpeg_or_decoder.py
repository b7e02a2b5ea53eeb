#!/usr/bin/env python3
"""Whose lattice of period 8 is it: a JPEG file's blocks, or a decoder's grid? Areas under the curve, by quality and strength.

    notebooks-scripts/fetch_photographs.sh models/photographs
    python notebooks-scripts/jpeg_or_decoder.py models/photographs/judging [--gingham .build/release/gingham]

Photographs that were reduced before are saved as JPEG, or get a grid of a transposed convolution of kernel 9 at stride 8 of
so many levels (root mean square), with or without being saved as JPEG of quality 90 afterwards. The score is what the
middle channel's frequencies of period 8 stand above their surroundings in evened detail (`even_db`), less nothing: blocks
step with either sign and leave little there. Beside it: how often `measure` says "artifact" at 8, and how often "blocks".
"""
import argparse

import numpy

import picture_false_alarms as kinds

PERIOD = 8


def bands(gingham, pictures):
    images = kinds.answered(gingham, "measure", pictures)["images"]
    return [next(band for band in image["bands"] if band["period"] == PERIOD) for image in images]


def area(greater, lesser):
    """Of the curve: the share of pairs in the right order, ties counting half."""
    greater, lesser = numpy.asarray(greater)[:, None], numpy.asarray(lesser)[None, :]
    return float((greater > lesser).mean() + (greater == lesser).mean() / 2)


def spread(greater, lesser, random, draws=500):
    """95 %, pictures drawn again."""
    values = [area(random.choice(greater, len(greater)), random.choice(lesser, len(lesser))) for _ in range(draws)]
    return numpy.quantile(values, [0.025, 0.975])


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folders", nargs="+")
    arguments.add_argument("--gingham", default=".build/release/gingham")
    arguments.add_argument("--count", type=int, default=60)
    arguments.add_argument("--seed", type=int, default=0)
    options = arguments.parse_args()
    random = numpy.random.default_rng(options.seed)
    pictures = list(kinds.photographs(options.folders))

    def small():
        return kinds.reduced(pictures[random.integers(len(pictures))], random)

    def row(name, made):
        found = bands(options.gingham, made)
        called = sum(band["verdict"] == "artifact" for band in found)
        blocks = sum(band.get("content") == "blocks" for band in found)
        print(f"{name:34s} artifact at 8: {called:3d}, blocks: {blocks:3d} of {len(found)}", flush=True)
        return [band["even_db"] for band in found]

    print(f"{len(pictures)} photographs, {options.count} pictures a row")
    compressed = {}
    for quality in (95, 90, 85, 75, 50, 30):
        for name, subsampling in (("4:4:4", 0), ("4:2:0", 2)):
            compressed[quality, name] = row(
                f"JPEG {quality}, {name}", [kinds.saved(small(), quality, subsampling) for _ in range(options.count)])
    painted = {}
    for levels in (0.5, 1, 2, 4):
        painted[levels, ""] = row(
            f"grid of {levels} levels", [kinds.painted(small(), PERIOD, levels) for _ in range(options.count)])
        painted[levels, ", JPEG 90"] = row(
            f"grid of {levels} levels, JPEG 90",
            [kinds.saved(kinds.painted(small(), PERIOD, levels), 90) for _ in range(options.count)])
    print("\narea under the curve, grid against JPEG")
    for (levels, after), grids in painted.items():
        for (quality, name), files in compressed.items():
            low, high = spread(grids, files, random)
            print(f"{levels} levels{after:10s} against {quality} {name}: {area(grids, files):.3f} [{low:.3f}, {high:.3f}]")


if __name__ == "__main__":
    main()
