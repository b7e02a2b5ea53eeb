#!/usr/bin/env python3
"""Does the uneven gradient of strided layers make a net easier to fool? A study with trained twins.

    python notebooks-scripts/study/evenness.py run --short                       # minutes: does it work?
    python notebooks-scripts/study/evenness.py run --seeds 40                    # digits; goes on where it stopped
    python notebooks-scripts/study/evenness.py run --data photographs --folder models/photographs --seeds 20
    python notebooks-scripts/study/evenness.py report                            # figures and sentences of what is there
    python notebooks-scripts/study/evenness.py check                             # the recipe against itself

PyTorch trains; `gingham probe` attacks the exported nets and measures their gradients, the library gives the gradients of
margins. Everything of a seed is one line of the results, written when the seed is done.

Fixed before the first seed was run, and changed since in nothing but the last sentence:

Arms. Of every layer's filters a share stands in one corner of their windows (twins.py): 1 (`aligned`, an ordinary 3/2
convolution), 7/8, 1/2 and 1/4 (`staggered`: every phase read equally often). All but the first have one union of windows,
so that a difference among those is of the dose of unevenness alone, not of a receptive field that is a pixel wider.
`control aligned` and `control staggered`: the same corners at stride 1, where nothing is uneven, each layer followed by an
average over 2×2; what differs there is the union of windows alone.

Data. 16² pixels, two layers, ten classes: MNIST digits, and pieces of photographs in colour, of which the net is to say
which of ten photographs they are from; each seed draws its own ten.

Outcomes, in this order, over the pictures that all arms of a seed classify rightly: (1) log of the smallest L2 change,
the least that PGD at budgets √2 apart and DeepFool find, (2) log of the fewest elements (σ-zero), (3) log of the smallest
L∞ change, found like the first. A picture that one of them does not turn in every arm is left out of that outcome. Then,
described and not tested: (4) what the freely chosen 1/16 of the pixels with the largest gradient carry, (5) what the
strongest phase carries, which must fall with the dose or the manipulation failed. Beside them: accuracy, gradient norm,
margin, the gradient's CV².

Replicates are seeds; all intervals are Student's over seeds, at 95 %.

Question 1, the dose: within the arms 7/8, 1/2, 1/4 the slope of an outcome on the measured CV², one slope a seed. Its three
p-values are Holm's. Question 2, the whole: aligned against staggered, paired by seed. Question 3, the union of windows:
control aligned against control staggered.

What will be said. "Unevenness makes it easier to fool" of an outcome if the dose's slope is negative with Holm's p below
0.05. "It does not matter here" if the slope's interval, times the CV² between the arms 7/8 and 1/4, lies within ± 2 %.
Else "undecided". Question 2 alone decides nothing of evenness: the receptive field goes with it. Added when two seeds were
run: before the 40 seeds of the command above are there, intervals are printed and nothing is said, so that nobody stops
where it looks well.
"""
import argparse
import csv
import hashlib
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "python")]

#: Share of filters in the common corner, and stride.
ARMS = {
    "aligned": (1, 2), "seven eighths": (7 / 8, 2), "half": (1 / 2, 2), "staggered": (1 / 4, 2),
    "control aligned": (1, 1), "control staggered": (1 / 4, 1),
}
DATA = {
    "digits": {"side": 16, "channels": 1, "classes": 10, "widths": (24, 24), "epochs": 6, "arms": list(ARMS)},
    "photographs": {"side": 16, "channels": 3, "classes": 10, "widths": (24, 24), "epochs": 6, "arms": list(ARMS)},
}
#: That the sentences wait for.
SEEDS = 40
#: Pictures a seed; steps of PGD and of σ-zero; least and largest budget.
ATTACKED, STEPS, FEWEST_STEPS, L2, LINF = 50, 20, 100, (0.1, 8), (1 / 255, 0.7)


