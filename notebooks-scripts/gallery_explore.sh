#!/usr/bin/env bash
# Screenshots of a site of SqueezeNet with the fetched photographs, as outputs/gallery/explore-*.webp. Needs models/
# (fetch_models.sh), the built tool, Debian's chromium and the Python package pillow; some minutes on two idle cores.
#
#   notebooks-scripts/gallery_explore.sh [OPTIONS OF gingham explore, such as --threads 1]
set -euo pipefail
cd "$(dirname "$0")/.."
gingham=${GINGHAM:-.build/release/gingham}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"$gingham" explore models/squeezenet1_1.safetensors \
  --layers features.0,features.6.squeeze,features.6.expand3x3,features.9.squeeze,features.9.expand3x3 --units 0-23 \
  --steps 32 --negative --pictures models/pictures --output "$scratch/net" "$@"
"$gingham" explore models/dcgan_faces.pth --output "$scratch/generator" "$@"

shoot() { # site, name, address, width and height in pixels
  chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$scratch/profile" \
    --virtual-time-budget=5000 --window-size="$4,$5" --screenshot="$scratch/shot.png" \
    "file://$scratch/$1/index.html$3" 2>/dev/null
  # As good as 150 kB allow.
  python3 - "$scratch/shot.png" "outputs/gallery/explore-$2.webp" <<'PYTHON'
import os, sys
from PIL import Image
for quality in (80, 65, 50, 35):
    Image.open(sys.argv[1]).convert("RGB").save(sys.argv[2], quality=quality, method=6)
    if os.path.getsize(sys.argv[2]) < 150_000:
        break
PYTHON
}
shoot net net '#/' 1280 1300
shoot net unit '#/features.9.expand3x3/6' 1280 1500
shoot net picture '#picture/0' 1280 1100
shoot generator generator '#/' 1280 1500
shoot generator sample '#sample/0' 1280 1400
