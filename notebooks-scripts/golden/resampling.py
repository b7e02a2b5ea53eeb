"""Golden data for Tests/SignalsTests: pictures resampled by the Python Imaging Library in floating point, and fitted by
torchvision. Writes resampling.json (what stands where) and resampling.f32 (little-endian floats).

    python notebooks-scripts/golden/resampling.py
"""
import json
import pathlib

import numpy
import torch
from PIL import Image

if torch.version.cuda is None:  # a torchvision built for GPUs imports beside a CPU torch once its ops are declared
    ops = torch.library.Library("torchvision", "DEF")
    ops.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    ops.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
import torchvision.transforms.functional as functional

from made_with import record

folder = pathlib.Path(__file__).parents[2] / "Tests/SignalsTests/Golden"
modes = {"nearest": Image.Resampling.NEAREST, "bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}
sizes = [
    ((17, 23), (8, 9)), ((8, 9), (17, 23)), ((1, 1), (5, 7)), ((1, 6), (4, 3)), ((32, 32), (32, 20)), ((9, 5), (9, 5)),
    ((40, 31), (7, 31)), ((5, 64), (3, 1)), ((10, 10), (3, 3)), ((3, 7), (10, 10)), ((30, 24), (1, 1)), ((21, 2), (20, 3)),
]
fits = [
    ((31, 44), 20, (17, 17)), ((45, 30), 20, (24, 24)), ((50, 33), 16, (13, 14)), ((33, 50), 17, (16, 16)),
    ((20, 20), 21, (16, 16)), ((7, 9), 5, (4, 8)), ((40, 61), 27, (22, 23)), ((12, 19), 6, (9, 9)),
]
generator = numpy.random.default_rng(20161017)
values, cases = [], []


def keep(array):
    offset = sum(v.size for v in values)
    values.append(numpy.ascontiguousarray(array, dtype="<f4"))
    return {"shape": list(array.shape), "offset": offset}


for source, target in sizes:
    picture = generator.random(source, dtype=numpy.float32)
    stored = keep(picture)
    for name, mode in modes.items():
        result = Image.fromarray(picture).resize((target[1], target[0]), mode)
        cases.append({"kernel": name, "input": stored, "output": keep(numpy.asarray(result))})
for source, shorter, target in fits:
    picture = generator.random(source, dtype=numpy.float32)
    result = functional.center_crop(
        functional.resize(Image.fromarray(picture), shorter, functional.InterpolationMode.BILINEAR), list(target))
    cases.append(
        {"kernel": "bilinear", "shorterSide": shorter, "input": keep(picture), "output": keep(numpy.asarray(result))})

folder.mkdir(exist_ok=True)
(folder / "resampling.json").write_text(json.dumps(cases, indent=1))
(folder / "resampling.f32").write_bytes(b"".join(v.tobytes() for v in values))
record(folder, "*")
