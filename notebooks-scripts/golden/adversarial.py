#!/usr/bin/env python3

from made_with import record
"""Golden adversarial examples: foolbox 3.3.4 for FGSM, PGD and DeepFool, and a plain PyTorch writing of APGD.

    pip install torch==2.13.0+cpu foolbox==3.3.4 numpy pillow safetensors
    python notebooks-scripts/golden/adversarial.py                # Tests/AdversarialProbingTests/Golden/attacks.npz
    python notebooks-scripts/golden/adversarial.py --squeezenet   # ... and Golden/squeezenet.npz, needs models/

attacks.npz holds a small random net, three pictures in 0...1, and the iterates of each attack after 1, 2, 3, 5, 10, 20
and all steps; squeezenet.npz holds for SqueezeNet 1.1 and two photographs the loss, the distance from the picture, the
class and every 97th number of the iterates after as many steps. Random starts are off.

Foolbox hands out last iterates only, so those along the way come from runs of fewer steps with the step size held.
"""
import argparse
import pathlib

import eagerpy as ep
import foolbox
import numpy
import torch

STEPS = [1, 2, 3, 5, 10, 20]
MEAN, STD = [0.4, 0.5, 0.6], [0.2, 0.25, 0.3]
FOLDER = pathlib.Path(__file__).parents[2] / "Tests/AdversarialProbingTests/Golden"
ROOT = pathlib.Path(__file__).parents[2]


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(3, 6, 3, stride=2, padding=1)
        self.conv2 = torch.nn.Conv2d(6, 8, 3)
        self.fc = torch.nn.Linear(8 * 4 * 4, 7)

    def forward(self, x):
        x = (x - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]
        x = torch.relu(self.conv2(torch.relu(self.conv1(x))))
        return self.fc(x.flatten(1))


class SqueezeNet(torch.nn.Module):
    """The converted Caffe weights: BGR in 0...255 less a mean, pools that round down.

    Pictures and steps are in single precision, the net is in double: its gradient's signs are then those of the true
    gradient, and a climb that follows them can be followed by another engine. In single precision foolbox soon parts
    from itself: `--single` prints where.
    """

    def __init__(self):
        super().__init__()
        import safetensors.torch
        if torch.version.cuda is None:
            # A CPU build of torch misses two operators that torchvision expects to find when it is imported.
            self.library = torch.library.Library("torchvision", "DEF")
            self.library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
            self.library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        import torchvision
        self.net = torchvision.models.squeezenet1_1(weights=None)
        for pool in self.net.modules():
            if isinstance(pool, torch.nn.MaxPool2d):
                pool.ceil_mode = False
        state = safetensors.torch.load_file(ROOT / "models/squeezenet1_1.safetensors")
        self.net.load_state_dict(state)
        self.net.double()

    def forward(self, x):
        x = x.to(next(self.net.parameters()).dtype)
        return self.net(255 * x[:, [2, 1, 0]] - torch.tensor([104.006, 116.669, 122.679], dtype=x.dtype)[:, None, None])


def cross_entropy(logits, y):
    return torch.nn.functional.cross_entropy(logits, y, reduction="none")


def logit_ratio(logits, y):
    ordered = logits.sort(1).values
    own = logits[torch.arange(len(y)), y]
    is_top = (logits.argmax(1) == y).float()
    rival = ordered[:, -2] * is_top + ordered[:, -1] * (1 - is_top)
    return -(own - rival) / (ordered[:, -1] - ordered[:, -3] + 1e-12)


