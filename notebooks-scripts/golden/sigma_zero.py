#!/usr/bin/env python3
"""Golden sigma-zero (Cina et al. 2024, algorithm 1): a plain PyTorch writing of the paper's algorithm, its gradient by
autograd, on the net and pictures of adversarial.py.

    pip install torch==2.13.0+cpu numpy
    python notebooks-scripts/golden/sigma_zero.py    # Tests/AdversarialProbingTests/Golden/sigma_zero.npz

Holds the pictures of fewest changed elements after N steps for several N, and how many elements those are.
"""
import pathlib

import numpy
import torch

from made_with import record
from momentum import FOLDER, Net

STEPS = [5, 20, 60, 200]


def sigma_zero(model, x0, y, steps, sigma=1e-3, rate=1.0, threshold=0.3, adaptation=0.01):
    delta = torch.zeros_like(x0)
    best, fewest = x0.clone(), torch.full((len(x0),), 10 ** 9)
    tau = torch.full((len(x0), 1, 1, 1), threshold)
    turned = torch.zeros(len(x0), dtype=torch.bool)
    last = x0
    for i in range(steps + 1):
        delta = delta.detach().requires_grad_()
        scores = model(x0 + delta)
        others = scores.scatter(1, y[:, None], -torch.inf).amax(1)
        loss = (scores.gather(1, y[:, None])[:, 0] - others).clamp_min(0)
        turned = scores.argmax(1) != y
        count = (delta.detach() != 0).flatten(1).sum(1)
        better = turned & (count < fewest)
        best = torch.where(better[:, None, None, None], x0 + delta.detach(), best)
        fewest = torch.where(better, count, fewest)
        last = x0 + delta.detach()
        if i > 0:
            tau = (tau + torch.where(turned, adaptation, -adaptation)[:, None, None, None] * eta).clamp(0, 1)
        if i == steps:
            break
        eta = rate / 10 + (rate - rate / 10) * (1 + numpy.cos(numpy.pi * i / steps)) / 2
        smooth = (delta ** 2 / (delta ** 2 + sigma)).flatten(1).mean(1)
        gradient = torch.autograd.grad((loss + smooth).sum(), delta)[0]
        gradient = gradient / gradient.abs().flatten(1).amax(1).clamp_min(1e-12)[:, None, None, None]
        delta = (x0 + delta.detach() - eta * gradient).clamp(0, 1) - x0
        delta = torch.where(delta.abs() < tau, 0, delta)
    found = fewest < 10 ** 9
    return torch.where(found[:, None, None, None], best, last), torch.where(found, fewest, -1)


def main():
    torch.set_num_threads(1)
    known = numpy.load(FOLDER / "attacks.npz")
    net = Net(known).eval()
    x, y = torch.tensor(known["pixels"]), torch.tensor(known["labels"]).long()
    results = [sigma_zero(net, x, y, steps) for steps in STEPS]
    numpy.savez(
        FOLDER / "sigma_zero.npz", pictures=torch.stack([found for found, _ in results]).numpy(),
        elements=torch.stack([count for _, count in results]).numpy().astype(numpy.float32))
    print([count.tolist() for _, count in results], (net(results[-1][0]).argmax(1) != y).tolist())


if __name__ == "__main__":
    main()
    record(FOLDER, "sigma_zero.npz")
