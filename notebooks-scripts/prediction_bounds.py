#!/usr/bin/env python3
"""Do predicted bounds hold? Nets with random weights, several seeds each: the bands that `gradient` measures on
photographs, held against the bounds that `predict` gives from the architecture.

    notebooks-scripts/prediction_bounds.py --tool .build-test/release/gingham PICTURE... [--seeds 16] [--nets resnet18,...]

Measured bands are kept in --measured (a JSON file), so that only the prediction is made again at the next call. Prints a
table a net, and the share of bands inside: of all above 0.002, measured or expected. Half an hour for all.
"""
import argparse
import json
import pathlib
import subprocess
import tempfile

NETS = ["alexnet", "squeezenet1_1", "resnet18", "resnext50_32x4d", "regnet_y_400mf", "mobilenet_v3_small",
        "efficientnet_b0", "shufflenet_v2_x1_0", "densenet121", "convnext_atto", "vit_tiny_patch16_224", "swin_t"]
LEAST = 0.002


def called(tool, *arguments):
    run = subprocess.run([tool, *arguments, "--json", "--quiet", "--force"], capture_output=True, text=True)
    if run.returncode:
        raise SystemExit(f"{' '.join(arguments)}: {run.stderr.strip()}")
    return json.loads(run.stdout)


def measured(tool, model, pictures, folder):
    found = called(tool, "gradient", model, *pictures, "--output", folder)
    lattice = found.get("pooled") or found["images"][0]["lattice"]
    return {str(band["period"]): (band["cv2_corrected"], band["standard_error"]) for band in lattice["bands"]}


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("pictures", nargs="+")
    options.add_argument("--tool", default="gingham")
    options.add_argument("--seeds", type=int, default=16)
    options.add_argument("--nets", default=",".join(NETS))
    options.add_argument("--measured", type=pathlib.Path, default=pathlib.Path("outputs/prediction-bounds.json"))
    options.add_argument("--only-measure", action="store_true", help="fill the file of measured bands, no table")
    asked = options.parse_args()
    known = json.loads(asked.measured.read_text()) if asked.measured.exists() else {}
    inside = total = 0
    with tempfile.TemporaryDirectory() as folder:
        for net in asked.nets.split(","):
            for seed in range(asked.seeds):
                twin = f"{net}?seed={seed}"
                if twin not in known:
                    known[twin] = measured(asked.tool, f"random:{twin}", asked.pictures, f"{folder}/gradient")
                    asked.measured.parent.mkdir(parents=True, exist_ok=True)
                    asked.measured.write_text(json.dumps(known))
            if asked.only_measure:
                continue
            predicted = called(asked.tool, "predict", f"random:{net}", "--output", f"{folder}/predict")["bounds"]
            if predicted.get("reason"):
                print(f"{net}: no prediction, {predicted['reason']}")
            for band in predicted["bands"]:
                values = [known[f"{net}?seed={seed}"].get(str(band["period"])) for seed in range(asked.seeds)]
                values = [value for value in values if value]
                if band.get("lower") is None or not values:
                    continue
                judged = [(v, e) for v, e in values if v > LEAST or band["upper"] > LEAST]
                hits = sum(band["lower"] <= v + 2 * e and v - 2 * e <= band["upper"] for v, e in judged)
                inside, total = inside + hits, total + len(judged)
                mean = sum(v for v, _ in values) / len(values)
                print(f"{net:22s} period {band['period']:3d}  {band['lower']:.4f} … {band['upper']:.4f}  measured "
                      f"{mean:.4f} [{min(values)[0]:.4f}, {max(values)[0]:.4f}]  inside {hits} of {len(judged)}",
                      f" {band.get('verdict') or 'open'}")
    if total:
        print(f"inside: {inside} of {total} bands above {LEAST:g}, {100 * inside / total:.1f} %")


if __name__ == "__main__":
    main()
