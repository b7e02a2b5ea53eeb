"""Holds Gingham against PyTorch on nets as their users export them: nets of torchvision and timm with random weights,
through today's exporter (opsets 17, 20, 23) and the older one (11, 13).

Of every file the input gradient of a class and of a layer in the middle (half its squared norm) is compared with
PyTorch's in float64: for one picture, for three distinct ones in one pass (the mean over three noisy copies; the file
was exported with a batch of one), and, where the net takes any size, for another size. Errors are max|difference| /
max|gradient|; the limit is 1e-4, or twice the error of PyTorch's own float32 where that is larger. A rectifier or a
maximum whose inputs tie to within single precision may fall on either side, and then the gradients of some pixels jump;
that belongs to a picture, so up to three pictures are tried and the first that passes counts. Where none passes, or single
precision is too coarse for the net, the 64-bit reference engine decides: a cell that needed it says so behind a slash.
Where that too differs from the module, the weights that the exporter rounded may have moved a tie: then it is held against
the file's own graph in float64 (onnx_in_torch.py), and the cell says so with "file": noisy copies one by one then, as arrays
that both read, since a copy that is rounded otherwise moves ties as well.

    python export_matrix.py --gingham .build/release/gingham --work DIR [--nets resnet18 ...] [--sets dynamo17 ...]

Needs torch, torchvision, timm, onnx (1.19 or later for opset 23), onnxscript, numpy and pillow; downloads nothing. Files
and results stay in DIR: results.json is written after every file, and what it holds is not computed again (--again
computes it again); table.md is the Markdown table. Exits with 1 where a net fails.
"""

import argparse
import contextlib
import copy
import functools
import io
import json
import pathlib
import subprocess
import sys
import time
import warnings

import numpy as np
import torch
from PIL import Image

import onnx_in_torch

if torch.version.cuda is None:  # torchvision's wheel is built for CUDA: declare the operators it misses on a CPU
    library = torch.library.Library("torchvision", "DEF")
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

warnings.filterwarnings("ignore")

SETS = {"dynamo17": 17, "dynamo20": 20, "dynamo23": 23, "older11": 11, "older13": 13}

SMALL_VIT = dict(image_size=64, patch_size=16, num_layers=3, num_heads=3, hidden_dim=48, mlp_dim=96)
SMALL_WINDOWS = dict(img_size=112, embed_dim=24, depths=(2, 2), num_heads=(2, 4), num_classes=10)

