#!/usr/bin/env python3
"""Gingham's feature visualization against Lucent and against a hand-tuned PyTorch loop, on the same machine.

agreement   GoogLeNet with the same random weights, the same Fourier start, no transforms, Adam 0.05, 32 steps: loss
            curves and pictures are compared, beside Lucent against itself with channels_last weights.
speed       inception4a, Fourier parameters, decorrelated colour, the standard transforms, 224² seen by every net: time
            of a step of Gingham, of Lucent as its users run it, and of a PyTorch loop with frozen weights in
            channels_last memory that stops behind the layer. Rounds take turns; medians are compared.

    versus_lucent.py --gingham .build/release/gingham --rounds 3

Needs Python packages: torch torchvision numpy<2 torch-lucent==0.1.8 kornia==0.4.1 (the last two without dependencies)
decorator tqdm ipython.
"""
import argparse
import copy
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings

import numpy as np
import torch
import torch.nn.functional as F

if torch.version.cuda is None:
    # A CPU build of torch misses two operators that torchvision expects to find when it is imported.
    library = torch.library.Library("torchvision", "DEF")
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
import torchvision
from lucent.optvis import objectives, param, render, transform

warnings.filterwarnings("ignore")
LAYER, CHANNEL, SIDE = "inception4a", 97, 224
STANDARD = ("[pad: 12, jitter: 8, scale: [0.9, 0.92, 0.94, 0.96, 0.98, 1, 1.02, 1.04, 1.06, 1.08, 1.1], rotate: "
            + str(list(range(-10, 11)) + 5 * [0]) + ", jitter: 4]")


def random_googlenet():
    torch.manual_seed(0)
    model = torchvision.models.googlenet(weights=None, aux_logits=False, init_weights=True)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 1.0
    # Measured statistics keep activations in a sane range.
    model.train()
    with torch.no_grad():
        model(torch.randn(8, 3, 128, 128))
    return model.eval()


def gingham(arguments, weights, folder, steps, *options, objective=f"channel:{LAYER}:{CHANNEL}", preset="fourier"):
    command = [
        arguments.gingham, "visualize", weights, "--architecture", "googlenet", "--mean", "0.485,0.456,0.406", "--std",
        "0.229,0.224,0.225", "--objective", objective, "--preset", preset, "--steps", str(steps),
        "--size", f"{SIDE}x{SIDE}", "--redirected-steps", "0", "--threads", str(arguments.threads), "--quiet",
        "--output", folder, *options]
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{result.stderr}")
    if arguments.cpu:
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    return json.loads(pathlib.Path(folder, "manifest.json").read_text())["parameters"]["seconds"]


