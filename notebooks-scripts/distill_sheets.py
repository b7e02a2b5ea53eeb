#!/usr/bin/env python3
"""Puts the pictures of a finished recipe side by side, one sheet a figure.

    gingham run notebooks-scripts/recipes/feature_visualization.yaml --output outputs/feature-visualization
    notebooks-scripts/distill_sheets.py feature_visualization outputs/feature-visualization

writes outputs/gallery/NAME-FIGURE.jpg for every group of steps whose names begin alike. Needs the Python package pillow.
"""
import argparse
import json
import pathlib
import re

from PIL import Image, ImageDraw, ImageFont

SIDE, GAP, LINES = 200, 8, 3
FIGURES = dict(
    feature_visualization=dict(
        objectives=("objectives",), diversity=("diversity",), enemy=("enemy",),
        penalties=("penalty-l1", "penalty-total-variation", "penalty-blur"), robustness=("robustness",),
        preconditioning=("preconditioning", "preconditioned-and-robust"), interaction=("interaction",),
        ascent=("ascent",)),
    checkerboard_artifacts=dict(
        overlap=("overlap",), generators=("generator",), discriminators=("neutral",), classifiers=("classifier",),
        style=("style",)))


def steps(folder, names):
    """Folders of a figure's steps in the order they were made: NAME or NAME-SETTING."""
    found = []
    for name in names:
        found += sorted(
            (child for child in folder.iterdir() if re.fullmatch(re.escape(name) + r"([-_=].*)?", child.name)),
            key=lambda child: [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", child.name)])
    return list(dict.fromkeys(found))


def pictures(step):
    """The pictures that a step is about, with what to call them."""
    command = json.loads((step / "manifest.json").read_text())["command"]
    label = step.name
    for option in ("--penalties", "--transforms", "--objective", "--rate", "--parameterization"):
        if option in command and label.count("-") < 1:
            label = command[command.index(option) + 1]
    snapshots = sorted(step.glob("snapshots/*.png")) or sorted(step.glob("step-*.png"))
    for path in snapshots:
        yield path, path.stem
    chosen = sorted(path for path in step.glob("picture*.png")) or sorted(step.glob("*.png"))[:1]
    for path in chosen:
        yield path, label if len(chosen) == 1 else f"{label} {path.stem}"


def sheet(tiles, columns):
    font = ImageFont.load_default(size=12)
    columns = min(columns, len(tiles))
    rows = (len(tiles) + columns - 1) // columns
    cell = SIDE + GAP, SIDE + GAP + 14 * LINES
    image = Image.new("RGB", (GAP + columns * cell[0], GAP + rows * cell[1]), "white")
    draw = ImageDraw.Draw(image)
    for index, (path, label) in enumerate(tiles):
        left, top = GAP + index % columns * cell[0], GAP + index // columns * cell[1]
        picture = Image.open(path).convert("RGB")
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
        tiles = [tile for step in steps(arguments.folder, names) for tile in pictures(step)]
        if not tiles:
            print(f"{figure}: nothing in {arguments.folder}")
            continue
        path = arguments.output / f"{arguments.article.replace('_', '-')}-{figure}.jpg"
        sheet(tiles, arguments.columns).save(path, quality=85)
        print(f"{path}: {len(tiles)} pictures")


if __name__ == "__main__":
    main()
