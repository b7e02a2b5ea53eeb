"""Writes beside golden files what made them: made_with.json names, for each file of a folder, the script and the versions
of Python and of every package that the script had loaded. A test asks that no golden file is missing there.
"""
import importlib.metadata
import json
import pathlib
import platform
import sys

# Module and package, where a module's version can change a number.
PACKAGES = {
    "PIL": "pillow", "captum": "captum", "eagerpy": "eagerpy", "foolbox": "foolbox", "numpy": "numpy", "onnx": "onnx",
    "onnxruntime": "onnxruntime", "safetensors": "safetensors", "scipy": "scipy", "tensorboard": "tensorboard",
    "timm": "timm", "torch": "torch", "torchattacks": "torchattacks", "torchvision": "torchvision",
}


def record(folder, *patterns):
    """Records the files of `folder` that match (paths relative to it) as made by the running script."""
    folder = pathlib.Path(folder)
    versions = {"python": platform.python_version()}
    versions |= {name: importlib.metadata.version(name) for module, name in PACKAGES.items() if module in sys.modules}
    path = folder / "made_with.json"
    known = json.loads(path.read_text()) if path.exists() else {}
    entry = {"script": pathlib.Path(sys.argv[0]).name, "versions": dict(sorted(versions.items()))}
    for pattern in patterns:
        for file in sorted(folder.glob(pattern)):
            if file.is_file() and file != path:
                known[file.relative_to(folder).as_posix()] = entry
    known = {name: known[name] for name in sorted(known) if (folder / name).is_file()}
    path.write_text(json.dumps(known, indent=1) + "\n")
