#!/usr/bin/env python3
"""Gingham's PGD against foolbox 3.3.4 on PyTorch CPU, in turns on one machine: 40 steps, L∞, a batch of pictures.

Both sides attack SqueezeNet 1.1 with the same weights on the same pictures from their clean positions, with as many
threads. foolbox runs on contiguous and on channels_last memory; the faster layout counts. Figures move with the machine's
load, the ratio within one round less so: the table shows each round, and the median.

    versus_foolbox.py --gingham .build/release/gingham --batch 20 --threads 2 --rounds 3

Needs Python packages: torch, torchvision, foolbox==3.3.4, safetensors, pillow; and models/ (fetch_models.sh).
"""
import argparse
import glob
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).parents[2]
MODEL = ROOT / "models/squeezenet1_1.safetensors"

PEER = r"""
import json, sys, time
model_path, layout, threads, steps, epsilon, *paths = sys.argv[1:]
import numpy, torch
torch.set_num_threads(int(threads))
if torch.version.cuda is None:
    # A CPU build of torch misses two operators that torchvision expects to find when it is imported.
    library = torch.library.Library("torchvision", "DEF")
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
import foolbox, safetensors.torch, torchvision
from PIL import Image
net = torchvision.models.squeezenet1_1(weights=None)
for pool in net.modules():
    if isinstance(pool, torch.nn.MaxPool2d): pool.ceil_mode = False
net.load_state_dict(safetensors.torch.load_file(model_path))
class Model(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.net = net
        self.mean = torch.tensor([104.006, 116.669, 122.679])[:, None, None]
    def forward(self, x): return self.net(255 * x[:, [2, 1, 0]] - self.mean)
model = Model().eval()
for parameter in model.parameters(): parameter.requires_grad_(False)
def picture(path):
    image = Image.open(path).convert("RGB").resize((227, 227), Image.BILINEAR)
    return torch.tensor(numpy.asarray(image, numpy.float32) / 255).permute(2, 0, 1)
x = torch.stack([picture(path) for path in paths]).contiguous()
if layout == "channels_last":
    model = model.to(memory_format=torch.channels_last)
    x = x.contiguous(memory_format=torch.channels_last)
labels = model(x).argmax(1)
fmodel = foolbox.PyTorchModel(model, bounds=(0, 1), device="cpu")
attack = foolbox.attacks.LinfProjectedGradientDescentAttack(steps=int(steps), random_start=False)
foolbox.attacks.LinfProjectedGradientDescentAttack(steps=2, random_start=False)(fmodel, x, labels, epsilons=[float(epsilon)])
start = time.perf_counter()
_, _, success = attack(fmodel, x, labels, epsilons=[float(epsilon)])
print(json.dumps(dict(seconds=time.perf_counter() - start, success=success.float().mean().item())))
"""


def run(command):
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        sys.exit(f"{' '.join(map(str, command[:3]))} … failed:\n{result.stderr}")
    return json.loads(result.stdout)


def ours(paths, arguments):
    with tempfile.TemporaryDirectory() as folder:
        findings = run([
            arguments.gingham, "probe", MODEL, *paths, "--labels", "predicted", "--attack", "pgd", "--epsilon",
            arguments.epsilon, "--steps", str(arguments.steps), "--batch", str(len(paths)), "--threads",
            str(arguments.threads), "--input-size", "227x227", "--no-pictures", "--json", "--quiet", "--output",
            f"{folder}/run"])
        manifest = json.loads(pathlib.Path(folder, "run/manifest.json").read_text())
        return dict(seconds=manifest["parameters"]["seconds"]["pgd"], success=findings["attacks"][0]["success"])


def peer(layout, paths, arguments):
    numerator, _, denominator = arguments.epsilon.partition("/")
    epsilon = float(numerator) / float(denominator or 1)
    return run([arguments.python, "-c", PEER, MODEL, layout, str(arguments.threads), str(arguments.steps), repr(epsilon),
                *paths])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gingham", default=".build/release/gingham", help="the command line tool")
    parser.add_argument("--python", default=sys.executable, help="a Python with torch, torchvision and foolbox")
    parser.add_argument("--batch", type=int, default=20)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--epsilon", default="8/255")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    paths = sorted(glob.glob(str(ROOT / "models/pictures/foolbox/*.jpg")))[:arguments.batch]
    print(f"PGD-{arguments.steps}, L∞ {arguments.epsilon}, {len(paths)} pictures of 227×227, {arguments.threads} threads")
    print(f"{'round':>5} {'ours':>9} {'contiguous':>11} {'channels_last':>14} {'ratio':>7}   turned ours : foolbox")
    ratios = []
    for index in range(arguments.rounds):
        own = ours(paths, arguments)
        rivals = {layout: peer(layout, paths, arguments) for layout in ("contiguous", "channels_last")}
        best = min(rivals.values(), key=lambda result: result["seconds"])
        ratios.append(best["seconds"] / own["seconds"])
        print(
            f"{index + 1:5} {own['seconds']:8.2f}s {rivals['contiguous']['seconds']:10.2f}s "
            f"{rivals['channels_last']['seconds']:13.2f}s {ratios[-1]:6.2f}×   "
            f"{100 * own['success']:.0f} % : {100 * best['success']:.0f} %", flush=True)
    print(f"median ratio {statistics.median(ratios):.2f}×")


if __name__ == "__main__":
    main()
