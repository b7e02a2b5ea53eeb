#!/usr/bin/env python3
"""Proves that a refactoring changed nothing: runs some fifty command lines with two binaries and compares every file,
every exit status and every line on standard output and standard error.

    compare_outputs.py OLD/gingham NEW/gingham [--only WORD ...] [--keep DIR]

Each verb is there with its main options, at small sizes, with fixed seeds and one thread. The networks are built in, with
random weights, or those of `fetch_models.sh`; pictures come from there too. What differs between two runs of one binary
(times, folders) is blotted out before comparing. A manifest may gain keys, but none may vanish or change.

Needs nothing but Python. Exit status 0: alike; 1: something differs, each difference is listed.
"""
import argparse
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODELS = ROOT / "models"

# Command lines run in order, in one folder a binary, so that later ones can read what earlier ones wrote. {name} is a file
# of models/, @ stands in front of the output folder.
COMMANDS = """
layers random:squeezenet1_1 --input-size 64x64
layers random:vgg11 --json
layers {multistyle26.onnx} --input style_weights=onehot:7 --input-size 64x64
predict random:resnet18
predict random:resnet18?seed=3 --gain weights --signals smooth --at layer2 --input-size 96x96 --json
predict random:dcgan_generator
predict {squeezenet1_1.safetensors} --gain weights
predict --deconvolution 3/2,3/2;5/2 --positions 6
predict --equivalent nearest2:1,0,-1 --equivalent deconvolution2:.1,.1,.1,.44
predict --sweep grid.yaml
gradient {squeezenet1_1.safetensors} {a} --target top
gradient {squeezenet1_1.safetensors} {a} {b} --target class:281 --json
gradient random:squeezenet1_1 {a} --input-size 64x64 --target "0.5*features.3.cat:2 + class:3" --method smoothgrad --seed 4
gradient random:squeezenet1_1 {a} --input-size 64x64 --method integrated --samples 6
gradient random:squeezenet1_1 {a} --input-size 64x64 --method gradcam
gradient random:resnet18 {a} --input-size 64x64 --method guided --backend reference
gradient random:resnet18 {a} --input-size 64x64 --method lattice-jitter --period 2
gradient random:resnet18 {a} --input-size 64x64 --method phase-equalisation --energies measured
gradient random:resnet18 {a} --input-size 64x64 --method lattice-notch
gradient random:resnet18 {a} --input-size 64x64 --method low-pass --cutoff 20
gradient random:resnet18 {a} --input-size 64x64 --method backward-smoothing --at layer1
gradient random:resnet18 {a} --input-size 64x64 --at layer1
gradient random:squeezenet1_1 {a} {b} --input-size 64x64 --compare --samples 4
measure {a} {b} {c}
measure @11/gradient.npy --as gradient --periods 2,4
measure {a} {b} --period search --spectra --json
measure {a} grid.yaml
trace {squeezenet1_1.safetensors} {a} --target class:281 --input-size 64x64 --without features.0
trace random:dcgan_generator --samples 8 --seed 2
trace {multistyle26.onnx} {a} --input style_weights=onehot:19 --input-size 64x64
generate {dcgan_faces.pth} --samples 12 --seed 1
generate random:resize_generator --samples 8 --bits 16 --periods 2,4
generate {multistyle26.onnx} --input style_weights=onehot:7 --images {a} {b} --input-size 64x64 --json
diagnose {a} {b} {c} {d}
diagnose {a} {b} {c} {d} --reference {reference} --net random:squeezenet1_1 --layer features.3.cat --max-blur 1.5
track checkpoints --samples 8
repair random:dcgan_generator --samples 8
repair {dcgan_faces.pth} --with subpixel --all --samples 8 --out plain.onnx
repair random:squeezenet1_1 --input-size 64x64 --samples 2 --with blurpool
visualize random:squeezenet1_1 --objective features.3.cat:5 --steps 6 --size 48 --seed 3
visualize random:squeezenet1_1 --objective layer:features.6.cat --preset multiscale --steps 8 --size 128
visualize random:squeezenet1_1 --all-channels features.3.cat --channels 0-3 --steps 4 --size 32 --preset fourier
visualize --print-recipe --preset all --rate 0.1
compare random:squeezenet1_1 --objective features.3.cat:5 features.6.cat:3 --mitigations naive lattice --seeds 2 --steps 6 --size 48
probe random:squeezenet1_1 {a} {b} --input-size 64x64 --attack fgsm,pgd,deepfool --epsilon 1/255,8/255 --steps 4 --minimal
probe random:squeezenet1_1 {a} {b} --input-size 64x64 --attack apgd-ce,noise --norm l2 --epsilon 0.5 --steps 5 --fourier 4 --phase-study --labels labels.csv
run series.yaml
run series.yaml --dry-run
verify random:squeezenet1_1 --input-size 64x64
verify --case {case}
gradient random:squeezenet1_1 {a} --target nothing:3
gradient missing.onnx {a}
visualize random:squeezenet1_1 --objective class:2000 --steps 1
measure missing.png
predict random:nothing
gradient random:squeezenet1_1 {a} --cutoff -1
--help
gradient --help
probe --help
"""

