#!/usr/bin/env python3
"""Writes Tests/ArchitecturesTests/Golden/state_dicts.json: of every net's state dict the number of parameters and of
their elements and a hash of all names and shapes, and of those of torchvision's nets that it can trace the number of
layers and a hash of their names and output shapes in the order in which they run.

Needs torch, torchvision, timm, transformers and diffusers. Usage: state_dicts.py OUTPUT.json, or state_dicts.py --list NAME for
the names and shapes behind a hash.
"""
import json
import pathlib
import sys
from functools import partial

import torch

from architectures import layers, torchvision  # registers what a CPU torch lacks

from reference_modules import BrainUNet, UNet

import diffusers
import timm
import transformers

from made_with import record

# What PyTorch keeps beside the parameters, and what no output depends on.
IGNORED = ("num_batches_tracked", "relative_position_index", "attn_mask", "mask_token", "pooler.dense.weight",
           "pooler.dense.bias")

RESNETS = "resnext50_32x4d resnext101_32x8d resnext101_64x4d wide_resnet50_2 wide_resnet101_2"
CONVNEXTS = "convnext_tiny convnext_small convnext_base convnext_large"
REGNETS = [f"regnet_{kind}_{size}" for kind in "xy" for size in "400mf 800mf 1_6gf 3_2gf 8gf 16gf 32gf".split()]
TRACED = (
    f"{RESNETS} {CONVNEXTS} mobilenet_v3_large mobilenet_v3_small".split() + REGNETS + ["regnet_y_128gf"]
    + [f"shufflenet_v2_x{width}" for width in "0_5 1_0 1_5 2_0".split()]
    + [f"mnasnet{width}" for width in "0_5 0_75 1_0 1_3".split()] + [f"efficientnet_b{index}" for index in range(1, 8)]
    + [f"efficientnet_v2_{size}" for size in "sml"])
TORCHVISION = TRACED + "swin_t swin_s swin_b vit_b_16 vit_b_32 vit_l_16 vit_l_32 vit_h_14".split()

SIZES = "tiny small base".split()
TIMM = (
    "mobilenetv2_100 mnasnet_100".split()
    + [f"{prefix}mobilenetv3_{size}_100" for size in ("large", "small") for prefix in ("", "tf_")]
    + [f"efficientnet_b{index}_timm" for index in range(8)] + [f"tf_efficientnet_b{index}" for index in range(8)]
    + [f"{prefix}efficientnetv2_{size}" for size in "sml" for prefix in ("", "tf_")]
    + [f"regnet{kind}_{size}" for kind in "xy"
       for size in "002 004 006 008 016 032 040 064 080 120 160 320".split()]
    + [f"{name}_timm" for name in CONVNEXTS.split()] + [f"convnext_{size}" for size in "atto femto pico nano".split()]
    + [f"swin_{size}_patch4_window7_224" for size in "tiny small base large".split()]
    + [f"vit_{name}_224" for name in ("tiny_patch16 small_patch16 small_patch32 base_patch8 base_patch16 base_patch32 "
                                      "large_patch16").split()]
    + [f"deit_{size}{detail}_patch16_224" for size in SIZES for detail in ("", "_distilled")]
    + [f"deit3_{size}_patch16_224" for size in "small medium base large".split()]
    + [f"vit_{size}_patch14_{detail}dinov2" for size in "small base large".split() for detail in ("", "reg4_")])

WIDTHS = dict(tiny=(192, 12, 3), small=(384, 12, 6), base=(768, 12, 12), large=(1024, 24, 16))


def transformer(kind, size, patch, image, **options):
    """A configuration of Hugging Face's with the widths of a size."""
    width, depth, heads = WIDTHS[size]
    return getattr(transformers, kind)(hidden_size=width, num_hidden_layers=depth, num_attention_heads=heads,
                                       intermediate_size=4 * width, patch_size=patch, image_size=image, **options)


def hugging_face():
    classes = dict(num_labels=1000)
    for size, patch in (("base", 16), ("base", 32), ("large", 16)):
        yield f"vit-{size}-patch{patch}-224", "ViTForImageClassification", transformer(
            "ViTConfig", size, patch, 224, **classes)
    for size in SIZES:
        yield f"deit-{size}-patch16-224", "ViTForImageClassification", transformer("ViTConfig", size, 16, 224, **classes)
        yield f"deit-{size}-distilled-patch16-224", "DeiTForImageClassificationWithTeacher", transformer(
            "DeiTConfig", size, 16, 224, **classes)
    for size in "small base large".split():
        yield f"dinov2-{size}", "Dinov2Model", transformer("Dinov2Config", size, 14, 518)
        yield f"dinov2-with-registers-{size}", "Dinov2WithRegistersModel", transformer(
            "Dinov2WithRegistersConfig", size, 14, 518)
    for size, depths, width in (("tiny", [3, 3, 9, 3], 96), ("small", [3, 3, 27, 3], 96), ("base", [3, 3, 27, 3], 128),
                                ("large", [3, 3, 27, 3], 192)):
        yield f"convnext-{size}-224", "ConvNextForImageClassification", transformers.ConvNextConfig(
            depths=depths, hidden_sizes=[width << stage for stage in range(4)], **classes)


def published_names(model):
    """Hugging Face's files keep the names that its modules had when they were first published."""
    from transformers.core_model_loading import revert_weight_conversion
    return {name: next(iter(revert_weight_conversion(model, {name: torch.empty(tensor.shape)})))
            for name, tensor in model.state_dict().items()}