def apgd(model, x0, y, epsilon, norm, loss, steps, start):
    """Croce & Hein 2020, from the paper's algorithm 1 and the constants of its section 3."""
    flat = lambda t: t.flatten(1).norm(dim=1)[:, None, None, None]

    def project(x):
        if norm == "linf":
            return torch.min(torch.max(x, x0 - epsilon), x0 + epsilon).clamp(0, 1)
        delta = x - x0
        return (x0 + delta * torch.minimum(torch.ones(1), epsilon / flat(delta).clamp_min(1e-12))).clamp(0, 1)

    def direction(g):
        return g.sign() if norm == "linf" else g / (flat(g) + 1e-12)

    def evaluate(x):
        x = x.clone().requires_grad_()
        logits = model(x)
        value = loss(logits, y)
        return value.detach(), torch.autograd.grad(value.sum(), x)[0], logits.argmax(1) != y

    n = len(y)
    x = start.clone()
    value, gradient, fooled = evaluate(x)
    iterates, values = [x.clone()], [value.clone()]
    adversarial, ever = x.clone(), fooled.clone()
    best, best_gradient, best_value = x.clone(), gradient.clone(), value.clone()
    step = torch.full((n, 1, 1, 1), 2.0 * epsilon)
    record = torch.zeros(steps, n)
    window, shrink, least = max(int(.22 * steps), 1), max(int(.03 * steps), 1), max(int(.06 * steps), 1)
    since, at_check, reduced = 0, value.clone(), torch.ones(n, dtype=torch.bool)
    previous, reductions = x.clone(), []
    for i in range(steps):
        momentum = .75 if i else 1.
        z = project(x + step * direction(gradient))
        x, previous = project(x + momentum * (z - x) + (1 - momentum) * (x - previous)), x
        value, gradient, fooled = evaluate(x)
        iterates.append(x.clone())
        values.append(value.clone())
        adversarial[fooled] = x[fooled]
        ever |= fooled
        record[i] = value
        better = value > best_value
        best[better], best_gradient[better], best_value[better] = x[better], gradient[better], value[better]
        since += 1
        if since == window:
            rises = sum((record[i - back] > record[i - back - 1]).int() for back in range(window))
            stalled = (rises <= .75 * window) | (~reduced & (at_check >= best_value))
            reduced, at_check = stalled.clone(), best_value.clone()
            step[stalled] /= 2
            x = torch.where(stalled[:, None, None, None], best, x)
            gradient = torch.where(stalled[:, None, None, None], best_gradient, gradient)
            reductions += [(i, *stalled.int().tolist())]
            window, since = max(window - shrink, least), 0
    return iterates, values, torch.where(ever[:, None, None, None], adversarial, best), reductions


def attacks(fmodel, x, y):
    """Name → iterates of each attack."""
    def run(attack, epsilon):
        raw, _, success = attack(fmodel, x, y, epsilons=[epsilon])
        return raw[0].detach()

    criterion = foolbox.criteria.Misclassification(y)
    linf, l2 = 8 / 255, 0.6
    yield "fgsm.linf", [run(foolbox.attacks.LinfFastGradientAttack(), linf)]
    yield "fgsm.l2", [run(foolbox.attacks.L2FastGradientAttack(), l2)]
    yield "pgd.linf", [run(foolbox.attacks.LinfProjectedGradientDescentAttack(
        steps=n, random_start=False), linf) for n in STEPS + [40]]
    yield "pgd.l2", [run(foolbox.attacks.L2ProjectedGradientDescentAttack(
        steps=n, random_start=False), l2) for n in STEPS + [50]]
    for name, attack in (("deepfool.l2", foolbox.attacks.L2DeepFoolAttack),
                         ("deepfool.linf", foolbox.attacks.LinfDeepFoolAttack)):
        yield name, [attack(steps=n).run(fmodel, x, criterion).detach() for n in STEPS + [50]]
    targets = (y + 2) % fmodel(x).shape[1]
    targeted = foolbox.criteria.TargetedMisclassification(targets)
    yield "targeted.linf", [foolbox.attacks.LinfProjectedGradientDescentAttack(
        steps=n, random_start=False).run(fmodel, x, targeted, epsilon=linf).detach() for n in (1, 20, 40)]


