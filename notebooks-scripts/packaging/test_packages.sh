#!/usr/bin/env bash
# Tries what was packed where nothing of Swift and no -dev package is: in Debian's smallest systems, in folders.
#
#   test_packages.sh BUILD DIST FOLDER     .build-standalone/package, dist, and where the systems are kept between runs
#
# The wheel is tried in Debian 12 and 13, the .deb and `make install` in Debian 12. Each must say its version, give a
# gradient of a small net with a figure, and complete words and show a manual; the wheel is imported and gives the same
# gradient, and is timed. Before that the Dockerfile is linted, and the wheel's size and tag are held to what its binaries ask
# for. Needs root (chroot) and debootstrap.
set -euo pipefail
build=$(realpath "$1") dist=$(realpath "$2") here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$3"
systems=$(realpath "$3")
mirror=${MIRROR:-http://deb.debian.org/debian}
wheel=$(ls "$dist"/gingham-*.whl) deb=$(ls "$dist"/gingham_*.deb)

# A system as debootstrap makes it, with a Python that can install wheels.
base() {
  local system=$systems/$1
  [ -e "$system.complete" ] && return
  rm -rf "$system"
  debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates "$1" "$system" "$mirror" >"$system.log"
  touch "$system.complete"
}

# A copy of a system to spoil, with what the test reads in /test.
fresh() {
  system=$systems/try
  rm -rf "$system"
  cp -a "$systems/$1" "$system"
  mkdir "$system/test"
  cp "$here/try_package.py" "$wheel" "$deb" "$system/test"
  cp /etc/resolv.conf "$system/etc/resolv.conf"
  # What this computer needs to reach the mirrors of Debian and PyPI.
  for file in /etc/ssl/certs/ca-certificates.crt /etc/pip.conf /etc/apt/apt.conf.d/*proxy*; do
    [ ! -e "$file" ] || install -D -m 644 "$file" "$system$file"
  done
  if [ "$(find "$system/usr" \( -name '*swift*' -o -name 'libdnnl*' -o -name 'libopenblas*' \) | wc -l)" -ne 0 ]; then
    echo "$1 is not bare" >&2
    exit 1
  fi
}

# A command in the system, which sees its own /proc: libraries beside a binary are found by it.
inside() {
  unshare --mount sh -c 'mount -t proc proc "$1/proc" && exec chroot "$@"' - "$system" \
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"
}

# A command line that is on the PATH: version, gradient with a figure.
command_line() {
  inside sh -c 'cd /test && gingham --version &&
    gingham gradient "random:squeezenet1_1?size=64" picture.npy --target class:3 --threads 1 --output run --force \
      >/dev/null 2>said && test ! -s said || { cat said >&2; exit 1; }'
  inside python3 /test/try_package.py files /test/run
}

try_wheel() {
  fresh "$1"
  inside python3 -m venv /test/environment
  inside /test/environment/bin/pip install --quiet --disable-pip-version-check numpy "/test/$(basename "$wheel")"
  inside ln -s /test/environment/bin/gingham /usr/local/bin/gingham
  inside /test/environment/bin/python /test/try_package.py picture /test/picture.npy
  command_line
  inside /test/environment/bin/python /test/try_package.py package /test/picture.npy /test/run/gradient.npy
  echo "wheel in $(. "$system/etc/os-release" && echo "$PRETTY_NAME"): passed"
}

# Completions and man pages of an installation under a prefix.
shares() {
  local share=$system$1/share
  test -s "$share/bash-completion/completions/gingham" && test -s "$share/zsh/site-functions/_gingham" \
    && test -s "$share/fish/vendor_completions.d/gingham.fish" || { echo "completions are missing" >&2; exit 1; }
  for verb in $("$build/gingham" --help | awk '/^SUBCOMMANDS/ { on = 1; next } on && /^  [a-z]/ { print $1 }' | grep -v '^help$'); do
    gzip --decompress --stdout "$share/man/man1/gingham-$verb.1.gz" | grep -q '^\.SH OPTIONS' \
      || { echo "no manual of $verb" >&2; exit 1; }
  done
}

try_deb() {
  fresh bookworm
  inside apt-get -qq update
  inside env DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends "/test/$(basename "$deb")" >/dev/null
  inside python3 /test/try_package.py picture /test/picture.npy
  command_line
  shares /usr
  echo ".deb in Debian 12: passed"
}

try_install() {
  fresh bookworm
  "$here/stage.sh" "$build" "$system/usr/local"
  # The C libraries that the .deb depends on.
  inside apt-get -qq update
  dpkg-deb --field "$deb" Depends | sed -E 's/ \([^)]*\)//g; s/,//g' \
    >"$system/test/depends"
  inside sh -c 'xargs env DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends </test/depends' >/dev/null
  inside python3 /test/try_package.py picture /test/picture.npy
  command_line
  shares /usr/local
  echo "make install in Debian 12: passed"
}

# What can be seen from outside.
outside() {
  local tools=$systems/tools
  if ! cmp -s "$here/requirements.txt" "$tools/complete"; then
    rm -rf "$tools"
    python3 -m venv "$tools"
    "$tools/bin/pip" install --quiet --disable-pip-version-check --only-binary=:all: --require-hashes \
      --requirement "$here/requirements.txt"
    cp "$here/requirements.txt" "$tools/complete"
  fi
  "$tools/bin/hadolint" "$here/Dockerfile"
  local size tag
  size=$(stat --format %s "$wheel") tag=${wheel##*-none-}
  [ "$size" -le 60000000 ] || { echo "the wheel has $size bytes; 60 MB is the most" >&2; exit 1; }
  "$tools/bin/auditwheel" show "$wheel" >"$systems/auditwheel.txt"
  # auditwheel breaks its lines where they are full.
  tr -s ' \n' ' ' <"$systems/auditwheel.txt" | grep -q "following platform tag: \"${tag%.whl}\"" \
    || { cat "$systems/auditwheel.txt" >&2; echo "the wheel is no ${tag%.whl}" >&2; exit 1; }
  echo "Dockerfile linted; the wheel has $((size / 1000000)) MB and is a ${tag%.whl}"
}

outside
base bookworm
base trixie
try_wheel bookworm
try_wheel trixie
try_deb
try_install
