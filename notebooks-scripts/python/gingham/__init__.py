"""Input gradients of convolutional nets: their checkerboards, attributions, attacks and pictures.

    import gingham

    model = gingham.open("net.onnx")
    saliency = model.gradient("cat.jpg", target="class:281", method="smoothgrad")
    gingham.gradient(model, "cat.jpg", target="class:281")       # the verb: measured, drawn, written
    gingham.render(model, "features.9:40", preset="robust")

Every verb of the command line is a function here; its options are keyword arguments (`gingham.verbs()` lists them,
`help(gingham.probe)` shows one). Nothing is computed or loaded before it is needed.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ._errors import Error, FormatError, ForkedError, UsageError
from ._version import version as __version__

if TYPE_CHECKING:
    from os import PathLike

    from ._model import Layer, Model, Pass
    from ._results import Findings, Result

__all__ = [
    "Error", "Findings", "ForkedError", "FormatError", "Layer", "Model", "Pass", "Result", "UsageError", "open", "render",
    "verbs",
]

_homes = {
    "Model": "_model", "Layer": "_model", "Pass": "_model", "Result": "_results", "Findings": "_results",
    "torch": "torch", "art": "art",
}


def open(path: "str | PathLike[str]", **options: Any) -> "Model":
    """Opens a net: a .onnx, .safetensors, .pth or .pt file, or random:NAME[?seed=N].

    Options are those of the command line that speak of the model, the engine and its threads: `input_size=(64, 64)`,
    `mean=(0.485, 0.456, 0.406)`, `std=(0.229, 0.224, 0.225)`, `architecture=`, `section=`, `input=`, `output_name=`,
    `class_names=`, `threads=`, `backend="reference64"`, `precision="bf16"`.
    """
    from ._model import Model

    return Model(path, **options)


def render(model: Any, objective: str, preset: "str | None" = None, **settings: Any) -> "Result":
    """Makes the picture that an objective likes, such as `"features.9:40"`: the verb `visualize` in one line.

    `preset` is a recipe by name (naive, robust, …), and settings are those of a recipe: `steps=512`, `transforms=…`.
    """
    from ._verbs import call

    if preset is not None:
        settings["preset"] = preset
    return call("visualize", (model,), {"objective": objective, **settings})


def verbs() -> "dict[str, str]":
    """Every verb, and what it does in a sentence."""
    from ._verbs import described

    return {name: verb.abstract for name, verb in described().items()}


def __getattr__(name: str) -> Any:
    if name in _homes:
        module = importlib.import_module(f"{__name__}.{_homes[name]}")
        return module if _homes[name] == name else getattr(module, name)
    if not name.startswith("_"):
        from ._verbs import described, function

        if name in described():
            globals()[name] = verb = function(name)
            return verb
    raise AttributeError(f"module 'gingham' has no attribute '{name}'")


def __dir__() -> "list[str]":
    from ._verbs import described

    return sorted({*__all__, *described(), "art", "torch", "__version__"})
