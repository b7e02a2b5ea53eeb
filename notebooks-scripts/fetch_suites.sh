#!/bin/sh
# Fetches the conformance suites that no Debian package carries into models/suites/, which git ignores.
#
# The wheel of onnx 1.17.0 holds node cases up to operator set 22 and, under light/, nine well-known classifiers with
# expected outputs. Later wheels carry neither.
set -eu

wheel=onnx-1.17.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl
sha256=4a183c6178be001bf398260e5ac2c927dc43e7746e8638d6c05c20e321f8c949

root=$(cd "$(dirname "$0")/.." && pwd)
target="$root/models/suites/onnx-1.17.0"
if [ -f "$target/complete" ]; then
  echo "$target is there already"
  exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m pip download --quiet --no-deps --only-binary=:all: --python-version 3.11 \
  --platform manylinux2014_x86_64 --dest "$work" onnx==1.17.0
echo "$sha256  $work/$wheel" | sha256sum --check --quiet

rm -rf "$target"
mkdir -p "$target"
# The wheel is a zip file; Python is here, unzip may not be.
python3 - "$work/$wheel" "$target" <<'PYTHON'
import pathlib, sys, zipfile

prefix = "onnx/backend/test/data/"
archive, target = zipfile.ZipFile(sys.argv[1]), pathlib.Path(sys.argv[2])
for entry in archive.infolist():
    if entry.filename.startswith(prefix) and not entry.is_dir():
        path = target / entry.filename[len(prefix):]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(archive.read(entry))
PYTHON
touch "$target/complete"
echo "fetched $target"
