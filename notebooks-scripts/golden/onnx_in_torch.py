"""The graph of an ONNX file as PyTorch operations in float64, for gradients of the numbers that stand in the file.

An exporter folds normalizations into weights and rounds them to single precision, so the file's net is not quite the
module that was exported: where a rectifier's input lies that close to zero the two have different gradients. What
computes the file is right or wrong by the file. Covers the operators that convolutional nets and plain attention come
with; another one is a KeyError with its name.
"""

import numpy as np
import onnx
import torch
import torch.nn.functional as F
from onnx import helper, numpy_helper


def tensor(proto):
    value = torch.tensor(np.array(numpy_helper.to_array(proto)))
    return value.double() if value.is_floating_point() else value


def integers(values):
    return None if values is None else [int(value) for value in values]


def padded(attributes, x, value=0.0):
    """ONNX lists paddings as all begins, then all ends; PyTorch from the last axis backwards, in pairs."""
    begins_ends = attributes.get("pads", [0] * 2 * (x.ndim - 2))
    half = len(begins_ends) // 2
    pairs = [begins_ends[i] for axis in reversed(range(half)) for i in (axis, axis + half)]
    return F.pad(x, pairs, value=value)


def conv(attributes, x, weight, bias=None):
    ones = [1] * (x.ndim - 2)
    function = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}[x.ndim - 2]
    return function(
        padded(attributes, x), weight, bias, tuple(attributes.get("strides", ones)), 0,
        tuple(attributes.get("dilations", ones)), attributes.get("group", 1))


def max_pool(attributes, x):
    return F.max_pool2d(
        padded(attributes, x, -np.inf), tuple(attributes["kernel_shape"]), tuple(attributes.get("strides", [1, 1])), 0,
        tuple(attributes.get("dilations", [1, 1])), bool(attributes.get("ceil_mode", 0)))


def average_pool(attributes, x):
    size, strides = tuple(attributes["kernel_shape"]), tuple(attributes.get("strides", [1, 1]))
    ceil = bool(attributes.get("ceil_mode", 0))
    sums = F.avg_pool2d(padded(attributes, x), size, strides, 0, ceil, divisor_override=1)
    counted = torch.ones_like(x[:1, :1])
    if attributes.get("count_include_pad", 0):
        return sums / F.avg_pool2d(padded(attributes, counted, 1.0), size, strides, 0, ceil, divisor_override=1)
    return sums / F.avg_pool2d(padded(attributes, counted), size, strides, 0, ceil, divisor_override=1)


def gemm(attributes, x, weight, bias=None):
    x = x.T if attributes.get("transA") else x
    weight = weight.T if attributes.get("transB") else weight
    product = attributes.get("alpha", 1.0) * (x @ weight)
    return product if bias is None else product + attributes.get("beta", 1.0) * bias


def axes_of(attributes, axes):
    """An attribute in older operator sets, an input in newer ones."""
    return tuple(attributes.get("axes") or integers(axes))


def reduce_mean(attributes, x, axes=None):
    return x.mean(axes_of(attributes, axes), keepdim=bool(attributes.get("keepdims", 1)))


def reshape(attributes, x, shape):
    return x.reshape([x.shape[i] if extent == 0 else extent for i, extent in enumerate(integers(shape))])


def split(attributes, x, sizes=None):
    axis, sizes = attributes.get("axis", 0), attributes.get("split") or integers(sizes)
    return torch.split(x, sizes, axis) if sizes else torch.chunk(x, attributes["num_outputs"], axis)


def slice_(attributes, x, starts=None, ends=None, axes=None, steps=None):
    starts = attributes.get("starts") or integers(starts)
    ends = attributes.get("ends") or integers(ends)
    axes = attributes.get("axes") or integers(axes) or range(len(starts))
    for start, end, axis, step in zip(starts, ends, axes, integers(steps) or [1] * len(starts)):
        x = x.index_select(axis, torch.tensor(range(x.shape[axis])[start:end:step]))
    return x


def pad(attributes, x, pads=None, value=None, axes=None):
    pads = attributes.get("pads") or integers(pads)
    value = attributes.get("value", 0.0) if value is None else float(value)
    return F.pad(x, [pads[i] for axis in reversed(range(x.ndim)) for i in (axis, axis + x.ndim)], value=value)


def gather(attributes, x, indices):
    axis = attributes.get("axis", 0) % x.ndim
    rows = torch.index_select(x, axis, indices.reshape(-1) % x.shape[axis])
    return rows.reshape(x.shape[:axis] + tuple(indices.shape) + x.shape[axis + 1 :])


