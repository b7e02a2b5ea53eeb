#!/usr/bin/env bash
# Renders the guides and the reference of every room as a static site: .build/documentation/index.html, to be served by any
# web server (`python3 -m http.server --directory .build/documentation`).
set -euo pipefail
cd "$(dirname "$0")/.."

graphs=.build/symbol-graphs
site=.build/documentation
rm -rf "$graphs" "$site"
mkdir -p "$graphs"
swift build --target Gingham --scratch-path .build-docs \
  -Xswiftc -emit-symbol-graph -Xswiftc -emit-symbol-graph-dir -Xswiftc "$PWD/$graphs"
# Only the house's own rooms.
find "$graphs" -name '*.symbols.json' ! -name 'Gingham*' -delete
docc="$(dirname "$(readlink -f "$(command -v swift)")")/docc"
"$docc" convert Sources/Gingham/Gingham.docc --additional-symbol-graph-dir "$graphs" \
  --fallback-display-name Gingham --fallback-bundle-identifier gingham \
  --transform-for-static-hosting --output-path "$site"
echo "Written to $site"
