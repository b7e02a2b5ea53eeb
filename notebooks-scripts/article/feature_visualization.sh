#!/usr/bin/env bash
# Reproduces the figures of "Feature Visualization" (Olah, Mordvintsev & Schubert 2017) that one classifier can show:
# runs recipes/feature_visualization.yaml on SqueezeNet 1.1 and draws one sheet a figure into outputs/gallery.
#
#   make build && notebooks-scripts/fetch_models.sh demo
#   PYTHON=python3 notebooks-scripts/article/feature_visualization.sh
#
# PYTHON needs numpy and pillow. Some ten minutes on two cores; a killed run goes on where it stopped.
set -euo pipefail
cd "$(dirname "$0")/../.."

folder=outputs/feature-visualization
"${GINGHAM:-.build/release/gingham}" run notebooks-scripts/recipes/feature_visualization.yaml --output "$folder"
"${PYTHON:-python3}" notebooks-scripts/distill_sheets.py feature_visualization "$folder"
