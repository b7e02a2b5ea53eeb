#!/usr/bin/env python3
"""Whole torchvision nets against PyTorch: input gradients of a class logit and of a middle layer's channel.

    pip install torch==2.13.0+cpu numpy pillow onnx onnxscript; pip install --no-deps torchvision==0.28.0
    python notebooks-scripts/golden/whole_nets.py [--gingham .build/release/gingham] [--nets resnet18,vgg16]

Each net gets random weights and batch statistics measured on noise, is exported by both of PyTorch's exporters, and is
read back from the .onnx file by the command line tool. Prints max|difference|/max|gradient| a net, exporter and target,
against PyTorch in double precision; exits with 1 where one is above 1e-4.

A ReLU whose input is zero to within single precision may fall on either side, and then some pixels' gradients jump: with
millions of ReLUs that happens to many pictures, to PyTorch as well (its own single precision is printed beside). Such an
accident belongs to a picture, a fault to the net: up to six pictures of noise are tried, the first that stays within 1e-4
counts, and how many were tried is printed. Takes some minutes and writes nothing outside a temporary folder.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import warnings

import numpy
import torch
from PIL import Image

if torch.version.cuda is None:  # torchvision's wheel is built for CUDA: declare the operators it misses on a CPU
    library = torch.library.Library("torchvision", "DEF")
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
import torchvision

MIDDLE = dict(
    alexnet="features.6", vgg11="features.11", vgg13="features.15", vgg16="features.17", vgg19="features.19",
    vgg16_bn="features.24", resnet18="layer3", resnet34="layer3", resnet50="layer3", resnet101="layer2",
    resnet152="layer2", squeezenet1_0="features.7", squeezenet1_1="features.7", googlenet="inception4c",
    inception_v3="Mixed_6b", densenet121="features.denseblock3", mobilenet_v2="features.10", efficientnet_b0="features.5")

def build(name):
    torch.manual_seed(0)
    options = dict(aux_logits=False, init_weights=True) if name in ("googlenet", "inception_v3") else {}
    net = getattr(torchvision.models, name)(weights=None, **options)
    norms = [module for module in net.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    if norms:
        for norm in norms:
            norm.momentum = 1.0
        net.train()
        for module in net.modules():
            if isinstance(module, (torch.nn.Dropout, torchvision.ops.StochasticDepth)):
                module.eval()
        with torch.no_grad():
            net(torch.rand(4, 3, 160, 160))
    for module in net.modules():
        if hasattr(module, "inplace"):
            module.inplace = False  # else a hooked activation is overwritten by the ReLU behind it
    return net.eval().requires_grad_(False)


def noise(seed, size):
    """A picture's 8-bit levels, and the same as 1×3×H×W in 0…1."""
    levels = numpy.random.default_rng(seed).integers(0, 256, (size, size, 3), dtype=numpy.uint8)
    return levels, torch.from_numpy(levels.astype(numpy.float32) / 255).permute(2, 0, 1)[None].contiguous()


def run(net, pixels, layer):
    kept = {}
    hook = net.get_submodule(layer).register_forward_hook(lambda module, inputs, output: kept.update(a=output))
    logits = net(pixels)
    hook.remove()
    return logits[0], kept["a"][0].mean(dim=(1, 2))


def expected(net, pixels, layer, choice):
    """Input gradients of a class logit and of the mean of the layer's channel."""
    x = pixels.clone().requires_grad_(True)
    values = [value[index] for value, index in zip(run(net, x, layer), choice)]
    return [torch.autograd.grad(value, x, retain_graph=True)[0].numpy() for value in values]


def relative_error(gradient, truth):
    return float(numpy.abs(gradient - truth).max() / numpy.abs(truth).max())


def found(gingham, model, picture, size, target, folder):
    command = [gingham, "gradient", model, picture, "--target", target, "--input-size", f"{size}x{size}",
               "--output", folder, "--quiet", "--json"]
    run = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if run.returncode:
        raise RuntimeError(run.stderr.strip())
    json.loads(run.stdout)
    return numpy.load(pathlib.Path(folder) / "gradient.npy")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gingham", default=".build/release/gingham")
    parser.add_argument("--nets", default=",".join(MIDDLE))
    arguments = parser.parse_args()
    warnings.filterwarnings("ignore")
    worst = 0.0
    for name in arguments.nets.split(","):
        size = 299 if name == "inception_v3" else 224
        net = build(name)
        # The strongest ones, as a class or channel behind dead ReLUs has no gradient to compare.
        with torch.no_grad():
            choice = [int(values.argmax()) for values in run(net, noise(1, size)[1], MIDDLE[name])]
        targets = (f"class:{choice[0]}", f"channel:{MIDDLE[name]}:{choice[1]}")
        with tempfile.TemporaryDirectory() as scratch:
            scratch = pathlib.Path(scratch)
            truths, peers = {}, []

            def picture(seed):
                path = scratch / f"noise-{seed}.png"
                if seed not in truths:
                    levels, pixels = noise(seed, size)
                    Image.fromarray(levels).save(path)
                    single = expected(net, pixels, MIDDLE[name], choice)
                    truths[seed] = expected(net.double(), pixels.double(), MIDDLE[name], choice)
                    net.float()
                    peers.append([relative_error(one, truth) for one, truth in zip(single, truths[seed])])
                return path

            for exporter in ("dynamo", "torchscript"):
                model = scratch / exporter / "net.onnx"
                model.parent.mkdir()
                quiet = dict(verbose=False) if exporter == "dynamo" else {}
                try:
                    torch.onnx.export(
                        net, (torch.rand(1, 3, size, size),), str(model), dynamo=exporter == "dynamo", **quiet)
                except Exception as failure:  # what PyTorch cannot export is no fault of the reader
                    print(f"{name:16} {exporter:11} not exported: {str(failure).splitlines()[0]}", flush=True)
                    continue
                line = f"{name:16} {exporter:11}"
                for index, target in enumerate(targets):
                    for tried, seed in enumerate(range(1, 7), start=1):
                        path = picture(seed)
                        gradient = found(arguments.gingham, model, path, size, target, scratch / "out")
                        error = relative_error(gradient, truths[seed][index])
                        if error <= 1e-4:
                            break
                    worst = max(worst, error)
                    line += f"  {target} {error:.1e} (picture {tried})"
                print(line, flush=True)
            own = ["  ".join(f"{peer[index]:.0e}" for peer in peers) for index in range(2)]
            print(f"{'':16} PyTorch, 32 bits: {targets[0]} {own[0]}; {targets[1]} {own[1]}", flush=True)
    print(f"worst {worst:.1e}")
    sys.exit(worst > 1e-4)


if __name__ == "__main__":
    main()
