"""Tiny nets of the kinds that people export, as both of PyTorch's exporters write them, with PyTorch's gradients.

    python notebooks-scripts/golden/exported_nets.py Tests/GinghamTests/Golden/exports

Writes NET-EXPORTER.onnx and exports.npz: for every net three pictures x, the scores y and the input gradients of class 3
(summed over positions) and of half the squared norm of a layer in the middle, in double precision. The share of the export
matrix (export_matrix.py) that the project's tests run. Needs torch, torchvision, timm, onnx, onnxscript and numpy.
"""

import contextlib
import copy
import io
import pathlib
import sys
import warnings

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from torch import nn

warnings.filterwarnings("ignore")
if torch.version.cuda is None:  # torchvision's wheel is built for CUDA: declare the operators it misses on a CPU
    library = torch.library.Library("torchvision", "DEF")
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
import timm
import torchvision
from timm.models.levit import Levit
from timm.models.vision_transformer import VisionTransformer
from torchvision.models.maxvit import MaxVit
from torchvision.models.swin_transformer import SwinTransformer, SwinTransformerBlockV2, PatchMergingV2


class Mobile(nn.Module):
    """Depthwise convolutions with TensorFlow's padding, squeeze and excitation, hard activations."""

    def __init__(self):
        super().__init__()
        same = lambda *a, **k: timm.layers.create_conv2d(*a, padding="same", **k)
        self.stem = same(3, 8, 3, stride=2)
        self.norm = nn.BatchNorm2d(8)
        self.deep = same(8, 8, 5, stride=2, depthwise=True)
        self.excite = nn.Sequential(nn.Conv2d(8, 4, 1), nn.ReLU(), nn.Conv2d(4, 8, 1), nn.Hardsigmoid())
        self.block = nn.Sequential(nn.Conv2d(8, 12, 1), nn.BatchNorm2d(12), nn.Hardswish())
        self.head = nn.Linear(12, 5)

    def forward(self, x):
        x = F.silu(self.norm(self.stem(x)))
        x = self.deep(x)
        x = self.block(x * self.excite(x.mean((2, 3), keepdim=True)))
        return self.head(x.mean((2, 3)))


class Standardised(nn.Module):
    """Weight standardisation, as in nets without normalization."""

    def __init__(self):
        super().__init__()
        self.stem = timm.layers.ScaledStdConv2d(3, 8, 3, stride=2, padding=1)
        self.block = timm.layers.ScaledStdConv2d(8, 8, 3, padding=1)
        self.head = nn.Linear(8, 5)

    def forward(self, x):
        x = F.gelu(self.stem(x))
        return self.head((x + 0.2 * self.block(x)).mean((2, 3)))


class Segmenter(nn.Module):
    """A map of scores at the picture's size, with the best class beside it."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.GroupNorm(2, 8), nn.Mish())
        self.block = nn.Conv2d(8, 5, 3, padding=2, dilation=2)

    def forward(self, x):
        scores = F.interpolate(self.block(self.stem(x)), size=x.shape[-2:], mode="bilinear", align_corners=False)
        return scores, scores.argmax(1)


class Transformer(nn.Module):
    """A spatial transformer: the picture is sampled where the net says (Jaderberg et al. 2015)."""

    def __init__(self):
        super().__init__()
        self.localize = nn.Sequential(nn.Conv2d(3, 4, 5, 4), nn.Tanh(), nn.Flatten(), nn.Linear(36, 6))
        self.stem = nn.Conv2d(3, 8, 3, 2, 1)
        self.head = nn.Linear(8, 5)

    def forward(self, x):
        theta = self.localize(x).view(-1, 2, 3) * 0.1 + torch.eye(2, 3)
        x = F.grid_sample(x, F.affine_grid(theta, x.size(), align_corners=False), align_corners=False)
        return self.head(F.softplus(self.stem(x)).mean((2, 3)))


class Products(nn.Module):
    """Einstein sums, lists of indices, sorted and running sums."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Conv2d(3, 6, 4, 4)
        self.mix = nn.Parameter(torch.randn(6, 7))
        self.head = nn.Linear(7, 5)

    def forward(self, x):
        x = torch.tanh(self.stem(x))
        x = x[:, [3, 1, 2, 0, 5, 4]]
        x = torch.einsum("nchw,cd->nhwd", x, self.mix)
        x = torch.cumsum(x.flatten(1, 2), 1)
        best = x.topk(5, dim=1).values
        scores = torch.einsum("nid,njd->nij", best, best).softmax(-1)
        return self.head(torch.einsum("nij,njd->nd", scores, best))


