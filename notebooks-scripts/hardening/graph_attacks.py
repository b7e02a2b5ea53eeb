#!/usr/bin/env python3
"""Small ONNX files whose attributes, extents and constants are zero, one, odd, huge, negative or overflowing, run through
both engines: none may crash, hang, or take much memory.

    python notebooks-scripts/hardening/graph_attacks.py .build/release/gingham [--count 2000] [--seed 0] [--keep DIR]

Every operator of the list gets attributes and constants drawn from the numbers at which 8, 16, 24, 31, 32, 62 and 63 bits
end; half of the files have one such number only. A file is read and its input gradient computed, within 4 GB of addresses and
10 seconds of a processor: exit status 0, and 1 with a message, are fine, a signal is not. What failed stays in DIR. Needs onnx
and numpy.
"""
import argparse
import collections
import pathlib
import random
import resource
import subprocess
import sys
import tempfile

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

NUMBERS = [
    0, 1, 2, 3, 5, 7, 8, 9, 16, 17, 127, 255, 256, 4097, 2**15, 2**16 - 1, 2**16, 2**20, 2**24, 2**24 + 1, 2**30, 2**31 - 1,
    2**31, 2**32, 2**32 + 1, 2**62, 2**63 - 1, -1, -2, -3, -8, -(2**15), -(2**31), -(2**62), -(2**63),
]
FLOATS = [0.0, 1.0, -1.0, 0.5, 1e-8, 1e-30, 1e-45, 1e30, 3e38, -1e30, float("inf"), float("-inf"), float("nan")]
SECONDS, MEMORY = 10, 4 << 30


