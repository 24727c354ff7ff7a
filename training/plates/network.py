"""The plate reader: a small convolutional network and a decoder that asks for one symbol a slot.

In: pictures (B, 3, 64, 128), BGR, 0 to 255. Out: logits of the symbols (B, SLOTS, SYMBOLS) and of
the ground's colour (B, len(COLOURS)). Slots look at the picture by attention and at one another, so
that one network reads plates of one and of two lines, however they are set.
"""

from __future__ import annotations

import torch
from torch import nn

from pipeline.plates.symbols import COLOURS, SLOTS, SYMBOLS

_WIDTH = 128  # of the decoder


class _Conv(nn.Sequential):
    def __init__(self, into: int, out: int, stride: int = 1) -> None:
        super().__init__(
            nn.Conv2d(into, out, 3, stride, 1, bias=False), nn.BatchNorm2d(out), nn.SiLU()
        )


class _Residual(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.first, self.second = _Conv(width, width), _Conv(width, width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x + self.second(self.first(x))


class _Layer(nn.Module):
    """Slots look at one another, at the picture, and think."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.own = nn.Linear(width, 3 * width)
        self.own_out = nn.Linear(width, width)
        self.ask = nn.Linear(width, width)
        self.told = nn.Linear(width, 2 * width)
        self.told_out = nn.Linear(width, width)
        self.think = nn.Sequential(
            nn.Linear(width, 2 * width), nn.SiLU(), nn.Linear(2 * width, width)
        )
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))

    def forward(self, slots: torch.Tensor, picture: torch.Tensor) -> torch.Tensor:
        q, k, v = self.own(self.norms[0](slots)).chunk(3, -1)
        slots = slots + self.own_out(self._attend(q, k, v))
        k, v = self.told(picture).chunk(2, -1)
        slots = slots + self.told_out(self._attend(self.ask(self.norms[1](slots)), k, v))
        return slots + self.think(self.norms[2](slots))

    def _attend(self, q: torch.Tensor, k: torch.Tensor, v: torch.Tensor) -> torch.Tensor:
        batch, length, width = q.shape
        q, k, v = (
            x.view(batch, -1, self.heads, width // self.heads).transpose(1, 2) for x in (q, k, v)
        )
        weights = (q @ k.transpose(-1, -2) * (width // self.heads) ** -0.5).softmax(-1)
        return (weights @ v).transpose(1, 2).reshape(batch, length, width)


class PlateNet(nn.Module):
    """See the module's docstring."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = nn.Sequential(
            _Conv(3, 24, 2), _Conv(24, 40),  # 32 x 64
            _Conv(40, 72, 2), _Residual(72),  # 16 x 32
            _Conv(72, 120, 2), _Residual(120), _Conv(120, _WIDTH),  # 8 x 16
        )  # fmt: skip
        self.places = nn.Parameter(torch.randn(1, 8 * 16, _WIDTH) * 0.02)
        self.slots = nn.Parameter(torch.randn(1, SLOTS, _WIDTH) * 0.02)
        self.layers = nn.ModuleList(_Layer(_WIDTH, 4) for _ in range(2))
        self.norm = nn.LayerNorm(_WIDTH)
        self.symbols = nn.Linear(_WIDTH, SYMBOLS)
        self.colour = nn.Linear(_WIDTH + 6, len(COLOURS))

    def forward(self, picture: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        mean = picture.mean((1, 2, 3), keepdim=True)
        spread = ((picture - mean) ** 2).mean((1, 2, 3), keepdim=True).sqrt()
        features = self.trunk((picture - mean) / (spread + 8.0))
        tokens = features.flatten(2).transpose(1, 2) + self.places
        slots = self.slots.expand(picture.shape[0], -1, -1)
        for layer in self.layers:
            slots = layer(slots, tokens)
        inside = picture[:, :, 16:48, 16:112].mean((2, 3)) / 255
        share = inside / (inside.sum(1, keepdim=True) + 0.05)
        colour = self.colour(torch.cat([tokens.mean(1), inside, share], 1))
        return self.symbols(self.norm(slots)), colour
