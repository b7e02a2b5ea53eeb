"""Staggered layers for PyTorch: to train or fine-tune with what `gingham repair --with stagger` writes.

Each channel of a strided layer samples a phase of its own, so that the unevenness of the kernel averages out over the
channels. The weights are those of the plain layer, under the same names: a checkpoint of either fits both.

    import torchvision, staggered
    net = torchvision.models.squeezenet1_1(weights=...)
    staggered.stagger(net)                              # offsets by channel number, for a training that begins
    staggered.stagger(net, "outputs/repair-…")          # those that `repair` chose by what the channels carry

`python staggered.py` holds every layer against the plain one on moved pictures.
"""
import json
import pathlib

import torch
from torch import nn
from torch.nn import functional as F


def dealt(channels, strides):
    """Offsets by channel number: all places of a stride, one channel after the other."""
    rows, columns = strides
    return [(channel // columns % rows, channel % columns) for channel in range(channels)]


def pair(value):
    return (value, value) if isinstance(value, int) else tuple(value)


def axis(size, kernel, stride, padding, dilation, ceil_mode=False):
    """Output extent, and which of the offsets leaves a channel where it was: as many pixels over either border."""
    extent = dilation * (kernel - 1) + 1
    room = size + 2 * padding - extent
    output = room // stride + 1
    if ceil_mode and room % stride and output * stride < size + padding:
        output += 1
    unread = size - ((output - 1) * stride + extent - padding)
    return output, min(max((stride - unread - padding) // 2, 0), stride - 1)


def around(size, output, lead, offset, kernel, stride, padding, dilation):
    """Elements to add (or, below 0, to crop) in front and behind, so that windows stand at one offset."""
    before = padding + lead - offset
    return before, (output - 1) * stride + dilation * (kernel - 1) + 1 - before - size


class Staggered:
    """What the layers share: offsets as a buffer, channels grouped by them."""

    def place(self, channels, strides, offsets):
        offsets = [tuple(offset) for offset in offsets or dealt(channels, strides)]
        if len(offsets) != channels:
            raise ValueError(f"{len(offsets)} offsets for {channels} channels")
        self.register_buffer("offsets", torch.tensor(offsets), persistent=False)
        self.parts = [
            (offset, [c for c, other in enumerate(offsets) if other == offset]) for offset in sorted(set(offsets))
        ]
        order = [channel for _, members in self.parts for channel in members]
        self.register_buffer("back", torch.tensor(order).argsort(), persistent=False)

    def moved(self, x, offset, window, value=0.0):
        (h, w), (kernel, stride, padding, dilation, ceil_mode) = x.shape[-2:], window
        pads = []
        for size, place, k, s, p, d in zip((h, w), offset, kernel, stride, padding, dilation):
            output, lead = axis(size, k, s, p, d, ceil_mode)
            pads.append(around(size, output, lead, place, k, s, p, d))
        return F.pad(x, (*pads[1], *pads[0]), value=value)


class StaggeredConv2d(nn.Conv2d, Staggered):
    """A strided convolution whose output channels each read a moved picture."""

    def __init__(self, *arguments, offsets=None, **keywords):
        super().__init__(*arguments, **keywords)
        self.place(self.out_channels, self.stride, offsets)

    def forward(self, x):
        window = (self.kernel_size, self.stride, self.padding, self.dilation, False)
        inner, outputs = self.weight.shape[1], self.out_channels // self.groups
        parts = []
        for offset, members in self.parts:
            place = self.moved(x, offset, window)
            if self.groups == 1:
                weight, groups = self.weight[members], 1
            else:
                # Every output channel reads the channels of its own group.
                sources = [m // outputs * inner + i for m in members for i in range(inner)]
                place, weight, groups = place[:, sources], self.weight[members], len(members)
            parts.append(F.conv2d(place, weight, None, self.stride, 0, self.dilation, groups))
        y = torch.cat(parts, 1)[:, self.back]
        return y if self.bias is None else y + self.bias[:, None, None]


class StaggeredMaxPool2d(nn.MaxPool2d, Staggered):
    def __init__(self, channels, *arguments, offsets=None, **keywords):
        super().__init__(*arguments, **keywords)
        self.place(channels, pair(self.stride), offsets)

    def forward(self, x):
        kernel, stride, padding, dilation = (
            pair(v) for v in (self.kernel_size, self.stride, self.padding, self.dilation)
        )
        window = (kernel, stride, padding, dilation, self.ceil_mode)
        parts = [
            F.max_pool2d(self.moved(x[:, members], offset, window, -torch.inf), kernel, stride, 0, dilation)
            for offset, members in self.parts
        ]
        return torch.cat(parts, 1)[:, self.back]


class StaggeredAvgPool2d(nn.AvgPool2d, Staggered):
    """Elements beyond the border never count."""

    def __init__(self, channels, *arguments, offsets=None, **keywords):
        super().__init__(*arguments, **keywords)
        self.place(channels, pair(self.stride), offsets)

    def forward(self, x):
        kernel, stride, padding = (pair(v) for v in (self.kernel_size, self.stride, self.padding))
        window = (kernel, stride, padding, (1, 1), self.ceil_mode)
        ones, parts = torch.ones_like(x[:1, :1]), []
        for offset, members in self.parts:
            sums = F.avg_pool2d(self.moved(x[:, members], offset, window), kernel, stride)
            parts.append(sums / F.avg_pool2d(self.moved(ones, offset, window), kernel, stride))
        return torch.cat(parts, 1)[:, self.back]


class StaggeredConvTranspose2d(nn.ConvTranspose2d, Staggered):
    """A transposed convolution that paints each input channel moved."""

    def __init__(self, *arguments, offsets=None, **keywords):
        super().__init__(*arguments, **keywords)
        self.place(self.in_channels, self.stride, offsets)

    def forward(self, x):
        room = [s - 1 for s in self.stride]
        kernel = [d * (k - 1) + 1 + r for k, d, r in zip(self.kernel_size, self.dilation, room)]
        wide = self.weight.new_zeros(*self.weight.shape[:2], *kernel)
        spans = [d * (k - 1) + 1 for k, d in zip(self.kernel_size, self.dilation)]
        for (row, column), members in self.parts:
            wide[members, :, row:row + spans[0]:self.dilation[0], column:column + spans[1]:self.dilation[1]] = (
                self.weight[members]
            )
        y = F.conv_transpose2d(x, wide, self.bias, self.stride, 0, 0, self.groups)
        before = [p + r // 2 for p, r in zip(self.padding, room)]
        after = [p + r - r // 2 - o for p, r, o in zip(self.padding, room, self.output_padding)]
        return F.pad(y, (-before[1], -after[1], -before[0], -after[0]))


def stagger(net, findings=None):
    """Replaces strided layers in place, keeping their parameters.

    findings: a run folder of `gingham repair`, its findings.json, or its content; every rewritten layer is replaced at the
    offsets written there. Without it: convolutions and transposed convolutions whose kernel their stride does not divide,
    by channel number (pools do not say how many channels they have: give them by findings).
    """
    chosen = None
    if findings is not None:
        if not isinstance(findings, dict):
            path = pathlib.Path(findings)
            findings = json.loads((path / "findings.json" if path.is_dir() else path).read_text())
        chosen = {rewrite["layer"]: rewrite["offsets"] for rewrite in findings["rewrites"] if "offsets" in rewrite}
    replaced = []
    for name, layer in list(net.named_modules()):
        offsets = chosen.get(name) if chosen is not None else None
        uneven = isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)) and any(
            s > 1 and k % s for k, s in zip(layer.kernel_size, layer.stride)
        )
        if not (offsets or (chosen is None and uneven)):
            continue
        new = staggered(layer, offsets)
        parent, _, last = name.rpartition(".")
        setattr(net.get_submodule(parent), last, new)
        replaced.append(name)
    missing = set(chosen or ()) - set(replaced)
    if missing:
        raise KeyError(f"the net has no layers {sorted(missing)}")
    return net


def staggered(layer, offsets=None):
    """The staggered form of a layer, with its parameters."""
    if isinstance(layer, (nn.ConvTranspose2d, nn.Conv2d)):
        if layer.padding_mode != "zeros" or isinstance(layer.padding, str):
            raise ValueError(f"{layer}: only zeros in numbers are padded")
        kind = StaggeredConvTranspose2d if isinstance(layer, nn.ConvTranspose2d) else StaggeredConv2d
        extra = {"output_padding": layer.output_padding} if isinstance(layer, nn.ConvTranspose2d) else {}
        new = kind(
            layer.in_channels, layer.out_channels, layer.kernel_size, layer.stride, layer.padding,
            dilation=layer.dilation, groups=layer.groups, bias=layer.bias is not None, offsets=offsets, **extra,
        )
        new.load_state_dict(layer.state_dict())
        return new.to(layer.weight.device, layer.weight.dtype)
    if isinstance(layer, nn.MaxPool2d):
        return StaggeredMaxPool2d(
            len(offsets), layer.kernel_size, layer.stride, layer.padding, layer.dilation, ceil_mode=layer.ceil_mode,
            offsets=offsets,
        )
    if isinstance(layer, nn.AvgPool2d):
        return StaggeredAvgPool2d(
            len(offsets), layer.kernel_size, layer.stride, layer.padding, ceil_mode=layer.ceil_mode, offsets=offsets
        )
    raise TypeError(f"{layer} is not staggered")


def check():
    """Every channel of every layer against the plain layer on a moved picture, in the interior."""
    torch.manual_seed(0)
    channels, cases = 8, 0

    def moved(x, dy, dx):
        return torch.roll(x, (-dy, -dx), (-2, -1))

    picture = torch.zeros(1, channels, 33, 33, dtype=torch.double)
    picture[..., 8:25, 8:25] = torch.rand(1, channels, 17, 17, dtype=torch.double)
    for kernel, stride, padding in [(3, 2, 0), (3, 2, 1), (5, 3, 2), (4, 3, 1), (1, 2, 0)]:
        layers = [nn.Conv2d(channels, channels, kernel, stride, padding, groups=g) for g in (1, 2, channels)]
        if kernel > 1:
            layers += [nn.MaxPool2d(kernel, stride, padding), nn.AvgPool2d(kernel, stride, padding, count_include_pad=False)]
        for layer in layers:
            layer.double()
            new = staggered(layer, dealt(channels, (stride, stride)))
            found = new(picture)
            _, lead = axis(33, kernel, stride, padding, 1)
            for channel, (row, column) in enumerate(new.offsets.tolist()):
                expected = layer(moved(picture, row - lead, column - lead))
                assert found.shape == expected.shape
                error = (found - expected)[0, channel, 2:-2, 2:-2].abs().max()
                assert error < 1e-12, (layer, row, column, error)
            cases += 1
    for kernel, stride, padding, extra in [(3, 2, 1, 1), (4, 2, 1, 0), (5, 2, 2, 1), (5, 3, 1, 0)]:
        layer = nn.ConvTranspose2d(channels, 4, kernel, stride, padding, extra).double()
        new = staggered(layer)
        small = torch.zeros(1, channels, 16, 16, dtype=torch.double)
        small[..., 4:12, 4:12] = torch.rand(1, channels, 8, 8, dtype=torch.double)
        found, lead = new(small), (stride - 1) // 2
        expected = layer.bias[:, None, None].expand(found[0].shape).clone()
        for channel, (row, column) in enumerate(new.offsets.tolist()):
            alone = torch.zeros_like(small)
            alone[:, channel] = small[:, channel]
            painted = layer(alone)[0] - layer.bias[:, None, None]
            expected = expected + moved(painted, lead - row, lead - column)
        assert found.shape == layer(small).shape
        assert (found[0] - expected)[:, 4:-4, 4:-4].abs().max() < 1e-12, layer
        cases += 1
    print(f"{cases} layers, each channel as the plain layer on a moved picture")


if __name__ == "__main__":
    check()
