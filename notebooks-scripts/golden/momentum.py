#!/usr/bin/env python3
"""Golden MI-FGSM (Dong et al. 2018): torchattacks 3.5.1 for L-infinity, and a plain PyTorch writing of the paper's
algorithms for both norms, on the net and pictures of adversarial.py.

    pip install torch==2.13.0+cpu numpy && pip install --no-deps torchattacks==3.5.1
    python notebooks-scripts/golden/momentum.py    # Tests/AdversarialProbingTests/Golden/momentum.npz

Holds the pictures after T steps of epsilon/T for several T. The two writings must agree where both exist. foolbox's
attack of that name adds up gradients as they come, without the paper's division by their L1 norm, and is no oracle.
"""
import pathlib

import numpy
import torch
import torchattacks

from made_with import record

FOLDER = pathlib.Path(__file__).parents[2] / "Tests/AdversarialProbingTests/Golden"
STEPS = [1, 2, 3, 5, 10, 20]
MEAN, STD = [0.4, 0.5, 0.6], [0.2, 0.25, 0.3]


class Net(torch.nn.Module):
    def __init__(self, arrays):
        super().__init__()
        self.p = {name: torch.tensor(arrays[name]) for name in arrays if name.startswith(("conv", "fc"))}

    def forward(self, x):
        f, p = torch.nn.functional, self.p
        x = (x - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]
        x = torch.relu(f.conv2d(x, p["conv1.weight"], p["conv1.bias"], stride=2, padding=1))
        x = torch.relu(f.conv2d(x, p["conv2.weight"], p["conv2.bias"]))
        return f.linear(x.flatten(1), p["fc.weight"], p["fc.bias"])


def momentum_fgsm(model, x0, y, epsilon, norm, steps, decay):
    """Algorithm 1 of the paper, and for L2 its equation 8, with the projection that keeps rounding out of the budget."""
    length = lambda t: t.flatten(1).norm(dim=1)[:, None, None, None]
    x, velocity = x0.clone(), torch.zeros_like(x0)
    for _ in range(steps):
        x = x.detach().requires_grad_()
        gradient = torch.autograd.grad(torch.nn.functional.cross_entropy(model(x), y, reduction="sum"), x)[0]
        velocity = decay * velocity + gradient / gradient.abs().flatten(1).sum(1)[:, None, None, None]
        if norm == "linf":
            x = x.detach() + epsilon / steps * velocity.sign()
            x = x0 + (x - x0).clamp(-epsilon, epsilon)
        else:
            delta = x.detach() + epsilon / steps * velocity / length(velocity) - x0
            x = x0 + delta * torch.minimum(torch.ones(1), epsilon / length(delta).clamp_min(1e-12))
        x = x.clamp(0, 1)
    return x.detach()


def main():
    torch.set_num_threads(1)
    known = numpy.load(FOLDER / "attacks.npz")
    net = Net(known).eval()
    x, y = torch.tensor(known["pixels"]), torch.tensor(known["labels"]).long()
    arrays = {}
    for decay in (1.0, 0.5):
        for norm, epsilon in (("linf", 8 / 255), ("l2", 0.6)):
            name = f"{norm}.{decay:g}"
            results = [momentum_fgsm(net, x, y, epsilon, norm, steps, decay) for steps in STEPS]
            if norm == "linf":
                for steps, found in zip(STEPS, results):
                    attack = torchattacks.MIFGSM(net, eps=epsilon, alpha=epsilon / steps, steps=steps, decay=decay)
                    assert (attack(x, y) - found).abs().max() < 1e-6, (name, steps)
            arrays[name] = torch.stack(results).numpy()
            arrays[name + ".classes"] = net(results[-1]).argmax(1).numpy()
    numpy.savez(FOLDER / "momentum.npz", **{k: v.astype(numpy.float32) for k, v in arrays.items()})


if __name__ == "__main__":
    main()
    record(FOLDER, "momentum.npz")
