#!/usr/bin/env bash
# Builds what is installed and packed: libginghamc.so with Swift's own libraries inside, and gingham, a program of one line
# over it, so that the code is there once.
#
#   build.sh SCRATCH          leaves both in SCRATCH/package
#
# Libraries that stand beside the binaries are found there, and by each other.
set -euo pipefail
cd "$(dirname "$0")/../.."
mkdir -p "$1/package"
scratch=$(realpath "$1")
package=$scratch/package header=Sources/CGingham/include/gingham.h
swift=$(dirname "$(dirname "$(realpath "$(command -v swift)")")")

notebooks-scripts/packaging/small_icu.py "$swift/lib/swift_static/linux" "$scratch/icu"
"$swift/bin/clang" -c "$scratch/icu/icudt.s" -o "$scratch/icu/icudt.o"

# Only what the header declares goes out of the library; what nothing of that needs stays out of it.
{
  echo "{ global:"
  grep -oE '\bgingham_[a-z_]+\(' "$header" | tr '(' ';' | sort -u
  echo "local: *; };"
} >"$scratch/exports.map"

# SwiftPM's option for static Swift libraries passes dynamic products over, the compiler's does not.
GINGHAM_ICU=$scratch/icu/icudt.o swift build -c release -Xswiftc -static-stdlib --scratch-path "$scratch" --product ginghamc \
  -Xlinker --disable-new-dtags -Xlinker -rpath -Xlinker '$ORIGIN' -Xlinker --gc-sections \
  -Xlinker "--version-script=$scratch/exports.map"
install -m 755 "$scratch/release/libginghamc.so" "$package/libginghamc.so"
strip --strip-unneeded "$package/libginghamc.so"

# Of what is inside the library. Swift comes without ICU's, which are the same in Debian's.
install -d "$package/licenses"
install -m 644 "$swift/share/swift/LICENSE.txt" "$package/licenses/swift.txt"
for place in "$scratch"/checkouts/*/; do
  install -m 644 "$place"LICENSE* "$package/licenses/$(basename "$place").txt"
done
install -m 644 /usr/share/doc/libkissfft-dev/copyright "$package/licenses/kissfft.txt"
install -m 644 /usr/share/doc/libicu72/copyright "$package/licenses/icu.txt"

echo '#include "gingham.h"
int main(void) { gingham_main(); }' >"$scratch/main.c"
"$swift/bin/clang" -O2 -I "$(dirname "$header")" "$scratch/main.c" -o "$package/gingham" -L "$package" -lginghamc -s \
  -Wl,--disable-new-dtags '-Wl,-rpath,$ORIGIN:$ORIGIN/../lib' -Wl,--allow-shlib-undefined
