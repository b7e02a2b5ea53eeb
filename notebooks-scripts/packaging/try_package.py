"""Inside a bare system: makes a picture, and looks at what came of it. NumPy for the package only.

    try_package.py picture PATH          writes a picture as .npy, without NumPy
    try_package.py files FOLDER          looks at a run of `gingham gradient`
    try_package.py package PATH FOUND    imports the package; its gradient must be the bytes of the tool's
"""

import json
import math
import struct
import sys
import time
from pathlib import Path

NET = "random:squeezenet1_1?size=64"


def picture(path):
    """3×64×64 floats in 0…1 that are no flat colour."""
    values = [0.5 + 0.4 * math.sin(x * (c + 1) / 7) * math.cos(y / 5) for c in range(3) for y in range(64) for x in range(64)]
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 64, 64), }"
    header = header.ljust(128 - 10 - 1) + b"\n"
    Path(path).write_bytes(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + struct.pack("<12288f", *values))


def files(folder):
    """Findings that are numbers, and a figure with something in it."""
    found = json.loads((Path(folder) / "findings.json").read_text())["images"][0]
    assert math.isfinite(found["value"]), found
    figures = {path.name: path.stat().st_size for path in Path(folder).glob("*.png")}
    assert figures and min(figures.values()) > 500, figures
    print(f"  value {found['value']:.6f}, figures {figures}")


def package(path, found):
    start = time.perf_counter()
    import gingham

    imported = time.perf_counter() - start
    import numpy as np

    start = time.perf_counter()
    model = gingham.open(NET, threads=1)
    opened = time.perf_counter() - start
    assert model.gradient(path, "class:3").tobytes() == np.load(found).tobytes()
    print(f"  imported in {1000 * imported:.0f} ms, a first net opened in {1000 * opened:.0f} ms; the gradient is the tool's bytes")
    assert imported < 0.1, imported


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
