"""Nets that no package holds, written from the names of their published parameters."""
import torch
from torch import nn


def unit(inputs, outputs):
    return [nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]


def held(**modules):
    """A module that holds others and does nothing."""
    holder = nn.Module()
    for name, module in modules.items():
        setattr(holder, name, module)
    return holder


class UNet(nn.Module):
    """milesial's."""

    def __init__(self, classes=2, bilinear=False, features=64):
        super().__init__()
        widths = [features << stage for stage in range(5)]
        factor = 2 if bilinear else 1
        double = lambda inputs, outputs, inner=None: nn.Sequential(
            *unit(inputs, inner or outputs), *unit(inner or outputs, outputs))
        self.inc = held(double_conv=double(3, features))
        for stage in range(1, 5):
            outputs = widths[stage] // (factor if stage == 4 else 1)
            down = held(maxpool_conv=nn.Sequential(nn.MaxPool2d(2), held(double_conv=double(widths[stage - 1], outputs))))
            setattr(self, f"down{stage}", down)
            joined = widths[5 - stage]
            up = (nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True) if bilinear
                  else nn.ConvTranspose2d(joined, joined // 2, 2, 2))
            outputs = joined // 2 // (factor if stage < 4 else 1)
            setattr(self, f"up{stage}", held(
                up=up, conv=held(double_conv=double(joined, outputs, joined // 2 if bilinear else None))))
        self.outc = held(conv=nn.Conv2d(features, classes, 1))

    def forward(self, x):
        skips = [self.inc.double_conv(x)]
        for stage in range(1, 5):
            pool, convolutions = getattr(self, f"down{stage}").maxpool_conv
            skips.append(convolutions.double_conv(pool(skips[-1])))
        x = skips.pop()
        for stage in range(1, 5):
            up, skip = getattr(self, f"up{stage}"), skips.pop()
            x = up.up(x)
            rows, columns = skip.shape[2] - x.shape[2], skip.shape[3] - x.shape[3]
            x = nn.functional.pad(x, [columns // 2, columns - columns // 2, rows // 2, rows - rows // 2])
            x = up.conv.double_conv(torch.cat([skip, x], 1))
        return self.outc.conv(x)


class BrainUNet(nn.Module):
    """Buda's."""

    def __init__(self, features=32):
        super().__init__()

        def double(name, inputs, outputs):
            block = nn.Module()
            for index, (first, second) in enumerate(((inputs, outputs), (outputs, outputs)), 1):
                setattr(block, f"{name}conv{index}", nn.Conv2d(first, second, 3, padding=1, bias=False))
                setattr(block, f"{name}norm{index}", nn.BatchNorm2d(second))
            return block

        inputs = 3
        for stage in range(1, 5):
            outputs = features << (stage - 1)
            setattr(self, f"encoder{stage}", double(f"enc{stage}", inputs, outputs))
            setattr(self, f"upconv{stage}", nn.ConvTranspose2d(2 * outputs, outputs, 2, 2))
            setattr(self, f"decoder{stage}", double(f"dec{stage}", 2 * outputs, outputs))
            inputs = outputs
        self.bottleneck = double("bottleneck", inputs, 2 * inputs)
        self.conv = nn.Conv2d(features, 1, 1)

    @staticmethod
    def run(block, name, x):
        for index in (1, 2):
            x = torch.relu(getattr(block, f"{name}norm{index}")(getattr(block, f"{name}conv{index}")(x)))
        return x

    def forward(self, x):
        skips = []
        for stage in range(1, 5):
            skips.append(self.run(getattr(self, f"encoder{stage}"), f"enc{stage}", x))
            x = nn.functional.max_pool2d(skips[-1], 2)
        x = self.run(self.bottleneck, "bottleneck", x)
        for stage in range(4, 0, -1):
            x = torch.cat([getattr(self, f"upconv{stage}")(x), skips.pop()], 1)
            x = self.run(getattr(self, f"decoder{stage}"), f"dec{stage}", x)
        return torch.sigmoid(self.conv(x))
