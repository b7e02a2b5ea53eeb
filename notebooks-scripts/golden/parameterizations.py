#!/usr/bin/env python3
"""Golden pictures, gradients and optimizer steps of feature visualization, by PyTorch's own FFT, interpolation, autograd
and optimizers.

    pip install torch==2.13.0+cpu numpy
    python notebooks-scripts/golden/parameterizations.py

writes Tests/FeatureVisualizationTests/Golden/visualization.npz.
"""
import pathlib

import numpy
import torch
import torch.nn.functional as F

from made_with import record

torch.manual_seed(11)
arrays = {}
COLOUR = torch.tensor([[0.26, 0.09, 0.02], [0.27, 0.0, -0.05], [0.27, -0.09, 0.03]]) / 0.4619524


def keep(name, parameters, maps):
    """Maps of some parameters, and the gradient that a random cotangent sends back."""
    cotangent = torch.randn_like(maps)
    maps.backward(cotangent)
    arrays[f"{name}.parameters"] = parameters.detach().numpy()
    arrays[f"{name}.maps"] = maps.detach().numpy()
    arrays[f"{name}.cotangent"] = cotangent.numpy()
    arrays[f"{name}.gradient"] = parameters.grad.numpy()


def frequencies(height, width):
    return numpy.sqrt(numpy.fft.fftfreq(height)[:, None] ** 2 + numpy.fft.rfftfreq(width)[None, :] ** 2)


def fourier(spectrum, height, width, decay):
    scale = numpy.sqrt(height * width) / numpy.maximum(frequencies(height, width), 1 / max(height, width)) ** decay
    scale = torch.tensor(scale, dtype=torch.float32)
    return torch.fft.irfft2(torch.view_as_complex(spectrum) * scale, s=(height, width), norm="backward") / 4


def standardized(x):
    mean = x.mean((1, 2, 3), keepdim=True)
    deviation = x.var((1, 2, 3), keepdim=True, unbiased=False).sqrt()
    return (x - mean) / (deviation + 1e-5)


for name, (height, width), decay in [("fourier-even", (8, 8), 1.0), ("fourier-odd", (9, 7), 1.0),
                                     ("fourier-steep", (6, 10), 1.5)]:
    spectrum = (0.01 * torch.randn(2, 3, height, width // 2 + 1, 2)).requires_grad_()
    keep(name, spectrum, fourier(spectrum, height, width, decay))

spectrum = (0.3 * torch.randn(2, 3, 8, 6, 2)).requires_grad_()
mixed = torch.einsum("ij,bjhw->bihw", COLOUR, fourier(spectrum, 8, 10, 1.0))
keep("canvas", spectrum, torch.sigmoid(mixed))

height, width = 8, 10
phases = torch.randn(2, 3, height, width // 2 + 1).requires_grad_()
magnitude = torch.tensor(1 / numpy.maximum(frequencies(height, width), 1 / width), dtype=torch.float32)
turned = standardized(phases)
keep("maco", phases, standardized(
    torch.fft.irfft2(torch.polar(magnitude.expand_as(turned), turned), s=(height, width))))

levels = [torch.randn(2, 3, 12 >> level, 10 >> level) for level in range(3)]
flat = torch.cat([level.reshape(2, -1) for level in levels], 1).requires_grad_()
total, start = 0, 0
for level in levels:
    count = level[0].numel()
    part = flat[:, start:start + count].reshape(level.shape)
    total = total + F.interpolate(part, size=(12, 10), mode="bilinear", align_corners=False)
    start += count
keep("laplacian", flat, total)

# Optimizers climb along gradients that do not depend on where they are.
gradients = torch.randn(6, 40)
arrays["optimizer.gradients"] = gradients.numpy()
for name, make in [("sgd", lambda p: torch.optim.SGD([p], lr=0.1, maximize=True)),
                   ("adam", lambda p: torch.optim.Adam([p], lr=0.05, maximize=True)),
                   ("nadam", lambda p: torch.optim.NAdam([p], lr=0.05, maximize=True))]:
    parameter = torch.zeros(40, requires_grad=True)
    optimizer = make(parameter)
    for gradient in gradients:
        parameter.grad = gradient.clone()
        optimizer.step()
    arrays[f"optimizer.{name}"] = parameter.detach().numpy()

# Laplacian pyramid normalization with strided and transposed convolutions.
taps = torch.tensor([1.0, 4, 6, 4, 1])
kernel = (taps[:, None] * taps / 256)[None, None]


def reduced(x):
    return F.conv2d(x.flatten(0, 1)[:, None], kernel, stride=2, padding=2).unflatten(0, x.shape[:2])[:, :, 0]


def expanded(x, size):
    extra = [wanted - (2 * have - 1) for wanted, have in zip(size, x.shape[2:])]
    wide = F.conv_transpose2d(x.flatten(0, 1)[:, None], 4 * kernel, stride=2, padding=2, output_padding=extra)
    return wide.unflatten(0, x.shape[:2])[:, :, 0]


def unit(x):
    return x / x.square().mean((1, 2, 3), keepdim=True).sqrt().clamp(min=1e-10)


gradient = torch.randn(2, 3, 33, 26)
low, highs = gradient, []
for _ in range(4):
    coarse = reduced(low)
    highs.append(low - expanded(coarse, low.shape[2:]))
    low = coarse
result = unit(low)
for high in reversed(highs):
    result = unit(high) + expanded(result, high.shape[2:])
arrays["pyramid.gradient"] = gradient.numpy()
arrays["pyramid.normalized"] = result.numpy()

folder = pathlib.Path(__file__).parents[2] / "Tests/FeatureVisualizationTests/Golden"
folder.mkdir(parents=True, exist_ok=True)
numpy.savez(folder / "visualization.npz", **{name: array.astype(numpy.float32) for name, array in arrays.items()})
record(folder, "visualization.npz")
