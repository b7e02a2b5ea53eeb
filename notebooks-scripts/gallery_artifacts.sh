#!/usr/bin/env bash
# The grid in the gradients of two trained nets over twenty labelled photographs, and what takes it out: small pictures
# and figures for outputs/gallery. Needs `make build` and `notebooks-scripts/fetch_models.sh test`;
# PYTHON needs pillow.
set -euo pipefail
cd "$(dirname "$0")/.."

gingham=.build/release/gingham
gallery=outputs/gallery
photographs=(models/pictures/foolbox/*.jpg)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# What a table of the whole finding needs, of a trace and of a pooled gradient, in one small file.
summarize() {
  python3 - "$@" <<'PYTHON'
import json, sys
gradient, trace, target = sys.argv[1:4]
found, traced = json.load(open(gradient)), json.load(open(trace))
keys = ("period", "cv2_corrected", "standard_error", "predicted", "ratio", "layer", "verdict")
def bands(lattice): return [{key: band.get(key) for key in keys} for band in lattice["bands"]]
layers = []
for layer in traced["layers"]:
    lattice = layer.get("lattice")
    row = {"name": layer["name"], "stride": layer["stride"], "rms": layer["rms"]}
    if lattice:
        row["cv2_corrected"] = lattice["cv2_corrected"]
        row["predicted"] = sum(band.get("predicted") or 0 for band in lattice["bands"])
    layers.append(row)
summary = {
    "model": found["model"], "pictures": len(found["images"]), "target": "top",
    "input": {
        "period": found["pooled"]["period"], "cv2_corrected": found["pooled"]["cv2_corrected"],
        "max_min": found["pooled"]["max_min"], "bands": bands(found["pooled"]),
        "controls": found["pooled"]["controls"]},
    "layers": layers,
    "without": [
        {"layers": change["layers"], "cosine": change["cosine"], "bands": bands(change["lattice"])}
        for change in traced["without"]]}
with open(target, "w") as file:
    json.dump(summary, file, indent=1)
    file.write("\n")
PYTHON
}

survey() { # model file, name in the gallery, layers to do without
  local model=models/$1 name=$2
  shift 2
  local without=()
  for layer in "$@"; do without+=(--without "$layer"); done
  echo "== $name"
  "$gingham" gradient "$model" "${photographs[@]}" --output "$scratch/$name-gradient" |
    sed -n '/^all .* pictures together/,/controls/p'
  "$gingham" trace "$model" "${photographs[@]}" "${without[@]}" --output "$scratch/$name-trace" |
    sed -n '/^without/,$p' | grep -v '^Written'
  for picture in spectrum phases; do
    cp "$scratch/$name-gradient/$picture.png" "$gallery/$name-$picture.png"
  done
  for picture in unevenness gradients bands; do cp "$scratch/$name-trace/$picture.png" "$gallery/$name-$picture.png"; done
  summarize "$scratch/$name-gradient/findings.json" "$scratch/$name-trace/trace.json" "$gallery/$name-artifacts.json"
}

survey squeezenet1_1.safetensors squeezenet features.0 features.2
survey efficientnet_lite0.pth efficientnet-lite0 _conv_stem _blocks.1._depthwise_conv

echo "== squeezenet, mitigated"
"$gingham" gradient models/squeezenet1_1.safetensors models/pictures/chelsea.png --compare \
  --output "$scratch/mitigations" | grep -v '^Written'
# Photographs: a fifth of the size as a JPEG.
"${PYTHON:-python3}" -c 'import sys
from PIL import Image
Image.open(sys.argv[1]).convert("RGB").save(sys.argv[2], quality=85)' \
  "$scratch/mitigations/montage.png" "$gallery/squeezenet-mitigations.jpg"
cp "$scratch/mitigations/comparison.json" "$gallery/squeezenet-mitigations.json"