def fourier_start():
    return torch.randn(1, 3, SIDE, SIDE // 2 + 1, 2, generator=torch.Generator().manual_seed(7)) * 0.01


def lucent_image(start):
    """Lucent's own image with another start."""
    parameters, image = param.spatial.fft_image((1, 3, SIDE, SIDE))
    with torch.no_grad():
        parameters[0].copy_(start)
    return parameters, param.color.to_valid_rgb(image, decorrelate=True)


def agreement(arguments, model, weights, scratch):
    """Loss curves and pictures at deeper and deeper layers.

    Behind the first rectifier, rounding decides on which side of a kink some units fall, and Adam's first step has the
    same length for every coefficient, however small its gradient. PyTorch in another memory layout shows how far two
    correct programs come apart.
    """
    steps, start, found = 32, fourier_start(), []
    path = os.path.join(scratch, "start.npy")
    np.save(path, start.numpy())
    folder = os.path.join(scratch, "agreement")

    def lucent(net, layer, channel):
        losses = []

        def recorded(hook):
            loss = objectives.channel(layer, channel)(hook)
            losses.append(-loss.item())
            return loss

        picture = render.render_vis(
            net, objectives.Objective(recorded), lambda: lucent_image(start), transforms=[], thresholds=(steps,),
            show_image=False, progress=False)[0]
        return np.array(losses[:steps]), np.transpose(picture, [0, 3, 1, 2])

    other = copy.deepcopy(model).to(memory_format=torch.channels_last)
    print(f"agreement after {steps} steps    loss curve (of its largest)    picture (mean absolute difference)")
    print("layer                     ours       Lucent with itself    ours       Lucent with itself")
    for layer, channel in [("conv1", 5), ("conv3", 5), ("inception3a", 5), (LAYER, CHANNEL)]:
        losses, picture = lucent(model, layer, channel)
        losses2, picture2 = lucent(other, layer, channel)
        gingham(arguments, weights, folder, steps, "--start", path, objective=f"channel:{layer}:{channel}")
        curve = np.loadtxt(os.path.join(folder, "curve.csv"), delimiter=",", skiprows=1)[:, 1]
        ours = np.load(os.path.join(folder, "picture.npy"))
        scale = np.abs(losses).max()
        row = dict(
            layer=layer, loss_error=float(np.abs(curve - losses).max() / scale),
            loss_error_of_peer=float(np.abs(losses2 - losses).max() / scale),
            picture_error=float(np.abs(ours - picture).mean()),
            picture_error_of_peer=float(np.abs(picture2 - picture).mean()))
        found.append(row)
        print(f"{layer:24} {100 * row['loss_error']:8.4f} %  {100 * row['loss_error_of_peer']:8.4f} %            "
              f"{row['picture_error']:.6f}   {row['picture_error_of_peer']:.6f}", flush=True)
    return found


def lucent_step(arguments, model, steps):
    start = arguments.clock()
    render.render_vis(
        model, objectives.channel(LAYER, CHANNEL), lambda: param.image(SIDE, fft=True, decorrelate=True),
        thresholds=(steps,), show_image=False, progress=False, fixed_image_size=SIDE)
    return arguments.clock() - start


class Truncated(torch.nn.Module):
    """GoogLeNet up to the layer and no further."""

    def __init__(self, model):
        super().__init__()
        names = ["conv1", "maxpool1", "conv2", "conv3", "maxpool2", "inception3a", "inception3b", "maxpool3", LAYER]
        self.layers = torch.nn.Sequential(*[getattr(model, name) for name in names])

    def forward(self, x):
        return self.layers(x)


def tuned_step(arguments, model, steps):
    """What one would write by hand: weights frozen, channels_last, one affine resampling for scale and rotation."""
    net = Truncated(model).eval().to(memory_format=torch.channels_last)
    for parameter in net.parameters():
        parameter.requires_grad_(False)
    freqs = np.sqrt(np.fft.fftfreq(SIDE)[:, None] ** 2 + np.fft.rfftfreq(SIDE)[None] ** 2)
    scale = torch.tensor(1 / np.maximum(freqs, 1 / SIDE)).float()
    spectrum = (torch.randn(1, 3, SIDE, SIDE // 2 + 1, 2) * 0.01).requires_grad_()
    colour = torch.tensor(param.color.color_correlation_normalized)
    mean = torch.tensor([0.485, 0.456, 0.406])[:, None, None]
    deviation = torch.tensor([0.229, 0.224, 0.225])[:, None, None]
    optimizer = torch.optim.Adam([spectrum], lr=0.05)

    def step():
        optimizer.zero_grad(set_to_none=True)
        maps = torch.fft.irfft2(torch.view_as_complex(spectrum) * scale, s=(SIDE, SIDE), norm="ortho") / 4
        image = torch.sigmoid(torch.einsum("ij,bjhw->bihw", colour, maps))
        image = F.pad(image, [12] * 4, value=0.5)
        dy, dx = np.random.randint(0, 9, 2)
        image = image[:, :, dy:dy + SIDE + 16, dx:dx + SIDE + 16]
        factor, angle = np.random.choice(np.arange(0.9, 1.11, 0.02)), np.deg2rad(np.random.randint(-10, 11))
        shift = np.random.uniform(-2, 2, 2) / SIDE * 2
        c, s = np.cos(angle) / factor, np.sin(angle) / factor
        grid = F.affine_grid(
            torch.tensor([[[c, -s, shift[0]], [s, c, shift[1]]]]).float(), (1, 3, SIDE, SIDE), align_corners=False)
        image = (F.grid_sample(image, grid, align_corners=False) - mean) / deviation
        loss = -net(image.contiguous(memory_format=torch.channels_last))[:, CHANNEL].mean()
        loss.backward()
        optimizer.step()

    start = arguments.clock()
    for _ in range(steps):
        step()
    return arguments.clock() - start


def speed(arguments, model, weights, scratch):
    few, many = 4, 4 + arguments.steps

    def per_step(run):
        return (run(many) - run(few)) / (many - few) * 1e3

    def ours(steps):
        return gingham(
            arguments, weights, os.path.join(scratch, "speed"), steps, "--transforms", STANDARD)

    times = {"gingham": [], "lucent": [], "tuned": []}
    network = []
    for _ in range(arguments.rounds):
        times["gingham"].append(per_step(ours))
        # The same net behind bare pixels: what is left is the network.
        network.append(per_step(lambda steps: gingham(
            arguments, weights, os.path.join(scratch, "speed"), steps, preset="naive")))
        times["lucent"].append(per_step(lambda steps: lucent_step(arguments, model, steps)))
        times["tuned"].append(per_step(lambda steps: tuned_step(arguments, model, steps)))
    ratios = {name: statistics.median(t / o for t, o in zip(times[name], times["gingham"])) for name in ("lucent", "tuned")}
    medians = {name: statistics.median(values) for name, values in times.items()}
    share = statistics.median(1 - n / o for n, o in zip(network, times["gingham"]))
    print(f"a step: Gingham {medians['gingham']:.1f} ms, Lucent {medians['lucent']:.1f} ms ({ratios['lucent']:.2f}×), "
          f"tuned PyTorch {medians['tuned']:.1f} ms ({ratios['tuned']:.2f}×)")
    print(f"  outside the network: {100 * share:.1f} % of Gingham's step")
    script = ("import resource,subprocess,sys;subprocess.run(sys.argv[1:],check=True,capture_output=True);"
              "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss/1024)")
    memory = subprocess.run(
        [sys.executable, "-c", script, arguments.gingham, "visualize", weights, "--architecture", "googlenet",
         "--objective", f"channel:{LAYER}:{CHANNEL}", "--steps", "32", "--quiet", "--output",
         os.path.join(scratch, "memory")], capture_output=True, text=True, check=True)
    print(f"  memory of a default run: {float(memory.stdout):.0f} MB")
    return dict(milliseconds=times, ratios=ratios, outside_network=share, memory_mb=float(memory.stdout))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gingham", default=".build/release/gingham")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=12, help="timed steps a round")
    parser.add_argument("--only", choices=["agreement", "speed"])
    parser.add_argument("--cpu", action="store_true", help="processor time instead of seconds, for busy machines")
    parser.add_argument("--json", metavar="FILE", help="also write the figures there")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    arguments.clock = time.process_time if arguments.cpu else time.perf_counter
    model = random_googlenet()
    found = {}
    with tempfile.TemporaryDirectory() as scratch:
        weights = os.path.join(scratch, "googlenet.pth")
        torch.save(model.state_dict(), weights)
        if arguments.only != "speed":
            found["agreement"] = agreement(arguments, model, weights, scratch)
        if arguments.only != "agreement":
            found["speed"] = speed(arguments, model, weights, scratch)
    if arguments.json:
        pathlib.Path(arguments.json).write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
