#!/usr/bin/env python3
"""Writes Tests/ArchitecturesTests/Golden/layers.json: every layer of torchvision's classifiers in the order in which it
runs, as [name, output shape, {parameter: shape}], by symbolic tracing at batch 1 and the published input size.

Needs torch and torchvision. Usage: architectures.py OUTPUT.json
"""
import json
import pathlib
import sys

import torch

if torch.version.cuda is None:  # a torchvision built for CUDA imports on a CPU torch once its operators are declared
    library = torch.library.Library("torchvision", "DEF")
    library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    library.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")

import torchvision
from torch.fx.passes.shape_prop import ShapeProp
from torchvision.models.feature_extraction import NodePathTracer

from made_with import record

NAMES = (
    "alexnet vgg11 vgg11_bn vgg13 vgg13_bn vgg16 vgg16_bn vgg19 vgg19_bn resnet18 resnet34 resnet50 resnet101 resnet152 "
    "squeezenet1_0 squeezenet1_1 googlenet inception_v3 densenet121 mobilenet_v2 efficientnet_b0"
).split()


def build(name):
    options = dict(aux_logits=False, init_weights=False) if name in ("googlenet", "inception_v3") else {}
    make = getattr(torchvision.models, name)
    try:
        with torch.device("meta"):
            return make(weights=None, **options).eval()
    except NotImplementedError:  # some work out their widths with tensors
        return make(weights=None, **options).eval().to("meta")


def layers(name):
    model = build(name)
    side = min(weights.transforms().crop_size[0] for weights in torchvision.models.get_model_weights(name))
    tracer = NodePathTracer()
    graph = torch.fx.GraphModule(tracer.root if hasattr(tracer, "root") else model, tracer.trace(model))
    ShapeProp(graph).propagate(torch.empty(1, 3, side, side, device="meta"))
    rows = []
    for node in graph.graph.nodes:
        if node.op in ("placeholder", "output", "get_attr"):
            continue
        meta = node.meta.get("tensor_meta")
        if not hasattr(meta, "shape"):  # a size or another number, not a layer
            continue
        parameters = {}
        if node.op == "call_module":
            state = graph.get_submodule(node.target).state_dict()
            parameters = {key: list(value.shape) for key, value in state.items() if key != "num_batches_tracked"}
        rows.append([tracer.node_to_qualname[node], list(meta.shape), parameters])
    return rows


def main():
    torchvision_layers = {name: layers(name) for name in NAMES}
    with open(sys.argv[1], "w") as file:
        json.dump(torchvision_layers, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
    path = pathlib.Path(sys.argv[1])
    record(path.parent, path.name)
