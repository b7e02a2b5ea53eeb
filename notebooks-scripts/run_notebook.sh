#!/usr/bin/env bash
# Executes a notebook from start to end, so that it stays true; fails where a cell does.
#
#   GINGHAM=.build/release/gingham notebooks-scripts/run_notebook.sh [NOTEBOOK [OUTPUT.ipynb]]
#   GINGHAM=.build/release/gingham notebooks-scripts/run_notebook.sh --record
#
# With --record the outputs are written into the committed notebook, without times.
#
# Installs notebook_requirements.txt into models/notebook-environment, which git ignores.
set -euo pipefail
cd "$(dirname "$0")/.."

notebook=notebooks-scripts/gradient_lattice.ipynb
output=$(mktemp -d)/executed.ipynb
if [ "${1:-}" = --record ]; then
  output=$notebook
else
  notebook=${1:-$notebook}
  output=${2:-$output}
fi
environment=models/notebook-environment
if [ ! -f "$environment/complete" ]; then
  rm -rf "$environment"
  python3 -m venv "$environment"
  "$environment/bin/pip" install --quiet --disable-pip-version-check --only-binary=:all: --require-hashes \
    --requirement notebooks-scripts/notebook_requirements.txt
  touch "$environment/complete"
fi
"$environment/bin/jupyter" nbconvert --to notebook --execute --log-level WARN \
  --ClearMetadataPreprocessor.enabled=True --ClearMetadataPreprocessor.clear_notebook_metadata=False \
  --output-dir "$(dirname "$output")" --output "$(basename "$output")" "$notebook"
echo "executed $notebook: $output"
