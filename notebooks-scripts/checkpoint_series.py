#!/usr/bin/env python3
"""A short training run of a small DCGAN-like generator, its checkpoints kept: something for `gingham track` to follow.

    pip install torch numpy pillow
    python notebooks-scripts/checkpoint_series.py models/pictures OUT [--kernel 4] [--steps 400]
    gingham track OUT

Trains the generator alone, by matching the means and covariances of random 64×64 patches of photographs under a fixed
random filter bank, which takes a minute on a CPU and needs no discriminator. Random filters leave a grid from the start;
what training makes of it is what `track` tells.
"""
import argparse
import pathlib

import numpy as np
import torch
from PIL import Image
from torch import nn


class Generator(nn.Module):
    def __init__(self, latent=16, features=8, kernel=4):
        super().__init__()
        widths = [8 * features, 4 * features, 2 * features, features, 3]
        # Kernels other than 4 keep the size with the padding and output padding that random:dcgan_generator has.
        excess = max(0, kernel - 2)
        filling = 2 - kernel if kernel < 2 else excess % 2
        layers = [nn.ConvTranspose2d(latent, widths[0], 4, 1, 0, bias=False)]
        for inputs, outputs in zip(widths, widths[1:]):
            layers += [nn.BatchNorm2d(inputs), nn.ReLU(True),
                       nn.ConvTranspose2d(inputs, outputs, kernel, 2, (excess + 1) // 2, filling, bias=False)]
        self.main = nn.Sequential(*layers, nn.Tanh())

    def forward(self, latents):
        return self.main(latents)


def patches(folder, count, random):
    pictures = [np.asarray(Image.open(path).convert("RGB").reduce(2))
                for path in sorted(pathlib.Path(folder).rglob("*")) if path.suffix.lower() in (".jpg", ".png")]
    pictures = [picture for picture in pictures if min(picture.shape[:2]) > 64]
    batch = []
    for _ in range(count):
        picture = pictures[random.integers(len(pictures))]
        y, x = (random.integers(extent - 63) for extent in picture.shape[:2])
        batch.append(picture[y:y + 64, x:x + 64])
    return torch.tensor(np.stack(batch).transpose(0, 3, 1, 2), dtype=torch.float32) / 127.5 - 1


def statistics(pictures, bank):
    """Means and covariances of what random filters see at three scales."""
    for scale in (1, 2, 4):
        x = torch.nn.functional.avg_pool2d(pictures, scale)
        seen = torch.relu(torch.nn.functional.conv2d(x, bank)).transpose(0, 1).flatten(1)
        yield seen.mean(1)
        centred = seen - seen.mean(1, keepdim=True)
        yield centred @ centred.T / centred.shape[1]


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("pictures")
    arguments.add_argument("output")
    arguments.add_argument("--kernel", type=int, default=4)
    arguments.add_argument("--steps", type=int, default=400)
    arguments.add_argument("--every", type=int, default=50)
    options = arguments.parse_args()
    torch.manual_seed(0)
    random = np.random.default_rng(0)
    net = Generator(kernel=options.kernel)
    for module in net.modules():
        if isinstance(module, nn.ConvTranspose2d):
            nn.init.normal_(module.weight, 0, 0.02)
    bank = torch.randn(48, 3, 5, 5) / 75 ** 0.5
    bank -= bank.mean((2, 3), keepdim=True) * (torch.arange(48) % 3 > 0).float().view(-1, 1, 1, 1)
    goal = [part.detach() for part in statistics(patches(options.pictures, 256, random), bank)]
    optimizer = torch.optim.Adam(net.parameters(), 2e-3, betas=(0.5, 0.9))
    folder = pathlib.Path(options.output)
    folder.mkdir(parents=True, exist_ok=True)
    for step in range(options.steps + 1):
        if step % options.every == 0:
            torch.save(net.state_dict(), folder / f"generator_{step:05d}.pth")
        found = statistics(net(torch.randn(32, 16, 1, 1)), bank)
        loss = sum(((a - b) ** 2).sum() / (b ** 2).sum() for a, b in zip(found, goal))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % options.every == 0:
            print(f"step {step}: loss {loss.item():.4f}", flush=True)


if __name__ == "__main__":
    main()
