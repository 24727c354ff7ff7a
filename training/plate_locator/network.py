"""The plate locator: where plates are, with their four corners.

In: pictures (B, 3, H, W), BGR, 0 to 255, sides multiples of 32. Out, a cell for each 4 x 4 pixels
(B, 10, H/4, W/4): logit that a plate's middle is there; its corners (top left, top right, bottom
right, bottom left, as the text runs) from the cell's middle, in units of UNIT pixels; logit that it
has two lines.
"""

from __future__ import annotations

import torch
from torch import nn

STRIDE = 4
UNIT = 16.0


class _Conv(nn.Sequential):
    def __init__(self, into: int, out: int, stride: int = 1, kernel: int = 3) -> None:
        super().__init__(
            nn.Conv2d(into, out, kernel, stride, kernel // 2, bias=False),
            nn.BatchNorm2d(out),
            nn.SiLU(),
        )


class _Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = _Conv(width, width), _Conv(width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.second(self.first(x))


class LocatorNet(nn.Module):
    """A pyramid down to 1/32 and up again to 1/4."""

    def __init__(self) -> None:
        super().__init__()
        self.s4 = nn.Sequential(_Conv(3, 16, 2), _Conv(16, 32, 2), _Residual(32))
        self.s8 = nn.Sequential(_Conv(32, 56, 2), _Residual(56))
        self.s16 = nn.Sequential(_Conv(56, 88, 2), _Residual(88))
        self.s32 = nn.Sequential(_Conv(88, 112, 2), _Residual(112))
        self.up16 = _Conv(112 + 88, 72)
        self.up8 = _Conv(72 + 56, 56)
        self.up4 = _Conv(56 + 32, 48)
        self.head = nn.Sequential(_Conv(48, 48), nn.Conv2d(48, 10, 1))
        nn.init.constant_(self.head[-1].bias, 0.0)
        self.head[-1].bias.data[0] = -4.0

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        s4 = self.s4(picture / 127.5 - 1)
        s8 = self.s8(s4)
        s16 = self.s16(s8)
        x = self.s32(s16)
        for level, join in ((s16, self.up16), (s8, self.up8), (s4, self.up4)):
            x = nn.functional.interpolate(x, scale_factor=2.0, mode="nearest")
            x = join(torch.cat([x, level], 1))
        return self.head(x)
