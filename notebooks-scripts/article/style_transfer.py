#!/usr/bin/env python3
"""Trains two small style transfer nets that differ in one thing: how they grow their picture.

    pip install torch==2.13.0+cpu numpy pillow onnx; pip install --no-deps torchvision==0.28.0
    python notebooks-scripts/article/style_transfer.py --output outputs/style-transfer
    gingham generate outputs/style-transfer/deconvolution.onnx --images models/pictures/foolbox/*.jpg

One grows by transposed convolutions of kernel 3 and stride 2, the other by nearest resize and convolution, as in the
last figure of "Deconvolution and Checkerboard Artifacts" (Odena, Dumoulin & Olah 2016). Perceptual losses after Johnson,
Alahi & Fei-Fei (2016), with SqueezeNet 1.1 of models/ in place of VGG. Both start from the same seed, see the same
crops and take the same number of steps. Writes deconvolution.onnx and resize.onnx (1×3×256×256, pixels in 0…1).
"""
import argparse
import pathlib
import random
import struct
import json

import numpy
import torch
from PIL import Image
from torch import nn
from torch.nn import functional

CROP = 128
STYLE_LAYERS, CONTENT_LAYER = (1, 4, 7, 9), 7


def safetensors(path):
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    base = 8 + length
    return {name: torch.from_numpy(numpy.frombuffer(
        data[base + entry["data_offsets"][0]:base + entry["data_offsets"][1]], numpy.float32)
        .reshape(entry["shape"]).copy()) for name, entry in header.items()}


class Fire(nn.Module):
    def __init__(self, weights, name):
        super().__init__()
        for part in ("squeeze", "expand1x1", "expand3x3"):
            self.register_buffer(part, weights[f"{name}.{part}.weight"])
            self.register_buffer(part + "_bias", weights[f"{name}.{part}.bias"])

    def forward(self, x):
        x = functional.conv2d(x, self.squeeze, self.squeeze_bias).relu()
        return torch.cat([
            functional.conv2d(x, self.expand1x1, self.expand1x1_bias).relu(),
            functional.conv2d(x, self.expand3x3, self.expand3x3_bias, padding=1).relu()], 1)


class Features(nn.Module):
    """What SqueezeNet sees of pictures in 0…1 (Caffe's convention: 0…255, blue first, minus the mean)."""

    def __init__(self, path):
        super().__init__()
        weights = safetensors(path)
        self.register_buffer("stem", weights["features.0.weight"])
        self.register_buffer("stem_bias", weights["features.0.bias"])
        self.fires = nn.ModuleDict({str(index): Fire(weights, f"features.{index}") for index in (3, 4, 6, 7, 9)})
        self.register_buffer("mean", torch.tensor([104.006, 116.669, 122.679]).view(1, 3, 1, 1))

    def forward(self, pictures):
        x = pictures.flip(1) * 255 - self.mean
        x = functional.conv2d(x, self.stem, self.stem_bias, stride=2).relu()
        kept = {1: x}
        for index in range(2, 10):
            x = self.fires[str(index)](x) if str(index) in self.fires else functional.max_pool2d(x, 3, 2)
            kept[index] = x
        return kept


