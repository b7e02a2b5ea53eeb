"""Holds networks that `gingham repair` wrote against ONNX's own checker and ONNX Runtime.

    repaired_nets.py [--gingham .build/release/gingham] [--models models] [--keep DIR]

Networks are repaired by the methods that apply to them. The file must pass onnx.checker with full shape inference, and
ONNX Runtime must compute from check/input.npy what Gingham did (check/output.npy), within 1e-4 of the largest output. Layer names must be the nodes' names.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy
import onnx
import onnxruntime

CASES = [
    # model, arguments
    ("random:resnet18?size=96", ["--all", "--with", "blurpool"]),
    ("random:resnet50?size=64", ["--with", "blurpool"]),
    ("random:alexnet?size=96", ["--all", "--with", "blurpool"]),
    ("random:squeezenet1_1?size=96", ["--all", "--with", "blurpool"]),
    ("random:googlenet?size=96", ["--all", "--with", "blurpool"]),
    ("random:inception_v3?size=128", ["--all", "--with", "blurpool"]),
    ("random:densenet121?size=64", ["--all", "--with", "blurpool"]),
    ("random:vgg11?size=64", ["--all", "--with", "blurpool"]),
    ("random:mobilenet_v2?size=64", ["--all", "--with", "blurpool"]),
    ("random:efficientnet_b0?size=64", ["--all", "--with", "blurpool"]),
    ("random:efficientnet_lite0?size=64", ["--all", "--with", "blurpool"]),
    ("random:strided_stack?size=64&depth=2&dilation=2", ["--all", "--with", "blurpool"]),
    ("random:dcgan_discriminator?kernel=5", ["--all", "--with", "blurpool"]),
] + [
    (model, ["--all", "--with", method] + border)
    for model in [
        "random:dcgan_generator",
        "random:dcgan_generator?kernel=5",
        "random:dcgan_generator?kernel=3",
        "random:dcgan_generator?kernel=4&stride=3",
    ]
    for method, border in [
        ("equalise", []),
        ("nearest", []),
        ("nearest", ["--border", "reflect"]),
        ("bilinear", []),
        ("bilinear", ["--border", "reflect"]),
        ("subpixel", []),
        ("icnr", []),
        ("stagger", []),
    ]
] + [
    (model, ["--all", "--with", "stagger"])
    for model in [
        "random:squeezenet1_1?size=96",
        "random:resnet18?size=96",
        "random:googlenet?size=96",
        "random:densenet121?size=64",
        "random:efficientnet_b0?size=64",
    ]
]

FETCHED = [
    ("squeezenet1_1.safetensors", ["--all", "--with", "blurpool"]),
    ("efficientnet_lite0.pth", ["--all", "--with", "blurpool"]),
    ("squeezenet1_1.safetensors", ["--all", "--with", "stagger"]),
    ("dcgan_faces.pth", ["--layer", "main.12", "--with", "equalise"]),
    ("dcgan_faces.pth", ["--all", "--with", "nearest"]),
    ("multistyle26.onnx", ["--all", "--with", "blurpool", "--input-size", "96x96", "--input", "style_weights=0.04"]),
    ("ppocr_v4_detector.onnx", ["--all", "--with", "subpixel", "--input-size", "96x96"]),
    ("ppocr_v4_detector.onnx", ["--all", "--with", "blurpool", "--input-size", "96x96"]),
]


def check(gingham, model, arguments, folder):
    """The relative error of ONNX Runtime against Gingham, and what the file holds."""
    outcome = subprocess.run(
        [gingham, "repair", model, *arguments, "--samples", "2", "--json", "--quiet", "--output", folder],
        capture_output=True,
        text=True,
    )
    # 2: not repaired, and written all the same.
    if outcome.returncode not in (0, 2):
        raise RuntimeError(outcome.stderr.strip())
    findings = json.loads(outcome.stdout)
    path = folder / findings["file"]
    onnx.checker.check_model(str(path), full_check=True)
    graph = onnx.load(path)
    names = {node.name for node in graph.graph.node}
    missing = [rewrite["layer"] for rewrite in findings["rewrites"] if rewrite["layer"] not in names]
    assert not missing, f"layers without a node: {missing}"
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    given = numpy.load(folder / "check" / "input.npy")
    expected = numpy.load(folder / "check" / "output.npy")
    found = session.run(None, {session.get_inputs()[0].name: given})[0]
    assert found.shape == expected.shape, f"{found.shape} for {expected.shape}"
    # A detector that finds nothing answers with sigmoids of about 1e-7, where runtimes differ in how they round.
    error = float(numpy.abs(found - expected).max() / max(numpy.abs(expected).max(), 1e-3))
    return error, len(findings["rewrites"]), graph.opset_import[0].version


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gingham", default=".build/release/gingham")
    parser.add_argument("--models", default="models", type=pathlib.Path)
    parser.add_argument("--keep", type=pathlib.Path, help="keep the files in this folder")
    parser.add_argument("--only", default="", help="cases whose model holds this text")
    options = parser.parse_args()
    cases = CASES + [(str(options.models / name), rest) for name, rest in FETCHED if (options.models / name).exists()]
    cases = [case for case in cases if options.only in case[0]]
    worst, failures = 0.0, 0
    with tempfile.TemporaryDirectory() as scratch:
        for number, (model, arguments) in enumerate(cases):
            folder = (options.keep or pathlib.Path(scratch)) / str(number)
            what = f"{model} {' '.join(arguments)}"
            try:
                error, count, version = check(options.gingham, model, arguments, folder)
            except Exception as failure:  # a table of all, not the first
                failures += 1
                print(f"FAILED  {what}: {str(failure)[:300]}", flush=True)
                continue
            worst = max(worst, error)
            verdict = "ok    " if error <= 1e-4 else "FAILED"
            failures += error > 1e-4
            print(f"{verdict}  {error:.1e}  {count:3d} rewrites, opset {version}  {what}", flush=True)
    print(f"{len(cases)} files, {failures} failed, largest relative difference {worst:.1e}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
