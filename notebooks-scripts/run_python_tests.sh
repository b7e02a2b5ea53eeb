#!/usr/bin/env bash
# Tests the Python package against a built library and tool.
#
#   BUILD=.build/release notebooks-scripts/run_python_tests.sh [TEST …]
#
# Installs python/test_requirements.txt into models/python-environment, which git ignores; PYTHON names another interpreter
# whose packages are taken as they are. TEST is a module, class or test, such as test_model.Inputs.
set -euo pipefail
cd "$(dirname "$0")/.."

build=$(realpath "${BUILD:-.build/release}")
python=${PYTHON:-}
if [ -z "$python" ]; then
  environment=models/python-environment
  requirements=notebooks-scripts/python/test_requirements.txt
  if ! cmp -s "$requirements" "$environment/complete"; then
    rm -rf "$environment"
    python3 -m venv "$environment"
    install=(
      "$environment/bin/pip" install --quiet --disable-pip-version-check --only-binary=:all: --require-hashes --no-deps
    )
    grep -vE '^(torch|grad-cam)==' "$requirements" >"$environment/others.txt"
    grep '^torch==' "$requirements" >"$environment/torch.txt"
    grep '^grad-cam==' "$requirements" >"$environment/sources.txt"
    "${install[@]}" --requirement "$environment/others.txt"
    "${install[@]}" --no-binary=grad-cam --no-build-isolation --requirement "$environment/sources.txt"
    # PyTorch without CUDA may lie on this computer; it is not on PyPI.
    if "${install[@]}" --requirement "$environment/torch.txt" 2>/dev/null ||
      "${install[@]}" --retries 1 --requirement "$environment/torch.txt" \
        --index-url https://download.pytorch.org/whl/cpu 2>/dev/null
    then
      cp "$requirements" "$environment/complete"
    else
      echo "PyTorch cannot be installed here: the tests of its adapters are skipped" >&2
    fi
  fi
  python=$(realpath "$environment")/bin/python
fi

export GINGHAM="$build/gingham" GINGHAM_LIBRARY="$build/libginghamc.so" PYTHONDONTWRITEBYTECODE=1
export PYTHONPATH=$PWD/notebooks-scripts/python
cd notebooks-scripts/python/tests
if [ $# -gt 0 ]; then exec "$python" -W ignore -m unittest "$@"; fi
exec "$python" -W ignore -m unittest discover --pattern 'test_*.py'
