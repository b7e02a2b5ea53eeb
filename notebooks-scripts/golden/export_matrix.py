"""Holds Gingham against PyTorch on nets as their users export them: nets of torchvision and timm with random weights,
through today's exporter (opsets 17, 20, 23) and the older one (11, 13).

Of every file the input gradient of a class and of a layer in the middle is compared with PyTorch's in float64, for one
picture, for three at once (integrated gradients of three steps, which go through the net as a batch) and, where the net
takes any size, for another size. Errors are max|difference| / max|gradient|; the limit is 1e-4, or twice the error of
PyTorch's own float32 where that is larger. A rectifier whose input is zero to within single precision may fall on either
side, and then the gradients of some pixels jump; that belongs to a picture, so the best of three pictures counts. Where
none of them passes, the 64-bit reference engine decides: it stands behind the slash.

    python export_matrix.py --gingham .build/release/gingham [--nets resnet18 ...] [--sets dynamo17 ...] [--work DIR]

Needs torch, torchvision, timm, onnx, onnxscript, numpy and pillow. Prints a Markdown table; exits with 1 where a net fails.
"""

import argparse
import contextlib
import copy
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import warnings

import numpy as np
import torch
from PIL import Image

if torch.version.cuda is None:  # torchvision's wheel is built for CUDA: declare the operators it misses on a CPU
    library = torch.library.Library("torchvision", "DEF")
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

warnings.filterwarnings("ignore")

SETS = {"dynamo17": 17, "dynamo20": 20, "dynamo23": 23, "older11": 11, "older13": 13}

# Library, name, layer in the middle, side of the pictures, another side where the net takes it.
NETS = [
    ("torchvision", "resnet18", "layer3", 128, 160),
    ("torchvision", "resnext50_32x4d", "layer2", 128, 96),
    ("torchvision", "squeezenet1_1", "features.7", 128, 160),
    ("torchvision", "densenet121", "features.transition2", 96, 128),
    ("torchvision", "googlenet", "inception4b", 128, 160),
    ("torchvision", "inception_v3", "Mixed_6b", 160, 192),
    ("torchvision", "mobilenet_v2", "features.10", 128, 160),
    ("torchvision", "mobilenet_v3_small", "features.6", 128, 160),
    ("torchvision", "shufflenet_v2_x1_0", "stage3", 128, 160),
    ("torchvision", "mnasnet0_5", "layers.9", 128, 160),
    ("torchvision", "efficientnet_b0", "features.4", 128, 160),
    ("torchvision", "regnet_y_400mf", "trunk_output.block3", 128, 160),
    ("torchvision", "convnext_tiny", "features.3", 96, 128),
    ("torchvision", "vit_b_16", "encoder.layers.encoder_layer_5", 224, None),
    ("torchvision", "swin_t", "features.3", 224, None),
    ("torchvision", "swin_v2_t", "features.3", 256, None),
    ("torchvision", "maxvit_t", "blocks.1", 224, None),
    ("segmentation", "fcn_resnet50", "backbone.layer2", 96, 128),
    ("segmentation", "deeplabv3_mobilenet_v3_large", "backbone.7", 128, 160),
    ("segmentation", "lraspp_mobilenet_v3_large", "backbone.7", 128, 160),
    ("timm", "levit_128s", "stages.1", 224, None),
    ("timm", "mobilevit_xxs", "stages.3", 256, None),
    ("timm", "mobilevitv2_050", "stages.3", 128, None),
    ("timm", "edgenext_xx_small", "stages.2", 128, None),
    ("timm", "efficientformer_l1", "stages.2", 224, None),
    ("timm", "ghostnet_100", "blocks.5", 128, 160),
    ("timm", "tf_efficientnet_b0", "blocks.3", 128, 160),
    ("timm", "eca_nfnet_l0", "stages.1", 96, 128),
    ("timm", "nf_regnet_b0", "stages.2", 128, 160),
    ("timm", "repvgg_a0", "stages.2", 128, 160),
    ("timm", "hrnet_w18_small", "stage2", 128, 160),
    ("timm", "deit_tiny_patch16_224", "blocks.5", 224, None),
    ("timm", "vit_tiny_patch16_224", "blocks.5", 224, None),
    ("timm", "eva02_tiny_patch14_224", "blocks.5", 224, None),
    ("timm", "beit_base_patch16_224", "blocks.5", 224, None),
    ("timm", "xcit_nano_12_p16_224", "blocks.5", 224, None),
    ("timm", "pvt_v2_b0", "stages.1", 128, None),
    ("timm", "twins_pcpvt_small", "blocks.1", 224, None),
    ("timm", "coat_lite_tiny", "serial_blocks2", 224, None),
    ("timm", "crossvit_9_240", "blocks.1", 240, None),
    ("timm", "convnextv2_atto", "stages.2", 96, 128),
    ("timm", "poolformer_s12", "stages.2", 128, 160),
    ("timm", "mixer_s32_224", "blocks.3", 224, None),
    ("timm", "gmlp_ti16_224", "blocks.14", 224, None),
    ("timm", "davit_tiny", "stages.1", 224, None),
    ("timm", "focalnet_tiny_srf", "layers.1", 224, None),
    ("timm", "hiera_tiny_224", "blocks.5", 224, None),
    ("timm", "tiny_vit_5m_224", "stages.2", 224, None),
    ("timm", "mambaout_femto", "stages.2", 128, 160),
]

