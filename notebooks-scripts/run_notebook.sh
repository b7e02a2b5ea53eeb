#!/usr/bin/env bash
# Executes notebooks from start to end, so that they stay true; fails where a cell does.
#
#   BUILD=.build/release notebooks-scripts/run_notebook.sh [--record] [NOTEBOOK …]
#
# All of them where none is named. With --record the outputs are written into the committed notebooks, without times.
#
# Installs notebook_requirements.txt into models/notebook-environment, which git ignores. PyTorch and what stands on it are
# those of the Python package's tests (run_python_tests.sh installs them); where they cannot be had, notebooks that want them
# say so and are passed over.
set -euo pipefail
cd "$(dirname "$0")/.."

record=
if [ "${1:-}" = --record ]; then
  record=yes
  shift
fi
notebooks=("$@")
[ $# -gt 0 ] || notebooks=(notebooks-scripts/*.ipynb)

environment=models/notebook-environment
requirements=notebooks-scripts/notebook_requirements.txt
if ! cmp -s "$requirements" "$environment/complete"; then
  rm -rf "$environment"
  python3 -m venv "$environment"
  "$environment/bin/pip" install --quiet --disable-pip-version-check --only-binary=:all: --require-hashes \
    --requirement "$requirements"
  cp "$requirements" "$environment/complete"
fi
python=$(realpath "$environment")/bin/python
# Behind the notebooks' own packages.
frameworks=$(echo "$(realpath models)"/python-environment/lib/python3*/site-packages)
echo "$frameworks" >"$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/frameworks.pth"

build=$(realpath "${BUILD:-.build/release}")
# Bars that move are nothing to keep.
export TQDM_DISABLE=1
export GINGHAM_LIBRARY="$build/libginghamc.so" PYTHONPATH=$PWD/notebooks-scripts/python PYTHONDONTWRITEBYTECODE=1
executed=$(mktemp -d)
trap 'rm -rf "$executed"' EXIT
for notebook in "${notebooks[@]}"; do
  if grep -q '"import torch' "$notebook" && ! "$python" -c 'import torch, onnx, foolbox, captum' 2>/dev/null; then
    echo "passed over $notebook: it wants PyTorch, onnx, foolbox and captum, which are not installed here"
    continue
  fi
  target=$executed
  [ -z "$record" ] || target=$(dirname "$notebook")
  "$python" -m nbconvert --to notebook --execute --log-level ERROR \
    --ClearMetadataPreprocessor.enabled=True --ClearMetadataPreprocessor.clear_notebook_metadata=False \
    --output-dir "$target" --output "$(basename "$notebook")" "$notebook"
  echo "executed $notebook"
done
