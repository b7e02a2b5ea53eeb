#!/usr/bin/env python3
"""What Python adds to a gradient: the time of `model.value_and_gradient` beside that of `gingham bench`, on the same net.

    PYTHONPATH=notebooks-scripts/python GINGHAM=.build/release/gingham notebooks-scripts/benchmarks/python_overhead.py \
      [MODEL [THREADS [TARGET]]]

Both take turns, so that a change of the computer's pace meets both; medians are compared.
"""

import json
import os
import subprocess
import sys
import time
from statistics import median

import numpy as np

import gingham

MODEL, THREADS, TARGET = (sys.argv[1:] + ["random:squeezenet1_1", "2", "class:281"][len(sys.argv) - 1 :])[:3]


def bench():
    """The tool's median in milliseconds."""
    done = subprocess.run(
        [os.environ.get("GINGHAM", "gingham"), "bench", MODEL, "--target", TARGET, "--threads", THREADS, "--json"],
        check=True, capture_output=True)
    return json.loads(done.stdout)["gradient_ms"]


def python(model, x):
    """The package's median in milliseconds."""
    for _ in range(3):
        model.value_and_gradient(x, TARGET)
    times = []
    for _ in range(40):
        start = time.perf_counter()
        model.value_and_gradient(x, TARGET)
        times.append(1000 * (time.perf_counter() - start))
    return median(times)


def main():
    model = gingham.open(MODEL, threads=int(THREADS))
    x = np.random.default_rng(0).normal(0.5, 0.25, model.input_shape).astype(np.float32)
    rounds = [(bench(), python(model, x)) for _ in range(7)]
    tool, ours = (median(column) for column in zip(*rounds))
    print(f"{MODEL}, {TARGET}, {THREADS} threads: bench {tool:.3f} ms, Python {ours:.3f} ms, {100 * (ours / tool - 1):+.1f} %")


if __name__ == "__main__":
    main()
