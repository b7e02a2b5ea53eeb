#!/usr/bin/env bash
# Screenshots of a site of SqueezeNet with the fetched photographs, as outputs/gallery/explore-*.webp. Needs models/
# (fetch_models.sh), the built tool and Debian's chromium; some minutes on two idle cores.
#
#   notebooks-scripts/gallery_explore.sh [OPTIONS OF gingham explore, such as --threads 1]
set -euo pipefail
cd "$(dirname "$0")/.."
gingham=${GINGHAM:-.build/release/gingham}
# A site that is there already is taken as it is.
site=${SITE:-}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

if [ -z "$site" ]; then
  site=$scratch/site
  "$gingham" explore models/squeezenet1_1.safetensors \
    --layers features.0,features.6.squeeze,features.6.expand3x3,features.9.squeeze,features.9.expand3x3 --units 0-23 \
    --negative --pictures models/pictures --output "$site" "$@"
fi

shoot() { # name, address, width and height in pixels
  chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$scratch/profile" \
    --virtual-time-budget=5000 --window-size="$3,$4" --screenshot="outputs/gallery/explore-$1.webp" \
    "file://$(realpath "$site")/index.html$2" 2>/dev/null
}
shoot net '#/' 1280 900
shoot layer '#/features.9.expand3x3' 1280 620
shoot unit '#/features.9.expand3x3/6' 1280 1500
shoot picture '#picture/0' 1280 900
