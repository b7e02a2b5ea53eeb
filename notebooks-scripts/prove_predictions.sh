#!/usr/bin/env bash
# Prediction against measurement at nets with random weights: five architectures, linear and as they are, 64 seeds each.
# Prints a line a net: CV² of each band measured and predicted, and how far the maps correlate. Some twenty minutes; names
# of nets as arguments choose among them.
set -euo pipefail
cd "$(dirname "$0")/.."

wanted=$(IFS=,; echo "$*")
GINGHAM_FULL_PROOF=${wanted:-1} swift test -c release -Xswiftc -enable-testing --scratch-path .build-test --no-parallel --filter RandomNetPredictionTests |
  grep -E '^PROOF|failed|passed after'
