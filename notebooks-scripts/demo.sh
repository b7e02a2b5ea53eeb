#!/usr/bin/env bash
# The first five minutes: a pretrained net, two photographs, and the grid in their gradients.
# Writes outputs/demo, and outputs/examples for the guides. Without a way to fetch the net, goes on with random weights.
set -euo pipefail
cd "$(dirname "$0")/.."

gingham=${GINGHAM:-.build/release/gingham}
model=models/squeezenet1_1.safetensors
pictures=(models/pictures/chelsea.png models/pictures/coffee.png)

notebooks-scripts/fetch_models.sh all || echo "Not everything could be fetched; going on with what is there." >&2
if [ ! -e "$model" ]; then
  echo "There is no pretrained net: the demo uses random weights." >&2
  model=random:squeezenet1_1
fi
existing=()
for picture in "${pictures[@]}"; do [ -e "$picture" ] && existing+=("$picture"); done
if [ ${#existing[@]} -eq 0 ]; then
  echo "There are no photographs to look at: put some PNG or JPEG files into models/pictures/." >&2
  exit 1
fi

echo "== gingham gradient: what does the predicted class see in each pixel?"
"$gingham" gradient "$model" "${existing[@]}" --output outputs/demo/gradient --force
echo
echo "== the same by SmoothGrad, and Grad-CAM"
"$gingham" gradient "$model" "${existing[0]}" --method smoothgrad --samples 25 --noise 10 --output outputs/demo/smoothgrad --force
"$gingham" gradient "$model" "${existing[0]}" --method gradcam --output outputs/demo/gradcam --force
echo
echo "== gingham trace: which layer brings the grid in? And what if the first pool sent its gradient back evenly?"
"$gingham" trace "$model" "${existing[@]}" --without features.2 --output outputs/demo/trace --force |
  sed -n '/^the gradient at the pixels/,$p'
echo
echo "== the grid taken out of the gradient, in six ways"
"$gingham" gradient "$model" "${existing[0]}" --compare --output outputs/demo/mitigations --force
echo
if [ -e models/dcgan_faces.pth ] && [ -e models/multistyle26.onnx ]; then
  echo "== gingham generate: pictures for the guides"
  notebooks-scripts/examples.sh
  echo
fi
echo "Pictures and findings are in outputs/demo:"
find outputs/demo -name '*.png' -o -name 'findings.json' | sort | sed 's/^/  /'