FILES = {
    "grid.yaml": "stack: 2\nkernel: [3, 4]\nstride: 2\n",
    "series.yaml": (
        "defaults: {model: 'random:squeezenet1_1', quiet: true, threads: 1, input-size: 48}\n"
        "steps:\n  - {verb: predict, signals: [white, smooth]}\n  - {verb: trace, arguments: \"PICTURE\"}\n"),
}


def picture(number):
    return sorted((MODELS / "pictures" / "foolbox").glob("*.jpg"))[number]


def prepared(folder, binary):
    """Writes the inputs that are made, and returns the words that stand for files."""
    for name, text in FILES.items():
        (folder / name).write_text(text.replace("PICTURE", str(picture(0))))
    (folder / "labels.csv").write_text("".join(f"{picture(n)},{n}\n" for n in range(2)))
    (folder / "reference").mkdir()
    for number in range(8, 12):
        os.symlink(picture(number), folder / "reference" / picture(number).name)
    case = next((p for p in (MODELS / "suites" / "onnx-1.17.0" / "node").glob("test_conv_with_strides_padding")), "none")
    words = {p.name: p for p in MODELS.iterdir() if p.is_file()}
    words |= {letter: picture(number) for number, letter in enumerate("abcd")}
    words |= {"case": case, "reference": "reference"}
    # Checkpoints of one generator: two seeds, written by the tool itself.
    (folder / "checkpoints").mkdir()
    for number in (1, 2):
        subprocess.run(
            [binary, "repair", f"random:dcgan_generator?seed={number}", "--samples", "2", "--quiet", "--threads", "1",
             "--layer", "main.3", "--output", f"made{number}", "--out", "net.onnx"],
            cwd=folder, capture_output=True, check=False)
        if (folder / f"made{number}" / "net.onnx").exists():
            os.replace(folder / f"made{number}" / "net.onnx", folder / "checkpoints" / f"step{number}.onnx")
    return words


def blotted(name, data):
    """The bytes of a file with what differs between two runs of one binary left out."""
    if name.endswith((".json", ".html", ".txt", ".csv", ".jsonl", ".md")) or name in ("stdout", "stderr"):
        text = data.decode(errors="replace")
        text = re.sub(r'"(seconds\w*|\w*_seconds|started|wall_time)" : [^,\n]*', r'"\1" : …', text)
        text = re.sub(r"\b\d+(\.\d+)? ?s\b", "… s", text)
        text = re.sub(r"\b\d+(\.\d+)? ms\b", "… ms", text)
        text = re.sub(r"\n+(Written to \S+)( in … s)?", r"\n\1", text)
        # The last column of 'gradient --compare'.
        text = re.sub(r"( +0\.\d{3}){2} +\d+\.\d{3}$", " …", text, flags=re.M)
        return text.encode()
    return data