def small():
    torch.manual_seed(11)
    net = Net().eval()
    for parameter in net.parameters():
        parameter.data *= 1.5
        parameter.requires_grad_(False)
    x = torch.rand(3, 3, 12, 12)
    # Pixels at the ends of the range are where clipping must agree too.
    x[:, :, :2] = (x[:, :, :2] > 0.5).float()
    y = net(x).argmax(1)
    fmodel = foolbox.PyTorchModel(net, bounds=(0, 1), device="cpu")
    arrays = {name: value.numpy() for name, value in net.named_parameters()}
    arrays.update(pixels=x.numpy(), labels=y.numpy().astype(numpy.float32))
    for name, iterates in attacks(fmodel, x, y):
        arrays[name] = torch.stack(iterates).numpy()
        arrays[name + ".classes"] = net(iterates[-1]).argmax(1).numpy().astype(numpy.float32)
    for norm, epsilon in (("linf", 8 / 255), ("l2", 0.6)):
        for loss in (cross_entropy, logit_ratio):
            name = f"apgd-{'ce' if loss is cross_entropy else 'dlr'}.{norm}"
            for steps in (100, 30):
                iterates, values, last, reductions = apgd(net, x, y, epsilon, norm, loss, steps, x)
                key = f"{name}.{steps}"
                arrays[key] = last.numpy()
                arrays[key + ".losses"] = torch.stack(values).numpy()
                arrays[key + ".reductions"] = numpy.array(reductions, numpy.float32)
                arrays[key + ".classes"] = net(last).argmax(1).numpy().astype(numpy.float32)
    FOLDER.mkdir(parents=True, exist_ok=True)
    numpy.savez(FOLDER / "attacks.npz", **{k: v.astype(numpy.float32) for k, v in arrays.items()})


def photographs():
    from PIL import Image
    pictures = []
    for name in ("imagenet_15_99.jpg", "imagenet_11_630.jpg"):
        pixels = numpy.asarray(Image.open(ROOT / "models/pictures/foolbox" / name).convert("RGB"), numpy.float32) / 255
        # Every other pixel, and 227 of these: nothing is resampled, so both sides begin with the same numbers.
        pictures.append(torch.tensor(pixels[::2, ::2][:227, :227]).permute(2, 0, 1))
    return torch.stack(pictures).contiguous()


def frozen(net):
    return net.eval().requires_grad_(False)


def squeezenet():
    net = frozen(SqueezeNet())
    x = photographs()
    y = net(x).argmax(1)
    fmodel = foolbox.PyTorchModel(net, bounds=(0, 1), device="cpu")
    arrays = {"checksum": x.double().flatten(1).sum(1).numpy(), "labels": y.numpy()}
    for name, iterates in attacks(fmodel, x, y):
        logits = [net(iterate) for iterate in iterates]
        arrays[name + ".losses"] = torch.stack([cross_entropy(z, y) for z in logits]).numpy()
        arrays[name + ".moved"] = torch.stack(
            [(iterate - x).flatten(1).norm(dim=1) for iterate in iterates]).numpy()
        arrays[name + ".classes"] = torch.stack([z.argmax(1) for z in logits]).numpy()
        # Every 97th number of every iterate.
        arrays[name] = torch.stack([iterate.flatten(1)[:, ::97] for iterate in iterates]).numpy()
        print(name, flush=True)
    for norm, epsilon in (("linf", 2 / 255), ("l2", 0.6)):
        iterates, values, last, _ = apgd(net, x, y, epsilon, norm, cross_entropy, 30, x)
        name = f"apgd-ce.{norm}.30"
        arrays[name + ".losses"] = torch.stack(values).numpy()
        arrays[name + ".classes"] = net(last).argmax(1).numpy()
        arrays[name] = last.flatten(1)[:, ::97].numpy()
    numpy.savez(FOLDER / "squeezenet.npz", **{k: v.astype(numpy.float32) for k, v in arrays.items()})


def single():
    """Where foolbox with the net in single precision parts from foolbox with the net in double precision."""
    x, net = photographs(), frozen(SqueezeNet())
    runs = []
    for precision in (torch.float64, torch.float32):
        net.to(precision)
        y = net(x).argmax(1)
        runs.append(dict(attacks(foolbox.PyTorchModel(net, bounds=(0, 1), device="cpu"), x, y)))
    for name, iterates in runs[0].items():
        apart = [(one - other).abs() for one, other in zip(iterates, runs[1][name])]
        print(name, " ".join(f"{a.max():.1e} ({(a > 1e-5).float().mean():.1%})" for a in apart), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--squeezenet", action="store_true")
    parser.add_argument("--single", action="store_true")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    small()
    if arguments.squeezenet:
        squeezenet()
    if arguments.single:
        single()
    record(FOLDER, "attacks.npz", *(["squeezenet.npz"] if arguments.squeezenet else []))
