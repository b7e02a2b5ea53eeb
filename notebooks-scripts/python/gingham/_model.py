"""An open net."""

from __future__ import annotations

import ctypes
import functools
import json
import os
import weakref
from dataclasses import dataclass
from typing import Any, Mapping, Sequence

import numpy as np

from . import _library, _pictures
from ._errors import StalePass, UsageError


@dataclass(frozen=True)
class Layer:
    """A layer at the net's input size, for one picture."""

    #: As objectives and arguments name it.
    name: str
    operation: str
    #: Of its output, the batch in front.
    shape: "tuple[int, ...]"
    #: Distance of neighbouring elements in input pixels; below 1 behind an upsampling layer.
    stride: float
    #: In input pixels; `None` where an element sees the whole picture.
    receptive_field: "float | None"
    parameters: int
    macs: int


class Layers(Mapping[str, Layer]):
    """The layers of a net in its order, by name."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self._layers = {layer.name: layer for layer in layers}

    def __getitem__(self, name: str) -> Layer:
        return self._layers[name]

    def __iter__(self):
        return iter(self._layers)

    def __len__(self) -> int:
        return len(self._layers)

    def __repr__(self) -> str:
        rows = [f"{x.name:<40} {x.operation:<16} {'×'.join(map(str, x.shape)):<18} /{x.stride:g}" for x in self.values()]
        return "\n".join(rows)


class Pass:
    """A forward pass that can be gone back through: see `Model.forward`."""

    def __init__(self, model: "Model", number: int, x: np.ndarray, layers: "list[str]", at: "str | None") -> None:
        self._model, self._number, self._x, self._layers, self._at = model, number, x, layers, at

    def backward(self, *cotangents: Any) -> np.ndarray:
        """Sends a cotangent for each of the pass' layers back: N×C×H×W. Any number of times.

        Where the net has run at this shape since, the forward pass is done again."""
        sent = [_pictures.floats(cotangent) for cotangent in cotangents]
        place = _library.Tensor()
        if len(sent) != len(self._layers):
            raise UsageError(f"the pass has {len(self._layers)} layers, {len(sent)} cotangents are given", "usage")
        try:
            _library.checked(
                "backward", self._model._handle, self._number, _library.lent_all(sent), ctypes.byref(place), None)
        except StalePass:
            return self._model._product(self._x, self._layers, sent, self._at)
        return _library.array(place)


class Model:
    """A net that was opened with `gingham.open`: layers, activations, gradients.

    Wherever pictures are taken, they may be a path, a PIL image, an array or a tensor of any library that speaks DLPack, or a
    list of these: see `Model.input`. Results are NumPy arrays over the library's own memory, which DLPack hands on without a
    copy (`torch.from_dlpack(model.gradient(x))`). Calls may come from several threads and wait for each other.
    """

    def __init__(self, path: "str | os.PathLike[str]", **options: Any) -> None:
        from ._verbs import described

        self.path = os.fspath(path)
        #: As they were given.
        self.options = options
        words = described()["layers"].option_words(options)
        handle = _library.checked("open", os.fsencode(self.path), _library.words(words))
        self._owned = ctypes.c_void_p(handle)
        self._close = weakref.finalize(self, _library.library().gingham_close, handle)
        self._close.atexit = False

    @property
    def _handle(self) -> ctypes.c_void_p:
        if not self._close.alive:
            raise UsageError("the model is closed", "usage")
        return self._owned

    def close(self) -> None:
        """Gives its memory back; no call may be under way. Happens by itself when nobody holds the model any more."""
        self._close()

    def __enter__(self) -> "Model":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def __reduce__(self):
        return _reopened, (self.path, self.options)

    def __repr__(self) -> str:
        return f"<gingham.Model {self.path} {'×'.join(map(str, self.input_shape))}, {len(self.layers)} layers>"

    # What it is

    @functools.cached_property
    def _description(self) -> "dict[str, Any]":
        return json.loads(_library.taken(_library.checked("describe", self._handle)))

    @functools.cached_property
    def layers(self) -> Layers:
        """Every layer, by name and in order."""
        return Layers([
            Layer(
                row["name"], row["operation"], tuple(row["output_shape"]), row["stride"], row.get("receptive_field"),
                row["parameters"], row["macs"]) for row in self._description["layers"]
        ])

    @property
    def input_shape(self) -> "tuple[int, ...]":
        """N×C×H×W of one picture (or N×Z), N = 1."""
        return tuple(self._description["input_shape"])

    @property
    def channels(self) -> "int | None":
        """Of its pictures; `None` where it takes vectors."""
        return self.input_shape[1] if len(self.input_shape) == 4 else None

    @property
    def classes(self) -> "list[str]":
        """Names of its classes; empty where nobody knows them."""
        return list(self._description["classes"])

    @property
    def outputs(self) -> "list[str]":
        """Names of its outputs; the first is meant by "output"."""
        return list(self._description["outputs"])

    @property
    def remarks(self) -> "list[str]":
        """What to know before trusting a gradient of it."""
        return list(self._description["remarks"])

    @property
    def backend(self) -> str:
        """The engine: fast, reference or reference64."""
        return self._description["backend"]

    @property
    def threads(self) -> int:
        """Threads that a pass runs on. Equal numbers of threads give equal bytes."""
        return self._description["threads"]

    # Passes

    def input(self, pictures: Any) -> np.ndarray:
        """Pictures as the net sees them: N×C×H×W floats, pixels in 0…1 (mean and deviation are part of the net).

        Paths, PIL images and bytes (H×W×C, H×W or C×H×W) are scaled to the net's size, as the command line does. Floats go in
        as they are: N×C×H×W without a copy, C×H×W, N×H×W×C, H×W×C. A list is a batch.
        """
        return _pictures.batch(self, pictures)

    def __call__(self, pictures: Any) -> np.ndarray:
        """The net's output, N first."""
        return self.activations(pictures, "output")

    def activations(self, pictures: Any, layers: "str | Sequence[str]") -> Any:
        """Activations of a layer, or of several by name; the net is computed up to the last of them only."""
        x, names = self.input(pictures), _listed(layers)
        places = _library.tensors(len(names))
        _library.checked("activations", self._handle, _library.words(names), ctypes.byref(_library.lent(x)), places, None)
        found = [_library.array(place) for place in places]
        return found[0] if isinstance(layers, str) else dict(zip(names, found))

    def value_and_gradient(
        self, pictures: Any, target: str = "top", method: str = "gradient", **options: Any
    ) -> "tuple[np.ndarray, np.ndarray]":
        """Each picture's value of an objective, N, and what a method makes of its gradient, N×C×H×W.

        Targets are those of the command line: `top`, `class:281`, `mixed4a:97`, `layer:mixed4a`, sums. Methods and options
        are the verb's (`help(gingham.gradient)`): `method="smoothgrad", samples=20`, `at="features.9"`. Values and gradients
        are the bytes that the command line writes.
        """
        return self._gradient(self.input(pictures), _gradient_words(target, method, options), True)

    def gradient(self, pictures: Any, target: str = "top", method: str = "gradient", **options: Any) -> np.ndarray:
        """The second half of `value_and_gradient`."""
        return self._gradient(self.input(pictures), _gradient_words(target, method, options), False)[1]

    def _gradient(self, x: np.ndarray, words: bytes, wants_values: bool) -> "tuple[np.ndarray, np.ndarray]":
        values = np.empty(len(x) if wants_values else 0, np.float32)
        place = _library.Tensor()
        _library.checked(
            "gradient", self._handle, words, ctypes.byref(_library.lent(x)), values.ctypes.data if wants_values else None,
            ctypes.byref(place), None)
        return values, _library.array(place)

    def vjp(self, pictures: Any, layer: str, cotangent: Any, at: "str | None" = None) -> np.ndarray:
        """A vector–Jacobian product: sends `cotangent`, of the activation's shape, from a layer back to the pixels, or to the
        layer `at`."""
        return self._product(self.input(pictures), [layer], [_pictures.floats(cotangent)], at)

    def _product(
        self, x: np.ndarray, layers: "list[str]", cotangents: "list[np.ndarray]", at: "str | None"
    ) -> np.ndarray:
        place = _library.Tensor()
        _library.checked(
            "vjp", self._handle, _library.words(layers), None if at is None else at.encode(),
            ctypes.byref(_library.lent(x)), _library.lent_all(cotangents), None, ctypes.byref(place), None)
        return _library.array(place)

    def forward(
        self, pictures: Any, layers: "str | Sequence[str]" = "output", at: "str | None" = None
    ) -> "tuple[Any, Pass]":
        """Activations, and the pass that leads back from them: `y, step = model.forward(x); gx = step.backward(gy)`."""
        x, names = self.input(pictures), _listed(layers)
        places, number = _library.tensors(len(names)), ctypes.c_uint64()
        _library.checked(
            "forward", self._handle, _library.words(names), None if at is None else at.encode(),
            ctypes.byref(_library.lent(x)), places, ctypes.byref(number), None)
        found = [_library.array(place) for place in places]
        step = Pass(self, number.value, x, names, at)
        return (found[0] if isinstance(layers, str) else dict(zip(names, found))), step


def _reopened(path: str, options: "dict[str, Any]") -> Model:
    """A model in another process: it is opened anew from its file."""
    return Model(path, **options)


def _listed(layers: "str | Sequence[str]") -> "list[str]":
    return [layers] if isinstance(layers, str) else list(layers)


def _gradient_words(target: str, method: str, options: "Mapping[str, Any]") -> bytes:
    # Attacks ask for the same words again and again.
    key = tuple(sorted(options.items())) if all(isinstance(v, (str, int, float)) for v in options.values()) else None
    return _words(target, method, key) if key is not None else _made_words(target, method, options)


@functools.lru_cache(maxsize=64)
def _words(target: str, method: str, options: "tuple[tuple[str, Any], ...]") -> bytes:
    return _made_words(target, method, dict(options))


def _made_words(target: str, method: str, options: "Mapping[str, Any]") -> bytes:
    from ._verbs import described

    return _library.words(described()["gradient"].option_words({"target": target, "method": method, **options}))