class Draw:
    """Numbers that are usual, except where one is to be wild."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.only_one = self.random.random() < 0.5
        self.left = 1

    def wild(self):
        if self.only_one:
            if self.left == 0 or self.random.random() > 0.3:
                return False
            self.left = 0
            return True
        return self.random.random() < 0.4

    def int(self, *usual):
        return self.random.choice(NUMBERS) if self.wild() else self.random.choice(usual)

    def ints(self, count, *usual):
        if self.wild() and self.random.random() < 0.2:
            count = self.random.choice([0, 1, count + 1, 2 * count])
        return [self.int(*usual) for _ in range(count)]

    def float(self, *usual):
        return self.random.choice(FLOATS) if self.wild() else self.random.choice(usual)

    def choice(self, *usual):
        return self.random.choice(usual)


def window(d, rank=2):
    kernel = d.choice(1, 2, 3, 7)
    attributes = {"kernel_shape": d.ints(rank, kernel), "strides": d.ints(rank, 1, 2, 3), "dilations": d.ints(rank, 1, 2)}
    if d.random.random() < 0.7:
        attributes["pads"] = d.ints(2 * rank, 0, 1)
    else:
        attributes["auto_pad"] = d.choice("SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET")
    return attributes


def weights(d, *extents):
    """Real weights have the extents that they have; the numbers may be wild."""
    values = np.random.default_rng(d.random.getrandbits(32)).normal(size=extents).astype("f4")
    if d.wild() and values.size:
        values.flat[0] = d.random.choice(FLOATS)
    return values


def vector(d, count, *usual):
    return np.array(d.ints(count, *usual), "i8")


def floats(d, count, *usual):
    return np.array([d.float(*usual) for _ in range(count)], "f4")


C = 8  # channels of x, which is 1×8×9×9


def conv(d):
    attributes = window(d)
    groups = d.choice(1, 1, 2, C)
    attributes["group"] = d.int(groups)
    kernel = [k if 0 < k < 64 else 3 for k in attributes["kernel_shape"][:2]] or [3, 3]
    return attributes, [weights(d, 16, C // groups, *kernel)], {}


def conv_transpose(d):
    attributes = window(d)
    attributes["output_padding"] = d.ints(2, 0, 0, 1)
    if d.random.random() < 0.2:
        attributes["output_shape"] = d.ints(2, 18, 19)
    kernel = [k if 0 < k < 64 else 3 for k in attributes["kernel_shape"][:2]] or [3, 3]
    return attributes, [weights(d, C, 4, *kernel)], {}


def pool(d):
    attributes = window(d)
    attributes["ceil_mode"] = d.int(0, 1)
    return attributes, [], {}


def average_pool(d):
    attributes, inputs, more = pool(d)
    attributes["count_include_pad"] = d.int(0, 1)
    return attributes, inputs, more


def lp_pool(d):
    attributes, inputs, more = pool(d)
    return dict(attributes, p=d.int(1, 2)), inputs, more


def resize(d):
    attributes = {
        "mode": d.choice("nearest", "linear", "cubic"),
        "coordinate_transformation_mode": d.choice(
            "half_pixel", "align_corners", "asymmetric", "pytorch_half_pixel", "tf_crop_and_resize"),
        "nearest_mode": d.choice("round_prefer_floor", "floor", "ceil"), "antialias": d.int(0, 1),
    }
    roi = floats(d, 8, 0.0, 1.0)
    if d.random.random() < 0.5:
        return attributes, [roi, np.array([1, 1, d.float(2.0, 0.5), d.float(2.0, 1.5)], "f4")], {}
    return attributes, [roi, np.array([], "f4"), np.array([1, C, d.int(18, 5), d.int(18, 4)], "i8")], {}


OPERATORS = {
    "Conv": conv, "ConvTranspose": conv_transpose, "MaxPool": pool, "AveragePool": average_pool, "LpPool": lp_pool,
    "GlobalLpPool": lambda d: ({"p": d.int(1, 2)}, [], {}),
    "LRN": lambda d: ({"size": d.int(3, 5), "alpha": d.float(1e-4), "beta": d.float(0.75), "bias": d.float(1.0)}, [], {}),
    "Resize": resize,
    "Pad": lambda d: (
        {"mode": d.choice("constant", "reflect", "edge", "wrap")}, [vector(d, 8, 0, 0, 1), floats(d, 1, 0.0)], {}),
    "Slice": lambda d: ({}, [vector(d, 2, 0, 1), vector(d, 2, 5, 9), vector(d, 2, 2, 3), vector(d, 2, 1, -1)], {}),
    "Gather": lambda d: ({"axis": d.int(1, 2)}, [vector(d, 3, 0, 1, 2)], {}),
    "GatherElements": lambda d: ({"axis": d.int(1, 2)}, [np.array(d.ints(8, 0, 1, 2)[:8] or [0], "i8").reshape(1, -1, 1, 1)], {}),
    "GatherND": lambda d: ({"batch_dims": d.int(0, 1)}, [np.array([d.ints(2, 0, 0)], "i8")], {}),
    "Tile": lambda d: ({}, [vector(d, 4, 1, 2)], {}),
    "Expand": lambda d: ({}, [vector(d, 4, 1, C, 9)], {}),
    "Reshape": lambda d: ({"allowzero": d.int(0, 1)}, [vector(d, 3, 1, -1, 9, 72)], {}),
    "Unsqueeze": lambda d: ({}, [vector(d, 1, 0, -1, 2)], {}),
    "Squeeze": lambda d: ({}, [vector(d, 1, 0)], {}),
    "Flatten": lambda d: ({"axis": d.int(1, 0, 4)}, [], {}),
    "Transpose": lambda d: ({"perm": d.ints(4, 0, 1, 2, 3)}, [], {}),
    "Concat": lambda d: ({"axis": d.int(1, 2, -1)}, [weights(d, 1, C, 9, 9)], {}),
    "Split": lambda d: ({"axis": d.int(1)}, [vector(d, 2, 4)], {"outputs": 2}),
    "DepthToSpace": lambda d: ({"blocksize": d.int(2), "mode": d.choice("DCR", "CRD")}, [], {}),
    "SpaceToDepth": lambda d: ({"blocksize": d.int(3)}, [], {}),
    "Softmax": lambda d: ({"axis": d.int(1, -1)}, [], {}),
    "LayerNormalization": lambda d: ({"axis": d.int(-1, 2), "epsilon": d.float(1e-5)}, [weights(d, 9), weights(d, 9)], {}),
    "InstanceNormalization": lambda d: ({"epsilon": d.float(1e-5)}, [weights(d, C), weights(d, C)], {}),
    "GroupNormalization": lambda d: (
        {"num_groups": d.int(2, 4), "epsilon": d.float(1e-5)}, [weights(d, C), weights(d, C)], {}),
    "BatchNormalization": lambda d: ({"epsilon": d.float(1e-5)}, [weights(d, C) for _ in range(4)], {}),
    "MatMul": lambda d: ({}, [weights(d, 9, d.choice(1, 4, 9))], {}),
    "Einsum": lambda d: ({"equation": d.choice("bchw,wk->bchk", "bchw,hw->bc", "...w,wk->...k", "bchw,->b", "ii,jj", "b..,")},
                         [weights(d, 9, 9)], {}),
    "CumSum": lambda d: ({"exclusive": d.int(0, 1), "reverse": d.int(0, 1)}, [np.array(d.int(1, 2), "i8")], {}),
    "TopK": lambda d: ({"axis": d.int(1, -1), "largest": d.int(0, 1)}, [vector(d, 1, 1, 3)], {"outputs": 2}),
    "ReduceMean": lambda d: ({"keepdims": d.int(0, 1)}, [vector(d, 2, 2, 3, -1)], {}),
    "ReduceMax": lambda d: ({"keepdims": d.int(0, 1)}, [vector(d, 1, 1, 2)], {}),
    "ReduceLogSumExp": lambda d: ({"keepdims": d.int(0, 1)}, [vector(d, 1, 1, 2)], {}),
    "Clip": lambda d: ({}, [np.array(d.float(0.0, -1.0), "f4"), np.array(d.float(1.0, 6.0), "f4")], {}),
    "Pow": lambda d: ({}, [np.array(d.float(2.0, 0.5), "f4")], {}),
    "Div": lambda d: ({}, [np.array(d.float(2.0), "f4")], {}),
    "Mod": lambda d: ({"fmod": 1}, [np.array(d.float(2.0), "f4")], {}),
    "LeakyRelu": lambda d: ({"alpha": d.float(0.1)}, [], {}),
    "Elu": lambda d: ({"alpha": d.float(1.0)}, [], {}),
    "HardSigmoid": lambda d: ({"alpha": d.float(0.2), "beta": d.float(0.5)}, [], {}),
    "ThresholdedRelu": lambda d: ({"alpha": d.float(1.0)}, [], {}),
    "GridSample": lambda d: (
        {"mode": d.choice("linear", "nearest", "cubic"), "padding_mode": d.choice("zeros", "border", "reflection"),
         "align_corners": d.int(0, 1)}, [weights(d, 1, 4, 4, 2)], {}),
    "RoiAlign": lambda d: (
        {"output_height": d.int(2, 3), "output_width": d.int(2, 3), "sampling_ratio": d.int(0, 2), "spatial_scale": d.float(1.0)},
        [floats(d, 4, 0.0, 4.0, 8.0).reshape(1, -1)[:, :4], vector(d, 1, 0)], {}),
    "Trilu": lambda d: ({"upper": d.int(0, 1)}, [np.array(d.int(0, 1), "i8")], {}),
    "OneHot": lambda d: None,
    "MeanVarianceNormalization": lambda d: ({"axes": d.ints(2, 2, 3, -1)}, [], {}),
    "LpNormalization": lambda d: ({"axis": d.int(1, -1), "p": d.int(1, 2)}, [], {}),
}
del OPERATORS["OneHot"]


def model(operator, seed):
    d = Draw(f"{operator} {seed}")
    np.seterr(all="ignore")
    attributes, constants, more = OPERATORS[operator](d)
    names = [f"c{index}" for index in range(len(constants))]
    outputs = ["z"] + [f"z{index}" for index in range(1, more.get("outputs", 1))]
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["h"], kernel_shape=[1, 1]),
        helper.make_node(operator, ["h", *names], outputs, **attributes),
        helper.make_node("Relu", ["z"], ["y"]),
    ]
    extents = [d.int(1), 3, d.int(9), d.int(9)] if d.random.random() < 0.15 else [1, 3, 9, 9]
    initializers = [numpy_helper.from_array(value, name) for name, value in zip(names, constants)]
    initializers.append(numpy_helper.from_array(np.random.default_rng(0).normal(size=(C, 3, 1, 1)).astype("f4"), "w"))
    graph = helper.make_graph(
        nodes, "attack", [helper.make_tensor_value_info("x", TensorProto.FLOAT, extents)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)


def confine():
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def run(tool, path, picture, backend, folder):
    """The exit status, negative for a signal (SIGKILL where the time is up), and what was said."""
    done = subprocess.run(
        [tool, "gradient", str(path), str(picture), "--target", "layer:y", "--backend", backend, "--threads", "1", "--quiet",
         "--force", "--output", str(folder)], capture_output=True, text=True, errors="replace", preexec_fn=confine,
        env={"SWIFT_BACKTRACE": "enable=no", "PATH": "/usr/bin:/bin"})
    return done.returncode, done.stderr


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tool")
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=pathlib.Path, default=pathlib.Path("graph-attacks"))
    parser.add_argument("--operators", nargs="*", choices=sorted(OPERATORS), default=sorted(OPERATORS))
    arguments = parser.parse_args()
    tool = str(pathlib.Path(arguments.tool).resolve())
    fates, failures = collections.Counter(), 0
    with tempfile.TemporaryDirectory(prefix="gingham-attacks-") as scratch:
        scratch = pathlib.Path(scratch)
        picture = scratch / "x.npy"
        np.save(picture, np.random.default_rng(1).random((3, 9, 9)).astype("f4"))
        for index in range(arguments.count):
            operator = arguments.operators[index % len(arguments.operators)]
            try:
                made = model(operator, f"{arguments.seed} {index}")
            except (ValueError, OverflowError, TypeError):  # what ONNX's own helper cannot write
                fates["not written"] += 1
                continue
            path = scratch / "model.onnx"
            onnx.save(made, path)
            for backend in ("fast", "reference"):
                status, said = run(tool, path, picture, backend, scratch / "run")
                fates[status] += 1
                if status == 0 or status == 1 and said.startswith("Error: "):
                    continue
                failures += 1
                arguments.keep.mkdir(parents=True, exist_ok=True)
                kept = arguments.keep / f"{operator}-{arguments.seed}-{index}.onnx"
                onnx.save(made, kept)
                print(f"FAILURE {kept} {backend}: {status}; {said.strip()[:200]}", flush=True)
    print(f"{arguments.count} files, exit statuses {dict(fates)}; {failures} failures")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
