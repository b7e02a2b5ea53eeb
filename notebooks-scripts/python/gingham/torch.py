"""A net of Gingham's as a module of PyTorch, so that what is made for PyTorch runs on it unchanged.

    net = gingham.torch.Module("net.onnx", mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
    attack = torchattacks.PGD(net)
    saliency = captum.attr.Saliency(net).attribute(pictures, target=281)

The module takes what the net takes (pixels in 0…1 where mean and deviation are part of it) and gives the activation of one
layer. Its gradient to the input is the engine's; it has no parameters to train. Inputs of other types and devices go through
32-bit floats in main memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.autograd.function import once_differentiable

from ._model import Model

if TYPE_CHECKING:
    from os import PathLike


class _Passage(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, model: Model, layer: str) -> torch.Tensor:
        pixels = x.detach().to("cpu", torch.float32).contiguous()
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
        sent = cotangent.detach().to("cpu", torch.float32).contiguous()
        gradient = torch.from_numpy(ctx.step.backward(sent.numpy()))
        return gradient.to(x.device, cotangent.dtype), None, None


class Module(torch.nn.Module):
    """A layer of a net as a differentiable function of its pictures, N×C×H×W.

    - `model`: an open `gingham.Model`, or a path with the options of `gingham.open`.
    - `layer`: whose activation comes out; "output" is the net's output.
    """

    def __init__(self, model: "Model | str | PathLike[str]", layer: str = "output", **options: Any) -> None:
        super().__init__()
        if isinstance(model, Model) and options:
            raise TypeError("options belong to a path; an open model has its own")
        self.model = model if isinstance(model, Model) else Model(model, **options)
        self.layer = layer
        # As nets are looked at; there is nothing that training would change.
        self.eval()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The layer's activation."""
        return _Passage.apply(x, self.model, self.layer)

    def extra_repr(self) -> str:
        """For `print`."""
        return f"{self.model!r}, layer={self.layer!r}"
