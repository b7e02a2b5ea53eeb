#!/usr/bin/env bash
# Lays a build out as it is installed: tool, library, header, completions, man pages, licence.
#
#   stage.sh BUILD ROOT        from .build-standalone/package to /usr/local, say
#
# The tool itself makes its completions and the description that man pages are written from.
set -euo pipefail
build=$1 root=$2
here=$(cd "$(dirname "$0")" && pwd)
source=$here/../..

install -d "$root"/{bin,lib,include} "$root/share/doc/gingham"
install -m 755 "$build/gingham" "$root/bin/gingham"
install -m 644 "$build/libginghamc.so" "$root/lib/libginghamc.so"
install -m 644 "$source/Sources/CGingham/include/gingham.h" "$root/include/gingham.h"
install -m 644 "$source/LICENSE" "$source/README.md" "$source/CHANGELOG.md" "$root/share/doc/gingham"
cp -r "$build/licenses" "$root/share/doc/gingham"

completion() {
  install -d "$(dirname "$root/share/$2")"
  "$build/gingham" --generate-completion-script "$1" >"$root/share/$2"
}
completion bash bash-completion/completions/gingham
completion zsh zsh/site-functions/_gingham
completion fish fish/vendor_completions.d/gingham.fish
python3 "$here/manual.py" "$build/gingham" "$root/share/man/man1"
gzip --force --no-name --best "$root"/share/man/man1/gingham*.1