def timeless(data):
    """TensorBoard's event files carry the second of their making in their names."""
    return re.sub(rb"tfevents\.\d+", b"tfevents", data)


def manifest(data):
    record = json.loads(data)
    for key in ("command", "started"):
        record.pop(key, None)
    record.get("parameters", {}).pop("seconds", None)
    return record


def lost(old, new, path=""):
    """Keys of an old manifest that the new one lacks or gives another value."""
    if isinstance(old, dict) and isinstance(new, dict):
        return [line for key in old for line in (lost(old[key], new[key], f"{path}.{key}") if key in new
                                                 else [f"{path}.{key} is gone"])]
    return [] if old == new else [f"{path}: {old} → {new}"]


def run(binary, lines, folder):
    words = prepared(folder, binary)
    results = {}
    for number, line in lines:
        arguments = [re.sub(r"\{(.+?)\}", lambda m: str(words.get(m[1], m[1])), w) for w in shlex.split(line)]
        arguments = [w[1:] if w.startswith("@") else w for w in arguments]
        verb, output = arguments[0], str(number)
        if "--help" not in arguments:
            if verb != "run":
                arguments += ["--threads", "1"]
            if verb not in ("layers", "verify", "bench") and "--dry-run" not in line and "--print-recipe" not in line:
                arguments += ["--output", output]
        done = subprocess.run([binary, *arguments], cwd=folder, capture_output=True, stdin=subprocess.DEVNULL)
        files = {"exit status": str(done.returncode).encode(), "stdout": done.stdout, "stderr": done.stderr}
        base = folder / output
        files |= {str(p.relative_to(base)): p.read_bytes() for p in sorted(base.rglob("*")) if p.is_file()}
        here = str(folder).encode()
        results[number] = {timeless(name.encode()).decode(): timeless(data.replace(here, b"FOLDER")) for name, data in files.items()}
        print(f"{number:3} {done.returncode} {len(files) - 3:3} files  {line}", file=sys.stderr)
    return results


def differences(old, new):
    for name in sorted(set(old) | set(new)):
        if name not in new or name not in old:
            yield f"{name}: only in the {'old' if name in old else 'new'} run"
        elif os.path.basename(name) == "manifest.json":
            yield from (f"{name} {line}" for line in lost(manifest(old[name]), manifest(new[name])))
        elif "tfevents" in name and len(old[name]) == len(new[name]):
            continue  # each event carries the time of its writing
        elif blotted(name, old[name]) != blotted(name, new[name]):
            digests = [hashlib.sha256(side[name]).hexdigest()[:8] for side in (old, new)]
            yield f"{name}: {len(old[name])} → {len(new[name])} bytes, {digests[0]} → {digests[1]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", type=pathlib.Path)
    parser.add_argument("new", type=pathlib.Path)
    parser.add_argument("--only", nargs="+", help="command lines that begin with one of these verbs")
    parser.add_argument("--keep", type=pathlib.Path, help="where the two runs' files stay")
    options = parser.parse_args()
    lines = [(n, line) for n, line in enumerate(COMMANDS.strip().splitlines(), 1)]
    if options.only:
        lines = [(n, line) for n, line in lines if line.split()[0] in options.only]
    with tempfile.TemporaryDirectory() as temporary:
        base = options.keep or pathlib.Path(temporary)
        results = []
        for side in ("old", "new"):
            folder = base / side / "run"
            folder.mkdir(parents=True)
            results.append(run(getattr(options, side).resolve(), lines, folder))
    count = files = 0
    for number, line in lines:
        files += len(results[0][number]) - 3
        for difference in differences(results[0][number], results[1][number]):
            count += 1
            print(f"{number} ({line}): {difference}")
    print(f"{len(lines)} command lines, {files} files, {count} differences")
    sys.exit(count > 0)


if __name__ == "__main__":
    main()
