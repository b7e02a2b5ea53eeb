"""Variance maps of input gradients of random nets, by Monte Carlo in PyTorch.

Writes one H×W float32 .npy a net to Tests/PredictionTests/Golden/variance/. Each map is the mean over seeds and input
channels of the squared gradient of a random linear functional of the last layer; weights are He-initialised by fan-out
and inputs are white noise. Needs torch and numpy.
"""

import pathlib

import numpy
import torch
from torch import nn
from made_with import record

OUT = pathlib.Path(__file__).resolve().parents[2] / "Tests/PredictionTests/Golden/variance"
WIDTH, SIDE = 24, 48


class Residual(nn.Module):
    def __init__(self, rectify):
        super().__init__()
        self.branch = nn.Sequential(
            nn.Conv2d(WIDTH, WIDTH, 3, 2, 1), *([nn.ReLU()] if rectify else []), nn.Conv2d(WIDTH, WIDTH, 3, 1, 1))
        self.skip = nn.Conv2d(WIDTH, WIDTH, 1, 2)

    def forward(self, x):
        return self.branch(x) + self.skip(x)


def nets(rectify):
    relu = [nn.ReLU()] if rectify else []
    kind = "relu" if rectify else "linear"
    yield f"{kind}_stack", nn.Sequential(
        nn.Conv2d(3, WIDTH, 3, 2, 1), *relu, nn.Conv2d(WIDTH, WIDTH, 3, 2, 1), *relu,
        nn.Conv2d(WIDTH, WIDTH, 3, 2, 1), *relu)
    yield f"{kind}_residual", nn.Sequential(nn.Conv2d(3, WIDTH, 5, 2, 2), *relu, Residual(rectify), *relu)
    yield f"{kind}_dilated", nn.Sequential(
        nn.Conv2d(3, WIDTH, 3, 2, 2, dilation=2), *relu, nn.Conv2d(WIDTH, WIDTH, 3, 1, 1), *relu)
    if rectify:
        yield "relu_pool", nn.Sequential(
            nn.Conv2d(3, WIDTH, 7, 2, 3), *relu, nn.MaxPool2d(3, 2, 1), nn.Conv2d(WIDTH, WIDTH, 3, 2, 1), *relu)


def initialise(net, rectify):
    for module in net.modules():
        if isinstance(module, nn.Conv2d):
            fan_out = module.out_channels * module.kernel_size[0] * module.kernel_size[1]
            gain = 2.0 if rectify else 1.0
            nn.init.normal_(module.weight, 0.0, (gain / fan_out) ** 0.5)
            nn.init.zeros_(module.bias)


def main():
    OUT.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    for rectify, seeds, batch in ((False, 1500, 2), (True, 400, 8)):
        for name, net in nets(rectify):
            total = torch.zeros(SIDE, SIDE, dtype=torch.float64)
            for seed in range(seeds):
                torch.manual_seed(seed)
                initialise(net, rectify)
                x = torch.randn(batch, 3, SIDE, SIDE, requires_grad=True)
                y = net(x)
                (gradient,) = torch.autograd.grad((y * torch.randn_like(y)).sum(), x)
                total += gradient.double().pow(2).mean((0, 1)) / seeds
            numpy.save(OUT / f"{name}.npy", total.float().numpy())
            print(name, float(total.mean()))


if __name__ == "__main__":
    main()
    record(OUT, "*.npy")
