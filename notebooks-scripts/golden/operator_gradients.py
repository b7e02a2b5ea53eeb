#!/usr/bin/env python3
"""Golden outputs and gradients of every operator, worked out by PyTorch in double precision.

Usage: operator_gradients.py Tests/ReferenceEngineTests/Golden

Writes one JSON file an operator family: a list of cases, each with the operation and its attributes, the inputs, and
for one random cotangent an output the gradient at every input. Inputs and cotangents are whole multiples of 1/64, so
that they are short in the file and exact in any precision; attributes are rounded to single precision first.
Needs torch and numpy.
"""
import json
import pathlib
import sys
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F

from made_with import record

INFINITY = 3.0e38  # stands for a missing bound in JSON
random = np.random.default_rng(2026)


class Reach(NamedTuple):
    before: list
    after: list


def single(value):
    return float(np.float32(value))


def grid(*shape, low=-3.0, high=3.0):
    """Random multiples of 1/64 in [low, high)."""
    return torch.tensor(random.integers(int(low * 64), int(high * 64), shape) / 64, dtype=torch.float64)


def numbers(tensor):
    return [float(f"{v:.12g}") for v in tensor.detach().reshape(-1).tolist()]


class Family:
    def __init__(self, name):
        self.name, self.cases = name, []

    def add(self, name, operation, attributes, inputs, function, differentiable=None):
        """`function` maps the inputs to one tensor or a tuple of them."""
        leaves = [None if x is None else x.clone().requires_grad_(True) for x in inputs]
        outputs = function(*leaves)
        outputs = list(outputs) if isinstance(outputs, (tuple, list)) else [outputs]
        cotangents = [grid(*y.shape, low=-2, high=2) for y in outputs]
        wanted = [i for i, x in enumerate(leaves) if x is not None and (differentiable is None or i in differentiable)]
        gradients = torch.autograd.grad(outputs, [leaves[i] for i in wanted], cotangents, allow_unused=True)
        record = dict.fromkeys(range(len(leaves)))
        for index, gradient in zip(wanted, gradients):
            record[index] = numbers(torch.zeros_like(leaves[index]) if gradient is None else gradient)
        tensor = lambda x: None if x is None else dict(shape=list(x.shape), scalars=numbers(x))
        self.cases.append(dict(
            name=name, operation=operation, attributes=attributes, inputs=[tensor(x) for x in leaves],
            outputs=[tensor(y) for y in outputs], cotangents=[numbers(c) for c in cotangents],
            gradients=[record[i] for i in range(len(leaves))]))

    def write(self, folder):
        for case in self.cases:
            for values in [v["scalars"] for v in case["outputs"]] + [g for g in case["gradients"] if g]:
                assert all(np.isfinite(values)), case["name"]
        path = pathlib.Path(folder) / f"{self.name}.json"
        lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in self.cases)
        path.write_text(f"[\n{lines}\n]\n")
        print(f"{path}: {len(self.cases)} cases, {path.stat().st_size // 1024} kB")


def torch_pads(before, after):
    """F.pad lists the last axis first."""
    return [amount for pair in reversed(list(zip(before, after))) for amount in pair]


def window(kernel, strides=None, dilations=None, before=None, after=None, ceil=False):
    rank = len(kernel)
    return dict(kernel=kernel, strides=strides or [1] * rank, dilations=dilations or [1] * rank,
                before=before or [0] * rank, after=after or before or [0] * rank, ceil=ceil)