CLASS = 3


class FirstOutput(torch.nn.Module):
    """A segmentation net's map of scores; training heads are left out."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        return self.net(x)["out"]


def build(library, name, fused=True):
    """The net with weights of a seed of its own. The older exporter knows no fused attention before opset 14."""
    torch.manual_seed(sum(name.encode()))
    if library == "timm":
        import timm

        timm.layers.set_fused_attn(fused)
        net = timm.create_model(name, pretrained=False)
    elif library == "segmentation":
        import torchvision

        net = FirstOutput(getattr(torchvision.models.segmentation, name)(weights=None, weights_backbone=None))
    else:
        import torchvision

        settings = {"init_weights": False} if name in ("googlenet", "inception_v3") else {}
        if name in ("googlenet", "inception_v3"):
            settings["aux_logits"] = False
        net = getattr(torchvision.models, name)(weights=None, **settings)
    generator = torch.Generator().manual_seed(1)
    for parameter in net.parameters():
        # Branches that begin at zero would hide what stands in them.
        if parameter.ndim > 0 and parameter.abs().max() < 1e-3:
            parameter.data = torch.randn(parameter.shape, generator=generator) * 0.1
    norms = [m for m in net.modules() if isinstance(m, torch.nn.modules.batchnorm._BatchNorm)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
    return net.eval()


def calibrate(net, side):
    """Statistics that fit the weights, so that nothing saturates."""
    norms = [m for m in net.modules() if isinstance(m, torch.nn.modules.batchnorm._BatchNorm)]
    if not norms:
        return
    for norm in norms:
        norm.train()
    with torch.no_grad():
        net(torch.rand(4, 3, side, side, generator=torch.Generator().manual_seed(2)))
    net.eval()


def pictures(folder, side, count=3):
    """Random pictures as files, and as the net sees them."""
    random = np.random.default_rng(side)
    paths, inputs = [], []
    for index in range(count):
        pixels = random.integers(0, 256, (side, side, 3), dtype=np.uint8)
        path = folder / f"{side}-{index}.png"
        Image.fromarray(pixels).save(path)
        paths.append(str(path))
        inputs.append(pixels.astype("f4").transpose(2, 0, 1) / 255)
    return paths, np.stack(inputs)


def gradient(net, module, inputs, kind):
    """Value and input gradient of a class (mean over positions for maps) or of half a layer's squared norm."""
    x = torch.tensor(inputs).to(next(net.parameters()).dtype).requires_grad_(True)
    seen = []
    handle = module.register_forward_hook(lambda _, __, output: seen.append(output))
    y = net(x)
    handle.remove()
    if kind == "class":
        score = y[:, CLASS]
        value = score.reshape(len(x), -1).mean(1)
    else:
        layer = seen[0][0] if isinstance(seen[0], (tuple, list)) else seen[0]
        value = layer.reshape(len(x), -1).square().sum(1) / 2
    value.sum().backward()
    return value.detach().double().numpy(), x.grad.double().numpy()


def integrated(net, module, inputs, kind):
    """Integrated gradients of three Gauss–Legendre steps from zero, of every picture."""
    positions, weights = np.polynomial.legendre.leggauss(3)
    positions, weights = (positions + 1) / 2, weights / 2
    maps = []
    for picture in inputs:
        steps = np.stack([picture * np.float32(position) for position in positions])
        maps.append(picture * np.tensordot(weights, gradient(net, module, steps, kind)[1], 1))
    return np.stack(maps)


def relative(found, expected):
    """The error of the picture on which it is least."""
    return min(
        float(np.abs(a - b).max() / max(np.abs(b).max(), 1e-300)) for a, b in zip(found, expected))


class Tool:
    def __init__(self, path, folder):
        self.path, self.folder = path, folder

    def run(self, model, pictures, target, *more, backend="fast"):
        output = self.folder / "output"
        done = subprocess.run(
            [self.path, "gradient", str(model), *pictures, "--target", target, "--output", str(output), "--json",
             "--quiet", "--threads", "1", "--backend", backend, *more], capture_output=True, text=True)
        if done.returncode not in (0, 2):
            raise RuntimeError(done.stderr.strip().splitlines()[-1][:300] if done.stderr.strip() else "no message")
        found = [np.load(path) for path in output.glob("*.npy") if path.name in ("gradient.npy", "map.npy")]
        return found[0].astype("f8")


