#!/usr/bin/env python3
"""Puts the pictures of a finished recipe side by side, one sheet a figure.

    gingham run notebooks-scripts/recipes/feature_visualization.yaml --output outputs/feature-visualization
    notebooks-scripts/distill_sheets.py feature_visualization outputs/feature-visualization

writes outputs/gallery/NAME-FIGURE.jpg for every figure. Needs the Python packages numpy and pillow.
"""
import argparse
import json
import pathlib
import re

import numpy
from PIL import Image, ImageDraw, ImageFont

SIDE, GAP, LINES = 200, 8, 3
FIGURES = dict(
    feature_visualization=dict(
        objectives=("objectives",), diversity=("diversity",), enemy=("enemy",),
        penalties=("penalty-l1", "penalty-total-variation", "penalty-blur"), robustness=("robustness",),
        preconditioning=("preconditioning", "preconditioned-and-robust"), interaction=("interaction",),
        ascent=("ascent",)),
    checkerboard_artifacts=dict(
        overlap=("overlap",), generators=("generator", "dampened"), gradients=("neutral", "classifier"), style=("style",)))


def steps(folder, names):
    """Folders of a figure's steps in the order of the recipe, with what sets each apart: NUMBER-NAME[-SETTINGS]."""
    for name in names:
        found = []
        for child in folder.iterdir():
            match = re.fullmatch(r"\d+-" + re.escape(name) + r"(?:-(.*))?", child.name)
            if match and (child / "manifest.json").exists():
                found.append((child, match[1] or name))
        yield from sorted(found, key=lambda step: [int(part) if part.isdigit() else part
                                                   for part in re.split(r"(\d+)", step[0].name)])


def pictures(step, label):
    """The pictures that a step is about, with what to call them."""
    command = json.loads((step / "manifest.json").read_text())["command"]
    # The setting that a sweep varies is in the folder's name, with everything but letters and digits made dashes.
    for word in command:
        if re.sub(r"[^A-Za-z0-9]+", "-", word).strip("-") == label:
            label = word
    if command[1] == "generate":
        for sample in numpy.load(step / "samples.npy", mmap_mode="r")[:2]:
            yield stretched(sample), label
        return
    if command[1] == "predict":
        yield Image.open(step / "plane.png"), label
        return
    for path in sorted(step.glob("snapshots/*.png"), key=lambda path: int(re.sub(r"\D", "", path.stem) or 0)):
        yield Image.open(path), path.stem
    for path in sorted(step.glob("picture*.png")):
        yield Image.open(path), label


def stretched(sample):
    """A picture C×H×W in 0…1, its contrast raised where it has hardly any, as nets with random weights leave it."""
    deviation = float(sample.std())
    if deviation < 0.05:
        sample = 0.5 + 0.15 / max(deviation, 1e-12) * (sample - sample.mean(axis=(1, 2), keepdims=True))
    return Image.fromarray((255 * sample.clip(0, 1)).round().astype(numpy.uint8).transpose(1, 2, 0))


def sheet(tiles, columns):
    font = ImageFont.load_default(size=12)
    columns = min(columns, len(tiles))
    rows = (len(tiles) + columns - 1) // columns
    cell = SIDE + GAP, SIDE + GAP + 14 * LINES
    image = Image.new("RGB", (GAP + columns * cell[0], GAP + rows * cell[1]), "white")
    draw = ImageDraw.Draw(image)
    for index, (picture, label) in enumerate(tiles):
        left, top = GAP + index % columns * cell[0], GAP + index // columns * cell[1]
        picture = picture.convert("RGB")
        # Small pictures keep their pixels: a grid must stay a grid.
        kind = Image.NEAREST if max(picture.size) < SIDE else Image.LANCZOS
        scale = SIDE / max(picture.size)
        picture = picture.resize([max(1, round(side * scale)) for side in picture.size], kind)
        image.paste(picture, (left, top))
        pieces = [label[start:start + 30] for start in range(0, len(label), 30)][:LINES]
        draw.multiline_text((left, top + SIDE + 1), "\n".join(pieces), fill="black", font=font, spacing=1)
    return image


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("article", choices=FIGURES)
    parser.add_argument("folder", type=pathlib.Path, help="what the recipe wrote")
    parser.add_argument("--columns", type=int, default=6)
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path("outputs/gallery"))
    arguments = parser.parse_args()
    arguments.output.mkdir(parents=True, exist_ok=True)
    for figure, names in FIGURES[arguments.article].items():
        tiles = [tile for step, label in steps(arguments.folder, names) for tile in pictures(step, label)]
        if not tiles:
            print(f"{figure}: nothing in {arguments.folder}")
            continue
        path = arguments.output / f"{arguments.article.replace('_', '-')}-{figure}.jpg"
        sheet(tiles, arguments.columns).save(path, quality=85)
        print(f"{path}: {len(tiles)} pictures")


if __name__ == "__main__":
    main()
