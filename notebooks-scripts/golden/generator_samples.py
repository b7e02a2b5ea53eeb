#!/usr/bin/env python3
"""Samples of a small DCGAN by PyTorch, for the sampler's tests.

    python notebooks-scripts/golden/generator_samples.py Tests/GenerationTests/Golden/generator

Writes `dcgan.pth`, a state dict with batch statistics as training leaves them, and `samples.npz`: latents 3×8×1×1 and the
pictures that torch makes of them in float64, after (x + 1)/2.

    python notebooks-scripts/golden/generator_samples.py --check models/dcgan_faces.pth RUN

compares the samples of a run of `gingham generate models/dcgan_faces.pth --output RUN` (its `latents.npy` and
`samples.npy`) with those PyTorch makes of the same latents; exits with 1 above 1e-4.
"""
import pathlib
import sys

import numpy as np
import torch
from torch import nn
from made_with import record


class Generator(nn.Module):
    def __init__(self, latent, features, channels=3):
        super().__init__()
        widths = [8 * features, 4 * features, 2 * features, features, channels]
        layers = [nn.ConvTranspose2d(latent, widths[0], 4, 1, 0, bias=False)]
        for inputs, outputs in zip(widths, widths[1:]):
            layers += [nn.BatchNorm2d(inputs), nn.ReLU(True), nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=False)]
        self.main = nn.Sequential(*layers, nn.Tanh())

    def forward(self, latents):
        return self.main(latents)


def small():
    torch.manual_seed(20261122)
    net = Generator(8, 4)
    for module in net.modules():
        if isinstance(module, nn.ConvTranspose2d):
            nn.init.normal_(module.weight, 0, 0.1)
        elif isinstance(module, nn.BatchNorm2d):
            nn.init.normal_(module.weight, 1, 0.2)
            nn.init.normal_(module.bias, 0, 0.1)
            module.momentum = None
    net.train()
    with torch.no_grad():
        net(torch.randn(64, 8, 1, 1))
    return net.eval()


def main(folder):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    net = small()
    torch.save(net.state_dict(), folder / "dcgan.pth")
    latents = torch.randn(3, 8, 1, 1)
    with torch.no_grad():
        pictures = (net.double()(latents.double()) + 1) / 2
    np.savez(folder / "samples.npz", latents=latents.numpy(), pictures=pictures.numpy().astype(np.float32))


def check(path, run):
    state = torch.load(path, map_location="cpu", weights_only=True)["netG_state_dict"]
    latent, wide = state["main.0.weight"].shape[:2]
    net = Generator(latent, wide // 8, state["main.12.weight"].shape[1])
    net.load_state_dict(state)
    latents = torch.tensor(np.load(f"{run}/latents.npy"))
    with torch.no_grad():
        expected = (net.double().eval()(latents.double()) + 1) / 2
    error = float(np.abs(expected.numpy() - np.load(f"{run}/samples.npy")).max())
    print(f"{len(latents)} samples, largest difference {error:.2e}")
    return error > 1e-4


if __name__ == "__main__":
    if sys.argv[1] == "--check":
        sys.exit(check(*sys.argv[2:]))
    main(sys.argv[1])
    record(sys.argv[1], "*")