def export(net, x, path, kind):
    if path.exists():
        return
    part = path.with_suffix(".part")
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        if kind.startswith("dynamo"):
            torch.onnx.export(net, (x,), str(part), opset_version=SETS[kind], dynamo=True, external_data=False)
        else:
            torch.onnx.export(net, x, str(part), opset_version=SETS[kind], dynamo=False)
    part.rename(path)


def wanted_gradients(folder, row, net):
    """What each run must give: the objective, further options, PyTorch's gradient and its own error."""
    library, name, layer, side, other = row
    # Segmentation nets stand inside a module that gives their first output.
    target = ("net." if library == "segmentation" else "") + layer
    sizes = [side] + ([other] if other else [])
    data = {size: pictures(folder, size) for size in sizes}
    cache = folder / f"{name}.npz"
    known = dict(np.load(cache)) if cache.exists() else {}
    wanted, found = [], {}
    exact = None
    for kind, objective in (("class", f"class:{CLASS}"), ("layer", f"layer:{target}")):
        for what in [*sizes, "batch"]:
            key = f"{kind} {what}"
            paths, inputs = data[side if what == "batch" else what]
            if key not in known:
                if exact is None:
                    exact = copy.deepcopy(net).double()
                function = integrated if what == "batch" else lambda *a: gradient(*a)[1]
                true = function(exact, dict(exact.named_modules())[target], inputs, kind)
                single = function(net, dict(net.named_modules())[target], inputs, kind)
                known[key], known[key + " own"] = true, relative(single, true)
            found[key], found[key + " own"] = known[key], known[key + " own"]
            more = ("--method", "integrated", "--samples", "3") if what == "batch" else ()
            if what not in (side, "batch"):
                more = ("--input-size", f"{what}x{what}")
            wanted.append((key, objective, paths, more, known[key], float(known[key + " own"])))
    np.savez(cache, **found)
    return wanted


def check(tool, folder, row, kinds):
    library, name, layer, side, other = row
    net = build(library, name)
    calibrate(net, side)
    wanted = wanted_gradients(folder, row, net)
    results = {}
    example = torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(3))
    for exporter in kinds:
        path = folder / f"{name}-{exporter}.onnx"
        try:
            plain = build(library, name, fused=exporter.startswith("dynamo"))
            plain.load_state_dict(net.state_dict())
            export(plain, example, path, exporter)
        except Exception as error:  # the exporter's own limits
            results[exporter] = ("–", "not exported: " + str(error).strip().splitlines()[0][:120])
            continue
        worst, exact, remarks = 0.0, None, []
        for key, objective, paths, more, true, own in wanted:
            limit = max(1e-4, 2 * own)
            try:
                error = relative(tool.run(path, paths, objective, *more).reshape(true.shape), true)
                if not error <= limit:
                    again = tool.run(path, paths, objective, *more, backend="reference64").reshape(true.shape)
                    exact = max(exact or 0, relative(again, true))
                    if not exact <= 1e-4:
                        remarks.append(f"{key}: {error:.1e}, in 64 bits {exact:.1e}, PyTorch float32 {own:.1e}")
            except (RuntimeError, ValueError) as problem:
                remarks.append(f"{key}: {problem}")
                continue
            worst = max(worst, error)
        results[exporter] = (f"{worst:.0e}" + ("" if exact is None else f"/{exact:.0e}"), "; ".join(remarks))
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gingham", required=True)
    parser.add_argument("--nets", nargs="*")
    parser.add_argument("--sets", nargs="*", default=list(SETS), choices=list(SETS))
    parser.add_argument("--work", help="where files go and stay, to be used again; a temporary folder without it")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    folder = pathlib.Path(arguments.work or tempfile.mkdtemp(prefix="export-matrix-"))
    folder.mkdir(parents=True, exist_ok=True)
    tool = Tool(arguments.gingham, folder)
    print("| net | " + " | ".join(arguments.sets) + " |\n|---" + "|---" * len(arguments.sets) + "|", flush=True)
    failures = 0
    for row in NETS:
        if arguments.nets and row[1] not in arguments.nets:
            continue
        try:
            results = check(tool, folder, row, arguments.sets)
        except Exception as error:
            print(f"| {row[1]} | not built: {str(error).strip().splitlines()[0][:150]} |", flush=True)
            failures += 1
            continue
        cells = [results[kind][0] + (" ✗" if results[kind][1] else "") for kind in arguments.sets]
        print(f"| {row[1]} | " + " | ".join(cells) + " |", flush=True)
        for kind in arguments.sets:
            if results[kind][1]:
                failures += results[kind][0] != "–"
                print(f"    {kind}: {results[kind][1]}", flush=True)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
