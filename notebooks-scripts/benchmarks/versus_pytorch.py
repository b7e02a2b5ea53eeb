#!/usr/bin/env python3
"""Gingham against PyTorch on the same machine, in turns: forward pass plus gradient of one logit at the input.

With --middle, of one channel in the middle of the net: both sides leave out what lies behind it.

Every net has random weights of the same shapes on both sides. PyTorch runs in eager mode, once with contiguous and
once with channels_last memory, parameters without gradients; the faster layout counts. Figures move from machine to
machine and from hour to hour, the ratio within one run does so far less: each round times one side right after the
other, and the table shows the median over the rounds.

    versus_pytorch.py --gingham .build/release/gingham --nets resnet50 googlenet --batch 1 --rounds 3

Needs Python packages: torch, torchvision.
"""
import argparse
import json
import math
import statistics
import subprocess
import sys

# In the middle of each net, for --middle.
MIDDLE = dict(squeezenet1_1="features.7", mobilenet_v2="features.10", googlenet="inception4c", resnet50="layer3",
              vgg16="features.17", densenet121="features.denseblock3")
NETS = ["squeezenet1_1", "mobilenet_v2", "googlenet", "resnet50", "vgg16", "densenet121"]
CLASS = 281

PEER = r"""
import json, resource, statistics, sys, time
name, layout, batch, size, threads, runs, target = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:8])
middle = sys.argv[8]
import torch
if torch.version.cuda is None:
    # A CPU build of torch misses two operators that torchvision expects to find when it is imported.
    library = torch.library.Library("torchvision", "DEF")
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
import torchvision
torch.set_num_threads(threads)
torch.manual_seed(0)
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
    with torch.no_grad(): model(torch.randn(4, 3, 128, 128))
model.eval()
for parameter in model.parameters(): parameter.requires_grad_(False)
x = torch.randn(batch, 3, size, size)
if layout == "channels_last":
    model = model.to(memory_format=torch.channels_last)
    x = x.contiguous(memory_format=torch.channels_last)
x.requires_grad_(True)
def forward():
    with torch.no_grad(): model(x)
class Reached(Exception): pass
if middle:
    def stop(module, inputs, output):
        stop.output = output
        raise Reached
    model.get_submodule(middle).register_forward_hook(stop)
    def run():
        try: model(x)
        except Reached: return stop.output
    def forward():
        with torch.no_grad(): run()
    def gradient(): torch.autograd.grad(run()[:, 0].mean(), x)
else:
    def gradient(): torch.autograd.grad(model(x)[:, target].sum(), x)
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
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command[:3])} … failed:\n{result.stderr}")
    return json.loads(result.stdout)


def ours(net, arguments):
    return run([
        arguments.gingham, "bench", f"random:{net}", "--json", "--quiet", "--target",
        f"channel:{MIDDLE[net]}:0" if arguments.middle else f"class:{CLASS}",
        "--input-size", f"{arguments.size}x{arguments.size}", "--batch", str(arguments.batch),
        "--threads", str(arguments.threads), "--runs", str(arguments.runs)])


def peer(net, layout, arguments):
    return run([
        arguments.python, "-c", PEER, net, layout, str(arguments.batch), str(arguments.size), str(arguments.threads),
        str(arguments.runs), str(CLASS), MIDDLE[net] if arguments.middle else ""])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gingham", default=".build/release/gingham", help="the command line tool")
    parser.add_argument("--python", default=sys.executable, help="a Python with torch and torchvision")
    parser.add_argument("--nets", nargs="+", default=NETS)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--size", type=int, default=224)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--middle", action="store_true",
        help="the mean of a channel in the middle of the net instead of a logit; PyTorch's forward pass stops there")
    parser.add_argument("--runs", type=int, default=15, help="timed runs a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", metavar="FILE", help="also write the figures there")
    arguments = parser.parse_args()

    rows = []
    print(f"{'net':16} {'ours':>8} {'contiguous':>11} {'channels_last':>14} {'ratio':>6}   {'peak MB':>15}")
    for net in arguments.nets:
        rounds = {"ours": [], "contiguous": [], "channels_last": []}
        for _ in range(arguments.rounds):
            rounds["ours"].append(ours(net, arguments))
            for layout in ("contiguous", "channels_last"):
                rounds[layout].append(peer(net, layout, arguments))
        time = {side: statistics.median(r["gradient_ms"] for r in results) for side, results in rounds.items()}
        memory = {side: statistics.median(r["peak_rss_mb"] for r in results) for side, results in rounds.items()}
        best = min(("contiguous", "channels_last"), key=time.get)
        ratio = time[best] / time["ours"]
        rows.append(dict(net=net, batch=arguments.batch, gradient_ms=time, peak_rss_mb=memory, ratio=ratio))
        print(
            f"{net:16} {time['ours']:8.2f} {time['contiguous']:11.2f} {time['channels_last']:14.2f} {ratio:5.2f}×"
            f"   {memory['ours']:6.0f} : {memory[best]:6.0f}", flush=True)
    mean = math.exp(statistics.fmean(math.log(row["ratio"]) for row in rows))
    print(f"geometric mean of the ratios: {mean:.2f}×")
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump(rows, file, indent=1)


if __name__ == "__main__":
    main()
