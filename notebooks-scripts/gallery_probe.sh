#!/usr/bin/env bash
# Probes two pretrained classifiers on twenty labelled photographs, and keeps small pictures and findings of it in
# outputs/gallery/. Needs models/ (fetch_models.sh) and the built tool; takes half an hour on two cores. A run that was
# stopped goes on where it was.
#
#   notebooks-scripts/gallery_probe.sh [FOLDER FOR THE RUNS]
set -euo pipefail
cd "$(dirname "$0")/.."

gingham=.build/release/gingham
runs=${1:-outputs/probe-gallery}
gallery=outputs/gallery
pictures=(models/pictures/foolbox/*.jpg)
mkdir -p "$gallery" "$runs"

for model in squeezenet1_1.safetensors efficientnet_lite0.pth; do
  name=${model%%.*}
  "$gingham" probe "models/$model" "${pictures[@]}" --labels filename --epsilon 0.25/255,0.5/255,1/255,2/255,4/255,8/255 \
    --attack fgsm,pgd,apgd-ce,apgd-dlr,deepfool,noise --steps 40 --minimal --fourier 16 --phase-study --batch 4 \
    --output "$runs/$name-linf" > "$runs/$name-linf.txt"
  "$gingham" probe "models/$model" "${pictures[@]}" --labels filename --norm l2 --attack fgsm,pgd,apgd-ce,deepfool,noise \
    --steps 40 --batch 4 --no-pictures --output "$runs/$name-l2" > "$runs/$name-l2.txt"
  for figure in curves worst spectrum-magnitude fourier phases; do
    cp "$runs/$name-linf/$figure.png" "$gallery/probe-$name-$figure.png"
  done
  cp "$runs/$name-linf/findings.json" "$gallery/probe-$name-linf.json"
  cp "$runs/$name-l2/findings.json" "$gallery/probe-$name-l2.json"
  cat "$runs/$name-linf.txt" "$runs/$name-l2.txt"
done