def convolutions():
    family = Family("convolution")

    def add(name, x, outputs, w, groups=1, bias=True):
        def run(x, weight, bias=None):
            padded = F.pad(x, torch_pads(w["before"], w["after"]))
            function = [F.conv1d, F.conv2d, F.conv3d][len(w["kernel"]) - 1]
            return function(padded, weight, bias, stride=w["strides"], dilation=w["dilations"], groups=groups)
        weight = grid(outputs, x.shape[1] // groups, *w["kernel"], low=-1, high=1)
        inputs = [x, weight] + ([grid(outputs)] if bias else [])
        family.add(name, "convolution", dict(w, groups=groups), inputs, run)

    add("3x3", grid(2, 2, 5, 6), 3, window([3, 3]))
    add("3x3 padded", grid(1, 2, 5, 4), 3, window([3, 3], before=[1, 1]), bias=False)
    add("stem 7x7 stride 2", grid(1, 2, 11, 9), 2, window([7, 7], strides=[2, 2], before=[3, 3]))
    add("stride leaves a remainder", grid(1, 1, 8, 9), 2, window([3, 3], strides=[3, 2]))
    add("asymmetric padding", grid(2, 1, 5, 5), 2, window([3, 2], strides=[2, 1], before=[0, 2], after=[1, 0]))
    add("dilated", grid(1, 2, 8, 7), 2, window([3, 3], dilations=[2, 2], before=[2, 2]))
    add("dilated differently, strided", grid(1, 1, 9, 10), 2,
        window([2, 3], strides=[2, 3], dilations=[3, 2], before=[1, 0], after=[2, 1]))
    add("grouped", grid(2, 4, 4, 5), 6, window([3, 3], before=[1, 1]), groups=2)
    add("depthwise", grid(1, 4, 6, 5), 4, window([3, 3], strides=[2, 2], before=[1, 1]), groups=4)
    add("depthwise with multiplier", grid(1, 3, 4, 4), 6, window([2, 2]), groups=3, bias=False)
    add("pointwise", grid(2, 3, 3, 4), 4, window([1, 1]))
    add("pointwise grouped", grid(2, 4, 3, 3), 4, window([1, 1]), groups=2)
    add("pointwise strided", grid(1, 2, 5, 5), 3, window([1, 1], strides=[2, 2]))
    add("pointwise padded", grid(1, 2, 3, 3), 2, window([1, 1], before=[1, 0], after=[0, 1]))
    add("kernel as large as the input", grid(2, 2, 4, 3), 3, window([4, 3]))
    add("padding wider than the kernel", grid(1, 1, 2, 3), 2, window([2, 2], before=[3, 4]))
    add("cropping by negative padding", grid(1, 2, 6, 6), 2, window([3, 3], before=[-1, 0], after=[0, -2]))
    add("one axis", grid(2, 3, 9), 2, window([4], strides=[2], dilations=[2], before=[3], after=[1]))
    add("one axis grouped", grid(1, 4, 7), 4, window([3], before=[1]), groups=4)
    add("three axes", grid(2, 1, 4, 5, 3), 2, window([2, 3, 2], strides=[1, 2, 1], before=[1, 1, 0]))
    add("three axes dilated and grouped", grid(1, 2, 5, 4, 5), 2,
        window([2, 2, 3], strides=[2, 1, 1], dilations=[2, 1, 2], before=[0, 1, 2], after=[1, 0, 1]), groups=2)
    return family


def transposed_convolutions():
    family = Family("transposed-convolution")

    def add(name, x, outputs, w, groups=1, extra=None, bias=True):
        rank = len(w["kernel"])
        extra = extra or [0] * rank

        def run(x, weight, bias=None):
            function = [F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d][rank - 1]
            # Uncropped, with the output padding as zeros behind it, then both paddings cut off.
            full = function(x, weight, None, stride=w["strides"], dilation=w["dilations"], groups=groups)
            full = F.pad(full, torch_pads([0] * rank, extra))
            cropped = F.pad(full, torch_pads([-b for b in w["before"]], [-a for a in w["after"]]))
            return cropped if bias is None else cropped + bias.reshape(1, -1, *[1] * rank)
        weight = grid(x.shape[1], outputs // groups, *w["kernel"], low=-1, high=1)
        inputs = [x, weight] + ([grid(outputs)] if bias else [])
        family.add(name, "transposedConvolution", dict(w, groups=groups, outputPadding=extra), inputs, run)

    add("2x2 stride 2", grid(2, 2, 3, 4), 3, window([2, 2], strides=[2, 2]))
    add("4x4 stride 2 padding 1", grid(1, 3, 3, 3), 2, window([4, 4], strides=[2, 2], before=[1, 1]), bias=False)
    add("3x3 stride 2 with output padding", grid(1, 2, 3, 4), 2,
        window([3, 3], strides=[2, 2], before=[1, 1]), extra=[1, 1])
    add("3x3 stride 3, output padding on one axis", grid(1, 1, 2, 3), 2,
        window([3, 3], strides=[3, 3]), extra=[0, 2])
    add("stride wider than the kernel", grid(1, 1, 3, 3), 1, window([2, 2], strides=[3, 3]))
    add("asymmetric padding", grid(2, 1, 3, 3), 2, window([3, 3], strides=[2, 2], before=[0, 1], after=[1, 2]))
    add("dilated", grid(1, 2, 3, 4), 1, window([3, 2], strides=[1, 2], dilations=[2, 3], before=[1, 0]))
    add("grouped", grid(2, 4, 2, 3), 6, window([3, 3], strides=[2, 2], before=[1, 1]), groups=2)
    add("depthwise", grid(1, 3, 3, 3), 3, window([4, 4], strides=[2, 2], before=[1, 1]), groups=3)
    add("pointwise", grid(1, 3, 2, 4), 2, window([1, 1]))
    add("one axis", grid(2, 2, 5), 3, window([4], strides=[2], before=[1]))
    add("three axes", grid(1, 2, 2, 3, 2), 2, window([2, 3, 2], strides=[2, 1, 2], before=[0, 1, 0]))
    return family


def padded_for(x, w, value):
    """Pads for PyTorch's pools, which know symmetric padding only; what ceil mode hangs over is added too."""
    reach = []
    for axis, extent in enumerate(x.shape[2:]):
        span = w["dilations"][axis] * (w["kernel"][axis] - 1) + 1
        room = extent + w["before"][axis] + w["after"][axis] - span
        outputs = room // w["strides"][axis] + 1
        if w["ceil"] and room % w["strides"][axis] and outputs * w["strides"][axis] < extent + w["before"][axis]:
            outputs += 1
        reach.append(max(w["after"][axis], (outputs - 1) * w["strides"][axis] + span - extent - w["before"][axis]))
    return F.pad(x, torch_pads(w["before"], reach), value=value)


def pools():
    family = Family("pool")
    max_pool = [F.max_pool1d, F.max_pool2d, F.max_pool3d]
    average_pool = [F.avg_pool1d, F.avg_pool2d, F.avg_pool3d]

    def add_max(name, x, w, direct=False):
        rank = len(w["kernel"])

        def run(x):
            if direct:
                return max_pool[rank - 1](x, w["kernel"], w["strides"], w["before"], w["dilations"], w["ceil"])
            return max_pool[rank - 1](padded_for(x, w, -torch.inf), w["kernel"], w["strides"], 0, w["dilations"])
        family.add(name, "maxPool", w, [x], run)

    def add_average(name, x, w, counts, direct=False):
        rank = len(w["kernel"])

        def run(x):
            if direct:
                return average_pool[rank - 1](x, w["kernel"], w["strides"], w["before"], w["ceil"], counts)
            # Sums over counts, both by a convolution with ones: this also knows dilation.
            ones = torch.ones(x.shape[1], 1, *w["kernel"], dtype=x.dtype)
            convolve = [F.conv1d, F.conv2d, F.conv3d][rank - 1]

            def sums(x):
                return convolve(padded_for(x, w, 0), ones, stride=w["strides"], dilation=w["dilations"], groups=x.shape[1])
            counted = torch.ones_like(x)
            if counts:
                counted = F.pad(counted, torch_pads(w["before"], w["after"]), value=1)
                bare = dict(w, before=[0] * rank, after=[0] * rank)
                return sums(x) / convolve(padded_for(counted, bare, 0), ones, stride=w["strides"],
                                          dilation=w["dilations"], groups=x.shape[1])
            return sums(x) / sums(counted)
        family.add(name, "averagePool", dict(w, countsPadding=counts), [x], run)

    for direct, suffix in [(True, ""), (False, ", by explicit padding")]:
        add_max("max 2x2 stride 2" + suffix, grid(2, 2, 4, 6), window([2, 2], strides=[2, 2]), direct)
        add_max("max 3x3 stride 2 padding 1" + suffix, grid(1, 2, 7, 8), window([3, 3], [2, 2], before=[1, 1]), direct)
        add_max("max ceil mode" + suffix, grid(1, 2, 6, 7), window([3, 3], [2, 2], ceil=True), direct)
        add_max("max ceil mode padded" + suffix, grid(1, 1, 5, 4), window([2, 2], [2, 2], before=[1, 1], ceil=True), direct)
        add_max("max dilated" + suffix, grid(1, 2, 7, 6), window([2, 3], [1, 2], [3, 2], before=[1, 1]), direct)
    add_max("max with ties", torch.round(grid(1, 3, 6, 6) / 3), window([3, 3], [2, 2], before=[1, 1]), True)
    add_max("max overlapping", grid(1, 1, 6, 6), window([3, 3]), True)
    add_max("max asymmetric padding", grid(2, 1, 5, 5), window([3, 2], [2, 2], before=[0, 1], after=[2, 0]))
    add_max("max asymmetric padding, ceil mode", grid(1, 1, 6, 5), window([3, 3], [2, 2], before=[1, 0], after=[0, 2], ceil=True))
    add_max("max one axis", grid(2, 3, 9), window([3], [2], before=[1], ceil=True), True)
    add_max("max three axes", grid(1, 2, 4, 5, 4), window([2, 3, 2], [2, 1, 2], before=[0, 1, 1]), True)
    add_max("max stride wider than the kernel", grid(1, 1, 7, 7), window([2, 2], [3, 3]), True)

    for counts in [True, False]:
        mark = ", padding counted" if counts else ", padding not counted"
        for direct, suffix in [(True, ""), (False, ", by convolution")]:
            add_average("average 2x2" + mark + suffix, grid(2, 2, 4, 5), window([2, 2], [2, 2]), counts, direct)
            add_average("average 3x3 padding 1" + mark + suffix, grid(1, 2, 5, 6), window([3, 3], [2, 2], before=[1, 1]),
                        counts, direct)
            add_average("average ceil mode" + mark + suffix, grid(1, 1, 6, 6), window([3, 3], [2, 2], before=[1, 1], ceil=True),
                        counts, direct)
            add_average("average ceil mode unpadded" + mark + suffix, grid(1, 1, 6, 8), window([3, 3], [2, 2], ceil=True),
                        counts, direct)
        add_average("average dilated" + mark, grid(1, 2, 6, 7), window([2, 3], [1, 2], [2, 2], before=[1, 1]), counts)
        add_average("average asymmetric" + mark, grid(1, 1, 5, 5), window([3, 3], [2, 2], before=[0, 1], after=[2, 0]), counts)
        add_average("average one axis" + mark, grid(1, 2, 9), window([4], [3], before=[2], ceil=True), counts, True)
        add_average("average three axes" + mark, grid(1, 1, 4, 3, 5), window([2, 2, 3], [2, 1, 2], before=[1, 0, 1]), counts, True)
    return family


def pointwise():
    family = Family("pointwise")
    # The whole numbers hit every kink exactly.
    everywhere = torch.cat([torch.arange(-7, 8, dtype=torch.float64), grid(40, low=-7, high=7)])
    positive = torch.cat([torch.arange(1, 5, dtype=torch.float64), grid(20, low=0.1, high=6)])
    inside = grid(24, low=-0.95, high=0.95)

    def add(name, operation, function, x=everywhere, **attributes):
        attributes = {key: single(value) if isinstance(value, float) else value for key, value in attributes.items()}
        family.add(name, "pointwise", dict(attributes, function=operation), [x], lambda x: function(x, **attributes))

    add("relu", "relu", lambda x: F.relu(x))
    add("leaky relu", "leakyReLU", lambda x, slope: F.leaky_relu(x, slope), slope=0.1)
    add("relu6", "clip", lambda x, minimum, maximum: F.hardtanh(x, minimum, maximum), minimum=0.0, maximum=6.0)
    add("hardtanh", "clip", lambda x, minimum, maximum: F.hardtanh(x, minimum, maximum), minimum=-1.0, maximum=2.0)
    add("clip from below", "clip", lambda x, minimum, maximum: F.threshold(x, minimum, minimum), minimum=1.0, maximum=INFINITY)
    add("sigmoid", "sigmoid", torch.sigmoid)
    add("sigmoid far out", "sigmoid", torch.sigmoid, x=grid(12, low=-60, high=60))
    add("tanh", "tanh", torch.tanh)
    add("hard swish", "hardSwish", F.hardswish)
    add("hard sigmoid", "hardSigmoid", lambda x, alpha, beta: torch.clamp(alpha * x + beta, 0, 1),
        alpha=0.2, beta=0.5, x=everywhere + 1 / 256)
    add("hard sigmoid of mobile nets", "hardSigmoid", lambda x, alpha, beta: torch.clamp(alpha * x + beta, 0, 1),
        alpha=1 / 6, beta=0.5, x=everywhere + 1 / 256)
    add("gelu", "gelu", lambda x, approximate: F.gelu(x), approximate=False)
    add("gelu by tanh", "gelu", lambda x, approximate: F.gelu(x, approximate="tanh"), approximate=True)
    add("erf", "erf", torch.erf)
    add("elu", "elu", lambda x, alpha: F.elu(x, alpha), alpha=1.0)
    add("elu 0.3", "elu", lambda x, alpha: F.elu(x, alpha), alpha=0.3)
    add("selu", "selu", lambda x, alpha, gamma: torch.where(x > 0, gamma * x, gamma * alpha * torch.expm1(x)),
        alpha=1.67326324, gamma=1.05070099)
    add("celu", "celu", lambda x, alpha: F.celu(x, alpha), alpha=0.7)
    add("softplus", "softplus", lambda x: F.softplus(x, threshold=1000))
    add("softplus far out", "softplus", lambda x: F.softplus(x, threshold=1000), x=grid(12, low=-60, high=60))
    add("softsign", "softsign", F.softsign)
    add("mish", "mish", F.mish)
    add("silu", "silu", F.silu)
    add("thresholded relu", "thresholdedReLU", lambda x, alpha: F.threshold(x, alpha, 0.0), alpha=1.0)
    add("hard shrink", "shrink", lambda x, threshold, bias: F.hardshrink(x, threshold), threshold=1.0, bias=0.0)
    add("soft shrink", "shrink", lambda x, threshold, bias: F.softshrink(x, threshold), threshold=2.0, bias=2.0)
    for name in ["exp", "neg", "sign", "ceil", "floor", "round", "sin", "cos", "tan", "atan", "sinh", "cosh", "asinh", "abs"]:
        operation = dict(neg="negate", abs="absolute").get(name, name)
        add(name, operation, getattr(torch, name))
    for name in ["log", "sqrt", "reciprocal"]:
        add(name, name, getattr(torch, name), x=positive)
    for name in ["asin", "acos", "atanh"]:
        add(name, name, getattr(torch, name), x=inside)
    add("acosh", "acosh", torch.acosh, x=positive + 1)
    return family


def elementwise():
    family = Family("elementwise")

    def add(name, operation, function, *inputs, **attributes):
        family.add(name, "elementwise", dict(attributes, function=operation), list(inputs), function)

    shapes = [((2, 3, 4, 5), (2, 3, 4, 5)), ((2, 3, 4, 5), (3, 1, 1)), ((1, 3, 1, 1), (2, 3, 2, 2)), ((4, 5), ()),
              ((2, 1, 3), (1, 4, 1)), ((5,), (2, 5))]
    for a, b in shapes:
        mark = f" {list(a)} {list(b)}"
        add("add" + mark, "add", torch.add, grid(*a), grid(*b))
        add("multiply" + mark, "multiply", torch.mul, grid(*a), grid(*b))
        add("divide" + mark, "divide", torch.div, grid(*a), grid(*b, low=1, high=4))
    a, b = (2, 3, 1, 4), (1, 3, 2, 1)
    add("subtract", "subtract", torch.sub, grid(*a), grid(*b))
    add("maximum", "maximum", torch.maximum, grid(*a), grid(*b))
    add("minimum", "minimum", torch.minimum, grid(*a), grid(*b))
    add("maximum with ties", "maximum", torch.maximum, torch.round(grid(4, 6) / 2), torch.round(grid(4, 6) / 2))
    add("minimum with ties", "minimum", torch.minimum, torch.round(grid(4, 6) / 2), torch.round(grid(4, 6) / 2))
    add("power", "power", torch.pow, grid(*a, low=0.5, high=3), grid(*b))
    add("power of zero", "power", torch.pow, torch.zeros(4, dtype=torch.float64),
        torch.tensor([0.0, 1.0, 2.0, 2.5], dtype=torch.float64))
    whole = torch.tensor([0.0, 1.0, 2.0, 3.0, -1.0, -2.0], dtype=torch.float64)
    family.add("power of negative bases", "elementwise", dict(function="power"), [grid(5, 1, low=-3, high=-0.5), whole],
               torch.pow, differentiable=[0])
    add("square", "power", torch.pow, grid(3, 4, low=0.2, high=3), torch.tensor(2.0, dtype=torch.float64))
    add("square root as a power", "power", torch.pow, grid(3, 4, low=0.2, high=3), torch.tensor(0.5, dtype=torch.float64))
    add("remainder", "modulo", torch.remainder, grid(4, 5), grid(5, low=0.5, high=2))
    add("remainder by a negative", "modulo", torch.remainder, grid(4, 5), grid(5, low=-2, high=-0.5))
    add("fmod", "truncatedRemainder", torch.fmod, grid(4, 5), grid(5, low=0.5, high=2))
    add("sum of three", "add", lambda a, b, c: a + b + c, grid(2, 3, 4), grid(3, 1), grid(4))
    add("sum of one", "add", lambda a: a * 1, grid(2, 3))
    add("mean of three", "mean", lambda a, b, c: (a + b + c) / 3, grid(2, 3, 4), grid(3, 1), grid(4))
    add("mean of two", "mean", lambda a, b: (a + b) / 2, grid(2, 3), grid(3))
    add("maximum of four", "maximum", lambda a, b, c, d: torch.maximum(torch.maximum(torch.maximum(a, b), c), d),
        grid(2, 3), grid(2, 3), grid(3), grid(1))
    add("product of three", "multiply", lambda a, b, c: a * b * c, grid(2, 3), grid(3), grid(2, 1))
    family.add("parametric relu", "parametricReLU", {}, [grid(2, 3, 4, 2), grid(3, 1, 1)],
               lambda x, slope: F.prelu(x, slope.reshape(-1)))
    kinks = torch.tensor([[-1.0, 0.0, 2.0]], dtype=torch.float64)
    family.add("parametric relu at zero", "parametricReLU", {}, [kinks, torch.tensor([0.25], dtype=torch.float64)], F.prelu)
    condition = torch.tensor(random.integers(0, 2, (2, 3, 1)), dtype=torch.float64)
    family.add("select", "select", {}, [condition, grid(3, 4), grid(2, 1, 4)],
               lambda c, a, b: torch.where(c != 0, a, b), differentiable=[1, 2])
    scale, shift = [1 / 0.229, 1 / 0.224, 1 / 0.225], [-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225]
    attributes = dict(source=[2, 0, 1], scale=[single(v) for v in scale], shift=[single(v) for v in shift])

    def normalized(x):
        s, t = (torch.tensor(attributes[k], dtype=x.dtype).reshape(1, -1, 1, 1) for k in ("scale", "shift"))
        return x[:, attributes["source"]] * s + t
    family.add("pixel normalization with swapped channels", "pixelNormalization", attributes, [grid(2, 3, 2, 3)], normalized)
    return family


def normalizations():
    family = Family("normalization")
    epsilon = single(1e-3)
    for shape in [(2, 3, 4, 2), (3, 4), (1, 2, 2, 3, 2)]:
        channels = shape[1]
        family.add(f"batch {list(shape)}", "batchNormalization", dict(epsilon=epsilon),
                   [grid(*shape), grid(channels), grid(channels), grid(channels), grid(channels, low=0.25, high=3)],
                   lambda x, scale, bias, mean, variance: (
                       lambda s: (x - mean.reshape(s)) / torch.sqrt(variance.reshape(s) + epsilon) * scale.reshape(s)
                       + bias.reshape(s))([1, -1] + [1] * (x.dim() - 2)))
    for shape in [(2, 3, 4, 5), (1, 2, 7), (2, 2, 2, 3, 2)]:
        family.add(f"instance {list(shape)}", "instanceNormalization", dict(epsilon=epsilon),
                   [grid(*shape), grid(shape[1]), grid(shape[1])],
                   lambda x, scale, bias: F.instance_norm(x, None, None, scale, bias, True, 0, epsilon))
    for shape, axis in [((2, 3, 5), 2), ((2, 3, 4), 1), ((3, 2, 2, 3), 1)]:
        family.add(f"layer {list(shape)} from {axis}", "layerNormalization", dict(epsilon=epsilon, axis=axis),
                   [grid(*shape), grid(*shape[axis:]), grid(*shape[axis:])],
                   lambda x, scale, bias: F.layer_norm(x, scale.shape, scale, bias, epsilon))
    family.add("layer without bias", "layerNormalization", dict(epsilon=epsilon, axis=1), [grid(3, 6), grid(6), None],
               lambda x, scale, bias: F.layer_norm(x, scale.shape, scale, None, epsilon))
    family.add("layer with broadcast scale", "layerNormalization", dict(epsilon=epsilon, axis=1),
               [grid(2, 3, 4), grid(4), grid(4)],
               lambda x, scale, bias: F.layer_norm(x, x.shape[1:], None, None, epsilon) * scale + bias)

    def with_statistics(x, scale, bias):
        mean = x.mean(-1, keepdim=True)
        inverse = 1 / torch.sqrt(((x - mean) ** 2).mean(-1, keepdim=True) + epsilon)
        return (x - mean) * inverse * scale + bias, mean, inverse
    family.add("layer with mean and deviation", "layerNormalization", dict(epsilon=epsilon, axis=1),
               [grid(3, 5), grid(5), grid(5)], with_statistics)
    for shape, groups in [((2, 6, 3, 2), 2), ((1, 4, 5), 4), ((2, 4, 2, 2), 1)]:
        family.add(f"group {list(shape)} by {groups}", "groupNormalization", dict(epsilon=epsilon, groups=groups),
                   [grid(*shape), grid(shape[1]), grid(shape[1])],
                   lambda x, scale, bias: F.group_norm(x, groups, scale, bias, epsilon))
    family.add("group with a scale a group", "groupNormalization", dict(epsilon=epsilon, groups=2),
               [grid(2, 4, 3, 2), grid(2), grid(2)],
               lambda x, scale, bias: F.group_norm(x, 2, scale.repeat_interleave(2), bias.repeat_interleave(2), epsilon))

    def across_channels(x, size, alpha, beta, bias):
        before = (size - 1) // 2
        squares = F.pad((x ** 2).unsqueeze(1), [0, 0] * (x.dim() - 2) + [before, size - 1 - before]).squeeze(1)
        sums = sum(squares[:, k:k + x.shape[1]] for k in range(size))
        return x * (bias + alpha / size * sums) ** -beta
    for size in [1, 2, 3, 4, 5, 7]:
        attributes = dict(size=size, alpha=single(0.3), beta=single(0.75), bias=single(1.5))
        x = grid(2, 6, 2, 3)
        if size % 2:
            expected = F.local_response_norm(x, size, attributes["alpha"], attributes["beta"], attributes["bias"])
            assert torch.allclose(across_channels(x, **attributes), expected)
        family.add(f"local response over {size}", "localResponseNormalization", attributes, [x],
                   lambda x: across_channels(x, **attributes))
    return family


def reductions():
    family = Family("reduction")
    kinds = dict(
        mean=torch.mean, sum=torch.sum, maximum=torch.amax, minimum=torch.amin,
        sumOfSquares=lambda x, axes, keepdim: (x * x).sum(axes, keepdim=keepdim),
        l1=lambda x, axes, keepdim: x.abs().sum(axes, keepdim=keepdim),
        l2=lambda x, axes, keepdim: torch.linalg.vector_norm(x, dim=axes, keepdim=keepdim),
        logSum=lambda x, axes, keepdim: (x * x + 1).sum(axes, keepdim=keepdim).log(),
        logSumExp=torch.logsumexp)
    for kind, function in kinds.items():
        for shape, axes, keep in [((2, 3, 4, 5), (2, 3), True), ((3, 4, 2), (1,), False), ((2, 3, 2, 2), (0, 2), True),
                                  ((3, 4), (0, 1), False)]:
            x = grid(*shape)
            if kind == "logSum":
                x, run = grid(*shape, low=0.5, high=3), lambda x, a, k: x.sum(a, keepdim=k).log()
            else:
                run = function
            family.add(f"{kind} of {list(shape)} over {list(axes)}", "reduce", dict(kind=kind, axes=list(axes), keeps=keep),
                       [x], lambda x: run(x, axes, keep))
    for kind in ["maximum", "minimum"]:
        family.add(f"{kind} with ties", "reduce", dict(kind=kind, axes=[1], keeps=True), [torch.round(grid(5, 8) / 2)],
                   lambda x: kinds[kind](x, (1,), True))
    family.add("l2 of zeros", "reduce", dict(kind="l2", axes=[1], keeps=True), [torch.zeros(2, 3, dtype=torch.float64)],
               lambda x: kinds["l2"](x, (1,), True))
    family.add("l1 with zeros", "reduce", dict(kind="l1", axes=[0], keeps=False), [torch.round(grid(4, 3) / 2)],
               lambda x: kinds["l1"](x, (0,), False))
    for name, x in [("product", grid(3, 4)), ("product with a zero", torch.tensor([[0.0, 2, 3], [1, 2, 4]]).double()),
                    ("product with two zeros", torch.tensor([[0.0, 2, 0], [1, 2, 4]]).double())]:
        family.add(name, "reduce", dict(kind="product", axes=[1], keeps=True), [x], lambda x: x.prod(1, keepdim=True))

    for shape, axis in [((2, 5), 1), ((2, 3, 4), 1), ((3, 2, 2), 0), ((4,), 0)]:
        for logarithmic in [False, True]:
            function = F.log_softmax if logarithmic else F.softmax
            family.add(f"{'log ' if logarithmic else ''}softmax of {list(shape)} along {axis}", "softmax",
                       dict(axis=axis, logarithmic=logarithmic, flattens=False), [grid(*shape)], lambda x: function(x, axis))
    for logarithmic in [False, True]:
        function = F.log_softmax if logarithmic else F.softmax
        family.add(f"{'log ' if logarithmic else ''}softmax flattened", "softmax",
                   dict(axis=1, logarithmic=logarithmic, flattens=True), [grid(2, 3, 2)],
                   lambda x: function(x.reshape(2, -1), 1).reshape(x.shape))
    family.add("softmax far out", "softmax", dict(axis=1, logarithmic=False, flattens=False),
               [grid(2, 6, low=-500, high=500)], lambda x: F.softmax(x, 1))
    return family


def products():
    family = Family("product")
    for a, b in [((3, 4), (4, 5)), ((2, 3, 4), (4, 5)), ((2, 3, 4), (2, 4, 2)), ((2, 1, 3, 4), (3, 4, 2)), ((4,), (4, 3)),
                 ((2, 3, 4), (4,)), ((4,), (4,)), ((3, 4), (2, 4, 2)), ((1, 3, 4), (5, 4, 2)), ((2, 3, 4), (1, 4, 2))]:
        family.add(f"{list(a)} by {list(b)}", "matrixMultiply", {}, [grid(*a), grid(*b)], torch.matmul)
    for ta in [False, True]:
        for tb in [False, True]:
            for c in [None, (4,), (3, 1), (3, 4), ()]:
                a, b = grid(*((5, 3) if ta else (3, 5))), grid(*((4, 5) if tb else (5, 4)))
                alpha, beta = single(0.6), single(-1.3)

                def run(a, b, c=None):
                    product = alpha * (a.T if ta else a) @ (b.T if tb else b)
                    return product if c is None else product + beta * c
                family.add(f"gemm {'T' if ta else 'N'}{'T' if tb else 'N'} with {'no c' if c is None else f'c {list(c)}'}",
                           "generalMatrixMultiply", dict(alpha=alpha, beta=beta, transposesA=ta, transposesB=tb),
                           [a, b] + ([] if c is None else [grid(*c)]), run)
    return family


def movements():
    family = Family("movement")

    def add(name, operation, attributes, inputs, function):
        family.add(name, operation, attributes, inputs, function)

    add("concatenate channels", "concatenate", dict(axis=1), [grid(2, 2, 3), grid(2, 1, 3), grid(2, 3, 3)],
        lambda *x: torch.cat(x, 1))
    add("concatenate last axis", "concatenate", dict(axis=3), [grid(1, 2, 2, 1), grid(1, 2, 2, 3)], lambda *x: torch.cat(x, 3))
    add("concatenate the same twice", "concatenate", dict(axis=0), [grid(2, 3)] * 2, lambda *x: torch.cat(x, 0))
    add("split", "split", dict(axis=1, sizes=[1, 3, 2]), [grid(2, 6, 2)], lambda x: torch.split(x, [1, 3, 2], 1))
    add("split rows", "split", dict(axis=0, sizes=[2, 2]), [grid(4, 3)], lambda x: torch.split(x, 2, 0))
    add("slice", "slice", dict(starts=[0, 1, 2], ends=[2, 3, 5], steps=[1, 1, 1]), [grid(2, 4, 6)], lambda x: x[:, 1:3, 2:5])
    add("slice with steps", "slice", dict(starts=[1, 0], ends=[5, 7], steps=[2, 3]), [grid(6, 7)], lambda x: x[1:5:2, ::3])
    add("slice backwards", "slice", dict(starts=[2, 4], ends=[-1, 0], steps=[-1, -2]), [grid(3, 6)],
        lambda x: x.flip([0])[:, [4, 2]])
    pads = dict(before=[0, 0, 1, 2], after=[0, 0, 2, 1])
    for mode, name in [("constant", "constant"), ("reflect", "reflect"), ("edge", "replicate"), ("wrap", "circular")]:
        add(f"pad {mode}", "pad", dict(pads, mode=mode, value=single(0.7)), [grid(2, 2, 4, 3)],
            lambda x: F.pad(x, [2, 1, 1, 2], mode=name, **(dict(value=single(0.7)) if mode == "constant" else {})))
    add("pad that crops", "pad", dict(before=[0, 0, -1, 2], after=[0, 0, 1, -2], mode="constant", value=0.0),
        [grid(1, 2, 4, 5)], lambda x: F.pad(x, [2, -2, -1, 1]))
    add("pad channels", "pad", dict(before=[0, 1, 0], after=[1, 2, 0], mode="constant", value=0.0), [grid(2, 2, 3)],
        lambda x: F.pad(x, [0, 0, 1, 2, 0, 1]))
    add("reflect one axis", "pad", dict(before=[0, 0, 3], after=[0, 0, 2], mode="reflect", value=0.0), [grid(1, 2, 4)],
        lambda x: F.pad(x, [3, 2], mode="reflect"))
    for permutation in [[0, 2, 3, 1], [0, 3, 1, 2], [1, 0, 2, 3], [3, 2, 1, 0]]:
        add(f"transpose {permutation}", "transpose", dict(permutation=permutation), [grid(2, 3, 2, 4)],
            lambda x: x.permute(permutation))
    for axis, indices in [(0, [2, 0, 2]), (1, [[0, 1], [3, 3]]), (2, [-1, 0]), (1, 2)]:
        def gathered(x):
            places = torch.tensor(indices)
            places = torch.where(places < 0, places + x.shape[axis], places)
            picked = x.index_select(axis, places.reshape(-1))
            return picked.reshape(*x.shape[:axis], *places.shape, *x.shape[axis + 1:])
        add(f"gather {indices} along {axis}", "gather",
            dict(axis=axis, indices=np.array(indices).reshape(-1).tolist(), indexShape=list(np.array(indices).shape)),
            [grid(3, 4, 5)], gathered)
    add("expand", "expand", dict(shape=[2, 3, 4, 5]), [grid(3, 1, 5)], lambda x: x.expand(2, 3, 4, 5))
    add("expand a scalar", "expand", dict(shape=[2, 2]), [grid()], lambda x: x.expand(2, 2))
    add("tile", "tile", dict(repeats=[2, 1, 3]), [grid(1, 2, 3)], lambda x: x.repeat(2, 1, 3))
    add("reshape", "reshape", dict(shape=[3, 8]), [grid(2, 3, 4)], lambda x: x.reshape(3, 8))
    add("pixel shuffle", "depthToSpace", dict(block=2, order="columnFirst"), [grid(2, 8, 2, 3)],
        lambda x: F.pixel_shuffle(x, 2))
    add("pixel shuffle by 3", "depthToSpace", dict(block=3, order="columnFirst"), [grid(1, 9, 2, 2)],
        lambda x: F.pixel_shuffle(x, 3))
    add("depth to space, depth first", "depthToSpace", dict(block=2, order="depthFirst"), [grid(2, 8, 2, 3)],
        lambda x: x.reshape(2, 2, 2, 2, 2, 3).permute(0, 3, 4, 1, 5, 2).reshape(2, 2, 4, 6))
    add("space to depth", "spaceToDepth", dict(block=2), [grid(2, 2, 4, 6)],
        lambda x: x.reshape(2, 2, 2, 2, 3, 2).permute(0, 3, 5, 1, 2, 4).reshape(2, 8, 2, 3))
    add("identity", "identity", {}, [grid(2, 3)], lambda x: x * 1)
    return family


def resizes():
    family = Family("resize")

    def add(name, x, sizes, attributes, **arguments):
        scales = [single(np.float32(o) / np.float32(i)) for o, i in zip([*x.shape[:2], *sizes], x.shape)]
        full = dict(dict(mode="nearest", coordinates="halfPixel", rounding="roundPreferFloor", cubic=-0.75, excludes=False,
                         antialiases=False), **attributes)
        family.add(name, "resize", dict(full, sizes=[*x.shape[:2], *sizes], scales=scales), [x],
                   lambda x: F.interpolate(x, size=tuple(sizes), **arguments))

    nearest = dict(mode="nearest", coordinates="asymmetric", rounding="floor")
    exact = dict(mode="nearest", coordinates="halfPixel", rounding="roundPreferCeil")
    for shape, sizes in [((2, 2, 3, 4), [6, 8]), ((1, 1, 6, 7), [3, 3]), ((1, 2, 4, 3), [7, 5]), ((1, 1, 5, 5), [8, 2])]:
        mark = f" {list(shape[2:])} to {sizes}"
        x = grid(*shape)
        add("nearest" + mark, x, sizes, nearest, mode="nearest")
        add("nearest exact" + mark, x, sizes, exact, mode="nearest-exact")
        for mode, name in [("linear", "bilinear"), ("cubic", "bicubic")]:
            add(name + mark, x, sizes, dict(mode=mode), mode=name, align_corners=False)
            add(name + " aligned" + mark, x, sizes, dict(mode=mode, coordinates="alignCorners"), mode=name, align_corners=True)
            add(name + " antialiased" + mark, x, sizes,
                # PyTorch leaves its default coefficient for the one of the Python Imaging Library here.
                dict(mode=mode, antialiases=True, excludes=True, cubic=-0.5), mode=name, align_corners=False, antialias=True)
    add("to a single pixel", grid(1, 1, 4, 5), [1, 1], dict(mode="linear", coordinates="alignCorners"), mode="bilinear",
        align_corners=True)
    add("one axis", grid(2, 2, 5), [9], dict(mode="linear"), mode="linear", align_corners=False)
    add("three axes", grid(1, 1, 2, 3, 3), [3, 5, 4], dict(mode="linear"), mode="trilinear", align_corners=False)
    return family


def main():
    folder = sys.argv[1]
    for make in [convolutions, transposed_convolutions, pools, pointwise, elementwise, normalizations, reductions, products,
                 movements, resizes]:
        make().write(folder)


if __name__ == "__main__":
    main()
    record(sys.argv[1], "*.json")