def probe(tool, net, pictures, labels, folder, *words):
    """A run of `gingham probe`: its findings, and each picture's record in the order of the pictures."""
    command = [tool, "probe", str(net), str(pictures), "--labels", str(labels), "--batch", "100", "--threads", "1",
               "--no-pictures", "--quiet", "--force", "--output", str(folder), *words]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stderr}")
    findings = json.loads((folder / "findings.json").read_text())
    records = []
    for picture in sorted(findings["pictures"], key=lambda picture: picture["path"]):
        if not picture["correct"]:
            raise SystemExit(f"{net}: {picture['path']} is right in PyTorch and wrong in Gingham")
        file = folder / "pictures" / picture["folder"] / "attacks.json"
        records.append(json.loads(file.read_text())["value"])
    return findings, records


def margins(net, x, y):
    """Margins to the nearest other class and their gradients, by Gingham."""
    import gingham

    with gingham.open(net, threads=1) as model:
        values, step = model.forward(x)
        rest = values.copy()
        rest[numpy.arange(len(y)), y] = -numpy.inf
        rival = rest.argmax(1)
        sent = numpy.zeros_like(values)
        sent[numpy.arange(len(y)), y], sent[numpy.arange(len(y)), rival] = 1, -1
        return (values * sent).sum(1), numpy.array(step.backward(sent))


def strongest_phase(gradient, period):
    """Its share of the gradient's energy over an even share, both of the whole set."""
    energy = (gradient ** 2).sum((0, 1))
    phases = [energy[row::period, column::period].sum() for row in range(period) for column in range(period)]
    return float(max(phases) / sum(phases) * period ** 2)


def budgets(least, largest):
    """A factor of √2 apart."""
    count = math.ceil(2 * math.log2(largest / least))
    return ",".join(f"{least * 2 ** (index / 2):.6f}" for index in range(count + 1))


def smallest(records, key):
    """Of the changes that turned each picture, over attacks and budgets; not a number where none did."""
    def lengths(record):
        return [out["distances"][key] for attack in record["attacks"] for out in attack["outcomes"] if out["success"]]

    return numpy.array([min(lengths(record), default=numpy.nan) for record in records])