# Library, name, layer in the middle, side of the pictures, another side where the net takes it, settings.
NETS = [
    # transformers
    ("torchvision", "VisionTransformer", "encoder.layers.encoder_layer_1", 64, None, SMALL_VIT),
    ("timm", "vit_tiny_patch16_224", "blocks.5", 96, None, dict(img_size=96, depth=8)),
    ("timm", "deit_tiny_distilled_patch16_224", "blocks.5", 96, None, dict(img_size=96, depth=8)),
    ("timm", "swin_tiny_patch4_window7_224", "layers.0", 112, None, SMALL_WINDOWS),
    ("timm", "swinv2_tiny_window8_256", "layers.0", 128, None, dict(SMALL_WINDOWS, img_size=128)),
    # How windows are padded is decided in Python for one size, and stands in the file.
    ("torchvision", "swin_t", "features.3", 112, None, {}),
    ("timm", "levit_128s", "stages.1", 224, None, {}),
    ("timm", "cait_xxs24_224", "blocks.3", 96, None, dict(img_size=96, depth=6)),
    ("timm", "xcit_nano_12_p16_224", "blocks.5", 96, None, dict(img_size=96)),
    ("timm", "crossvit_9_240", "blocks.1.blocks.0", 240, None, {}),
    ("timm", "pit_ti_224", "transformers.1.blocks", 224, None, {}),
    ("timm", "tnt_s_patch16_224", "blocks.3.mlp", 96, None, dict(img_size=96, depth=6)),
    ("timm", "volo_d1_224", "network.0", 96, None, dict(img_size=96)),
    ("timm", "twins_svt_small", "blocks.1.0", 224, None, dict(depths=(1, 1, 2, 2))),
    ("timm", "pvt_v2_b0", "stages.1", 128, None, {}),
    ("timm", "eva02_tiny_patch14_224", "blocks.5", 112, None, dict(img_size=112)),
    ("timm", "beit_base_patch16_224", "blocks.1", 96, None, dict(img_size=96, depth=4, embed_dim=96, num_heads=4)),
    ("timm", "convit_tiny", "blocks.5", 96, None, dict(img_size=96, depth=8)),
    ("timm", "gcvit_xxtiny", "stages.1", 224, None, {}),
    ("timm", "vit_relpos_small_patch16_224", "blocks.3", 96, None, dict(img_size=96, depth=6)),
    ("timm", "hiera_tiny_224", "blocks.3", 224, None, dict(stages=(1, 2, 2, 1))),
    ("timm", "tiny_vit_5m_224", "stages.2", 224, None, {}),
    ("timm", "mvitv2_tiny", "stages.1.blocks.0.mlp", 224, None, {}),
    ("timm", "coat_lite_tiny", "serial_blocks2.1", 224, None, {}),
    # products over tokens without attention
    ("timm", "mixer_s16_224", "blocks.3", 96, None, dict(img_size=96)),
    ("timm", "gmlp_ti16_224", "blocks.5", 96, None, dict(img_size=96)),
    ("timm", "resmlp_12_224", "blocks.5", 96, None, dict(img_size=96)),
    # hybrids
    ("timm", "maxvit_rmlp_pico_rw_256", "stages.1", 256, None, {}),
    ("timm", "coatnet_pico_rw_224", "stages.2", 224, None, {}),
    ("timm", "mobilevit_xxs", "stages.3", 128, None, {}),
    ("timm", "mobilevitv2_050", "stages.3", 128, None, {}),
    # The position encoding of one size is a constant in the file.
    ("timm", "edgenext_xx_small", "stages.2", 128, None, {}),
    ("timm", "efficientformer_l1", "stages.2", 224, None, {}),
    ("timm", "efficientformerv2_s0", "stages.2", 224, None, {}),
    ("timm", "fastvit_t8", "stages.2", 128, 160, {}),
    ("timm", "poolformer_s12", "stages.2", 96, 128, {}),
    ("timm", "efficientvit_b0", "stages.2", 128, 160, {}),
    ("timm", "efficientvit_m0", "stages.1", 224, None, {}),
    ("timm", "botnet26t_256", "stages.2", 256, None, {}),
    ("timm", "mambaout_femto", "stages.2", 128, 160, {}),
    ("timm", "visformer_tiny", "stage2.1", 224, None, {}),
    # convolutions
    ("timm", "convnext_atto", "stages.2", 96, 128, {}),
    ("timm", "convnextv2_atto", "stages.2", 96, 128, {}),
    ("timm", "tf_efficientnet_b0", "blocks.3", 96, 128, {}),
    ("timm", "eca_nfnet_l0", "stages.1", 96, 128, {}),
    ("timm", "nf_regnet_b0", "stages.2", 96, 128, {}),
    ("timm", "ghostnet_100", "blocks.5", 96, 128, {}),
    ("timm", "hrnet_w18_small", "stage2.0.branches.0", 96, 128, {}),
    ("timm", "dla34", "level3", 96, 128, {}),
    ("timm", "res2net50_14w_8s", "layer2", 96, 128, {}),
    ("timm", "resnest14d", "layer2", 96, 128, {}),
    ("timm", "skresnet18", "layer2", 96, 128, {}),
    ("timm", "repvgg_a0", "stages.2", 96, 128, {}),
    ("timm", "mobilenetv4_conv_small", "blocks.2", 96, 128, {}),
    ("torchvision", "resnet18", "layer3", 96, 128, {}),
    ("torchvision", "regnet_y_400mf", "trunk_output.block3", 96, 128, {}),
    ("torchvision", "shufflenet_v2_x0_5", "stage3", 96, 128, {}),
    ("torchvision", "densenet121", "features.transition2", 96, 128, {}),
    ("torchvision", "googlenet", "inception4b", 96, 128, {}),
    ("torchvision", "inception_v3", "Mixed_6b", 128, 160, {}),
    ("torchvision", "mobilenet_v3_small", "features.6", 96, 128, {}),
    ("torchvision", "squeezenet1_1", "features.7", 96, 128, {}),
    ("torchvision", "mnasnet0_5", "layers.9", 96, 128, {}),
    # maps of classes
    ("segmentation", "fcn_resnet50", "backbone.layer2", 96, 128, {}),
    ("segmentation", "deeplabv3_mobilenet_v3_large", "backbone.7", 96, 128, {}),
    ("segmentation", "lraspp_mobilenet_v3_large", "backbone.7", 96, 128, {}),
]