def authors_convnext(name):
    for old, new in (("stem.", "downsample_layers.0."), (r"stages.{}.downsample.", "downsample_layers.{}."),
                     (".blocks.", "."), ("conv_dw", "dwconv"), ("mlp.fc", "pwconv"), ("head.norm.", "norm."),
                     ("head.fc.", "head.")):
        for stage in range(4):
            name = name.replace(old.format(stage), new.format(stage))
    return name


def authors_swin(name):
    for stage in range(1, 4):
        name = name.replace(f"layers.{stage}.downsample", f"layers.{stage - 1}.downsample")
    return name.replace("head.fc.", "head.")


class Renamed:
    """A net of timm's under its authors' names, which timm's own filter must take back."""

    def __init__(self, name, rename, check):
        self.model = timm.create_model(name)
        old = self.model.state_dict()
        self.shapes = {rename(key): tensor for key, tensor in old.items()}
        again = check(dict(self.shapes), self.model)
        assert {key: tensor.shape for key, tensor in again.items()} == {key: old[key].shape for key in old}, name

    def state_dict(self):
        return self.shapes


class Dino(Renamed):
    """The DINOv2 authors' with registers, which have a place for the class token and a token for training."""

    def __init__(self, size):
        model = timm.create_model(f"vit_{size}_patch14_reg4_dinov2")
        old = model.state_dict()
        self.shapes = {key.replace("reg_token", "register_tokens"): tensor for key, tensor in old.items()}
        width = old["norm.weight"].shape[0]
        self.shapes["pos_embed"] = torch.zeros(1, 1370, width)
        again = timm.models.vision_transformer.checkpoint_filter_fn(
            dict(self.shapes, mask_token=torch.zeros(1, width)), model)
        assert {key: tensor.shape for key, tensor in again.items()} == {key: old[key].shape for key in old}


def autoencoder(part, width=128):
    """Stable Diffusion's, without what the decoder or the encoder does not use."""
    model = diffusers.AutoencoderKL(
        down_block_types=["DownEncoderBlock2D"] * 4, up_block_types=["UpDecoderBlock2D"] * 4,
        block_out_channels=[width, 2 * width, 4 * width, 4 * width], layers_per_block=2, latent_channels=4)
    for other in (("encoder", "quant_conv") if part == "decoder" else ("decoder", "post_quant_conv")):
        delattr(model, other)
    return model


def nets():
    """Name and constructor of every net."""
    yield "unet", UNet
    yield "unet?bilinear=1", partial(UNet, bilinear=True)
    yield "unet_brain", BrainUNet
    for part in ("decoder", "encoder"):
        yield f"stable_diffusion_vae_{part}", partial(autoencoder, part)
    for name in CONVNEXTS.split():
        yield f"{name}_original", partial(Renamed, name, authors_convnext, timm.models.convnext.checkpoint_filter_fn)
    for size in "tiny small base large".split():
        name = f"swin_{size}_patch4_window7_224"
        yield f"{name}_original", partial(Renamed, name, authors_swin, timm.models.swin_transformer.checkpoint_filter_fn)
    for size in "small base large".split():
        yield f"dinov2_vit{size[0]}14_reg", partial(Dino, size)
    for name in TORCHVISION:
        yield name, partial(getattr(torchvision.models, name), weights=None)
    for name in TIMM:
        yield name, partial(timm.create_model, name.removesuffix("_timm"))
    for name, kind, configuration in hugging_face():
        yield name, partial(getattr(transformers, kind), configuration)


def state(model):
    names = published_names(model) if isinstance(model, transformers.PreTrainedModel) else {}
    return {names.get(name, name): list(tensor.shape) for name, tensor in model.state_dict().items()
            if not names.get(name, name).endswith(IGNORED)}


def lines(shapes):
    return sorted(f"{name} {'x'.join(map(str, shape))}" for name, shape in shapes.items())


def fingerprint(lines):
    """FNV-1a of the lines with their ends, in hexadecimal."""
    key = 0xCBF29CE484222325
    for byte in "".join(line + "\n" for line in lines).encode():
        key = ((key ^ byte) * 0x100000001B3) & (2**64 - 1)
    return f"{key:016x}"


def build(make):
    try:
        with torch.device("meta"):
            return make()
    except (RuntimeError, NotImplementedError):  # some compute their widths with tensors
        return make()


def entry(name, make):
    shapes = state(build(make))
    result = dict(parameters=len(shapes), elements=sum(torch.Size(shape).numel() for shape in shapes.values()),
                  hash=fingerprint(lines(shapes)))
    if name in TRACED:
        rows = [f"{layer} {'x'.join(map(str, shape))}" for layer, shape, _ in layers(name) if "getitem" not in layer]
        result["layers"] = dict(count=len(rows), hash=fingerprint(rows))
    return result


def main():
    if sys.argv[1] == "--list":
        make = dict(nets())[sys.argv[2]]
        print("\n".join(lines(state(build(make)))))
        return
    rows = [f"{json.dumps(name)}: {json.dumps(entry(name, make))}" for name, make in nets()]
    with open(sys.argv[1], "w") as file:
        file.write("{\n" + ",\n".join(rows) + "\n}\n")
    path = pathlib.Path(sys.argv[1])
    record(path.parent, path.name)


if __name__ == "__main__":
    main()
