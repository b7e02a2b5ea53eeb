#!/usr/bin/env bash
# Reproduces "Deconvolution and Checkerboard Artifacts" (Odena, Dumoulin & Olah 2016): runs
# recipes/checkerboard_artifacts.yaml and draws one sheet a figure into outputs/gallery.
#
#   make build && notebooks-scripts/fetch_models.sh all
#   PYTHON=python3 notebooks-scripts/article/checkerboard_artifacts.sh
#
# PYTHON needs numpy and pillow, and torch and onnx to train the two style transfer nets where outputs/style-transfer has none
# (some ten minutes on two cores).
set -euo pipefail
cd "$(dirname "$0")/../.."

gingham=${GINGHAM:-.build/release/gingham}
python=${PYTHON:-python3}
folder=outputs/checkerboard-artifacts

mkdir -p "$folder"
"$python" -c 'from PIL import Image; import sys; Image.new("RGB", (64, 64), (128, 128, 128)).save(sys.argv[1])' \
  "$folder/grey.png"
for net in deconvolution resize; do
  [ -f "outputs/style-transfer/$net.onnx" ] || "$python" notebooks-scripts/article/style_transfer.py
done
"$gingham" run notebooks-scripts/recipes/checkerboard_artifacts.yaml --output "$folder"
"$python" notebooks-scripts/distill_sheets.py checkerboard_artifacts "$folder"
