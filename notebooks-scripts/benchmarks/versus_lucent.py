#!/usr/bin/env python3
"""Gingham's feature visualization against Lucent and against a hand-tuned PyTorch loop, on the same machine.

agreement   SqueezeNet 1.1 and GoogLeNet with the same random weights, the same Fourier start, no transforms, Adam 0.05,
            32 steps: loss curves and pictures are compared, beside Lucent against itself with channels_last weights and
            in double precision.
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


def gingham(arguments, weights, folder, steps, *options, objective=f"channel:{LAYER}:{CHANNEL}", preset="fourier",
            architecture="googlenet", side=SIDE):
    command = [
        arguments.gingham, "visualize", weights, "--architecture", architecture, "--mean", "0.485,0.456,0.406", "--std",
        "0.229,0.224,0.225", "--objective", objective, "--preset", preset, "--steps", str(steps),
        "--size", f"{side}x{side}", "--redirected-steps", "0", "--threads", str(arguments.threads), "--quiet",
        "--output", folder, "--force", *options]
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(command)}\n{result.stderr}")
    if arguments.cpu:
        return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    return json.loads(pathlib.Path(folder, "manifest.json").read_text())["parameters"]["seconds"]


def fourier_start(side, deviation):
    return torch.randn(1, 3, side, side // 2 + 1, 2, generator=torch.Generator().manual_seed(7)) * deviation


def lucent_image(start):
    """Lucent's own image with another start, of the start's precision."""
    parameters, image = param.spatial.fft_image((1, 3, start.shape[2], start.shape[2]))
    parameters[0].data = start.clone()
    param.color.color_correlation_normalized = param.color.color_correlation_normalized.astype(
        np.float64 if start.dtype == torch.float64 else np.float32)
    return parameters, param.color.to_valid_rgb(image, decorrelate=True)


def lucent(net, layer, channel, start, steps):
    """Losses, spectra in front of each step, and the picture behind the last."""
    losses, spectra, parameters = [], [], []

    def image():
        made = lucent_image(start)
        parameters[:] = made[0]
        return made

    def recorded(hook):
        loss = objectives.channel(layer, channel)(hook)
        losses.append(-loss.item())
        spectra.append(parameters[0].detach().clone())
        return loss

    picture = render.render_vis(
        net, objectives.Objective(recorded), image, transforms=[], thresholds=(steps,), show_image=False,
        progress=False)[0]
    return np.array(losses[:steps]), spectra[:steps], np.transpose(picture, [0, 3, 1, 2])


def one_step(arguments, net, other, case, spectrum, scratch):
    """How far Gingham, and Lucent with another net, come away from Lucent in one step from the same parameters: of the
    value, and of the picture's change."""
    spectrum, given = spectrum.float(), os.path.join(scratch, "spectrum.npy")
    np.save(given, spectrum.numpy())
    before = lucent_image(spectrum)[1]().detach().numpy()
    rate = 1.0 / gradient_size(net, case, spectrum)

    def lucents(net):
        values = []

        def recorded(hook):
            values.append(objectives.channel(case.theirs, case.channel)(hook))
            return values[-1]

        picture = render.render_vis(
            net, objectives.Objective(recorded), lambda: lucent_image(spectrum), lambda p: torch.optim.SGD(p, lr=rate),
            transforms=[], thresholds=(1,), show_image=False, progress=False)[0]
        return -values[0].item(), np.transpose(picture, [0, 3, 1, 2])

    value, after = lucents(net)
    folder = os.path.join(scratch, "one-step")
    case.gingham(arguments, folder, 1, "--start", given, "--optimizer", "sgd", "--rate", repr(rate))
    curve = np.loadtxt(os.path.join(folder, "curve.csv"), delimiter=",", skiprows=1, ndmin=2)
    own = curve[0, 1], np.load(os.path.join(folder, "picture.npy"))
    change = np.abs(after - before).mean()
    return [
        number for found in (own, lucents(other))
        for number in (abs(found[0] - value) / abs(value), float(np.abs(found[1] - after).mean() / change))]


def gradient_size(net, case, spectrum):
    """The largest element of the spectrum's gradient."""
    sizes = []

    class Probe(torch.optim.SGD):
        def step(self, closure):
            closure()
            sizes.append(self.param_groups[0]["params"][0].grad.abs().max().item())

    render.render_vis(
        net, objectives.channel(case.theirs, case.channel), lambda: lucent_image(spectrum),
        lambda p: Probe(p, lr=1.0), transforms=[], thresholds=(1,), show_image=False, progress=False)
    return sizes[0]