CLASS = 3
NOISE = 0.05
# Where PyTorch's float32 is farther off than this, a comparison with it says nothing.
LARGEST_OWN_ERROR = 1e-3


class FirstOutput(torch.nn.Module):
    """A segmentation net's map of scores; training heads are left out."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        return self.net(x)["out"]


def create(library, name, settings):
    if library == "timm":
        import timm

        return timm.create_model(name, pretrained=False, **settings)
    import torchvision

    if library == "segmentation":
        return FirstOutput(getattr(torchvision.models.segmentation, name)(weights=None, weights_backbone=None))
    if name == "VisionTransformer":
        return torchvision.models.VisionTransformer(**settings)
    if name in ("googlenet", "inception_v3"):
        settings = dict(settings, init_weights=False, aux_logits=False)
    return getattr(torchvision.models, name)(weights=None, **settings)


def build(row, fused=True):
    """The net with weights of a seed of its own. The older exporter knows no fused attention before opset 14."""
    library, name, _, side, _, settings = row
    if library == "timm":
        import timm

        timm.layers.set_fused_attn(fused)
    torch.manual_seed(sum(name.encode()))
    net = create(library, name, settings)
    generator = torch.Generator().manual_seed(1)
    for parameter in net.parameters():
        # Branches and heads that begin at zero would hide what stands in them.
        if parameter.ndim > 0 and parameter.abs().max() < 1e-3:
            parameter.data = torch.randn(parameter.shape, generator=generator) * 0.1
    norms = [m for m in net.modules() if isinstance(m, torch.nn.modules.batchnorm._BatchNorm)]
    for norm in norms:
        if norm.affine:
            norm.weight.data *= 1 + 0.2 * torch.randn(norm.weight.shape, generator=generator)
    # Statistics that fit the weights, so that nothing saturates.
    net.eval()
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
        norm.train()
    if norms:
        with torch.no_grad():
            net(torch.rand(4, 3, side, side, generator=torch.Generator().manual_seed(2)))
    return net.eval().requires_grad_(False)


def normals(seed, name, shape):
    """The numbers of Gingham's `NormalSequence` (see normal_sequence.py), all at once."""
    increment, word = np.uint64(0x9E3779B97F4A7C15), np.uint64

    def mix(z):
        z = (z ^ (z >> word(30))) * word(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> word(27))) * word(0x94D049BB133111EB)
        return z ^ (z >> word(31))

    with np.errstate(over="ignore"):
        key = word(0xCBF29CE484222325)
        for byte in name.encode():
            key = (key ^ word(byte)) * word(0x100000001B3)
        key = mix(key + mix(word(seed) + increment))
        count = int(np.prod(shape))
        words = mix(key + np.arange((count + 1) // 2, dtype=np.uint64) * increment)
    bits = np.stack([words & word(0xFFFFFFFF), words >> word(32)], 1).ravel()[:count]
    p = ((bits >> word(8)) | word(1)).astype("f8") / 2**24
    z = -torch.special.ndtri(torch.tensor(p / 2)).numpy()
    return np.where(bits & word(1), -z, z).reshape(shape).astype("f4")


def noisy(picture, copies):
    """The copies of a picture that SmoothGrad takes the mean over; one copy is the picture itself."""
    if copies == 1:
        return picture
    noise = [normals(0, f"smoothgrad.0.{n}", picture.shape) for n in range(copies)]
    return np.concatenate([picture + np.float32(NOISE) * n for n in noise])


class Truth:
    """PyTorch's gradients of one net in float64, and the errors of its own float32; kept in a file."""

    def __init__(self, folder, row):
        self.folder, self.row = folder, row
        self.path = folder / f"{row[1]}.npz"
        self.known = dict(np.load(self.path)) if self.path.exists() else {}
        self.nets = None

    def pixels(self, side, index):
        """A random picture as a file, and as the net sees it."""
        values = np.random.default_rng([side, index]).integers(0, 256, (side, side, 3), dtype=np.uint8)
        path = self.folder / f"{side}-{index}.png"
        if not path.exists():
            Image.fromarray(values).save(path)
        return str(path), values.astype("f4").transpose(2, 0, 1)[None] / 255

    def gradient(self, kind, side, copies, index):
        """The file of a picture, the gradient at it (or the mean over noisy copies), and PyTorch's own error."""
        path, picture = self.pixels(side, index)
        key = f"{kind} {side} {copies} {index}"
        if key not in self.known:
            picture = noisy(picture, copies)
            if self.nets is None:
                net = build(self.row)
                self.nets = net, copy.deepcopy(net).double()
            single, true = (self.differentiated(net, kind, picture) for net in self.nets)
            self.known[key], self.known[key + " own"] = true, relative(single, true)
            np.savez(self.path, **self.known)
        return path, self.known[key], float(self.known[key + " own"])

    def inputs(self, side, copies):
        """The noisy copies of the first picture, each as a file and as the net sees it."""
        singles = noisy(self.pixels(side, 0)[1], copies)
        for index, single in enumerate(singles):
            path = self.folder / f"{side}-copy{index}.npy"
            np.save(path, single[None])
            yield str(path), single

    def of_the_file(self, path, kind, target, inputs):
        """The mean gradient of the net that stands in the file."""
        graph = onnx_in_torch.Graph(path)
        value = graph.graph.output[0].name
        if kind == "layer":
            value = target.removeprefix("layer:")
            value = layer_value(graph.graph, self.row) or value
        gradients = []
        for _, single in inputs:
            x = torch.tensor(single[None]).double().requires_grad_(True)
            y = graph.values(x)[value]
            (y.square().sum() / 2 if kind == "layer" else y[:, CLASS].mean()).backward()
            gradients.append(x.grad.numpy()[0])
        return np.mean(gradients, 0)

    def differentiated(self, net, kind, inputs):
        x = torch.tensor(inputs).to(next(net.parameters()).dtype).requires_grad_(True)
        seen = []
        module = dict(net.named_modules())[layer_name(self.row)]
        handle = module.register_forward_hook(lambda _, __, output: seen.append(output))
        y = net(x)
        handle.remove()
        if kind == "class":  # of a map of scores: the mean over its positions
            value = y[:, CLASS].reshape(len(x), -1).mean(1)
        else:
            layer = seen[0][0] if isinstance(seen[0], (tuple, list)) else seen[0]
            value = layer.reshape(len(x), -1).square().sum(1) / 2
        value.sum().backward()
        return x.grad.double().numpy().mean(0)


def layer_name(row):
    """Segmentation nets stand inside a module that gives their first output."""
    return ("net." if row[0] == "segmentation" else "") + row[2]


def relative(found, expected):
    return float(np.abs(found - expected).max() / max(np.abs(expected).max(), 1e-300))


def scope(node):
    """The module that a node stands in, as either exporter writes it."""
    scopes = {entry.key: entry.value for entry in node.metadata_props}.get("namespace", "").split("/")[:-1]
    if scopes:
        return scopes[-1].split(":")[0]
    names = []  # of the older exporter: each module's own name, a list's entries with the list's name in front
    for name in node.name.strip("/").split("/")[:-1]:
        if names and name.startswith(names[-1] + "."):
            names[-1] = name
        else:
            names.append(name)
    return ".".join(names)


def layer_value(graph, row):
    """The value that the layer gives: the last one that is computed inside it."""
    inside = [node.output[0] for node in graph.node if (scope(node) + ".").startswith(layer_name(row) + ".")]
    return inside[-1] if inside else None


def layer_target(folder, row, path):
    """What Gingham calls the layer. Where today's exporter had to convert its file to an older opset, the converter dropped
    the operators' modules; values kept their names, so the layer is asked for by the value it is in a file that knows."""
    import onnx

    if any(node.metadata_props for node in onnx.load(path, load_external_data=False).graph.node) or "older" in path.name:
        return layer_name(row)
    export(row, folder / f"{row[1]}-dynamo20.onnx", "dynamo20")
    return layer_value(onnx.load(folder / f"{row[1]}-dynamo20.onnx").graph, row) or layer_name(row)


class Tool:
    def __init__(self, path, folder, threads):
        self.path, self.folder, self.threads = path, folder, str(threads)

    def gradient(self, model, picture, target, *more, backend="fast"):
        output = self.folder / "output"
        for old in output.glob("*.npy"):
            old.unlink()
        done = subprocess.run(
            [self.path, "gradient", str(model), picture, "--target", target, "--output", str(output), "--json",
             "--quiet", "--threads", self.threads, "--backend", backend, *more], capture_output=True, text=True, timeout=900)
        if done.returncode != 0:
            raise RuntimeError(" ".join(done.stderr.split())[:400] or f"exit status {done.returncode}")
        (found,) = [np.load(path) for path in output.glob("*.npy") if path.name in ("gradient.npy", "map.npy")]
        return found.astype("f8")


@functools.lru_cache(maxsize=1)
def captured(name):
    """The net as today's exporter captures it first, whatever the opset."""
    row = next(row for row in NETS if row[1] == name)
    return torch.export.export(build(row), (example(row),), strict=False)


def example(row):
    return torch.rand(1, 3, row[3], row[3], generator=torch.Generator().manual_seed(3))


def export(row, path, kind):
    """Writes the file, with a batch of one, unless it is there."""
    if path.exists():
        return
    part = path.with_suffix(".part")
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        if kind.startswith("dynamo"):
            torch.onnx.export(
                captured(row[1]), (), str(part), opset_version=SETS[kind], dynamo=True, external_data=False)
        else:
            torch.onnx.export(
                build(row, fused=False), example(row), str(part), opset_version=SETS[kind], dynamo=False)
    part.rename(path)


def refusal(error):
    """What an exporter says, in a line: the reason of the innermost cause."""
    while error.__cause__ is not None:
        error = error.__cause__
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0][:160]}" if lines else type(error).__name__


