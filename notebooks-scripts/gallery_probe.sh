#!/usr/bin/env bash
# Probes two pretrained classifiers on twenty labelled photographs, and keeps small pictures and findings of it in
# outputs/gallery/. Needs models/ (fetch_models.sh) and the built tool; takes a quarter of an hour on two idle cores. A
# run that was stopped goes on where it was.
#
#   notebooks-scripts/gallery_probe.sh [OPTIONS OF gingham probe, such as --threads 1]
set -euo pipefail
cd "$(dirname "$0")/.."

gingham=${GINGHAM:-.build/release/gingham}
runs=outputs/probe-gallery
gallery=outputs/gallery
pictures=(models/pictures/foolbox/*.jpg)
mkdir -p "$gallery" "$runs"

for model in squeezenet1_1.safetensors efficientnet_lite0.pth; do
  name=${model%%.*}
  # The same attacks twice: the second run finds them in the folder, and adds what takes longer.
  for more in "" "--fourier 16 --phase-study"; do
    # shellcheck disable=SC2086
    "$gingham" probe "models/$model" "${pictures[@]}" --labels filename --attack fgsm,pgd,apgd-ce,deepfool,noise \
      --steps 20 --batch 4 --output "$runs/$name-linf" $more "$@" > "$runs/$name-linf.txt"
  done
  "$gingham" probe "models/$model" "${pictures[@]}" --labels filename --norm l2 --attack fgsm,pgd,deepfool,noise \
    --steps 20 --batch 4 --no-pictures --output "$runs/$name-l2" "$@" > "$runs/$name-l2.txt"
  for figure in curves worst spectrum-magnitude fourier phases; do
    cp "$runs/$name-linf/$figure.png" "$gallery/probe-$name-$figure.png"
  done
  cp "$runs/$name-linf/findings.json" "$gallery/probe-$name-linf.json"
  cp "$runs/$name-l2/findings.json" "$gallery/probe-$name-l2.json"
  cat "$runs/$name-linf.txt" "$runs/$name-l2.txt"
done