def attacked(tool, net, x, y, places, scratch, period):
    """All outcomes of one net: a number each, or one a picture, of which the logarithm is averaged."""
    common = net, scratch / "pictures", places, scratch / "probe"
    search = "--attack", "pgd,deepfool", "--early-stop", "--steps", str(STEPS)
    euclid, records = probe(tool, *common, "--norm", "l2", "--epsilon", budgets(*L2), "--period", str(period), *search)
    _, largest = probe(tool, *common, "--norm", "linf", "--epsilon", budgets(*LINF), *search)
    # One search for all budgets, of which the last allows any change.
    _, fewest = probe(tool, *common, "--norm", "linf", "--attack", "sigma-zero", "--epsilon", "1", "--steps",
                      str(FEWEST_STEPS))
    margin, gradient = margins(net, x, y)
    flat = numpy.sort((gradient ** 2).sum(1).reshape(len(x), -1), axis=1)
    norm = numpy.sqrt(flat.sum(1))
    return {
        "l2": smallest(records, "l2"), "l0": smallest(fewest, "l0"), "linf": smallest(largest, "linf"),
        "norm": norm, "margin": margin,
        "free_sixteenth": float(numpy.mean(numpy.sqrt(16 * flat[:, -flat.shape[1] // 16:].sum(1)) / norm)),
        "strongest_phase": strongest_phase(gradient, period),
        "cv2": euclid["sensitivity"]["lattice"]["cv2_corrected"],
    }


def averaged(found):
    """Mean logarithms over the pictures that were turned in every arm, and how many were not."""
    missing = {}
    for key in ("l2", "l0", "linf", "norm", "margin"):
        whole = numpy.all([numpy.nan_to_num(values[key]) > 0 for values in found.values()], axis=0)
        missing[key] = int((~whole).sum())
        if missing[key] > len(whole) // 10:
            raise SystemExit(f"{key}: {missing[key]} of {len(whole)} pictures were not turned in every arm")
        for values in found.values():
            values[key] = float(numpy.mean(numpy.log(values[key][whole])))
    return missing


def one_seed(data, settings, parts, seed, options, count):
    """Trains and attacks all arms; a dictionary for the results."""
    import torch
    import twins

    x, y, test_x, test_y = parts
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        right, accuracy, nets = torch.ones(len(test_x), dtype=torch.bool), {}, {}
        for index, arm in enumerate(settings["arms"]):
            share, stride = ARMS[arm]
            net = twins.net(seed, settings["channels"], settings["side"], settings["classes"], settings["widths"], share,
                            stride=stride)
            twins.train(net, x, y, seed, settings["epochs"])
            nets[arm] = scratch / f"{index}.onnx"
            plain = twins.export(net, settings["side"], settings["channels"], nets[arm])
            with torch.no_grad():
                correct = plain(test_x).argmax(1) == test_y
            accuracy[arm] = float(correct.float().mean())
            right &= correct
        chosen = right.nonzero()[:count, 0]
        if len(chosen) < count:
            raise SystemExit(f"seed {seed}: all arms are right about {len(chosen)} pictures only, {count} are wanted")
        (scratch / "pictures").mkdir()
        with open(scratch / "labels.csv", "w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["file", "class"])
            for index, place in enumerate(chosen):
                numpy.save(scratch / "pictures" / f"{index:04d}.npy", test_x[place].numpy())
                rows.writerow([f"{index:04d}.npy", int(test_y[place])])
        found = {}
        for arm, net in nets.items():
            period = 2 ** len(settings["widths"])
            found[arm] = attacked(options.gingham, net, test_x[chosen].numpy(), test_y[chosen].numpy(),
                                  scratch / "labels.csv", scratch, period)
        missing = averaged(found)
        for arm in found:
            found[arm]["accuracy"] = accuracy[arm]
    return {"data": data, "seed": seed, "pictures": count, "not_turned": missing, "arms": found}


def kept(path):
    """Lines of earlier runs; a last one that was cut short is taken away."""
    if not path.exists():
        return []
    text = path.read_text()
    whole = text[:text.rfind("\n") + 1]
    if whole != text:
        path.write_text(whole)
    return [json.loads(line) for line in whole.splitlines()]


def run(options):
    import torch
    import twins

    torch.set_num_threads(1)
    settings, count, seeds = dict(DATA[options.data]), ATTACKED, options.seeds
    if options.short:
        settings["epochs"], count, seeds = 2, 20, 2
    if options.data == "photographs":
        if not options.folder:
            raise SystemExit("photographs: name their --folder (notebooks-scripts/fetch_photographs.sh fetches some)")
        files = twins.photographs(options.folder)
        names = "\n".join(f"{file.relative_to(options.folder)} {file.stat().st_size}" for file in files)
        print(f"{len(files)} photographs")

        def parts(seed):
            return twins.pieces(files, settings["side"], seed)
    else:
        all_digits, names = twins.digits(settings["side"]), ""

        def parts(seed):
            return all_digits
    # Results of other pictures or another recipe do not stand in one file.
    made = json.dumps([settings, ARMS, count, STEPS, FEWEST_STEPS, L2, LINF, names])
    recipe = hashlib.sha256(made.encode()).hexdigest()[:16]
    lines = [line for line in kept(options.results) if line["data"] == options.data]
    if any(line["recipe"] != recipe for line in lines):
        raise SystemExit(f"{options.results} holds {options.data} of another recipe or other pictures: name other --results")
    done = {line["seed"] for line in lines}
    print(f"{options.data}: {len(done)} seeds are done", flush=True)
    for seed in range(seeds):
        if seed in done:
            continue
        line = one_seed(options.data, settings, parts(seed), seed, options, count)
        options.results.parent.mkdir(parents=True, exist_ok=True)
        with open(options.results, "a") as file:
            file.write(json.dumps(line | {"recipe": recipe}) + "\n")
        arms = line["arms"]
        print(f"seed {seed}: aligned ÷ staggered, L2 {numpy.exp(arms['aligned']['l2'] - arms['staggered']['l2']):.3f}, "
              f"accuracy {arms['aligned']['accuracy']:.3f}, {arms['staggered']['accuracy']:.3f}", flush=True)


def check():
    """Twins are twins, layers are the plain ones on moved pictures, intervals cover."""
    import torch
    from torch import nn
    from torch.nn import functional as F

    import intervals
    import twins

    torch.manual_seed(0)
    picture = torch.zeros(1, 3, 16, 16)
    picture[..., 5:11, 5:11] = torch.rand(1, 3, 6, 6)
    for stride in (1, 2):
        for kernel in (3, 5):
            for place in range(twins.CORNERS):
                layer = twins.Placed(3, [place] * 4, kernel, stride)
                row, column = divmod(place, 2)
                filters = layer.weight[:, :, row:row + kernel, column:column + kernel]
                plain = F.conv2d(torch.roll(picture, (-row, -column), (2, 3)), filters, layer.bias, stride, layer.padding)
                found = layer(picture)
                rows, columns = found.shape[2:]
                assert (found - plain[..., :rows, :columns]).abs().max() < 1e-5, (stride, kernel, place)
                assert found.shape[-1] == 16 // stride
    for share, spread in ((1, 0.2346), (7 / 8, None), (1 / 2, None), (1 / 4, 0)):
        places = twins.corners(24, share, 2)
        layer = twins.Placed(1, places, 3, 2)
        # How many products each phase of pixels takes part in.
        counts = torch.stack([layer.mask[..., row::2, column::2].sum() for row in range(2) for column in range(2)])
        cv2 = float(counts.var(unbiased=False) / counts.mean() ** 2)
        assert spread is None or abs(cv2 - spread) < 1e-4, (share, cv2)
        assert len(places) == 24 and len(set(places)) == (1 if share == 1 else 4)
    first, second = (twins.net(5, 1, 16, 10, (24, 24), share) for share in (1, 1 / 4))
    for one, other in zip(first, second):
        if isinstance(one, twins.Placed):
            taken = [layer.weight[layer.mask.expand_as(layer.weight) > 0].sort().values for layer in (one, other)]
            assert torch.equal(*taken) and torch.equal(one.bias, other.bias)
        elif isinstance(one, nn.Linear):
            assert torch.equal(one.weight, other.weight)
    random = numpy.random.default_rng(0)
    covered = 0
    for _ in range(4000):
        low, high = intervals.student(random.normal(1, 2, 8))[1:3]
        covered += low <= 1 <= high
    assert abs(covered / 4000 - 0.95) < 0.012, covered
    assert intervals.holm([0.01, 0.04, 0.03]) == [0.03, 0.06, 0.06]
    print("layers, twins, counts, intervals: as they should be")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["run", "report", "check"])
    parser.add_argument("--data", choices=DATA, default="digits")
    parser.add_argument("--folder", help="of photographs")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--short", action="store_true", help="two seeds of two epochs, 20 pictures: shows that it works, nothing else")
    parser.add_argument("--gingham", default=os.environ.get("GINGHAM", ".build/release/gingham"))
    parser.add_argument("--results", type=pathlib.Path)
    parser.add_argument("--figure", type=pathlib.Path, help="where report draws")
    options = parser.parse_args()
    options.results = options.results or (
        pathlib.Path("outputs/evenness-short.jsonl") if options.short else HERE / "results.jsonl")
    if options.what == "check":
        check()
    elif options.what == "run":
        run(options)
    else:
        import report

        report.write(kept(options.results), options.figure, SEEDS)


if __name__ == "__main__":
    main()
