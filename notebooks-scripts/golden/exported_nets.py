"""A small share of export_matrix.py for `make test`: tiny nets as PyTorch's two exporters write them with a batch of one,
and PyTorch's outputs and input gradients for a batch of three distinct pictures.

    python notebooks-scripts/golden/exported_nets.py Tests/VerbsTests/Golden/exports

NAME-EXPORTER.onnx takes x; the npz holds, of each NAME, x (3×3×H×W), a cotangent of the output (3×K, or maps), the output
`y`, and the gradient of their product, worked out in double precision; `layer` is a layer in the middle with
`layer_gradient` of half its squared norm and `channel_gradient` of the mean of its channel 2. Names that end in `_other` are the same at another size. Needs torch, timm, onnx (1.19 or later), onnxscript and numpy.
"""

import contextlib
import io
import json
import pathlib
import sys
import warnings

import numpy as np
import onnx
import torch
from torch import nn
from made_with import record

if torch.version.cuda is None:  # torchvision's wheel is built for CUDA: declare the operators it misses on a CPU
    library = torch.library.Library("torchvision", "DEF")
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

warnings.filterwarnings("ignore")


class Block(nn.Module):
    """A transformer's block on PyTorch's own attention, tokens second: it folds heads into the batch."""

    def __init__(self, width, heads, weighs):
        super().__init__()
        self.ln_1 = nn.LayerNorm(width)
        self.attention = nn.MultiheadAttention(width, heads, batch_first=True)
        self.ln_2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))
        self.weighs = weighs

    def forward(self, x):
        t = self.ln_1(x)
        x = x + self.attention(t, t, t, need_weights=self.weighs)[0]
        return x + self.mlp(self.ln_2(x))


class TokenNet(nn.Module):
    """A vision transformer with a class token and learned positions."""

    def __init__(self, weighs=False, width=12, heads=3):
        super().__init__()
        self.patches = nn.Conv2d(3, width, 4, 4)
        self.token = nn.Parameter(torch.randn(1, 1, width) * 0.5)
        self.positions = nn.Parameter(torch.randn(1, 10, width) * 0.5)
        self.blocks = nn.Sequential(*(Block(width, heads, weighs) for _ in range(2)))
        self.norm = nn.LayerNorm(width)
        self.head = nn.Linear(width, 5)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.positions
        return self.head(self.norm(self.blocks(x))[:, 0])


class MapNet(nn.Module):
    """Channel attention, nearest and bilinear resizing, and a map of classes: any size."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.BatchNorm2d(8), nn.Hardswish())
        self.squeeze = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Conv2d(8, 8, 1), nn.Hardsigmoid())
        self.deep = nn.Sequential(nn.Conv2d(8, 8, 3, 2, 1, groups=4), nn.ReLU())
        self.head = nn.Conv2d(16, 4, 1)

    def forward(self, x):
        size = x.shape[2:]
        x = self.stem(x)
        x = x * self.squeeze(x)
        deep = nn.functional.interpolate(self.deep(x), size=x.shape[2:], mode="nearest")
        y = self.head(torch.cat([x, deep], 1))
        return nn.functional.interpolate(y, size=size, mode="bilinear", align_corners=False)


class GateNet(nn.Module):
    """Standardised weights, which exporters write as arithmetic, and a gate that is spread over a map of 3×3, as large
    as the kernels are: any size."""

    def __init__(self):
        super().__init__()
        from timm.layers import ScaledStdConv2d

        self.stem = ScaledStdConv2d(3, 6, 3, stride=2, padding=1)
        self.deep = ScaledStdConv2d(6, 8, 3, stride=2, padding=1)
        self.head = nn.Linear(8, 4)

    def forward(self, x):
        x = self.deep(nn.functional.silu(self.stem(x)))
        gate = x.mean((2, 3)).view(x.shape[0], -1, 1, 1).sigmoid()
        return self.head((x * gate.expand_as(x)).mean((2, 3)))


def windows(**settings):
    """Swin's first stage: windows, and windows shifted with a mask."""
    import timm

    timm.layers.set_fused_attn(settings.pop("fused"))
    return timm.create_model(
        "swin_tiny_patch4_window7_224", img_size=16, patch_size=2, window_size=4, embed_dim=8, depths=(2,), num_heads=(2,),
        num_classes=4)


# Name, how it is built, layer in the middle, side, another side where the net takes it, exporters.
NETS = [
    ("tokens", lambda exporter: TokenNet(weighs=not exporter.startswith("dynamo")), "blocks.0", 12, None,
     ["dynamo20", "dynamo23", "older13"]),
    ("windows", lambda exporter: windows(fused=exporter.startswith("dynamo")), "layers.0.blocks.0", 16, None,
     ["dynamo20", "older11"]),
    ("maps", lambda exporter: MapNet(), "deep", 14, 18, ["dynamo20", "older11"]),
    ("gates", lambda exporter: GateNet(), "stem", 12, 16, ["dynamo20", "older11", "older17"]),
]