def unsqueeze(attributes, x, axes=None):
    axes = axes_of(attributes, axes)
    for axis in sorted(axis % (x.ndim + len(axes)) for axis in axes):
        x = x.unsqueeze(axis)
    return x


def resize(attributes, x, _=None, scales=None, sizes=None):
    """Of the last two axes, by PyTorch's two ways."""
    mode, places = attributes.get("mode", b"nearest"), attributes.get("coordinate_transformation_mode", b"half_pixel")
    half = {b"half_pixel": False, b"pytorch_half_pixel": False, b"align_corners": True}
    corners = {b"linear": half, b"nearest": {b"asymmetric": None}}[mode][places]
    target = integers(sizes)[2:] if sizes is not None else [int(n * s) for n, s in zip(x.shape[2:], scales.tolist()[2:])]
    return F.interpolate(x, target, mode={b"linear": "bilinear", b"nearest": "nearest"}[mode], align_corners=corners)


OPERATIONS = {
    "Add": lambda _, x, y: x + y,
    "AveragePool": average_pool,
    "BatchNormalization": lambda a, x, scale, bias, mean, variance: F.batch_norm(
        x, mean, variance, scale, bias, eps=a.get("epsilon", 1e-5)),
    "Cast": lambda a, x: x.to(getattr(torch, helper.tensor_dtype_to_np_dtype(a["to"]).name.replace("float32", "float64"))),
    "Clip": lambda _, x, low=None, high=None: x.clamp(low, high),
    "Concat": lambda a, *parts: torch.cat(parts, a["axis"]),
    "Constant": lambda a: tensor(a["value"]),
    "ConstantOfShape": lambda a, shape: torch.full(integers(shape), *tensor(a["value"]).tolist()),
    "Conv": conv,
    "Div": lambda _, x, y: x / y if x.is_floating_point() else torch.div(x, y, rounding_mode="trunc"),
    "Equal": lambda _, x, y: x == y,
    "Expand": lambda _, x, shape: x * torch.ones(integers(shape), dtype=x.dtype),
    "Flatten": lambda a, x: x.flatten(a.get("axis", 1)),
    "Gather": gather,
    "Gemm": gemm,
    "GlobalAveragePool": lambda _, x: x.mean(tuple(range(2, x.ndim)), keepdim=True),
    "HardSigmoid": lambda a, x: (x * a.get("alpha", 0.2) + a.get("beta", 0.5)).clamp(0, 1),
    "HardSwish": lambda _, x: F.hardswish(x),
    "Identity": lambda _, x: x,
    "MatMul": lambda _, x, y: x @ y,
    "MaxPool": max_pool,
    "Mod": lambda a, x, y: torch.fmod(x, y) if a.get("fmod") else torch.remainder(x, y),
    "Mul": lambda _, x, y: x * y,
    "Pad": pad,
    "ReduceMean": reduce_mean,
    "Relu": lambda _, x: F.relu(x),
    "Reshape": reshape,
    "Resize": resize,
    "Shape": lambda _, x: torch.tensor(x.shape),
    "Sigmoid": lambda _, x: torch.sigmoid(x),
    "Slice": slice_,
    "Softmax": lambda a, x: torch.softmax(x, a.get("axis", -1)),
    "Split": split,
    "Squeeze": lambda a, x, axes=None: x.squeeze(axes_of(a, axes)),
    "Sub": lambda _, x, y: x - y,
    "Tile": lambda _, x, counts: x.repeat(integers(counts)),
    "Transpose": lambda a, x: x.permute(a["perm"]),
    "Unsqueeze": unsqueeze,
    "Where": lambda _, condition, x, y: torch.where(condition, x, y),
}


class Graph:
    """A file's graph of one input."""

    def __init__(self, path):
        self.graph = onnx.load(path).graph
        self.constants = {entry.name: tensor(entry) for entry in self.graph.initializer}
        self.side = self.graph.input[0].type.tensor_type.shape.dim[2].dim_value

    def values(self, x):
        """All values of the graph by name, of an input N×C×H×W. Of another size than the file's, maps are resized to as much
        more or less, which is what the exported module does."""
        values = {**self.constants, self.graph.input[0].name: x}
        for node in self.graph.node:
            attributes = {entry.name: helper.get_attribute_value(entry) for entry in node.attribute}
            inputs = [values[name] if name else None for name in node.input]
            if node.op_type == "Resize" and len(inputs) > 3 and inputs[3] is not None and x.shape[2] != self.side:
                sides = inputs[3][2:] * x.shape[2] // self.side
                inputs[3] = torch.cat([inputs[3][:2], sides])
            results = OPERATIONS[node.op_type](attributes, *inputs)
            values.update(zip(node.output, results if isinstance(results, (tuple, list)) else [results]))
        return values