def check(tool, folder, row, kind):
    """One file: `refused` by the exporter, or what was found for every question."""
    path = folder / f"{row[1]}-{kind}.onnx"
    try:
        export(row, path, kind)
    except Exception as error:  # whatever an exporter throws is its own limit
        return {"refused": refusal(error)}
    side, other = row[3], row[4]
    questions = [(side, 1), (side, 3)] + ([(other, 1)] if other else [])
    truth = Truth(folder, row)
    result = {}
    for objective, target in (("class", f"class:{CLASS}"), ("layer", f"layer:{layer_target(folder, row, path)}")):
        for size, copies in questions:
            more = ["--method", "smoothgrad", "--samples", str(copies), "--noise", str(NOISE)] if copies > 1 else []
            more += ["--input-size", f"{size}x{size}"] if size != side else []
            result[f"{objective} {size} {'batch' if copies > 1 else 'one'}"] = answer(
                tool, path, truth, objective, target, size, copies, more)
    return result


def answer(tool, path, truth, objective, target, size, copies, more):
    tried = []
    try:
        for index in range(3):
            picture, true, own = truth.gradient(objective, size, copies, index)
            found = tool.gradient(path, picture, target, *more).reshape(true.shape)
            tried.append({"error": relative(found, true), "own": own})
            if own <= LARGEST_OWN_ERROR and tried[-1]["error"] <= max(1e-4, 2 * own):
                return dict(tried[-1], passed=True, pictures=index + 1)
        best = min(tried, key=lambda item: item["error"])
        picture, true, _ = truth.gradient(objective, size, copies, 0)
        found = tool.gradient(path, picture, target, *more, backend="reference64").reshape(true.shape)
        exact = relative(found, true)
        if exact <= 1e-4:
            return dict(best, exact=exact, passed=True, pictures=3)
        inputs = list(truth.inputs(size, copies))
        if copies > 1:
            sizing = more[more.index("--input-size"):] if "--input-size" in more else []
            found = np.mean([
                tool.gradient(path, file, target, *sizing, backend="reference64").reshape(true.shape) for file, _ in inputs
            ], 0)
        try:
            own = relative(found, truth.of_the_file(path, objective, target, inputs))
        except KeyError as unknown:  # the graph has an operator that onnx_in_torch.py does not know
            return dict(best, exact=exact, passed=False, pictures=3, unknown=str(unknown))
        return dict(best, exact=exact, file=own, passed=own <= 1e-4, pictures=3)
    except (RuntimeError, ValueError, subprocess.TimeoutExpired) as problem:
        return {"passed": False, "problem": str(problem)}