class Case:
    """A layer of a net with random weights."""

    def __init__(self, net, weights, theirs, ours, channel, side=SIDE):
        self.net, self.weights, self.theirs, self.ours, self.channel, self.side = (
            net, weights, theirs, ours, channel, side)

    def gingham(self, arguments, folder, steps, *options):
        gingham(
            arguments, self.weights, folder, steps, *options, objective=f"channel:{self.ours}:{self.channel}",
            architecture=self.net, side=self.side)


def agreement(arguments, googlenet, googlenet_weights, scratch):
    """Loss curves and pictures at deeper and deeper layers, from a grey start and from a textured one.

    Deep in a net, rounding decides which of nearly equal neighbours a pooling takes and on which side of a kink some
    units fall, and Adam's first steps are as long for a coefficient whose gradient is noise as for any other. PyTorch in
    another memory layout and in double precision shows how far correct programs come apart by that alone; single steps
    from Lucent's own parameters show what is left when errors cannot pile up.
    """
    steps, found = 32, []
    torch.manual_seed(0)
    squeezenet = torchvision.models.squeezenet1_1(weights=None).eval()
    squeezenet_weights = os.path.join(scratch, "squeezenet.pth")
    torch.save(squeezenet.state_dict(), squeezenet_weights)

    def variants(model):
        # Copied at once: Lucent leaves its hooks on what it has run, and those cannot be copied.
        return model, copy.deepcopy(model).to(memory_format=torch.channels_last), copy.deepcopy(model).double()

    squeezenets, googlenets = variants(squeezenet), variants(googlenet)
    # Lucent sees a convolution in front of a rectifier that works in place behind it, so such layers are left out.
    cases = [
        (squeezenets, Case("squeezenet1_1", squeezenet_weights, f"features_{at}", f"features.{at}.cat", channel))
        for at, channel in ((3, 14), (4, 52), (6, 17), (9, 40))
    ] + [
        (googlenets, Case("googlenet", googlenet_weights, name, name, channel))
        for name, channel in (("conv1", 5), ("inception3a", 5), (LAYER, CHANNEL))
    ]
    path, folder = os.path.join(scratch, "start.npy"), os.path.join(scratch, "agreement")
    print(f"agreement after {steps} steps from the same start: loss curve (of its largest), picture (mean absolute "
          "difference)")
    print("                                  Gingham and Lucent     Lucent and itself,     and in double          "
          "one step from Lucent's path: value, change; and Lucent's own")
    print("net            layer        start                        other memory layout    precision              "
          "ours              other memory layout")
    for (model, other, double), case in cases:
        for deviation in (0.01, 0.2):
            start = fourier_start(case.side, deviation)
            np.save(path, start.numpy())
            losses, spectra, picture = lucent(model, case.theirs, case.channel, start, steps)
            scale = np.abs(losses).max()

            def apart(others, other_picture):
                return float(np.abs(others - losses).max() / scale), float(np.abs(other_picture - picture).mean())

            case.gingham(arguments, folder, steps, "--start", path)
            curve = np.loadtxt(os.path.join(folder, "curve.csv"), delimiter=",", skiprows=1)[:, 1]
            ours = apart(curve, np.load(os.path.join(folder, "picture.npy")))
            layout = apart(*lucent(other, case.theirs, case.channel, start, steps)[::2])
            exact = apart(*lucent(double, case.theirs, case.channel, start.double(), steps)[::2])
            single = [one_step(arguments, model, other, case, spectra[step], scratch) for step in (0, 8, 31)]
            single = tuple(max(values) for values in zip(*single))
            found.append(dict(
                net=case.net, layer=case.ours, start=deviation, loss=ours[0], picture=ours[1], loss_of_peer=layout[0],
                picture_of_peer=layout[1], loss_of_double=exact[0], picture_of_double=exact[1],
                one_step_value=single[0], one_step_change=single[1], one_step_value_of_peer=single[2],
                one_step_change_of_peer=single[3]))
            pairs = "   ".join(f"{100 * loss:8.4f} %  {far:.5f}" for loss, far in (ours, layout, exact))
            print(f"{case.net:14} {case.ours:14} {deviation:4}  {pairs}   "
                  + "  ".join(f"{number:.1e}" for number in single), flush=True)
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