class Residual(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.body = nn.Sequential(
            nn.ReflectionPad2d(1), nn.Conv2d(width, width, 3), nn.InstanceNorm2d(width, affine=True), nn.ReLU(),
            nn.ReflectionPad2d(1), nn.Conv2d(width, width, 3), nn.InstanceNorm2d(width, affine=True))

    def forward(self, x):
        return x + self.body(x)


def growth(kind, inputs, outputs):
    if kind == "deconvolution":
        layers = [nn.ConvTranspose2d(inputs, outputs, 3, stride=2, padding=1, output_padding=1)]
    else:
        layers = [nn.Upsample(scale_factor=2), nn.ReflectionPad2d(1), nn.Conv2d(inputs, outputs, 3)]
    return layers + [nn.InstanceNorm2d(outputs, affine=True), nn.ReLU()]


def transformer(kind, width):
    def down(inputs, outputs, kernel, stride):
        return [nn.ReflectionPad2d(kernel // 2), nn.Conv2d(inputs, outputs, kernel, stride),
                nn.InstanceNorm2d(outputs, affine=True), nn.ReLU()]
    return nn.Sequential(
        *down(3, width, 5, 1), *down(width, 2 * width, 3, 2), *down(2 * width, 4 * width, 3, 2),
        *(Residual(4 * width) for _ in range(3)),
        *growth(kind, 4 * width, 2 * width), *growth(kind, 2 * width, width),
        nn.ReflectionPad2d(2), nn.Conv2d(width, 3, 5), nn.Sigmoid())


def gram(x):
    flat = x.flatten(2)
    return flat @ flat.transpose(1, 2) / (flat.shape[1] * flat.shape[2])


def crops(pictures, count, generator):
    chosen = []
    for _ in range(count):
        picture = pictures[generator.randrange(len(pictures))]
        top = generator.randrange(picture.shape[1] - CROP + 1)
        left = generator.randrange(picture.shape[2] - CROP + 1)
        chosen.append(picture[:, top:top + CROP, left:left + CROP])
    return torch.stack(chosen)


def load(path, side):
    picture = Image.open(path).convert("RGB")
    scale = side / min(picture.size)
    picture = picture.resize([max(side, round(length * scale)) for length in picture.size], Image.BICUBIC)
    return torch.from_numpy(numpy.asarray(picture, numpy.float32) / 255).permute(2, 0, 1)


def train(kind, arguments, features, pictures, style):
    torch.manual_seed(arguments.seed)
    generator = random.Random(arguments.seed)
    net = transformer(kind, arguments.width)
    optimizer = torch.optim.Adam(net.parameters(), lr=2e-3)
    with torch.no_grad():
        seen = features(style[None])
        wanted = {layer: gram(seen[layer]) for layer in STYLE_LAYERS}
    for step in range(arguments.steps):
        content = crops(pictures, arguments.batch, generator)
        made = net(content)
        found = features(made)
        with torch.no_grad():
            target = features(content)[CONTENT_LAYER]
        likeness = functional.mse_loss(found[CONTENT_LAYER], target) / target.square().mean()
        manner = sum(
            functional.mse_loss(gram(found[layer]), wanted[layer].expand(arguments.batch, -1, -1))
            / wanted[layer].square().mean() for layer in STYLE_LAYERS)
        loss = likeness + arguments.style_weight * manner
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % 25 == 0 or step + 1 == arguments.steps:
            print(f"{kind} {step}: content {likeness:.3f} style {manner:.3f}", flush=True)
    return net.eval()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=pathlib.Path, default="models/squeezenet1_1.safetensors")
    parser.add_argument("--content", type=pathlib.Path, default="models/pictures/foolbox")
    parser.add_argument("--style", type=pathlib.Path, default="models/pictures/flower.jpg")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--batch", type=int, default=2)
    parser.add_argument("--width", type=int, default=16)
    parser.add_argument("--style-weight", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", type=pathlib.Path, default="outputs/style-transfer")
    arguments = parser.parse_args()
    features = Features(arguments.model).eval().requires_grad_(False)
    pictures = [load(path, 160) for path in sorted(arguments.content.glob("*.jpg"))]
    style = load(arguments.style, 160)
    arguments.output.mkdir(parents=True, exist_ok=True)
    for kind in ("deconvolution", "resize"):
        net = train(kind, arguments, features, pictures, style)
        path = arguments.output / f"{kind}.onnx"
        torch.onnx.export(
            net, (torch.rand(1, 3, 256, 256),), str(path), dynamo=False, input_names=["picture"],
            output_names=["stylized"], dynamic_axes={name: {0: "batch"} for name in ("picture", "stylized")})
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
