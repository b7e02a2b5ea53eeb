#!/usr/bin/env python3
"""Every rewrite on every net: what it leaves of the grid, what it changes, what it costs.

    python notebooks-scripts/rewrites_table.py [--gingham .build/release/gingham] [--models models] [--only faces]

Runs `gingham repair --all --with METHOD` on SqueezeNet 1.1 and EfficientNet-Lite0 (gradients at photographs), on a DCGAN of
faces (samples) and on a style net (photographs), and prints the table of the guide "My generator paints a grid".
"""
import argparse
import json
import pathlib
import subprocess
import tempfile

GRADIENTS = ["blurpool", "stagger"]
PICTURES = ["equalise", "nearest", "bilinear", "icnr", "stagger"]


def nets(models):
    photographs = sorted(map(str, (models / "pictures" / "foolbox").glob("*.jpg")))
    yield "SqueezeNet 1.1", models / "squeezenet1_1.safetensors", GRADIENTS, ["--images", *photographs]
    yield "EfficientNet-Lite0", models / "efficientnet_lite0.pth", GRADIENTS, ["--images", *photographs]
    yield "DCGAN faces", models / "dcgan_faces.pth", PICTURES, ["--samples", "64"]
    yield "multistyle, style 19", models / "multistyle26.onnx", PICTURES, [
        "--input", "style_weights=onehot:19", "--input-size", "224x224", "--images", *photographs[:8],
    ]


def bands(state, kind):
    """What is measured of each band that shows before: CV², or share and peak."""
    if kind == "gradients":
        return {band["period"]: (band["cv2_corrected"], band["verdict"]) for band in state["gradients"]["bands"]}
    locked = {band["period"]: band for band in (state.get("locked") or {}).get("bands", [])}
    found = {}
    for band in state["pictures"]["bands"]:
        shared = locked.get(band["period"])
        verdict = "artifact" if band["verdict"] == "artifact" else "faint" if shared and shared["locked"] else "clean"
        found[band["period"]] = (shared["share"] if shared else band["share"], verdict)
    return found


def described(before, after, kind):
    parts = []
    for period, (value, verdict) in before.items():
        if verdict == "clean" and after[period][1] == "clean":
            continue
        digits = "{:.3f} → {:.3f}" if kind == "gradients" else "{:.2%} → {:.2%}"
        mark = "" if after[period][1] == "clean" else f" ({after[period][1]})"
        parts.append(f"{period}: " + digits.format(value, after[period][0]) + mark)
    return ", ".join(parts) or "none shows"


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--gingham", default=".build/release/gingham")
    arguments.add_argument("--models", default="models", type=pathlib.Path)
    arguments.add_argument("--only", default="")
    options = arguments.parse_args()
    print("| net | rewrite | bands, before → after | output changes by | classes kept | multiply-adds |")
    print("|---|---|---|---|---|---|")
    for name, model, methods, rest in nets(options.models):
        if options.only not in name or not model.exists():
            continue
        for method in methods:
            with tempfile.TemporaryDirectory() as scratch:
                outcome = subprocess.run(
                    [options.gingham, "repair", str(model), "--all", "--with", method, *rest, "--json", "--quiet",
                     "--output", f"{scratch}/run"],
                    capture_output=True, text=True,
                )
            if outcome.returncode not in (0, 2):
                print(f"| {name} | `{method}` | {outcome.stderr.strip().splitlines()[-1][:100]} | | | |", flush=True)
                continue
            found = json.loads(outcome.stdout)
            before, after = (bands(found[state], found["kind"]) for state in ("before", "after"))
            difference = found["output_difference"]
            kept = difference["same_class"]
            cost = found["after"]["multiply_adds"] / found["before"]["multiply_adds"]
            print(
                f"| {name} | `{method}` | {described(before, after, found['kind'])} | {difference['relative_rms']:.1%} | "
                f"{'–' if kept is None else format(kept, '.0%')} | {cost:.2f}× |",
                flush=True,
            )


if __name__ == "__main__":
    main()
