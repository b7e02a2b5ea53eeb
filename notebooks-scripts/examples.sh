#!/usr/bin/env bash
# Pictures that README and guides look at, in outputs/examples: samples of two nets, one of them twice.
#
#   faces    a DCGAN's faces, with a faint grid that all have in common
#   styled   photographs in a style that paints a grid into each of them
#   bright   the faces again, their output range mapped unlike in training
#
# Needs the nets and photographs of `fetch_models.sh generators` and the tool, taken from GINGHAM or .build/release.
set -euo pipefail
cd "$(dirname "$0")/.."
case ${1:-} in '') ;; *) sed -n '2,/^$/{s/^# \{0,1\}//p}' "$0"; [ "$1" = --help ]; exit ;; esac

gingham=${GINGHAM:-.build/release/gingham}
examples=outputs/examples
photographs=(models/pictures/chelsea.png models/pictures/coffee.png models/pictures/rocket.jpg models/pictures/flower.jpg)

make_example() {
  echo "  $examples/$1"
  "$gingham" generate "${@:2}" --output "$examples/$1" --force --quiet >/dev/null
}

make_example faces models/dcgan_faces.pth --samples 64
make_example styled models/multistyle26.onnx --images "${photographs[@]}" --input style_weights=onehot:19
make_example bright models/dcgan_faces.pth --samples 24 --range=-2..1
