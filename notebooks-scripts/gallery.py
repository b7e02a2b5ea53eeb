#!/usr/bin/env python3
"""Twelve channels from early to late layers and four classes of SqueezeNet 1.1, preset robust, as one sheet.

    notebooks-scripts/fetch_models.sh demo
    notebooks-scripts/gallery.py --gingham .build/release/gingham

writes outputs/gallery/squeezenet1_1-robust.jpg. Needs the Python package pillow.
"""
import argparse
import pathlib
import subprocess
import tempfile

from PIL import Image, ImageDraw

CHANNELS = [
    "features.3.cat:14", "features.3.cat:83", "features.4.cat:52", "features.4.cat:101",
    "features.6.cat:17", "features.6.cat:180", "features.7.cat:64", "features.7.cat:203",
    "features.9.cat:40", "features.10.cat:211", "features.11.cat:97", "features.12.cat:305",
]
CLASSES = ["class:goldfish", "class:pineapple", "class:monarch butterfly", "class:strawberry"]
SIDE, COLUMNS, LABEL = 224, 4, 16


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gingham", default=".build/release/gingham")
    parser.add_argument("--model", default="models/squeezenet1_1.safetensors")
    parser.add_argument("--objectives", nargs="+", default=CHANNELS + CLASSES)
    parser.add_argument("--steps", type=int, default=256)
    parser.add_argument("--options", nargs=argparse.REMAINDER, default=[], help="passed on to gingham visualize")
    parser.add_argument("--output", default="outputs/gallery/squeezenet1_1-robust.jpg")
    arguments = parser.parse_args()

    rows = (len(arguments.objectives) + COLUMNS - 1) // COLUMNS
    sheet = Image.new("RGB", (COLUMNS * (SIDE + 4) + 4, rows * (SIDE + LABEL + 4) + 4), "white")
    draw = ImageDraw.Draw(sheet)
    for index, objective in enumerate(arguments.objectives):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(
                [arguments.gingham, "visualize", arguments.model, "--objective", objective, "--preset", "robust",
                 "--size", f"{SIDE}x{SIDE}", "--steps", str(arguments.steps), "--output", folder, "--quiet",
                 *arguments.options], check=True, stdout=subprocess.DEVNULL)
            picture = Image.open(pathlib.Path(folder, "picture.png"))
            left, top = 4 + index % COLUMNS * (SIDE + 4), 4 + index // COLUMNS * (SIDE + LABEL + 4)
            sheet.paste(picture, (left, top))
            draw.text((left, top + SIDE + 2), objective, fill="black")
            print(objective, flush=True)
    path = pathlib.Path(arguments.output)
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path, quality=82)


if __name__ == "__main__":
    main()
