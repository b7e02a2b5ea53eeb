#!/usr/bin/env python3
"""Gingham against PyTorch on the same machine, in turns: forward pass plus input gradient.

The gradient is that of one logit, of a decoder's picture the mean of its first channel; with --middle, of one channel
in the middle of the net: both sides leave out what lies behind it.

Every net has random weights of the same shapes on both sides. PyTorch runs in eager mode, once with contiguous and
once with channels_last memory, parameters without gradients; the faster layout counts. Figures move from machine to
machine and from hour to hour, the ratio within one run does so far less: each round times one side right after the
other, and the table shows the median over the rounds.

    versus_pytorch.py --gingham .build/release/gingham --nets resnet50 vit_small_patch16_224 --batch 1 --rounds 3
    versus_pytorch.py --precision bf16        # against PyTorch's autocast to bf16
    versus_pytorch.py --busy                  # beside one busy process on each core
    versus_pytorch.py --check thresholds.json # exit status 1 where a ratio falls below its threshold

Needs Python packages: torch, torchvision; timm and diffusers for the nets that come from there.
"""
import argparse
import dataclasses
import json
import math
import os
import statistics
import subprocess
import sys


@dataclasses.dataclass(frozen=True)
class Net:
    """A net that both sides know.

    source: the package that has PyTorch's version
    input: channels, height and width
    middle: the layer that --middle looks at
    target: what the gradient is of, in Gingham's words
    """
    source: str = "torchvision"
    input: tuple = (3, 224, 224)
    middle: str = ""
    target: str = "class:281"


NETS = {
    "squeezenet1_1": Net(middle="features.7"),
    "mobilenet_v2": Net(middle="features.10"),
    "googlenet": Net(middle="inception4c"),
    "resnet18": Net(middle="layer3"),
    "resnet50": Net(middle="layer3"),
    "vgg16": Net(middle="features.17"),
    "efficientnet_b0": Net(middle="features.5"),
    "densenet121": Net(middle="features.denseblock3"),
    "inception_v3": Net(input=(3, 299, 299), middle="Mixed_6b"),
    "vit_small_patch16_224": Net("timm"),
    "vit_small_patch14_dinov2": Net("timm", input=(3, 518, 518)),
    "swin_t": Net(),
    "convnext_tiny": Net(),
    "stable_diffusion_vae_decoder": Net("diffusers", input=(4, 32, 32), target="channel:decoder.conv_out:0"),
}

PEER = r"""
import contextlib, json, resource, statistics, sys, time
name, source, layout, batch, channels, height, width, threads, runs, middle, precision = (
    int(word) if word.isdigit() else word for word in sys.argv[1:12])
import torch
if torch.version.cuda is None:
    # A CPU build of torch misses two operators that torchvision expects to find when it is imported.
    library = torch.library.Library("torchvision", "DEF")
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
torch.set_num_threads(threads)
torch.manual_seed(0)
objective = lambda output: output[:, min(281, output.shape[1] - 1)].sum()
if source == "diffusers":
    import diffusers
    autoencoder = diffusers.AutoencoderKL(
        block_out_channels=(128, 256, 512, 512), layers_per_block=2, latent_channels=4,
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4)
    class Decoder(torch.nn.Module):
        def __init__(self): super().__init__(); self.net = autoencoder
        def forward(self, latents): return self.net.decode(latents, return_dict=False)[0]
    model = Decoder()
    del autoencoder.encoder
    objective = lambda output: output[:, 0].mean()
elif source == "timm":
    import timm
    # The features themselves, where the net has no head.
    options = dict(num_classes=0) if "dinov2" in name else {}
    model = timm.create_model(name, pretrained=False, img_size=height, **options)
else:
    import torchvision
    options = dict(weights=None)
    if name in ("googlenet", "inception_v3"):
        options.update(aux_logits=False, init_weights=True)
    model = getattr(torchvision.models, name)(**options)
normalizations = [m for m in model.modules() if isinstance(m, torch.nn.BatchNorm2d)]
if normalizations:
    # Measured statistics keep activations in a sane range, free of denormal numbers.
    for m in normalizations: m.momentum = 1.0
    model.train()
    for m in model.modules():
        if isinstance(m, torch.nn.Dropout): m.eval()
    with torch.no_grad(): model(torch.randn(4, channels, height, width))
model.eval()
for parameter in model.parameters(): parameter.requires_grad_(False)
x = torch.randn(batch, channels, height, width)
if layout == "channels_last":
    model = model.to(memory_format=torch.channels_last)
    x = x.contiguous(memory_format=torch.channels_last)
x.requires_grad_(True)
precise = contextlib.nullcontext if precision == "float32" else lambda: torch.autocast("cpu", dtype=torch.bfloat16)
class Reached(Exception): pass
if middle:
    def stop(module, inputs, output):
        stop.output = output
        raise Reached
    model.get_submodule(middle).register_forward_hook(stop)
    def run():
        with precise():
            try: model(x)
            except Reached: return stop.output
    def gradient(): torch.autograd.grad(run()[:, 0].mean(), x)
else:
    def run():
        with precise(): return model(x)
    def gradient(): torch.autograd.grad(objective(run()), x)
def forward():
    with torch.no_grad(): run()
def median(body):
    for _ in range(3): body()
    times = []
    for _ in range(runs):
        start = time.perf_counter(); body(); times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)
print(json.dumps(dict(forward_ms=median(forward), gradient_ms=median(gradient),
                      peak_rss_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)))
"""