def cell(result):
    if result is None:
        return ""
    if "refused" in result:
        return "exporter refuses"
    errors = [item["error"] for item in result.values() if "error" in item]
    exact = [item["exact"] for item in result.values() if "exact" in item]
    text = f"{max(errors):.0e}" if errors else "error"
    if exact:
        text += f"/{max(exact):.0e}"
    files = [item["file"] for item in result.values() if "file" in item]
    if files:
        text += f", file {max(files):.0e}"
    return text + ("" if all(item["passed"] for item in result.values()) else " ✗")


def table(results):
    """The table, what exporters said, and what failed."""
    kinds = list(SETS)
    lines = ["| net | batch 1 and 3 at | other size | " + " | ".join(kinds) + " |", "|---" * (3 + len(kinds)) + "|"]
    notes = []
    for row in NETS:
        found = results.get(row[1])
        if not found:
            continue
        settings = " (small)" if row[5] else ""
        cells = " | ".join(cell(found.get(kind)) for kind in kinds)
        lines.append(f"| {row[1]}{settings} | {row[3]} | {row[4] or '–'} | {cells} |")
        for kind in kinds:
            result = found.get(kind) or {}
            if "refused" in result:
                notes.append(f"- {row[1]}, {kind}: exporter refuses: {result['refused']}")
                continue
            for question, item in result.items():
                if not item["passed"]:
                    figures = ", ".join(f"{k} {item[k]:.1e}" for k in ("error", "exact", "file", "own") if k in item)
                    notes.append(f"- ✗ {row[1]}, {kind}, {question}: {item.get('problem', figures)}")
    return "\n".join(lines + [""] + notes) + "\n"


