#!/usr/bin/env python3
"""Whole torchvision nets against PyTorch: input gradients of a class logit and of a middle layer's channel.

    pip install torch==2.13.0+cpu numpy pillow onnx onnxscript; pip install --no-deps torchvision==0.28.0
    python notebooks-scripts/golden/whole_nets.py [--gingham .build/release/gingham] [--nets resnet18,vgg16]

Each net gets random weights and batch statistics measured on noise, is exported by both of PyTorch's exporters, and is
read back from the .onnx file by the command line tool. Prints max|difference|/max|gradient| a net, exporter and target,
against PyTorch in double precision; exits with 1 where one is above 1e-4.

A ReLU whose input is zero to within single precision may fall on either side, and then some pixels' gradients jump. Nets
with millions of ReLUs do that on almost every picture, PyTorch's own single precision as well (printed beside). Such an
accident belongs to a picture and to such kinks: up to three pictures are tried, and a net that stays above 1e-4 on all of
them is exported and compared once more as its smooth twin: SiLUs in place of ReLUs, average pools in place of max pools,
all else the same. Takes some minutes and writes nothing outside a temporary folder.
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

# Layers that both exporters leave as they are: each folds a BatchNorm into the convolution before it, so behind such a
# pair the layer to ask for is the ReLU.
MIDDLE = dict(
    alexnet="features.6", vgg11="features.11", vgg13="features.15", vgg16="features.17", vgg19="features.19",
    vgg11_bn="features.13", vgg13_bn="features.19", vgg16_bn="features.26", vgg19_bn="features.25",
    resnet18="layer3", resnet34="layer3", resnet50="layer3", resnet101="layer2",
    resnet152="layer2", squeezenet1_0="features.7", squeezenet1_1="features.7", googlenet="inception4c",
    inception_v3="Mixed_6b", densenet121="features.denseblock3", mobilenet_v2="features.10", efficientnet_b0="features.5")
SHARP = dict(relu=torch.nn.functional.relu, max_pool2d=torch.nn.functional.max_pool2d)
SMOOTH = dict(
    relu=lambda x, inplace=False: torch.nn.functional.silu(x),
    max_pool2d=lambda x, kernel_size, stride=None, padding=0, **rest: torch.nn.functional.avg_pool2d(
        x, kernel_size, stride, padding))
PICTURES = 3
BACKEND = "fast"
TOLERANCE = 1e-4


def build(name, smooth=False):
    torch.manual_seed(0)
    options = dict(aux_logits=False, init_weights=True) if name in ("googlenet", "inception_v3") else {}
    net = getattr(torchvision.models, name)(weights=None, **options)
    if smooth:
        for parent in list(net.modules()):
            for child, module in parent.named_children():
                if isinstance(module, (torch.nn.ReLU, torch.nn.ReLU6)):
                    setattr(parent, child, torch.nn.SiLU())
                if isinstance(module, torch.nn.MaxPool2d):
                    setattr(parent, child, torch.nn.AvgPool2d(
                        module.kernel_size, module.stride, module.padding, module.ceil_mode))
    if name in ("resnet101", "resnet152"):
        # As in trained nets, branches are weaker than the path past them: with branches of equal strength fifty blocks
        # amplify rounding until PyTorch's own single precision misses by 2e-4, without a kink.
        for block in net.modules():
            if isinstance(block, torchvision.models.resnet.Bottleneck):
                torch.nn.init.constant_(block.bn3.weight, 0.25)
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
               "--output", folder, "--quiet", "--json", "--backend", BACKEND]
    run = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if run.returncode:
        raise RuntimeError(run.stderr.strip())
    json.loads(run.stdout)
    return numpy.load(pathlib.Path(folder) / "gradient.npy")


class Subject:
    """A net with its gradients at pictures of noise, in both precisions."""

    def __init__(self, name, folder, smooth=False):
        self.smooth = smooth
        self.choose_functions()
        self.net, self.layer, self.folder = build(name, smooth), MIDDLE[name], folder
        self.size = 299 if name == "inception_v3" else 224
        folder.mkdir()
        # The strongest ones, as a class or channel behind dead ReLUs has no gradient to compare.
        with torch.no_grad():
            self.choice = [int(values.argmax()) for values in run(self.net, noise(1, self.size)[1], self.layer)]
        self.targets = (f"class:{self.choice[0]}", f"channel:{self.layer}:{self.choice[1]}")
        self.truths, self.peers = {}, []

    def choose_functions(self):
        """Some nets call functions instead of modules."""
        for function, body in (SMOOTH if self.smooth else SHARP).items():
            setattr(torch.nn.functional, function, body)

    def picture(self, seed):
        self.choose_functions()
        path = self.folder / f"noise-{seed}.png"
        if seed not in self.truths:
            levels, pixels = noise(seed, self.size)
            Image.fromarray(levels).save(path)
            single = expected(self.net, pixels, self.layer, self.choice)
            truths = expected(self.net.double(), pixels.double(), self.layer, self.choice)
            self.net.float()
            self.truths[seed] = truths
            self.peers.append([relative_error(one, truth) for one, truth in zip(single, truths)])
        return path

    def export(self, exporter):
        self.choose_functions()
        model = self.folder / f"{exporter}.onnx"
        quiet = dict(verbose=False) if exporter == "dynamo" else {}
        pixels = torch.rand(1, 3, self.size, self.size)
        torch.onnx.export(self.net, (pixels,), str(model), dynamo=exporter == "dynamo", **quiet)
        return model

    def errors(self, gingham, model, index):
        """Of pictures, until one stays within the tolerance."""
        errors = []
        for seed in range(1, PICTURES + 1):
            path = self.picture(seed)
            gradient = found(gingham, model, path, self.size, self.targets[index], self.folder / "out")
            errors.append(relative_error(gradient, self.truths[seed][index]))
            if errors[-1] <= TOLERANCE:
                break
        return errors


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gingham", default=".build/release/gingham")
    parser.add_argument("--nets", default=",".join(MIDDLE))
    parser.add_argument("--backend", default=BACKEND, help="reference64 compares in double precision, in minutes a net")
    arguments = parser.parse_args()
    globals().update(BACKEND=arguments.backend)
    warnings.filterwarnings("ignore")
    worst = 0.0
    for name in arguments.nets.split(","):
        with tempfile.TemporaryDirectory() as scratch:
            subject, twin = Subject(name, pathlib.Path(scratch) / "net"), None
            for exporter in ("dynamo", "torchscript"):
                try:
                    model = subject.export(exporter)
                except Exception as failure:  # what PyTorch cannot export is no fault of the reader
                    print(f"{name:16} {exporter:11} not exported: {str(failure).splitlines()[0]}", flush=True)
                    continue
                line, twin_model = f"{name:16} {exporter:11}", None
                for index, target in enumerate(subject.targets):
                    errors = subject.errors(arguments.gingham, model, index)
                    line += f"  {target} {errors[-1]:.1e}"
                    if errors[-1] > TOLERANCE:
                        twin = twin or Subject(name, pathlib.Path(scratch) / "twin", smooth=True)
                        twin_model = twin_model or twin.export(exporter)
                        errors = twin.errors(arguments.gingham, twin_model, index)
                        line += f" (smooth twin {errors[-1]:.1e})"
                    elif len(errors) > 1:
                        line += f" (picture {len(errors)})"
                    worst = max(worst, errors[-1])
                print(line, flush=True)
            own = ["  ".join(f"{peer[index]:.0e}" for peer in subject.peers) for index in range(2)]
            print(f"{'':16} PyTorch, 32 bits: {subject.targets[0]} {own[0]}; {subject.targets[1]} {own[1]}", flush=True)
    print(f"worst {worst:.1e}")
    sys.exit(worst > TOLERANCE)


if __name__ == "__main__":
    main()
