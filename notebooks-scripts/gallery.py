#!/usr/bin/env python3
"""Twelve channels from early to late layers and four classes of a classifier, preset robust, as one sheet.

    notebooks-scripts/fetch_models.sh demo
    notebooks-scripts/gallery.py --gingham .build/release/gingham

writes outputs/gallery/squeezenet1_1-robust.jpg; with --model models/efficientnet_lite0.pth (fetch_models.sh test) that of
EfficientNet-Lite0. Needs the Python package pillow.
"""
import argparse
import pathlib
import subprocess
import tempfile

from PIL import Image, ImageDraw

CHANNELS = {
    "squeezenet1_1": [
        "features.3.cat:14", "features.3.cat:83", "features.4.cat:52", "features.4.cat:101",
        "features.6.cat:17", "features.6.cat:180", "features.7.cat:64", "features.7.cat:203",
        "features.9.cat:40", "features.10.cat:211", "features.11.cat:97", "features.12.cat:305",
    ],
    # The sums behind the blocks: no unit there is cut off at 0 or at 6.
    "efficientnet_lite0": [
        "_blocks.2.add:3", "_blocks.2.add:17", "_blocks.4.add:9", "_blocks.4.add:30",
        "_blocks.7.add:22", "_blocks.7.add:61", "_blocks.10.add:14", "_blocks.10.add:97",
        "_blocks.13.add:40", "_blocks.13.add:151", "_blocks.15._bn2:64", "_blocks.15._bn2:211",
    ],
}
CLASSES = ["class:goldfish", "class:pineapple", "class:monarch butterfly", "class:strawberry"]
SIDE, COLUMNS, LABEL = 224, 4, 16


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gingham", default=".build/release/gingham")
    parser.add_argument("--model", default="models/squeezenet1_1.safetensors")
    parser.add_argument("--objectives", nargs="+", help="instead of the model's own twelve and four")
    parser.add_argument("--steps", type=int, default=256)
    parser.add_argument("--options", nargs=argparse.REMAINDER, default=[], help="passed on to gingham visualize")
    parser.add_argument("--output", help="default: outputs/gallery/MODEL-robust.jpg")
    arguments = parser.parse_args()
    name = pathlib.Path(arguments.model).stem
    if not arguments.objectives:
        if name not in CHANNELS:
            parser.error(f"name the --objectives: there is no list for {name}, only for {', '.join(CHANNELS)}")
        arguments.objectives = CHANNELS[name] + CLASSES

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
    path = pathlib.Path(arguments.output or f"outputs/gallery/{name}-robust.jpg")
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path, quality=82)


if __name__ == "__main__":
    main()
