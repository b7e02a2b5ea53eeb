#!/usr/bin/env python3
"""Packs the Python package with the tool, the library and the C libraries behind them into a wheel.

    wheel.py BUILD FOLDER        from .build-standalone/package to dist/gingham-*.whl

The build must find libraries beside itself: linked with `-rpath $ORIGIN --disable-new-dtags`, whose path holds for what
those libraries need in turn. Standard library, ldd, objdump and dpkg only.
"""

import base64
import hashlib
import re
import stat
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parent / "python"
SOURCES = HERE.parents[1]

# What every Linux of a manylinux tag has (PEP 600). X11 may be left out there as well, but is not where there is no desktop.
SYSTEM = re.compile(r"(ld-linux-x86-64|libc|libm|libdl|librt|libpthread|libutil|libgcc_s|libstdc\+\+)\.so")

# The typeface of figures, for systems without fonts.
FONTS = [Path("/usr/share/fonts/truetype/dejavu") / name for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")]
FONT_SETTINGS = b"""<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">.</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>
"""


def run(*words):
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout


def needed(path):
    """Every library that a binary needs in the end, by the name it asks for."""
    found = {}
    for line in run("ldd", str(path)).splitlines():
        if match := re.match(r"\s*(\S+) => (/\S+)", line):
            found[match.group(1)] = Path(match.group(2))
        elif "not found" in line:
            sys.exit(f"{path}: {line.strip()}")
    return {name: place for name, place in found.items() if not SYSTEM.match(name)}


def glibc(paths):
    """The newest version of the C library that binaries ask for."""
    versions = [re.findall(r"GLIBC_(\d+)\.(\d+)", run("objdump", "-T", str(path))) for path in paths]
    return max((int(major), int(minor)) for found in versions for major, minor in found)


def licences(places):
    """Copyright notices of Debian's packages, by package."""
    found = {}
    for place in places:
        for name in (place, place.resolve()):
            owner = subprocess.run(["dpkg", "-S", str(name).replace("/usr/lib", "*/lib")], capture_output=True, text=True).stdout
            if owner:
                package = owner.split(":")[0]
                notice = Path("/usr/share/doc") / package / "copyright"
                if notice.exists():
                    found[package] = notice.read_bytes()
                break
        else:
            sys.exit(f"no package of Debian's holds {place}, so its licence is not known")
    return found


def digest(data):
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def main():
    build, target = Path(sys.argv[1]), Path(sys.argv[2])
    target.mkdir(parents=True, exist_ok=True)
    own = {"gingham": build / "gingham", "libginghamc.so": build / "libginghamc.so"}
    bundled = {name: place for path in own.values() for name, place in needed(path).items() if name not in own}
    version = re.search(r'version = "(.+)"', (PACKAGE / "gingham/_version.py").read_text()).group(1)
    files = {}
    for path in sorted((PACKAGE / "gingham").glob("*")):
        if path.is_file():
            files[f"gingham/{path.name}"] = path.read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        for name, place in {**own, **bundled}.items():
            copy = Path(folder) / name
            copy.write_bytes(place.read_bytes())
            run("strip", "--strip-unneeded", str(copy))
            files[f"gingham/lib/{name}"] = copy.read_bytes()
        files.update({f"gingham/fonts/{font.name}": font.read_bytes() for font in FONTS})
        files["gingham/fonts/fonts.conf"] = FONT_SETTINGS
        newest = glibc(sorted(Path(folder).glob("*")))
    for package, notice in licences([*bundled.values(), *FONTS]).items():
        files[f"gingham-{version}.dist-info/licenses/{package}.txt"] = notice
    for notice in sorted((build / "licenses").iterdir()):
        files[f"gingham-{version}.dist-info/licenses/{notice.name}"] = notice.read_bytes()
    tag = "py3-none-manylinux_{}_{}_x86_64".format(*newest)
    info = f"gingham-{version}.dist-info"
    files[f"{info}/licenses/LICENSE"] = (SOURCES / "LICENSE").read_bytes()
    files[f"{info}/METADATA"] = "\n".join([
        "Metadata-Version: 2.1", "Name: gingham", f"Version: {version}",
        "Summary: Input gradients of convolutional nets: their checkerboards, attributions, attacks and pictures.",
        "License: MIT", "Requires-Python: >=3.9", "Requires-Dist: numpy", "Provides-Extra: notebook",
        *(f'Requires-Dist: {name}; extra == "notebook"' for name in ("pandas", "tqdm", "pillow")),
        "Description-Content-Type: text/markdown", "", (PACKAGE / "README.md").read_text(),
    ]).encode()
    files[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nGenerator: gingham\nRoot-Is-Purelib: false\nTag: {tag}\n".encode()
    files[f"{info}/entry_points.txt"] = (
        b"[console_scripts]\ngingham = gingham._tool:main\n[pytest11]\ngingham = gingham.pytest_plugin\n")
    record = [f"{name},sha256={digest(data)},{len(data)}" for name, data in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""]).encode()
    wheel = target / f"gingham-{version}-{tag}.whl"
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            mode = 0o755 if name == "gingham/lib/gingham" else 0o644
            entry.external_attr, entry.compress_type = (stat.S_IFREG | mode) << 16, zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    print(f"{wheel}: {wheel.stat().st_size / 1e6:.1f} MB")
    for name, data in sorted(files.items(), key=lambda item: -len(item[1]))[:12]:
        print(f"  {len(data) / 1e6:6.1f} MB  {name}")


if __name__ == "__main__":
    main()
