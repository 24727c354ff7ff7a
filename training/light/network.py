"""Two looks at a lamp, side by side in six channels: the network that tells what it is."""

from __future__ import annotations

import torch
from torch import nn

OUTPUTS = 5  # none, red, yellow, green; and, by itself, whether it is an arrow


class Tower(nn.Sequential):
    """(N, 3, 32, 32) to (N, 192)."""

    def __init__(self) -> None:
        sizes = ((3, 16, 2), (16, 24, 2), (24, 32, 1), (32, 48, 2), (48, 48, 2))
        blocks = [
            nn.Sequential(
                nn.Conv2d(into, out, 3, step, 1, bias=False), nn.BatchNorm2d(out), nn.ReLU()
            )
            for into, out, step in sizes
        ]
        super().__init__(*blocks, nn.Flatten())


class LampNet(nn.Module):
    """116 357 weights; input (N, 6, 32, 32), 0 to 255: BGR of the wide look, BGR of the near."""

    def __init__(self) -> None:
        super().__init__()
        self.wide, self.near = Tower(), Tower()
        self.fc = nn.Sequential(
            nn.Linear(384, 64), nn.ReLU(), nn.Dropout(0.2), nn.Linear(64, OUTPUTS)
        )

    def forward(self, looks: torch.Tensor) -> torch.Tensor:
        scaled = (looks - 110.0) / 70.0
        return self.fc(torch.cat([self.wide(scaled[:, :3]), self.near(scaled[:, 3:])], 1))