def run(command):
    """What a command prints as JSON, behind whatever its libraries have to say."""
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command[:3])} … failed:\n{result.stderr}")
    return json.loads(result.stdout[result.stdout.index("{"):])


def size(net, arguments):
    return (net.input[0], *(2 * (arguments.size or net.input[1],))) if net.source != "diffusers" else net.input


def ours(name, net, arguments):
    _, height, width = size(net, arguments)
    command = [
        arguments.gingham, "bench", f"random:{name}", "--json", "--quiet", "--force", "--output", arguments.output,
        "--target", f"channel:{net.middle}:0" if arguments.middle else net.target, "--input-size", f"{height}x{width}",
        "--batch", str(arguments.batch), "--threads", str(arguments.threads), "--runs", str(arguments.runs)]
    if arguments.precision != "float32":
        command += ["--precision", arguments.precision]
    return run(command)


def peer(name, net, layout, arguments):
    return run([
        arguments.python, "-c", PEER, name, net.source, layout, str(arguments.batch),
        *map(str, size(net, arguments)), str(arguments.threads), str(arguments.runs),
        net.middle if arguments.middle else "", arguments.precision])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gingham", default=".build/release/gingham", help="the command line tool")
    parser.add_argument("--python", default=sys.executable, help="a Python with the packages")
    parser.add_argument("--nets", nargs="+", choices=list(NETS), default=list(NETS), metavar="NET")
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--size", type=int, help="height and width of the pictures, the net's own without it")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument(
        "--middle", action="store_true",
        help="the mean of a channel in the middle of the net instead of a logit; PyTorch's forward pass stops there")
    parser.add_argument("--precision", choices=["float32", "bf16"], default="float32")
    parser.add_argument("--busy", action="store_true", help="one busy process on each core meanwhile")
    parser.add_argument("--runs", type=int, default=15, help="timed runs a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", default="outputs/bench-versus-pytorch", help="a folder for Gingham's own findings")
    parser.add_argument("--check", metavar="FILE", help="smallest ratio of each net, as JSON; status 1 below it")
    parser.add_argument("--json", metavar="FILE", help="also write the figures there")
    arguments = parser.parse_args()
    names = [name for name in arguments.nets if NETS[name].middle or not arguments.middle]

    busy = [
        subprocess.Popen([sys.executable, "-c", "while True: sum(range(100000))"])
        for _ in range(os.cpu_count() if arguments.busy else 0)]
    try:
        rows = [compare(name, arguments) for name in header(names)]
    finally:
        for process in busy:
            process.kill()
    mean = math.exp(statistics.fmean(math.log(row["ratio"]) for row in rows))
    print(f"geometric mean of the ratios: {mean:.2f}×")
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump(rows, file, indent=1)
    if arguments.check:
        with open(arguments.check) as file:
            thresholds = json.load(file)
        slow = [row for row in rows if row["ratio"] < thresholds.get(row["net"], 0)]
        for row in slow:
            print(f"{row['net']}: {row['ratio']:.2f}× is below {thresholds[row['net']]}×", file=sys.stderr)
        sys.exit(1 if slow else 0)


def header(names):
    print(f"{'net':28} {'ours':>8} {'contiguous':>11} {'channels_last':>14} {'ratio':>6}   {'peak MB':>15}")
    return names


def compare(name, arguments):
    net = NETS[name]
    rounds = {"ours": [], "contiguous": [], "channels_last": []}
    for _ in range(arguments.rounds):
        rounds["ours"].append(ours(name, net, arguments))
        for layout in ("contiguous", "channels_last"):
            rounds[layout].append(peer(name, net, layout, arguments))
    time = {side: statistics.median(r["gradient_ms"] for r in results) for side, results in rounds.items()}
    memory = {side: statistics.median(r["peak_rss_mb"] for r in results) for side, results in rounds.items()}
    best = min(("contiguous", "channels_last"), key=time.get)
    ratio = time[best] / time["ours"]
    print(
        f"{name:28} {time['ours']:8.2f} {time['contiguous']:11.2f} {time['channels_last']:14.2f} {ratio:5.2f}×"
        f"   {memory['ours']:6.0f} : {memory[best]:6.0f}", flush=True)
    return dict(
        net=name, batch=arguments.batch, precision=arguments.precision, busy=arguments.busy, gradient_ms=time,
        peak_rss_mb=memory, ratio=ratio)


if __name__ == "__main__":
    main()
