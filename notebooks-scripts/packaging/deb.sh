#!/usr/bin/env bash
# Packs a build as gingham_VERSION_ARCHITECTURE.deb, which `apt install ./FILE` takes with what it depends on.
#
#   deb.sh BUILD FOLDER        from .build-standalone/package to dist/
set -euo pipefail
build=$1 target=$2
here=$(cd "$(dirname "$0")" && pwd)

root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
"$here/stage.sh" "$build" "$root/usr"
install -m 644 "$here/../../LICENSE" "$root/usr/share/doc/gingham/copyright"

# The packages that hold what the binaries are linked with, each at least as new as here.
depends=$(
  for binary in "$root/usr/bin/gingham" "$root/usr/lib/libginghamc.so"; do
    objdump -p "$binary" | awk '$1 == "NEEDED" { print $2 }'
  done | sort -u | grep -v '^libginghamc' | while read -r library; do
    path=$(ldconfig -p | awk -v name="$library" '$1 == name { print $NF; exit }')
    [ -n "$path" ] || { echo "no $library on this system" >&2; exit 1; }
    # Alternatives are links, and packages name their files without /usr where that is one.
    dpkg -S "$path" 2>/dev/null || dpkg -S "${path#/usr}" 2>/dev/null || dpkg -S "$(realpath "$path")"
  done | cut -d: -f1 | sort -u | while read -r package; do
    version=$(dpkg-query --show --showformat='${Version}' "$package" | sed -E 's/(\+b[0-9]+|[+~]deb[0-9]+u[0-9]+)$//')
    echo "$package (>= $version)"
  done | paste -sd, | sed 's/,/, /g'
)
version=$("$build/gingham" --version | head -1)
architecture=$(dpkg --print-architecture)
install -d "$root/DEBIAN" "$target"
cat >"$root/DEBIAN/control" <<CONTROL
Package: gingham
Version: $version
Architecture: $architecture
Maintainer: The Gingham authors <gingham@localhost>
Installed-Size: $(du -sk "$root/usr" | cut -f1)
Depends: $depends, fonts-dejavu-core
Section: science
Priority: optional
Description: input gradients of convolutional nets
 Measures, predicts and takes out the checkerboards in gradients and generated pictures, draws attributions and feature
 visualizations, and attacks nets. A command line, and a library for C and Python.
CONTROL
dpkg-deb --build -Zxz -z3 --root-owner-group "$root" "$target/gingham_${version}_$architecture.deb"
