#!/usr/bin/env python3
"""Nets over signals: ONNX files of small 1-D networks by both of PyTorch's exporters, their outputs and input gradients.

    python notebooks-scripts/golden/signal_nets.py       Tests/GenerationTests/Golden/signals/*

- classifier: Conv1d, BatchNorm1d, MaxPool1d, AvgPool1d, reflect padding, a mean over time and a dense layer;
- unet: what a separator is made of: strided Conv1d, ConvTranspose1d, interpolation, GroupNorm, skip connections by addition
  and concatenation along channels, a crop in time;
- generator: WaveGAN's (Donahue, McAuley & Puckette 2019) with fewer channels and layers: vectors in, sounds out;
- attention: a convolutional front end whose frames go through self-attention as tokens, of three axes themselves.
"""
import pathlib
import warnings

import numpy
import torch
from torch import nn
from torch.nn import functional

from exported_nets import slim
from made_with import record

FOLDER = pathlib.Path(__file__).parents[2] / "Tests/GenerationTests/Golden/signals"


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.stem = nn.Conv1d(2, 6, 9, stride=4, padding=4)
        self.norm = nn.BatchNorm1d(6)
        self.middle = nn.Conv1d(6, 8, 5, stride=2, dilation=2, groups=2)
        self.head = nn.Linear(8, 5)

    def forward(self, x):
        x = functional.max_pool1d(functional.relu(self.norm(self.stem(functional.pad(x, (3, 5), mode="reflect")))), 3, 2, 1)
        x = functional.avg_pool1d(functional.leaky_relu(self.middle(x), 0.2), 2)
        return self.head(x.mean(-1))


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.Conv1d(1, 4, 8, stride=4, padding=2)
        self.inner = nn.Conv1d(4, 8, 4, stride=2, padding=1)
        self.norm = nn.GroupNorm(2, 8)
        self.up = nn.ConvTranspose1d(8, 4, 5, stride=2, padding=2, output_padding=1)
        self.mix = nn.Conv1d(8, 4, 3, padding=1)
        self.out = nn.Conv1d(4, 1, 7, padding=3)
        self.scale = nn.Parameter(torch.randn(4, 1))

    def forward(self, x):
        outer = functional.relu(self.down(x))
        inner = functional.elu(self.norm(self.inner(outer)))
        mixed = self.mix(torch.cat([self.up(inner), outer * self.scale], 1)) + outer
        return self.out(functional.interpolate(mixed, scale_factor=4, mode="nearest"))[:, :, 2:-2]


class Generator(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(10, 16 * 8)
        self.first = nn.ConvTranspose1d(8, 4, 25, stride=4, padding=11, output_padding=1)
        self.second = nn.ConvTranspose1d(4, 1, 25, stride=4, padding=11, output_padding=1)

    def forward(self, z):
        x = functional.relu(self.dense(z).view(-1, 8, 16))
        return torch.tanh(self.second(functional.relu(self.first(x))))


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.front = nn.Conv1d(1, 8, 8, stride=8)
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.norm = nn.LayerNorm(8)
        self.head = nn.Linear(8, 4)

    def forward(self, x):
        tokens = functional.gelu(self.front(x)).transpose(1, 2)
        tokens = self.norm(tokens + self.attention(tokens, tokens, tokens, need_weights=False)[0])
        return self.head(tokens.mean(1))


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    warnings.simplefilter("ignore")
    arrays = {}
    for number, (name, net, shape) in enumerate(
        [
            ("classifier", Classifier, (1, 2, 256)),
            ("unet", UNet, (1, 1, 128)),
            ("generator", Generator, (1, 10)),
            ("attention", Attention, (1, 1, 96)),
        ]
    ):
        torch.manual_seed(number)
        net = net().eval()
        if hasattr(net, "norm") and isinstance(net.norm, nn.BatchNorm1d):
            net.norm.running_mean.normal_()
            net.norm.running_var.uniform_(0.5, 2)
        example = torch.randn(shape)
        for exporter, dynamo in (("torchscript", False), ("dynamo", True)):
            torch.onnx.export(
                net, (example,), FOLDER / f"{name}-{exporter}.onnx", dynamo=dynamo, input_names=["signal"],
                output_names=["result"], opset_version=18 if dynamo else 17, external_data=False, verbose=False,
            )
            slim(FOLDER / f"{name}-{exporter}.onnx")
        x = torch.randn(shape, dtype=torch.float64, requires_grad=True)
        result = net.double()(x)
        weights = torch.randn(result.shape, dtype=torch.float64)
        (result * weights).sum().backward()
        for what, value in (("input", x), ("output", result), ("weights", weights), ("gradient", x.grad)):
            arrays[f"{name}.{what}"] = value.detach().numpy().astype(numpy.float32)
    numpy.savez(FOLDER / "signals.npz", **arrays)
    record(FOLDER, "*.onnx", "signals.npz")


if __name__ == "__main__":
    main()
