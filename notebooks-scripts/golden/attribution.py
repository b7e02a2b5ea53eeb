#!/usr/bin/env python3
"""Golden attributions from Captum on a small net with random weights.

    pip install torch==2.13.0+cpu captum numpy
    python notebooks-scripts/golden/attribution.py

writes Tests/AttributionTests/Golden/attribution.npz: the net's parameters, two pictures in 0...1, and what each method
says of the logit of class 2, in the units of the normalized tensor that Captum is given.
"""
import pathlib

import numpy
import torch
from captum.attr import (Deconvolution, GuidedBackprop, InputXGradient, IntegratedGradients, LayerGradCam, Saliency)

from made_with import record

MEAN, STD, CLASS = [0.4, 0.5, 0.6], [0.2, 0.25, 0.3], 2


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(3, 5, 3, padding=1)
        self.relu1 = torch.nn.ReLU()
        self.pool = torch.nn.MaxPool2d(2)
        self.conv2 = torch.nn.Conv2d(5, 6, 3)
        self.relu2 = torch.nn.ReLU()
        self.fc = torch.nn.Linear(6, 4)

    def forward(self, x):
        x = self.pool(self.relu1(self.conv1(x)))
        return self.fc(self.relu2(self.conv2(x)).mean((2, 3)))


torch.manual_seed(3)
net = Net().eval()
pixels = torch.rand(2, 3, 9, 11)
normalized = (pixels - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]
methods = {
    "gradient": lambda x: Saliency(net).attribute(x, target=CLASS, abs=False),
    "input-x-gradient": lambda x: InputXGradient(net).attribute(x, target=CLASS),
    "integrated": lambda x: IntegratedGradients(net).attribute(x, target=CLASS),
    "guided": lambda x: GuidedBackprop(net).attribute(x, target=CLASS),
    "deconvnet": lambda x: Deconvolution(net).attribute(x, target=CLASS),
    "gradcam": lambda x: LayerGradCam(net, net.conv2).attribute(x, target=CLASS),
}
arrays = {name: parameter.detach().numpy() for name, parameter in net.named_parameters()}
arrays["pixels"] = pixels.numpy()
for name, method in methods.items():
    arrays[name] = method(normalized.clone().requires_grad_()).detach().numpy().astype(numpy.float32)
folder = pathlib.Path(__file__).parents[2] / "Tests/AttributionTests/Golden"
folder.mkdir(parents=True, exist_ok=True)
numpy.savez(folder / "attribution.npz", **arrays)
record(folder, "attribution.npz")
