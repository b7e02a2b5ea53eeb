"""A net of Gingham's as a module of PyTorch, so that what is made for PyTorch runs on it unchanged.

    net = gingham.torch.Module("net.onnx", mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
    attack = torchattacks.PGD(net)
    saliency = captum.attr.Saliency(net).attribute(pictures, target=281)

The module takes what the net takes (pixels in 0…1 where mean and deviation are part of it) and gives the activation of one
layer. Its gradient to the input is the engine's; it has no parameter to train. Inputs of other types and devices go through
32-bit floats in main memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.autograd.function import once_differentiable

from ._model import Model

if TYPE_CHECKING:
    from os import PathLike


def _plain(x: torch.Tensor) -> torch.Tensor:
    """As the engine takes it: the very memory where it is that already."""
    return x.detach().to("cpu", torch.float32).contiguous()


class _Passage(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, model: Model, layer: str) -> torch.Tensor:
        pixels = _plain(x)
        if ctx.needs_input_grad[0]:
            if pixels.data_ptr() == x.data_ptr():
                # Attacks move their pictures in place, and the pass may have to be done again.
                ctx.save_for_backward(x)
            else:
                ctx.save_for_backward(pixels)
            values, ctx.step = model.forward(pixels.numpy(), layer)
        else:
            values = model.activations(pixels.numpy(), layer)
        return torch.from_numpy(values).to(x.device, x.dtype)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, cotangent: torch.Tensor) -> Any:
        # Says so where the pictures were changed since.
        (x,) = ctx.saved_tensors
        gradient = torch.from_numpy(ctx.step.backward(_plain(cotangent).numpy()))
        return gradient.to(x.device, cotangent.dtype), None, None


class _WatchedPassage(torch.autograd.Function):
    """A pass whose result depends on the activations of stages as well: their gradients are those of the layers, and that of
    the pictures is the whole one, with what goes through the stages."""

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, values: torch.Tensor, module: "Module", *stages: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(x)
        ctx.module = module
        return values.clone()

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, cotangent: torch.Tensor) -> Any:
        (x,) = ctx.saved_tensors
        module, sent = ctx.module, _plain(cotangent).numpy()

        def back(at: "str | None") -> torch.Tensor:
            found = module.model.vjp(_plain(x).numpy(), module.layer, sent, at=at)
            return torch.from_numpy(found).to(cotangent.device, cotangent.dtype)

        wanted = ctx.needs_input_grad
        stages = [back(name) if needed else None for name, needed in zip(module.stages, wanted[3:])]
        return back(None) if wanted[0] else None, None, None, *stages


class Stage(torch.nn.Module):
    """Stands for a layer in the middle of a net: hooks on it see the layer's activation and its gradient. What they return
    changes nothing."""

    def forward(self, activation: torch.Tensor) -> torch.Tensor:
        """The activation, as the beginning of what follows it."""
        return activation.requires_grad_(torch.is_grad_enabled())


class Module(torch.nn.Module):
    """A layer of a net as a differentiable function of its pictures, N×C×H×W.

    - `model`: an open `gingham.Model`, or a path with the options of `gingham.open`.
    - `layer`: whose activation comes out; "output" is the net's output.

    Methods that hook into the middle of a net take its layers by `at`:

        pytorch_grad_cam.GradCAM(net, target_layers=[net.at("features.9")])
    """

    def __init__(self, model: "Model | str | PathLike[str]", layer: str = "output", **options: Any) -> None:
        super().__init__()
        if isinstance(model, Model) and options:
            raise TypeError("options belong to a path; an open model has its own")
        self.model = model if isinstance(model, Model) else Model(model, **options)
        self.layer = layer
        #: By the names of their layers, in the order in which they were asked for.
        self.stages: "dict[str, Stage]" = {}
        # Frozen and without elements, for whoever asks a net's parameters where it is.
        self.place = torch.nn.Parameter(torch.empty(0), requires_grad=False)
        # As nets are looked at; there is nothing that training would change.
        self.eval()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The layer's activation."""
        if not self.stages:
            return _Passage.apply(x, self.model, self.layer)
        names = list(dict.fromkeys([*self.stages, self.layer]))
        found = {
            name: torch.from_numpy(values).to(x.device, x.dtype)
            for name, values in self.model.activations(_plain(x).numpy(), names).items()
        }
        stages = [stage(found[name].clone()) for name, stage in self.stages.items()]
        return _WatchedPassage.apply(x, found[self.layer], self, *stages)

    def at(self, layer: str) -> Stage:
        """The stage of a layer in front of the module's own, for hooks. Each costs a pass back of its own."""
        if layer not in self.model.layers:
            raise KeyError(f"the net has no layer '{layer}'; model.layers names them")
        return self.stages.setdefault(layer, Stage())

    def extra_repr(self) -> str:
        """For `print`."""
        return f"{self.model!r}, layer={self.layer!r}"
