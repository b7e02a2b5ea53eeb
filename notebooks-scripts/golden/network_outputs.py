#!/usr/bin/env python3
"""Writes Tests/ArchitecturesTests/Golden/outputs.json: what PyTorch's own modules answer, in float64, to parameters and
an input that both sides compute from names and indices, and the gradient of a weighted sum of the outputs at the input.

Needs torch, torchvision, timm, transformers and diffusers. Usage: network_outputs.py OUTPUT.json
"""
import json
import pathlib
import sys

import numpy as np
import torch
from torch import nn

from architectures import torchvision  # registers what a CPU torch lacks
from reference_modules import BrainUNet, UNet
from state_dicts import authors_convnext, autoencoder, published_names, transformer

import timm
import transformers

from made_with import record

SIZE = (96, 80)
CLASSES = 10
IMAGENET = ([0, 1, 2], [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])


def noise(name, shape):
    """In [-1, 1): upper 24 bits of SplitMix64's output function on FNV-1a(name) + index * increment."""
    key = 0xCBF29CE484222325
    for byte in name.encode():
        key = ((key ^ byte) * 0x100000001B3) & (2**64 - 1)
    count = int(np.prod(shape, dtype=np.int64))
    z = np.uint64(key) + np.arange(count, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return ((z >> np.uint64(40)).astype(np.float32) * np.float32(2**-23) - np.float32(1)).reshape(shape)


def parameter(name, shape):
    u = noise(name, shape)
    if name.endswith("running_mean") or name.endswith("bias"):
        return np.float32(0.125) * u
    if name.endswith("running_var"):
        return np.float32(1) + np.float32(0.5) * u
    if len(shape) == 1:
        return np.float32(1) + np.float32(0.25) * u
    if len(shape) == 3 and shape[0] == 1:  # tokens and their positions
        return u
    return np.sqrt(np.float32(6) / np.float32(np.prod(shape[1:]))) * u


class Lite0(nn.Module):
    """EfficientNet-Lite0 by its paper's table, with TensorFlow's padding."""

    STAGES = [(1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112),
              (4, 5, 2, 6, 192), (1, 3, 1, 6, 320)]

    class Block(nn.Module):
        def __init__(self, inputs, kernel, stride, expansion, outputs):
            super().__init__()
            wide = inputs * expansion
            if expansion != 1:
                self._expand_conv = nn.Conv2d(inputs, wide, 1, bias=False)
                self._bn0 = nn.BatchNorm2d(wide, eps=1e-3)
            self._depthwise_conv = nn.Conv2d(wide, wide, kernel, stride, groups=wide, bias=False)
            self._bn1 = nn.BatchNorm2d(wide, eps=1e-3)
            self._project_conv = nn.Conv2d(wide, outputs, 1, bias=False)
            self._bn2 = nn.BatchNorm2d(outputs, eps=1e-3)
            self.expands, self.skips = expansion != 1, stride == 1 and inputs == outputs

        def forward(self, x):
            y = nn.functional.relu6(self._bn0(self._expand_conv(x))) if self.expands else x
            y = nn.functional.relu6(self._bn1(same(self._depthwise_conv, y)))
            y = self._bn2(self._project_conv(y))
            return x + y if self.skips else y

    def __init__(self):
        super().__init__()
        self._conv_stem = nn.Conv2d(3, 32, 3, 2, bias=False)
        self._bn0 = nn.BatchNorm2d(32, eps=1e-3)
        blocks, inputs = [], 32
        for repeats, kernel, stride, expansion, outputs in self.STAGES:
            for index in range(repeats):
                blocks.append(self.Block(inputs, kernel, 1 if index else stride, expansion, outputs))
                inputs = outputs
        self._blocks = nn.ModuleList(blocks)
        self._conv_head = nn.Conv2d(inputs, 1280, 1, bias=False)
        self._bn1 = nn.BatchNorm2d(1280, eps=1e-3)
        self._fc = nn.Linear(1280, CLASSES)

    def forward(self, x):
        x = nn.functional.relu6(self._bn0(same(self._conv_stem, x)))
        for block in self._blocks:
            x = block(x)
        x = nn.functional.relu6(self._bn1(self._conv_head(x)))
        return self._fc(x.mean((2, 3)))


def same(convolution, x):
    pads = []
    for extent, kernel, stride in zip(x.shape[:1:-1], convolution.kernel_size[::-1], convolution.stride[::-1]):
        total = max((-(-extent // stride) - 1) * stride + kernel - extent, 0)
        pads += [total // 2, total - total // 2]
    return convolution(nn.functional.pad(x, pads))


class Main(nn.Module):
    """A sequence under the name `main`, as in PyTorch's DCGAN example."""

    def __init__(self, *layers):
        super().__init__()
        self.main = nn.Sequential(*layers)

    def forward(self, x):
        return self.main(x)


def generator(kernel, padding, output_padding, f=4, latent=8):
    layers, widths = [nn.ConvTranspose2d(latent, 8 * f, 4, 1, 0, bias=False)], [8 * f, 4 * f, 2 * f, f, 3]
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [nn.BatchNorm2d(inputs), nn.ReLU(),
                   nn.ConvTranspose2d(inputs, outputs, kernel, 2, padding, output_padding, bias=False)]
    return Main(*layers, nn.Tanh())


def resize_generator(f=4, latent=8):
    layers, widths = [nn.ConvTranspose2d(latent, 8 * f, 4, 1, 0, bias=False)], [8 * f, 4 * f, 2 * f, f, 3]
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [nn.BatchNorm2d(inputs), nn.ReLU(), nn.Upsample(scale_factor=2, mode="nearest"),
                   nn.Conv2d(inputs, outputs, 3, padding=1, bias=False, padding_mode="reflect")]
    return Main(*layers, nn.Tanh())


def discriminator(kernel, padding, f=4):
    layers, widths = [nn.Conv2d(3, f, kernel, 2, padding, bias=False), nn.LeakyReLU(0.2)], [f, 2 * f, 4 * f, 8 * f]
    for inputs, outputs in zip(widths, widths[1:]):
        layers += [nn.Conv2d(inputs, outputs, kernel, 2, padding, bias=False), nn.BatchNorm2d(outputs), nn.LeakyReLU(0.2)]
    return Main(*layers, nn.Conv2d(8 * f, 1, 4, bias=False), nn.Sigmoid())


def resnet50_v1():
    model = torchvision.models.resnet50(num_classes=CLASSES)
    for block in model.modules():
        if isinstance(block, torchvision.models.resnet.Bottleneck):
            block.conv1.stride, block.conv2.stride = block.conv2.stride, block.conv1.stride
    return model


def squeezenet_caffe():
    model = torchvision.models.squeezenet1_1(num_classes=CLASSES)
    for pool in model.modules():
        if isinstance(pool, nn.MaxPool2d):
            pool.ceil_mode = False
    return model


def normalized(x, convention):
    source, mean, deviation = convention
    mean, deviation = np.float32(mean), np.float32(deviation)
    scale, shift = torch.tensor(1 / deviation).double(), torch.tensor(-mean / deviation).double()
    return x[:, source] * scale[:, None, None] + shift[:, None, None]


def caffe(x):
    return 255 * x[:, [2, 1, 0]] - torch.tensor(np.float32([104.006, 116.669, 122.679])).double()[:, None, None]


def cases():
    picture = dict(shape=(1, 3, *SIZE), query=f"classes={CLASSES}&size={SIZE[0]}x{SIZE[1]}")
    imagenet = dict(picture, prepare=lambda x: normalized(x, IMAGENET))
    half = [0.5] * 3
    symmetric = dict(prepare=lambda x: normalized(x, ([0, 1, 2], half, half)))
    for name in ("alexnet vgg11 vgg16_bn resnet18 resnet50 squeezenet1_0 squeezenet1_1 densenet121 mobilenet_v2 "
                 "efficientnet_b0").split():
        yield name, getattr(torchvision.models, name)(num_classes=CLASSES), imagenet
    for name in ("googlenet", "inception_v3"):
        make = lambda: getattr(torchvision.models, name)(num_classes=CLASSES, aux_logits=False, init_weights=False)
        yield name, make(), imagenet
        transforming = make()
        transforming.transform_input = True
        yield name, transforming, dict(imagenet, query=imagenet["query"] + "&transform_input=1")
    yield "resnet50_v1", resnet50_v1(), imagenet
    yield "squeezenet1_1_caffe", squeezenet_caffe(), dict(picture, prepare=caffe)
    lite = ([0, 1, 2], [127.0 / 255] * 3, [128.0 / 255] * 3)
    yield "efficientnet_lite0", Lite0(), dict(picture, prepare=lambda x: normalized(x, lite))
    latent = dict(shape=(2, 8, 1, 1), prepare=lambda x: 2 * x - 1, finish=lambda y: y / 2 + 0.5)
    small = "features=4&latent=8"
    yield "dcgan_generator", generator(4, 1, 0), dict(latent, query=small)
    yield "dcgan_generator", generator(3, 1, 1), dict(latent, query=small + "&kernel=3")
    yield "resize_generator", resize_generator(), dict(latent, query=small)
    yield "dcgan_discriminator", discriminator(4, 1), dict(symmetric, shape=(2, 3, 64, 64), query="features=4")
    yield "dcgan_discriminator", discriminator(5, 2), dict(symmetric, shape=(2, 3, 64, 64), query="features=4&kernel=5")


def at(height, width, query="", convention=IMAGENET):
    """A case of a picture of that size."""
    return dict(shape=(1, 3, height, width), query=f"{query}classes={CLASSES}&size={height}x{width}",
                prepare=lambda x: normalized(x, convention))


class Renamed(nn.Module):
    """A net of timm's under its authors' names."""

    def __init__(self, model, rename):
        super().__init__()
        self.model, self.rename = model, rename

    def forward(self, x):
        return self.model(x)

    def names(self):
        return {f"model.{name}": self.rename(name) for name in self.model.state_dict()}


class Decoder(nn.Module):
    """Latents of unit variance to pixels in −1…1."""

    def __init__(self):
        super().__init__()
        self.model = autoencoder("decoder", 32)

    def forward(self, x):
        return self.model._decode(x * np.float32(1e5 / 18215)).sample

    def names(self):
        return {f"model.{name}": name for name in self.model.state_dict()}


class Encoder(Decoder):
    def __init__(self):
        nn.Module.__init__(self)
        self.model = autoencoder("encoder", 32)

    def forward(self, x):
        return self.model.quant_conv(self.model.encoder(x))


class Logits(nn.Module):
    """What Hugging Face's classifiers give, or the class token where there is no classifier."""

    def __init__(self, model, **options):
        super().__init__()
        self.model, self.options = model, options

    def forward(self, x):
        output = self.model(x, **self.options)
        return output.logits if hasattr(output, "logits") else output.last_hidden_state[:, 0]

    def names(self):
        return {f"model.{name}": published for name, published in published_names(self.model).items()}


def headless(case):
    return dict(case, query=case["query"].replace(f"classes={CLASSES}&", ""))


def map_cases():
    pixels = ([0, 1, 2], [0.0] * 3, [1.0] * 3)
    small = lambda height, width, query="": at(height, width, query + "features=4&", pixels)
    unet = lambda **options: UNet(CLASSES, features=4, **options)
    yield "unet", unet(), small(32, 48)
    yield "unet", unet(), small(37, 54)
    yield "unet", unet(bilinear=True), small(32, 37, "bilinear=1&")
    brain = small(32, 48)
    yield "unet_brain", BrainUNet(4), dict(brain, query=brain["query"].replace(f"classes={CLASSES}&", ""))
    latent = dict(shape=(2, 4, 3, 3), prepare=lambda x: 2 * x - 1, finish=lambda y: y / 2 + 0.5)
    yield "stable_diffusion_vae_decoder", Decoder(), dict(latent, query="side=3&width=32")
    half = ([0, 1, 2], [0.5] * 3, [0.5] * 3)
    yield "stable_diffusion_vae_encoder", Encoder(), headless(at(32, 24, "width=32&", half))


def swin_cases():
    # Windows that pad, windows that move along one axis only, and maps that a single window covers.
    for size in ((64, 48), (60, 36)):
        yield "swin_t", torchvision.models.swin_t(num_classes=CLASSES), at(*size)


def transformer_cases():
    half = ([0, 1, 2], [0.5] * 3, [0.5] * 3)
    yield "vit_b_16", torchvision.models.VisionTransformer(32, 16, 2, 12, 768, 3072, num_classes=CLASSES), at(
        32, 32, "depth=2&grid=2&")
    small = dict(num_classes=CLASSES, depth=2, dynamic_img_size=True)
    # Places are taken to fewer patches along one axis and to more along the other.
    yield "vit_tiny_patch16_224", timm.create_model("vit_tiny_patch16_224", img_size=48, **small), at(
        32, 80, "depth=2&grid=3&", half)
    yield "deit_tiny_patch16_224", timm.create_model("deit_tiny_patch16_224", img_size=32, **small), at(
        32, 32, "depth=2&grid=2&")
    yield "deit_tiny_distilled_patch16_224", timm.create_model(
        "deit_tiny_distilled_patch16_224", img_size=64, **small), at(32, 48, "depth=2&grid=4&")
    yield "deit3_small_patch16_224", timm.create_model("deit3_small_patch16_224", img_size=64, **small), at(
        32, 48, "depth=2&grid=4&")
    for name, grid in (("vit_small_patch14_dinov2", 5), ("vit_small_patch14_reg4_dinov2", 2)):
        model = timm.create_model(name, img_size=14 * grid, depth=2, dynamic_img_size=True)
        yield name, model, headless(at(42, 28, f"depth=2&grid={grid}&"))

    def huggingFace(name, kind, configuration, case, **options):
        model = getattr(transformers, kind)._from_config(configuration, attn_implementation="eager")
        return name, Logits(model, **options), case

    classes = dict(num_labels=CLASSES)
    for size, image, case in (("base", 64, at(48, 32, "depth=2&grid=4&", half)),):
        configuration = transformer("ViTConfig", size, 16, image, **classes)
        configuration.num_hidden_layers = 2
        yield huggingFace(f"vit-{size}-patch16-224", "ViTForImageClassification", configuration, case,
                          interpolate_pos_encoding=True)
    configuration = transformer("DeiTConfig", "tiny", 16, 64, **classes)
    configuration.num_hidden_layers = 2
    yield huggingFace("deit-tiny-distilled-patch16-224", "DeiTForImageClassificationWithTeacher", configuration,
                      at(48, 80, "depth=2&grid=4&"), interpolate_pos_encoding=True)
    for name, kind, grid in (("dinov2-small", "Dinov2", 5), ("dinov2-with-registers-small", "Dinov2WithRegisters", 4)):
        configuration = transformer(f"{kind}Config", "small", 14, 14 * grid)
        configuration.num_hidden_layers = 2
        yield huggingFace(name, f"{kind}Model", configuration, headless(at(42, 28, f"depth=2&grid={grid}&")))


def modern_convolution_cases():
    case = at(64, 48)
    for name in ("mobilenet_v3_small", "mnasnet0_5", "regnet_x_400mf", "regnet_y_400mf",
                 "shufflenet_v2_x0_5"):
        yield name, getattr(torchvision.models, name)(num_classes=CLASSES), case
    for name in ("mobilenetv2_100", "mobilenetv3_small_100", "tf_efficientnet_b0", "regnety_002"):
        # An odd extent tells apart where the odd pixel of padding goes.
        yield name, timm.create_model(name, num_classes=CLASSES), at(63, 48)
    yield "efficientnet_b1_timm", timm.create_model("efficientnet_b1", num_classes=CLASSES), case
    yield "resnext50_32x4d", torchvision.models.resnext50_32x4d(num_classes=CLASSES), case
    yield "wide_resnet50_2", torchvision.models.wide_resnet50_2(num_classes=CLASSES), at(32, 40)
    yield "convnext_tiny", torchvision.models.convnext_tiny(num_classes=CLASSES), case
    for name in ("convnext_tiny", "convnext_atto"):
        yield name + ("_timm" if name == "convnext_tiny" else ""), timm.create_model(name, num_classes=CLASSES), case
    configuration = transformers.ConvNextConfig(
        depths=[3, 3, 9, 3], hidden_sizes=[96, 192, 384, 768], num_labels=CLASSES)
    model = timm.create_model("convnext_tiny", num_classes=CLASSES)
    yield "convnext_tiny_original", Renamed(model, authors_convnext), at(32, 32)
    yield "convnext-tiny-224", Logits(transformers.ConvNextForImageClassification(configuration)), case


def digits(values):
    return [float(f"{value:.8g}") for value in values]


def answer(name, model, case):
    names = model.names() if hasattr(model, "names") else {}
    state = model.state_dict()
    state.update({key: torch.tensor(parameter(names.get(key, key), tuple(value.shape)))
                  for key, value in state.items() if value.is_floating_point()})
    model.load_state_dict(state)
    model = model.double().eval()
    x = torch.tensor(noise("input", case["shape"]) * np.float32(0.5) + np.float32(0.5)).double().requires_grad_(True)
    y = case.get("finish", lambda y: y)(model(case["prepare"](x)))
    cotangent = torch.tensor(noise("cotangent", tuple(y.shape))).double()
    gradient, = torch.autograd.grad((y * cotangent).sum(), x)
    flat, flat_gradient = y.detach().flatten().numpy(), gradient.flatten().numpy()
    every, every_gradient = -(-len(flat) // 64), -(-len(flat_gradient) // 64)
    return dict(specification=f"{name}?{case['query']}", input=list(case["shape"]), output=list(y.shape),
                outputNorm=float(np.linalg.norm(flat)), outputs=digits(flat[::every]),
                gradientNorm=float(np.linalg.norm(flat_gradient)), gradients=digits(flat_gradient[::every_gradient]))


def main():
    answers = [answer(*case) for make in (cases, modern_convolution_cases, transformer_cases, swin_cases, map_cases) for case in make()]
    with open(sys.argv[1], "w") as file:
        json.dump(answers, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
    path = pathlib.Path(sys.argv[1])
    record(path.parent, path.name)
