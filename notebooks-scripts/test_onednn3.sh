#!/usr/bin/env bash
# Builds the engine against oneDNN 3 and runs its tests; Debian 12 has version 2.
#
#   notebooks-scripts/test_onednn3.sh
#
# The whole tool with it:
#
#   swift build -c release --product gingham --scratch-path .build-onednn3 $(notebooks-scripts/test_onednn3.sh --flags)
#
# The library comes from PyPI by its hash, into models/onednn3, which git ignores; it runs on GNU's OpenMP as Debian's does.
set -euo pipefail
cd "$(dirname "$0")/.."

environment=models/onednn3
requirements='onednn-cpu-gomp==2023.2.0 --hash=sha256:2f22a54d6a890ed14bfa185d42a4be65d8b5b1df85dc1f0f3a9abe31620416fb
onednn-devel-cpu-gomp==2023.2.0 --hash=sha256:9763c69e8c907e119056bd52ad918ca84ac9ba939d130a99dfa95ccca3e5e284'
if [ "$(cat "$environment/complete" 2>/dev/null)" != "$requirements" ]; then
  rm -rf "$environment"
  python3 -m venv "$environment"
  "$environment/bin/pip" install --quiet --disable-pip-version-check --only-binary=:all: --require-hashes --no-deps \
    --requirement <(echo "$requirements") >&2
  echo "$requirements" >"$environment/complete"
fi
root=$(realpath "$environment")
flags=(-Xcc "-I$root/include" -Xlinker "-L$root/lib" -Xlinker "-rpath=$root/lib")
if [ "${1:-}" = --flags ]; then
  echo "${flags[@]}"
  exit
fi
GINGHAM_ENGINE_ALONE=1 swift test -c release -Xswiftc -enable-testing "${flags[@]}" --scratch-path .build-onednn3 \
  --no-parallel
