#!/usr/bin/env bash
# Probes two pretrained classifiers on twenty labelled photographs, and keeps small pictures and findings of it in
# outputs/gallery/. Needs models/ (fetch_models.sh) and the built tool; takes most of an hour on two idle cores. A
# run that was stopped goes on where it was.
#
#   notebooks-scripts/gallery_probe.sh [OPTIONS OF gingham probe, such as --threads 1]
set -euo pipefail
cd "$(dirname "$0")/.."

gingham=${GINGHAM:-.build/release/gingham}
runs=outputs/probe-gallery
gallery=outputs/gallery
pictures=(models/pictures/foolbox/*.jpg)
attacks=(--labels filename --attack fgsm,pgd,apgd-ce,apgd-dlr,deepfool,noise --steps 20 --early-stop --batch 4)
mkdir -p "$gallery" "$runs"

# A run's folder, the model, the number of pictures, and what more is asked for.
probe() {
  local run=$1 model=$2 count=$3
  shift 3
  "$gingham" probe "models/$model" "${pictures[@]:0:$count}" --output "$runs/$run" --force "$@" > "$runs/$run.txt"
  cp "$runs/$run/findings.json" "$gallery/probe-$run.json"
  cat "$runs/$run.txt"
}

keep() {
  local run=$1 figure
  shift
  for figure in "$@"; do cp "$runs/$run/$figure.png" "$gallery/probe-${run%-*}-$figure.png"; done
}

probe squeezenet1_1-linf squeezenet1_1.safetensors 20 "${attacks[@]}" --fourier 16 --phase-study "$@"
probe squeezenet1_1-l2 squeezenet1_1.safetensors 20 "${attacks[@]}" --norm l2 --minimal --no-pictures "$@"
keep squeezenet1_1-linf curves spectrum-magnitude fourier phases
probe efficientnet_lite0-linf efficientnet_lite0.pth 20 "${attacks[@]}" "$@"
probe efficientnet_lite0-l2 efficientnet_lite0.pth 20 "${attacks[@]}" --norm l2 --minimal --no-pictures "$@"
probe efficientnet_lite0-phases efficientnet_lite0.pth 20 --labels filename --attack fgsm --epsilon 1/255 --no-pictures \
  --batch 4 --fourier 16 --phase-study "$@"
keep efficientnet_lite0-linf curves spectrum-magnitude
keep efficientnet_lite0-phases fourier phases
