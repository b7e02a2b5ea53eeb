#!/usr/bin/env python3
"""What Python adds: time of a gradient beside `gingham bench`'s, memory of a batch, growth over 10,000 calls, two threads.

    PYTHONPATH=notebooks-scripts/python GINGHAM=.build/release/gingham notebooks-scripts/benchmarks/python_overhead.py \
      [MODEL [THREADS [TARGET]]]

Tool and package take turns, so that a change of the computer's pace meets both. Each measurement is a process of its own.
What must hold on any computer (memory, growth, threads, forks) is held by python/tests/test_model.py, too.
"""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from statistics import median

import numpy as np

import gingham

MODEL, THREADS, TARGET = (sys.argv[1:] + ["random:squeezenet1_1", "2", "class:281"][len(sys.argv) - 1 :])[:3]
ROUNDS, CALLS = 9, 30


def status(key):
    """Bytes of this process: "VmRSS" now, "VmHWM" at most so far."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith(key + ":"))
    return int(line.split()[1]) << 10


def milliseconds(call):
    """Median over calls."""
    times = []
    for _ in range(CALLS):
        start = time.perf_counter()
        call()
        times.append(1000 * (time.perf_counter() - start))
    return median(times)


def bench():
    """The tool's median in milliseconds."""
    done = subprocess.run(
        [os.environ.get("GINGHAM", "gingham"), "bench", MODEL, "--target", TARGET, "--threads", THREADS, "--json"],
        check=True, capture_output=True)
    return json.loads(done.stdout)["gradient_ms"]


def overhead():
    """Of a gradient with its value, against the tool; of the same through PyTorch where it is installed."""
    model = gingham.open(MODEL, threads=int(THREADS))
    x = np.random.default_rng(0).normal(0.5, 0.25, model.input_shape).astype(np.float32)
    ways = {"bench": bench, "Python": lambda: milliseconds(lambda: model.value_and_gradient(x, TARGET))}
    if TARGET.startswith("class:"):
        try:
            import torch
        except ImportError:
            pass
        else:
            torch.set_num_threads(int(THREADS))
            net, pixels, unit = gingham.torch.Module(model), torch.from_numpy(x), int(TARGET[6:])

            def step():
                leaf = pixels.detach().requires_grad_()
                net(leaf)[:, unit].sum().backward()

            ways["PyTorch"] = lambda: milliseconds(step)
    rounds = [{way: measured() for way, measured in ways.items()} for _ in range(ROUNDS + 1)][1:]
    for way in ways:
        share = median(taken[way] / taken["bench"] for taken in rounds) - 1
        print(f"{way:8} {median(taken[way] for taken in rounds):8.3f} ms, {100 * share:+5.1f} % in the median of {ROUNDS} rounds")


def batch():
    """A batch of 64 pictures: how much more than its results a pass holds at most, in units of the batch."""
    model = gingham.open(MODEL, threads=int(THREADS))
    x = np.full((64, *model.input_shape[1:]), 0.5, np.float32)
    layer = next(iter(model.layers))
    for name, call in {
        "activations": lambda: model.activations(x, layer), "gradient": lambda: model.gradient(x, f"layer:{layer}"),
    }.items():
        call()
        # What the first call left behind is there again for the next.
        held = call()
        before = status("VmHWM")
        again = call()
        grown = status("VmHWM") - before - again.nbytes
        print(f"64 pictures, {x.nbytes / 1e6:.1f} MB, {name} of {layer}: {grown / x.nbytes:+.2f} batches beyond the result")
        del held, again


def growth():
    """Resident memory over 10,000 calls."""
    model = gingham.open("random:squeezenet1_1?size=32", threads=1)
    x = np.full((1, 3, 32, 32), 0.5, np.float32)
    for _ in range(500):
        model.value_and_gradient(x, "features.0:3")
    before = status("VmRSS")
    for _ in range(10_000):
        model.value_and_gradient(x, "features.0:3")
    print(f"10,000 calls: {(status('VmRSS') - before) / 1024:+.0f} KiB")


def threads():
    """Two Python threads with a net of one thread each, against one of them."""

    def work(model, x):
        for _ in range(CALLS):
            model.value_and_gradient(x, TARGET)

    models = [gingham.open(MODEL, threads=1) for _ in range(2)]
    x = np.full(models[0].input_shape, 0.5, np.float32)

    def taken(chosen):
        several = [threading.Thread(target=work, args=(model, x)) for model in chosen]
        start = time.perf_counter()
        for thread in several:
            thread.start()
        for thread in several:
            thread.join()
        return time.perf_counter() - start

    taken(models)
    rounds = [(taken(models[:1]), taken(models)) for _ in range(5)]
    print(f"two Python threads: {median(2 * one / two for one, two in rounds):.2f} times the work of one")


def main():
    if part := os.environ.get("PYTHON_OVERHEAD_PART"):
        return globals()[part]()
    print(f"{MODEL}, {TARGET}, {THREADS} threads; {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}", flush=True)
    for part in ["overhead", "batch", "growth", "threads"]:
        subprocess.run([sys.executable, *sys.argv], check=True, env={**os.environ, "PYTHON_OVERHEAD_PART": part})


if __name__ == "__main__":
    main()
