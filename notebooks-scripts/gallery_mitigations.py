#!/usr/bin/env python3
"""What a finished `gingham compare` shows, small: one picture of every objective and mitigation, the scatter plot, and
the summaries.

    gingham run notebooks-scripts/recipes/mitigations.yaml --output outputs/mitigations
    notebooks-scripts/gallery_mitigations.py outputs/mitigations

writes outputs/gallery/compare-squeezenet1_1.jpg, -scatter.png and .json, and prints the table and the note. Needs the
Python package pillow.
"""
import argparse
import json
import pathlib
import shutil

from PIL import Image, ImageDraw

SIDE, GAP, LABEL = 112, 4, 15


def sheet(folder, found):
    """A row an objective, a column a mitigation, the first seed of each, with what it reached."""
    mitigations = list(dict.fromkeys(run["mitigation"] for run in found["runs"]))
    seed = found["runs"][0]["seed"]
    picture = Image.new(
        "RGB", (len(mitigations) * (SIDE + GAP) + GAP, len(found["objectives"]) * (SIDE + LABEL + GAP) + 2 * LABEL),
        "white")
    draw = ImageDraw.Draw(picture)
    for column, mitigation in enumerate(mitigations):
        draw.text((GAP + column * (SIDE + GAP), 2), mitigation, fill="black")
    for run in found["runs"]:
        if run["seed"] != seed:
            continue
        left = GAP + mitigations.index(run["mitigation"]) * (SIDE + GAP)
        top = LABEL + found["objectives"].index(run["objective"]) * (SIDE + LABEL + GAP)
        tile = Image.open(folder / run["file"]).convert("RGB")
        # The middle at its own size: shrinking would hide the grid.
        x, y = (tile.width - SIDE) // 2, (tile.height - SIDE) // 2
        picture.paste(tile.crop((x, y, x + SIDE, y + SIDE)), (left, top))
        label = f"{run['objective']}" if mitigations.index(run["mitigation"]) == 0 else ""
        draw.text((left, top + SIDE + 1), f"{label} {run['activation_relative']:.2f}x".strip(), fill="black")
    return picture


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--name", default="compare-squeezenet1_1")
    parser.add_argument("--gallery", type=pathlib.Path, default=pathlib.Path("outputs/gallery"))
    arguments = parser.parse_args()

    [report] = sorted(arguments.folder.rglob("comparison.json"))
    found = json.loads(report.read_text())
    arguments.gallery.mkdir(parents=True, exist_ok=True)
    sheet(report.parent, found).save(arguments.gallery / f"{arguments.name}.jpg", quality=78)
    shutil.copy(report.parent / "scatter.png", arguments.gallery / f"{arguments.name}-scatter.png")
    kept = {key: found[key] for key in ("model", "objectives", "lattice_periods", "summary", "note")}
    kept["seeds"] = sorted({run["seed"] for run in found["runs"]})
    kept["steps"] = found["runs"][0]["steps"]
    (arguments.gallery / f"{arguments.name}.json").write_text(json.dumps(kept, indent=1) + "\n")

    for item in found["summary"]:
        bands = ", ".join(f"{band['period']} ({band['times_noise']:.1f}x, {band['standard_errors'] or 0:.1f} se)"
                          for band in item["bands"])
        print(f"{item['mitigation']:11} {item['activation_relative_mean']:.2f}x  lattice {item['lattice_mean']:+.4f}  "
              f"variation {item['total_variation_mean']:.2f}  off 1/f {item['spectrum_distance_db_mean']:.1f} dB  "
              f"{item['seconds_mean']:.1f} s  bands {bands}")
    print(found["note"])


if __name__ == "__main__":
    main()