def build(make, exporter):
    torch.manual_seed(7)
    net = make(exporter)
    generator = torch.Generator().manual_seed(8)
    for name, tensor in net.state_dict().items():
        if tensor.is_floating_point() and "relative_position_index" not in name and "mask" not in name:
            # Multiples of 1/64, exact in any precision; variances stay positive.
            noise = torch.randn(tensor.shape, generator=generator) * 0.3
            value = tensor + noise if "running_var" not in name else tensor + noise.abs()
            tensor.copy_((value * 64).round() / 64)
    return net.eval()


def gradients(net, layer, x, random, channels):
    """`channels` is the axis of the layer's channels."""
    inputs = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    seen = []
    handle = dict(net.named_modules())[layer].register_forward_hook(lambda _, __, output: seen.append(output))
    y = net(inputs)
    handle.remove()
    cotangent = (random.integers(-64, 64, y.shape) / 64).astype("f4")
    (gradient,) = torch.autograd.grad((y * torch.tensor(cotangent)).sum(), inputs, retain_graph=True)
    (layer_gradient,) = torch.autograd.grad(seen[0].square().sum() / 2, inputs, retain_graph=True)
    channel = seen[0].select(channels, 2).flatten(1).mean(1).sum()
    (channel_gradient,) = torch.autograd.grad(channel, inputs)
    return dict(x=x, y=y.detach().numpy(), cotangent=cotangent, gradient=gradient.numpy(),
                layer_gradient=layer_gradient.numpy(), channel_gradient=channel_gradient.numpy())


def slim(path):
    """Drops what an exporter writes for people to read, which is most of a small file."""
    model = onnx.load(path)
    for node in model.graph.node:
        kept = [(entry.key, entry.value) for entry in node.metadata_props if entry.key == "namespace"]
        del node.metadata_props[:]
        for key, value in kept:
            node.metadata_props.add(key=key, value=value)
        node.doc_string = ""
    for value in [*model.graph.value_info, *model.graph.input, *model.graph.output]:
        del value.metadata_props[:]
    del model.graph.metadata_props[:]
    onnx.save(model, path)


def quantised(path):
    """A classifier of 16×16 pictures whose map is rounded to eight bits; no exporter is needed."""
    from onnx import TensorProto, helper, numpy_helper

    weight = (np.random.default_rng(0).standard_normal((4, 3, 3, 3)).astype("f4") * 0.3)
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["c"], name="conv", kernel_shape=[3, 3], pads=[1] * 4, strides=[2, 2]),
        helper.make_node("QuantizeLinear", ["c", "s", "z"], ["q"], name="quant"),
        helper.make_node("DequantizeLinear", ["q", "s", "z"], ["d"], name="dq"),
        helper.make_node("Relu", ["d"], ["r"], name="act"),
        helper.make_node("ReduceMean", ["r"], ["y"], name="mean", axes=[2, 3], keepdims=0),
    ]
    constants = dict(w=weight, s=np.float32(0.02), z=np.int8(0))
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, (1, 3, 16, 16))],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, (1, 4))],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in constants.items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    quantised(folder / "quantised.onnx")
    golden, listed = {}, []
    random = np.random.default_rng(2026)
    for name, make, layer, side, other, exporters in NETS:
        net = build(make, "dynamo").double()
        for size, suffix in [(side, "")] + ([(other, "_other")] if other else []):
            found = gradients(net, layer, (random.integers(0, 64, (3, 3, size, size)) / 64).astype("f4"), random,
                              channels=-1 if name in ("tokens", "windows") else 1)
            golden.update({f"{name}.{key}{suffix}": np.asarray(array, dtype="f4") for key, array in found.items()})
        x = golden[f"{name}.x"]
        for exporter in exporters:
            path = folder / f"{name}-{exporter}.onnx"
            plain = build(make, exporter)
            example = torch.tensor(x[:1])
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                opset = int(exporter[-2:])
                if exporter.startswith("dynamo"):
                    torch.onnx.export(plain, (example,), str(path), opset_version=opset, dynamo=True,
                                      external_data=False)
                else:
                    torch.onnx.export(plain, example, str(path), opset_version=opset, dynamo=False)
            slim(path)
            listed.append({"net": name, "exporter": exporter, "layer": layer})
    np.savez(folder / "exports.npz", **golden)
    (folder / "exports.json").write_text(json.dumps(
        {"torch": torch.__version__, "nets": listed}, indent=1) + "\n")
    record(folder, "*")


if __name__ == "__main__":
    main()