NETS = {
    "vit": (lambda: VisionTransformer(
        img_size=16, patch_size=4, embed_dim=8, depth=2, num_heads=2, mlp_ratio=2, num_classes=5), "blocks.0", 16),
    "swin": (lambda: SwinTransformer([2, 2], 8, [2], [2], [4, 4], mlp_ratio=2, num_classes=5), "features.1.0", 16),
    "swin2": (lambda: SwinTransformer(
        [2, 2], 8, [2], [2], [4, 4], mlp_ratio=2, num_classes=5, block=SwinTransformerBlockV2,
        downsample_layer=PatchMergingV2), "features.1.0", 16),
    "maxvit": (lambda: MaxVit((16, 16), 4, 2, [8], [1], 4, 0.0, num_classes=5), "blocks.0.layers.0.layers.window_attention", 16),
    "levit": (lambda: Levit(
        img_size=64, num_classes=5, embed_dim=(8, 12), key_dim=4, depth=(1, 1), num_heads=(2, 3), attn_ratio=2, mlp_ratio=2),
        "stages.0", 64),
    "mobile": (Mobile, "deep", 17),
    "standardised": (Standardised, "block", 16),
    "segmenter": (Segmenter, "block", 16),
    "transformer": (Transformer, "stem", 16),
    "products": (Products, "stem", 16),
}
EXPORTERS = {"dynamo20": 20, "dynamo23": 23, "older13": 13, "older17": 17}
# What one exporter writes like the other, or at great length, is left to the whole matrix.
SKIPPED = {("swin", "older13"), ("swin", "older17"), ("swin2", "older13"), ("swin2", "older17"), ("vit", "older13")}


def build(name):
    torch.manual_seed(sum(name.encode()))
    make, layer, side = NETS[name]
    net = make()
    for parameter in net.parameters():
        # Branches that begin at zero would hide what stands in them; multiples of 1/256 are exact everywhere.
        if parameter.abs().max() < 1e-3:
            parameter.data = torch.randn(parameter.shape) * 0.3
        parameter.data = (parameter.data * 256).round() / 256
    net.train()
    norms = [module for module in net.modules() if isinstance(module, nn.modules.batchnorm._BatchNorm)]
    for norm in norms:
        norm.momentum = None
    with torch.no_grad():
        net(torch.rand(16, 3, side, side))
    return net.eval(), layer, side


def gradients(net, layer, x):
    net = copy.deepcopy(net).double()
    seen = []
    dict(net.named_modules())[layer].register_forward_hook(lambda _, __, output: seen.append(output))
    leaf = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    y = net(leaf)
    y = y[0] if isinstance(y, tuple) else y
    (of_class,) = torch.autograd.grad(y[:, 3].sum(), leaf, retain_graph=True)
    activation = seen[0][0] if isinstance(seen[0], tuple) else seen[0]
    (of_layer,) = torch.autograd.grad(activation.square().sum() / 2, leaf)
    return y.detach().numpy(), of_class.numpy(), of_layer.numpy()


def strip(path):
    """Leaves out what only a reader of PyTorch's sources needs."""
    model = onnx.load(path)

    def clean(nodes):
        for node in nodes:
            node.doc_string = ""
            for entry in [entry for entry in node.metadata_props if entry.key != "namespace"]:
                node.metadata_props.remove(entry)

    clean(model.graph.node)
    for function in model.functions:
        clean(function.node)
    for items in (model.graph.value_info, model.graph.input, model.graph.output, model.graph.initializer):
        for item in items:
            item.doc_string = ""
            del item.metadata_props[:]
    del model.metadata_props[:]
    del model.graph.metadata_props[:]
    onnx.save(model, path)


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    wanted = sys.argv[2:] or list(NETS)
    golden = dict(np.load(folder / "exports.npz")) if sys.argv[2:] else {}
    for name in wanted:
        net, layer, side = build(name)
        x = (np.random.default_rng(7).integers(0, 64, (3, 3, side, side)) / 64).astype("f4")
        y, of_class, of_layer = gradients(net, layer, x)
        golden |= {f"{name}.x": x, f"{name}.y": y.astype("f4"), f"{name}.class": of_class.astype("f4"),
                   f"{name}.layer": of_layer.astype("f4"), f"{name}:{layer}": np.zeros(1, "f4")}
        for exporter, opset in EXPORTERS.items():
            if (name, exporter) in SKIPPED:
                continue
            path = folder / f"{name}-{exporter}.onnx"
            try:
                with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                    if exporter.startswith("dynamo"):
                        torch.onnx.export(
                            copy.deepcopy(net), (torch.rand(1, 3, side, side),), str(path), opset_version=opset,
                            dynamo=True, external_data=False)
                    else:
                        torch.onnx.export(
                            copy.deepcopy(net), torch.rand(1, 3, side, side), str(path), opset_version=opset, dynamo=False)
            except Exception as error:
                path.unlink(missing_ok=True)
                print(f"{name}, {exporter}: not exported: {str(error).strip().splitlines()[0][:150]}")
                continue
            strip(path)
            print(f"{path.name}: {path.stat().st_size // 1024} kB")
    np.savez_compressed(folder / "exports.npz", **golden)
    print(sum(path.stat().st_size for path in folder.iterdir()) // 1024, "kB")


if __name__ == "__main__":
    main()