def failures(results):
    return sum(
        "refused" not in result and not all(item["passed"] for item in result.values())
        for found in results.values() for result in found.values())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gingham", required=True)
    parser.add_argument("--nets", nargs="*", choices=[row[1] for row in NETS])
    parser.add_argument("--sets", nargs="*", default=list(SETS), choices=list(SETS))
    parser.add_argument("--again", choices=["all", "failed"], help="what to compute again though it is known")
    parser.add_argument("--work", required=True, type=pathlib.Path, help="where files and results go and stay")
    parser.add_argument("--threads", type=int, default=2, help="of PyTorch and of Gingham; 1 on a busy machine")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    folder = arguments.work
    folder.mkdir(parents=True, exist_ok=True)
    tool = Tool(arguments.gingham, folder, arguments.threads)
    store = folder / "results.json"
    results = json.loads(store.read_text()) if store.exists() else {}
    rows = {row[1]: row for row in NETS}
    for row in (rows[name] for name in arguments.nets or rows):
        found = results.setdefault(row[1], {})
        for kind in arguments.sets:
            known = found.get(kind)
            if known is not None:
                right = "refused" in known or all(item["passed"] for item in known.values())
                if arguments.again is None or (arguments.again == "failed" and right):
                    continue
            begun = time.monotonic()
            found[kind] = check(tool, folder, row, kind)
            print(row[1], kind, cell(found[kind]), flush=True)
            for question, item in found[kind].items():
                if question != "refused" and not item["passed"]:
                    print("   ", question, item, flush=True)
            part = store.with_suffix(".part")
            part.write_text(json.dumps(results, indent=1))
            part.rename(store)
            print(f"    {time.monotonic() - begun:.0f} s", flush=True)
            (folder / "table.md").write_text(table(results))
    print(table(results))
    sys.exit(1 if failures(results) else 0)


if __name__ == "__main__":
    main()
